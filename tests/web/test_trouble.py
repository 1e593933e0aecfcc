"""When something below fails: the answer, the log, and what comes after."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy.exc
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.exceptions import ImATeapot, TooManyRequests, abort

from bienvenue import login_required
from bienvenue.app import Bienvenue
from bienvenue.auth import Auth
from bienvenue.config import Settings
from bienvenue.outbox import OutboxRow
from bienvenue.web import problems
from bienvenue.web.extension import KEY, Extension
from tests.service import free_port
from tests.web.conftest import Make

BOB = {"email": "bob@example.com", "password": "b4l0u"}
SECRET = "a-secret-that-nobody-must-read"
CALLS = [
    ("POST", "/users", "sign_up"),
    ("POST", "/sessions", "log_in"),
    ("GET", "/profile", "check_session"),
    ("DELETE", "/sessions", "end_session"),
    ("POST", "/reset_password", "get_reset_password_token"),
    ("PUT", "/reset_password", "update_password"),
]
BODY = BOB | {"reset_token": "x", "new_password": "n3w"}
FAULTS: list[Exception] = [
    RuntimeError(SECRET),
    ValueError(SECRET),
    KeyError(SECRET),
    RecursionError(SECRET),
    MemoryError(),
    UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET),
    sqlalchemy.exc.DatabaseError(SECRET, {"p": SECRET}, OSError(SECRET)),
]
UNAVAILABLE: list[Exception] = [
    sqlalchemy.exc.OperationalError(SECRET, {"p": SECRET}, OSError(SECRET)),
    sqlalchemy.exc.InterfaceError(SECRET, {"p": SECRET}, OSError(SECRET)),
    sqlalchemy.exc.TimeoutError(SECRET),
]


def assert_unavailable(answer: Any) -> None:
    """See that a request was told to come again."""
    assert answer.status_code == 503, answer.text
    assert answer.mimetype == problems.PROBLEM
    assert answer.get_json()["code"] == "database_unavailable"
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["Cache-Control"] == "no-store"
    assert SECRET not in answer.text
    assert "sqlite" not in answer.text.lower()


def raising(error: Exception) -> Any:
    """Return a method that fails."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(("method", "path", "name"), CALLS)
def test_a_fault(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    name: str,
) -> None:
    for fault in FAULTS:
        with monkeypatch.context() as patch:
            patch.setattr(Auth, name, raising(fault))
            answer = client.open(path, method=method, json=BODY)
        assert answer.status_code == 500
        assert answer.mimetype == problems.PROBLEM
        assert answer.get_json()["code"] == "internal_error"
        assert answer.get_json()["message"] == "internal server error"
        assert answer.headers["Cache-Control"] == "no-store"
        assert SECRET not in answer.text
        assert type(fault).__name__ in caplog.text
        assert client.get("/").status_code == 200
    # Where it happened is told, and not what the error says.
    assert "in fail" in caplog.text
    said = capfd.readouterr()
    assert SECRET not in caplog.text + said.out + said.err


