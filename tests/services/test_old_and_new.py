"""A release runs on the schema of the one that follows, and beside it.

Services of two releases, each with its own code, on one database: as while
several nodes are upgraded one after the other, or one is put back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from bienvenue import secret
from tests import releases
from tests.service import PATIENCE, Service, finished, started

ADDS, TAKES_AWAY = "9998", "9999_from_9999"


@contextmanager
def release(code: Path, folder: Path, url: str) -> Iterator[Service]:
    """Run a release's service on a database."""
    env = {"PYTHONPATH": str(code)}
    with started(folder, "--database-url", url, env=env) as service:
        yield service


def call(
    on: Service, verb: str, path: str, session: str = "", **members: str
) -> requests.Response:
    cookies = {"session_id": session} if session else {}
    return requests.request(
        verb,
        on.url + path,
        data=members,
        cookies=cookies,
        allow_redirects=False,
        timeout=PATIENCE,
    )


def log_in(on: Service, email: str, password: str) -> str:
    answer = call(on, "POST", "/sessions", email=email, password=password)
    assert answer.status_code == 200, answer.text
    return str(answer.cookies["session_id"])


def lives(on: Service, session: str) -> bool:
    return call(on, "GET", "/profile", session).status_code == 200


def everything(one: Service, other: Service) -> str:
    """Do all there is to do, turn about; return a session that lives."""
    email, password, new = f"{secret.new_token()}@example.com", "old", "new"
    made = call(one, "POST", "/users", email=email, password=password)
    assert made.status_code == 200, made.text
    again = call(other, "POST", "/users", email=email, password=password)
    assert again.status_code == 400
    session = log_in(other, email, password)
    assert lives(one, session)
    assert lives(other, session)
    asked = call(one, "POST", "/reset_password", email=email)
    token = asked.json()["reset_token"]
    told = {"email": email, "reset_token": token, "new_password": new}
    assert call(other, "PUT", "/reset_password", **told).status_code == 200
    assert call(one, "PUT", "/reset_password", **told).status_code == 403
    assert not lives(one, session)
    wrong = call(one, "POST", "/sessions", email=email, password=password)
    assert wrong.status_code == 401
    session, left = log_in(one, email, new), log_in(other, email, new)
    assert call(other, "DELETE", "/sessions", session).status_code == 302
    assert not lives(one, session)
    assert lives(one, left)
    return left


def upgrade(code: Path, folder: Path, url: str) -> None:
    """Upgrade a database as a release does, while others run."""
    env = {"PYTHONPATH": str(code)}
    given = ["db", "upgrade", "--database-url", url]
    done = finished(folder, *given, env=env)
    assert done.returncode == 0, done.stderr
    assert f"revision {releases.schema_of(code)}" in done.stdout


def check(old: Path, new: Path, folder: Path, url: str) -> None:
    """Go from one release to another node by node, and back again."""
    with release(old, folder, url) as before:
        session = everything(before, before)
        upgrade(new, folder, url)
        assert lives(before, session)
        everything(before, before)
        with release(new, folder, url) as after:
            assert lives(after, session)
            everything(before, after)
            session = everything(after, before)
    with release(old, folder, url) as back:
        assert lives(back, session)
        everything(back, back)


def test_the_release_before_this_one(url: str, tmp_path: Path) -> None:
    old, new = (
        releases.archived(releases.previous(), tmp_path),
        releases.this(),
    )
    knows_the_rule = (old / "bienvenue/revisions.py").exists()
    if knows_the_rule or releases.schema_of(old) == releases.schema_of(new):
        check(old, new, tmp_path, url)
        return
    # It ran on a newer schema, and was never told that it may start on one.
    with release(old, tmp_path, url) as before:
        session = everything(before, before)
        upgrade(new, tmp_path, url)
        everything(before, before)
        with release(new, tmp_path, url) as after:
            assert lives(after, session)
            everything(before, after)
            everything(after, before)


def test_this_release_and_the_one_after(url: str, tmp_path: Path) -> None:
    new = releases.planted(tmp_path / "new", ADDS)
    check(releases.this(), new, tmp_path, url)


@pytest.mark.engine("sqlite")
def test_the_release_before_and_the_one_after(
    url: str, tmp_path: Path
) -> None:
    """What this release will have to bear, whatever its own schema is."""
    old = releases.archived(releases.previous(), tmp_path)
    new = releases.planted(tmp_path / "new", ADDS)
    with release(old, tmp_path, url) as before:
        everything(before, before)
        upgrade(new, tmp_path, url)
        with release(new, tmp_path, url) as after:
            everything(before, after)
            everything(after, before)


@pytest.mark.engine("sqlite")
def test_a_release_that_is_shut_out_says_so(url: str, tmp_path: Path) -> None:
    new = releases.planted(tmp_path / "new", TAKES_AWAY)
    with release(releases.this(), tmp_path, url) as before:
        assert call(before, "GET", "/health/ready").status_code == 200
        upgrade(new, tmp_path, url)
        assert call(before, "GET", "/health/ready").status_code == 503
    done = finished(tmp_path, "dev", "--database-url", url)
    assert done.returncode == 1
    assert f"the database has schema {TAKES_AWAY}, which this" in done.stderr
