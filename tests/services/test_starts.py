"""Four nodes that start at once: one makes or upgrades the schema."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from bienvenue import DB, migrations, schema
from bienvenue.engine import make_engine, parse_url
from tests.service import (
    PATIENCE,
    Service,
    environment,
    finished,
    free_port,
)

NODES = 4
PRODUCTION = {
    "BIENVENUE_SECRET_KEY": "k" * 32,
    "BIENVENUE_TLS_PROXY": "true",
    "BIENVENUE_TRUSTED_HOPS": "1",
    "BIENVENUE_PUBLIC_URL": "https://accounts.example.com",
    "BIENVENUE_BCRYPT_ROUNDS": "10",
    "BIENVENUE_MAIL": "off",
}


def old(url: str, accounts: int = 50) -> None:
    """Make a database of the first schema, with accounts in it."""
    engine = make_engine(parse_url(url))
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001")
        connection.execute(
            text(
                "INSERT INTO users (email, email_key, hashed_password,"
                " created_at) VALUES (:e, :e, 'h', 1)"
            ),
            [{"e": f"u{number}@example.com"} for number in range(accounts)],
        )
    engine.dispose()


def programs(
    folder: Path, url: str, *arguments: str
) -> "list[subprocess.Popen[str]]":
    """Start a command on four nodes at the same moment."""
    env = environment({**PRODUCTION, "BIENVENUE_DATABASE_URL": url})
    return [
        subprocess.Popen(
            [sys.executable, "-m", "bienvenue", *arguments],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(NODES)
    ]


@contextmanager
def four(folder: Path, env: Mapping[str, str]) -> Iterator[list[Service]]:
    """Start ``bienvenue serve`` on four nodes; they may not come up."""
    with ExitStack() as running:
        nodes = []
        for _ in range(NODES):
            given = ["serve", "--port", str(free_port())]
            node = Service(folder, given, environment(env))
            running.callback(node.end)
            running.callback(node.process.kill)
            nodes.append(node)
        yield nodes


def test_four_upgrades_at_once_are_one(url: str, tmp_path: Path) -> None:
    old(url)
    started = programs(tmp_path, url, "db", "upgrade")
    said = [each.communicate(timeout=PATIENCE) for each in started]
    assert [each.returncode for each in started] == [0] * NODES, said
    upgraded = [out for out, _ in said if out.endswith(" (was 0001)\n")]
    assert len(upgraded) == 1, said
    with DB(url) as db, db.engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM users"))
        assert (count, schema.current(connection)) == (50, schema.HEAD)


def test_four_nodes_on_an_empty_database_all_serve(
    url: str, tmp_path: Path
) -> None:
    env = {**PRODUCTION, "BIENVENUE_DATABASE_URL": url}
    with four(tmp_path, env) as nodes:
        for node in nodes:
            assert node.is_ready(), node.errors()
        assert [node.stop(signal.SIGTERM) for node in nodes] == [0] * NODES


def test_in_production_a_node_waits_for_the_operator(
    url: str, tmp_path: Path
) -> None:
    old(url)
    env = {**PRODUCTION, "BIENVENUE_DATABASE_URL": url}
    with four(tmp_path, env) as nodes:
        assert [node.end() for node in nodes] == [1] * NODES
        for node in nodes:
            assert node.errors() == (
                "bienvenue: database_url: the database has schema 0001 and"
                f" this release needs {schema.HEAD}; run `bienvenue db"
                " upgrade`\n"
            )
    engine = create_engine(url)
    assert not inspect(engine).has_table("audit_events")
    engine.dispose()
    assert finished(tmp_path, "db", "upgrade", env=env).returncode == 0
    with four(tmp_path, env) as nodes:
        for node in nodes:
            assert node.is_ready(), node.errors()


@pytest.mark.engine("sqlite")
def test_with_several_workers_too(url: str, tmp_path: Path) -> None:
    old(url)
    env = {
        **PRODUCTION,
        "BIENVENUE_DATABASE_URL": url,
        "BIENVENUE_WORKERS": "2",
        "BIENVENUE_REDIS_URL": "unix:///nowhere",
    }
    result = finished(tmp_path, "serve", env=env)
    assert result.returncode == 1
    assert "run `bienvenue db upgrade`" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.engine("sqlite")
def test_in_development_the_start_upgrades(url: str, tmp_path: Path) -> None:
    old(url)
    env = {"BIENVENUE_DATABASE_URL": url}
    given = ["dev", "--port", str(free_port())]
    node = Service(tmp_path, given, environment(env))
    try:
        assert node.is_ready(), node.errors()
        with DB(url, upgrades=False) as db:
            assert db.find_user_by(email="u7@example.com").id == 8
    finally:
        node.process.kill()
        node.end()