@pytest.mark.requirement("V16.5.2")
@pytest.mark.parametrize("error", UNAVAILABLE, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize(("method", "path", "name"), CALLS)
def test_an_unreachable_database(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    name: str,
    error: Exception,
) -> None:
    monkeypatch.setattr(Auth, name, raising(error))
    assert_unavailable(client.open(path, method=method, json=BODY))


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the write lock of a SQLite file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.requirement("V16.5.2")
def test_a_locked_database(make: Make, tmp_path: Path) -> None:
    file = tmp_path / "accounts.db"
    app = make(database_url=f"sqlite:///{file}")
    extension: Extension = app.extensions[KEY]
    engine = extension.auth.db.engine
    engine.dispose()

    @event.listens_for(engine, "connect")
    def hurry(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout = 10")

    client = app.test_client()
    with locked(file):
        assert_unavailable(client.post("/users", json=BOB))
    assert client.post("/users", json=BOB).status_code == 200
    client.post("/sessions", json=BOB)
    with locked(file):
        # Readers are not kept waiting by a writer.
        assert client.get("/profile").status_code == 200
        assert_unavailable(client.delete("/sessions"))
    assert client.delete("/sessions").status_code == 302


def lose(extension: Extension) -> None:
    """Put a folder in the place of the database file."""
    db = extension.auth.db
    db.engine.dispose()
    db.check_session.close()
    file = Path(db.url.database or "")
    while not file.is_dir():
        for one in file.parent.glob(file.name + "*"):
            one.unlink(missing_ok=True)
        # A thread that writes may have made it anew meanwhile.
        with suppress(FileExistsError):
            file.mkdir()


@pytest.mark.requirement("V16.5.2")
def test_a_lost_database(make: Make, tmp_path: Path) -> None:
    app = make(database_url=f"sqlite:///{tmp_path / 'accounts.db'}")
    client = app.test_client()
    client.post("/users", json=BOB)
    client.post("/sessions", json=BOB)
    lose(app.extensions[KEY])
    for method, path, _ in CALLS:
        assert_unavailable(client.open(path, method=method, json=BODY))
    assert client.get("/").status_code == 200


@pytest.mark.requirement("V16.5.2")
def test_a_database_that_comes_back_is_used_again(
    make: Make, tmp_path: Path
) -> None:
    """Nothing has to be started anew; who was signed in still is."""
    file = tmp_path / "accounts.db"
    app = make(database_url=f"sqlite:///{file}")
    client = app.test_client()
    client.post("/users", json=BOB)
    client.post("/sessions", json=BOB)
    # A background thread that opens the file in between keeps a file that
    # is no longer there; what this looks at is the requests.
    app.extensions[KEY].courier.stop()
    app.extensions[KEY].housekeeper.stop()
    kept = tmp_path / "kept.db"
    with (
        closing(sqlite3.connect(file)) as one,
        closing(sqlite3.connect(kept)) as other,
    ):
        one.backup(other)
    lose(app.extensions[KEY])
    for _ in range(3):
        assert_unavailable(client.get("/profile"))
        assert_unavailable(client.post("/sessions", json=BODY))
    file.rmdir()
    kept.rename(file)
    assert client.get("/profile").status_code == 200
    assert client.post("/sessions", json=BODY).status_code == 200


@pytest.mark.requirement("V16.5.2")
def test_a_mail_server_that_is_down_is_nobodys_business(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """The reset is taken and waits; both answers are alike."""
    app = make(
        strict=True,
        mail="smtp",
        smtp_host="127.0.0.1",
        smtp_port=free_port(),
        smtp_security="none",
        mail_from="no-reply@example.com",
    )
    extension: Extension = app.extensions[KEY]
    client = app.test_client()
    known = {**BOB, "password": "a long and quiet morning"}
    assert client.post("/users", json=known).status_code == 200
    for email in (BOB["email"], "eve@example.com"):
        answer = client.post("/reset_password", json={"email": email})
        assert answer.status_code == 200
    extension.courier.stop()
    waiting = extension.auth.db.read(
        lambda unit: unit.query(OutboxRow.recipient).all()
    )
    assert (BOB["email"],) in [tuple(row) for row in waiting]
    assert "Traceback" not in caplog.text


def test_a_lost_database_in_a_hosts_view(tmp_path: Path) -> None:
    app = Flask(__name__)
    url = f"sqlite:///{tmp_path / 'accounts.db'}"
    Bienvenue(app, settings=Settings(database_url=url, bcrypt_rounds=4))
    view = login_required(lambda: "secret")
    app.add_url_rule("/secret", "secret", view)
    client = app.test_client()
    client.post("/auth/users", json=BOB)
    client.post("/auth/sessions", json=BOB)
    assert client.get("/secret").text == "secret"
    lose(app.extensions[KEY])
    answer = client.get("/secret")
    assert answer.status_code == 503
    assert answer.get_json()["code"] == "database_unavailable"
    app.extensions[KEY].courier.stop()


def test_errors_of_flasks_own(app: Flask) -> None:
    app.add_url_rule("/tea", "tea", raising(ImATeapot("short and stout")))
    slow = TooManyRequests(SECRET, retry_after=30)
    app.add_url_rule("/slow", "slow", raising(slow))
    app.add_url_rule("/odd", "odd", lambda: abort(409))
    client = app.test_client()
    for path, status, code in (
        ("/tea", 418, "http_418"),
        ("/slow", 429, "http_429"),
        ("/odd", 409, "http_409"),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.get_json()["code"] == code
        assert SECRET not in answer.text
    assert client.get("/slow").headers["Retry-After"] == "30"
