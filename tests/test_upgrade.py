"""A database of an earlier release is brought up, its sessions alive."""

from pathlib import Path

from sqlalchemy import select, text

from bienvenue import DB, clock, migrations, outbox, secret
from bienvenue.engine import make_engine, parse_url
from bienvenue.outbox import NEVER, OutboxRow
from bienvenue.schema import HEAD, current


def test_a_session_of_the_first_schema_lives_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = make_engine(parse_url(url))
    raw = secret.new_token()
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001")
        assert current(connection) == "0001"
        connection.execute(
            text(
                "INSERT INTO users (id, email, email_key, hashed_password,"
                " created_at) VALUES (7, 'b@x.test', 'b@x.test', 'h', 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO sessions (user_id, digest, created_at,"
                " last_seen_at, expires_at) VALUES (7, :digest, 1, 1, :end)"
            ),
            {"digest": secret.digest(raw), "end": 2**62},
        )
    engine.dispose()
    with DB(url) as db:
        found = db.check_session(raw)
        assert found is not None
        assert (found.id, found.email) == (7, "b@x.test")
        with db.engine.connect() as connection:
            assert current(connection) == HEAD
            ends = connection.scalar(text("SELECT ends_at FROM sessions"))
        assert ends == 2**62
        db.add_user("c@x.test", "h")


def test_a_dead_letter_of_the_third_schema_is_never_due(url: str) -> None:
    engine = make_engine(parse_url(url))
    letter = text(
        "INSERT INTO outbox (letter, recipient, created_at, due_at,"
        " attempts, failed_at) VALUES ('reset_password', :to, 1, 2, 1, :at)"
    )
    with engine.begin() as connection:
        migrations.upgrade(connection, "0003")
        connection.execute(letter, {"to": "a@x.test", "at": 7})
        connection.execute(letter, {"to": "b@x.test", "at": None})
    engine.dispose()
    with DB(url) as db:
        query = select(OutboxRow).order_by(OutboxRow.id)
        dead, waiting = db.read(lambda unit: unit.scalars(query).all())
        assert dead.failed_at is not None
        assert dead.due_at - dead.failed_at == NEVER
        assert clock.to_us(waiting.due_at) == 2
        leased = db.write(outbox.lease)
        assert leased is not None
        assert leased.id == waiting.id
