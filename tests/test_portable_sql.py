"""What we say to PostgreSQL is what its distributed kin understand too.

None of them is run here: this holds the language, not the behaviour.
"""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event

from bienvenue import DB, Auth, Settings, clock, create_app, migrations
from bienvenue.cli import cli
from bienvenue.engine import make_engine, parse_url
from bienvenue.testing import mailbox
from bienvenue.web.extension import KEY, Extension
from tests.portable import is_ours, strange

EMAIL, PASSWORD, ANOTHER = "bob@example.com", "b4l0u", "a better one"

pytestmark = pytest.mark.engine("postgresql")


@pytest.fixture
def said() -> Any:
    """All that is said to a database, each statement once."""
    statements: set[str] = set()

    def hear(on: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if on.dialect.name == "postgresql" and is_ours(statement):
            statements.add(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", hear)
    yield statements
    event.remove(Engine, "before_cursor_execute", hear)


def odd(statements: set[str]) -> dict[str, str]:
    """Return what is not on the lists, each with a statement that has it."""
    return {word: each for each in statements for word in strange(each)}


def test_the_tables_and_their_migrations(
    url: str, another: str, said: set[str]
) -> None:
    DB(url).close()
    engine = make_engine(parse_url(another))
    with engine.begin() as connection:
        migrations.upgrade(connection)
    engine.dispose()
    for start in ("CREATE TABLE users", "CREATE INDEX", "ALTER TABLE"):
        assert any(each.startswith(start) for each in said), start
    assert odd(said) == {}


def live(url: str, *, strict: bool = False) -> None:
    """Have a person do over HTTP what there is to do."""
    app = create_app(
        Settings(database_url=url, bcrypt_rounds=4, strict=strict)
    )
    extension: Extension = app.extensions[KEY]
    client = app.test_client()
    who = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/users", json=who).status_code == 200
    assert client.post("/users", json=who).status_code == 400
    for _ in range(2):
        assert client.post("/sessions", json=who).status_code == 200
    wrong = who | {"password": "wrong"}
    assert client.post("/sessions", json=wrong).status_code == 401
    for path in ("/profile", "/users/me/sessions", "/users/me/export"):
        assert client.get(path).status_code in (200, 404)
    token = client.post("/reset_password", json={"email": EMAIL}).json
    assert token is not None
    spent = token | {"new_password": ANOTHER}
    assert client.put("/reset_password", json=spent).status_code == 200
    assert client.put("/reset_password", json=spent).status_code == 403
    who["password"] = ANOTHER
    assert client.post("/sessions", json=who).status_code == 200
    assert mailbox(app)
    assert client.delete("/sessions").status_code == 302
    extension.close()


def operate(url: str) -> None:
    """Have an operator do what there is to do, and time pass."""
    with DB(url) as db, clock.frozen() as now:
        auth = Auth(db, Settings(bcrypt_rounds=4))
        user = auth.register_user("ann@example.com", PASSWORD)
        auth.log_in("ann@example.com", PASSWORD)
        auth.request_password_reset("ann@example.com")
        auth.disable_user(user.id)
        auth.enable_user(user.id)
        auth.mark_password_compromised(user.id)
        auth.destroy_session(user.id)
        auth.schedule_deletion(user.id)
        now.advance(seconds=400 * 86400)
        extension = Extension(auth)
        assert extension.housekeeper.tidy()
        extension.courier.deliver_due()


def typed(*given: str) -> str:
    result = CliRunner().invoke(cli, given)
    assert result.exit_code == 0, result.output
    return result.output


def test_what_people_and_operators_do(
    url: str, another: str, tmp_path: Path, said: set[str]
) -> None:
    live(url)
    operate(url)
    at = ("--database-url", url)
    file = tmp_path / "users.csv"
    file.write_text(typed("user", "export", *at, "--format", "csv"))
    typed("user", "export", *at, "--format", "jsonl")
    typed("user", "show", EMAIL, *at)
    typed("user", "import", str(file), "--database-url", another)
    for verb in ("verify", "tail", "export"):
        typed("audit", verb, *at)
    typed("mail", "list", *at)
    typed("mail", "purge", "--all", *at)
    copied = f"sqlite:///{tmp_path / 'copy.db'}"
    typed("db", "copy", *at, "--to", copied)
    for verb in ("INSERT", "UPDATE", "DELETE", "SELECT"):
        assert len([s for s in said if s.startswith(verb)]) > 3, verb
    for part in ("SKIP LOCKED", "ON CONFLICT DO NOTHING", "RETURNING"):
        assert any(part in each for each in said), part
    assert odd(said) == {}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT users.id FROM users WHERE id = %(id)s", set()),
        ("SELECT 'LATERAL' AS \"TRUNCATE\" FROM users", set()),
        ("INSERT INTO users (email) VALUES (%(e)s) RETURNING users.id", set()),
        (
            "SELECT id FROM users TABLESAMPLE system(1)",
            {"TABLESAMPLE", "system"},
        ),
        ("LISTEN news", {"LISTEN"}),
        ("SELECT pg_try_advisory_lock(1)", {"pg_try_advisory_lock"}),
        (
            "SELECT a, row_number() OVER (ORDER BY b) FROM users",
            {"OVER", "row_number"},
        ),
        ("CREATE UNLOGGED TABLE x (a INTEGER)", {"UNLOGGED"}),
        ("WITH RECURSIVE t AS (SELECT 1) SELECT 1", {"WITH", "RECURSIVE"}),
        ("CREATE TABLE t (a TIMESTAMP, b JSONB)", {"TIMESTAMP", "JSONB"}),
    ],
)
def test_what_is_strange_is_found(statement: str, found: set[str]) -> None:
    assert strange(statement) == found
