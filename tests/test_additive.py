"""Every change of the schema is one that older releases do not notice."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from bienvenue import migrations, revisions, schema
from bienvenue.engine import make_engine, parse_url
from tests.additive import Look, breaches, look

# The steps up to here were taken before there was anything to run beside.
FIRST_UNDER_THE_RULE = "0003"

TABLES = (
    """
    CREATE TABLE owners (
        id INTEGER PRIMARY KEY, name VARCHAR(9) NOT NULL,
        old VARCHAR(9), kept INTEGER DEFAULT 1,
        CONSTRAINT uq_owners_name UNIQUE (name)
    )
    """,
    "CREATE TABLE things (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL)",
)
ALLOWED = [
    "ALTER TABLE owners ADD COLUMN new VARCHAR(9)",
    "ALTER TABLE owners ADD COLUMN new INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX ix_owners_old ON owners (old)",
    "CREATE TABLE new (id INTEGER PRIMARY KEY, name VARCHAR(9) NOT NULL)",
    """
    CREATE TABLE new (
        id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL,
        CONSTRAINT fk_new FOREIGN KEY (owner_id) REFERENCES owners (id)
        ON DELETE CASCADE
    )
    """,
]
REFUSED = {
    "DROP TABLE things": "things is gone",
    "ALTER TABLE owners DROP COLUMN old": "owners.old is gone",
    "ALTER TABLE owners RENAME COLUMN old TO new": "owners.old is gone",
    "CREATE UNIQUE INDEX ux_owners_old ON owners (old)": (
        "owners: ux_owners_old refuses what was allowed"
    ),
    "CREATE TABLE new (id INTEGER PRIMARY KEY, owner_id INTEGER,"
    " CONSTRAINT fk_new FOREIGN KEY (owner_id) REFERENCES owners (id))": (
        "new: fk_new keeps owners from being deleted"
    ),
}
# SQLite has no statements for these.
REFUSED_ON_SERVERS = {
    "ALTER TABLE owners ADD COLUMN new INTEGER NOT NULL": "",
    "ALTER TABLE owners ADD CONSTRAINT uq_new UNIQUE (old)": (
        "owners: uq_new refuses what was allowed"
    ),
    "ALTER TABLE owners ADD CONSTRAINT ck_new CHECK (kept > 0)": (
        "owners: ck_new refuses what was allowed"
    ),
    "ALTER TABLE owners ALTER COLUMN kept SET DEFAULT 2": (
        "owners.kept has another default"
    ),
}


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An empty database, past all that opens one."""
    engine = make_engine(parse_url(url))
    yield engine
    engine.dispose()


def say(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for each in statements:
            connection.execute(text(each))


def test_every_step_only_adds(engine: Engine) -> None:
    """This holds for whatever step is added: there is no list to extend."""
    before: dict[str, Look] = {}
    for revision, does in migrations.steps():
        with engine.begin() as connection:
            migrations.upgrade(connection, revision)
        after = look(engine)
        under_the_rule = revision[:4] > FIRST_UNDER_THE_RULE
        if under_the_rule and revisions.floor(revision) == "0000":
            assert breaches(before, after) == [], (revision, does)
        before = after
    assert breaches({}, before) == []


def test_the_steps_before_the_rule_would_not_pass(engine: Engine) -> None:
    """The check on what it was made for: these two did trip a release."""
    looks = []
    for revision in ("0001", "0002", "0003"):
        with engine.begin() as connection:
            migrations.upgrade(connection, revision)
        looks.append(look(engine))
    first, second, third = looks
    assert breaches(first, second) == [
        "sessions.ends_at must be given, and has no default"
    ]
    assert "sessions.authenticated_at must be given, and has no default" in (
        breaches(second, third)
    )


def test_steps_are_numbered_and_shut_out_no_release_too_soon() -> None:
    names = [revision for revision, _ in migrations.steps()]
    assert names[-1] == schema.HEAD
    numbers = [name[:4] for name in names]
    assert numbers == [f"{1 + place:04}" for place in range(len(names))]
    floors = [revisions.floor(name) for name in names]
    assert floors == sorted(floors)
    # Who runs on the schema just before a step, runs on after it.
    assert all(
        floor <= before
        for floor, before in zip(floors[1:], numbers, strict=False)
    )


@pytest.mark.parametrize("statement", ALLOWED)
def test_what_may_be_done(engine: Engine, statement: str) -> None:
    say(engine, *TABLES)
    before = look(engine)
    say(engine, statement)
    assert breaches(before, look(engine)) == []


@pytest.mark.parametrize("statement", REFUSED)
def test_what_may_not(engine: Engine, statement: str) -> None:
    say(engine, *TABLES)
    before = look(engine)
    say(engine, statement)
    assert breaches(before, look(engine)) == [REFUSED[statement]]


@pytest.mark.engine("postgresql", "mariadb")
@pytest.mark.parametrize("statement", REFUSED_ON_SERVERS)
def test_what_may_not_where_it_can_be_said(
    engine: Engine, statement: str
) -> None:
    say(engine, *TABLES)
    before = look(engine)
    say(engine, statement)
    expected = REFUSED_ON_SERVERS[statement]
    found = breaches(before, look(engine))
    assert found == [
        expected or "owners.new must be given, and has no default"
    ]


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize(
    "change",
    ["TYPE TEXT", "SET NOT NULL"],
)
def test_a_column_stays_what_it_was(engine: Engine, change: str) -> None:
    say(engine, *TABLES)
    before = look(engine)
    say(engine, f"ALTER TABLE owners ALTER COLUMN old {change}")
    (said,) = breaches(before, look(engine))
    assert said.startswith("owners.old ")
