"""A database of an earlier release is brought up, its sessions alive."""

from pathlib import Path

from sqlalchemy import text

from bienvenue import DB, migrations, secret
from bienvenue.engine import make_engine, parse_url
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
