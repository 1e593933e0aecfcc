"""Which request left what: its id, and whose word for it counts."""

import logging
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bienvenue import Settings, client
from bienvenue.app import Bienvenue
from bienvenue.audit_tables import AuditEvent
from bienvenue.web.extension import KEY
from tests.web.conftest import Make

BOB = {"email": "bob@example.com", "password": "b4l0u"}
SECRET = "a-secret-that-nobody-must-read"
OURS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def rows(app: Flask) -> list[AuditEvent]:
    db = app.extensions[KEY].auth.db
    query = select(AuditEvent).order_by(AuditEvent.id)
    found: list[AuditEvent] = db.read(lambda unit: list(unit.scalars(query)))
    return found


@pytest.mark.requirement("V16.2.1")
def test_the_answer_names_the_request_that_the_log_has(app: Flask) -> None:
    asked = app.test_client()
    made = asked.post("/users", data=BOB, headers={"User-Agent": "curl/8"})
    logged = asked.post("/sessions", data=BOB)
    first, success, session = rows(app)
    assert made.headers["X-Request-ID"] == first.request_id
    assert logged.headers["X-Request-ID"] == success.request_id
    assert success.request_id == session.request_id != first.request_id
    assert OURS.fullmatch(str(first.request_id))
    assert (first.address, first.agent) == ("127.0.0.1", "curl/8")


def test_errors_and_writes_are_named_and_plain_reads_are_not(
    client: FlaskClient,
) -> None:
    for method, path, status in (
        ("POST", "/users", 400),
        ("GET", "/profile", 403),
        ("DELETE", "/sessions", 403),
        ("GET", "/nope", 404),
        ("PUT", "/users", 405),
    ):
        answer = client.open(path, method=method)
        assert answer.status_code == status
        assert OURS.fullmatch(answer.headers["X-Request-ID"])
    client.post("/users", data=BOB)
    client.post("/sessions", data=BOB)
    for path in ("/", "/profile", "/sessions"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "X-Request-ID" not in answer.headers


def test_a_clients_own_word_counts_for_nothing(app: Flask) -> None:
    answer = app.test_client().post(
        "/users", data=BOB, headers={"X-Request-ID": "mine"}
    )
    assert answer.headers["X-Request-ID"] != "mine"
    assert OURS.fullmatch(answer.headers["X-Request-ID"])


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ("a.b_c-D9", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("two words", False),
        ("é", False),
        ('"}', False),
        ("one,two", False),
    ],
)
def test_a_declared_proxys_word_counts_if_it_is_sane(
    make: Make, given: str, counts: bool
) -> None:
    app = make(trusted_hops=1)
    answer = app.test_client().post(
        "/users",
        data=BOB,
        headers={"X-Request-ID": given, "X-Forwarded-For": "192.0.2.7"},
    )
    assert answer.status_code == 200
    (row,) = rows(app)
    assert (row.request_id == given) is counts
    assert answer.headers["X-Request-ID"] == row.request_id
    assert row.address == "192.0.2.7"


def test_a_request_that_is_over_acts_for_nobody(app: Flask) -> None:
    app.test_client().post("/users", data=BOB)
    assert client.current() is client.NOBODY


def test_a_hosts_own_view_acts_for_its_client(tmp_path: Any) -> None:
    app = Flask(__name__)
    url = f"sqlite:///{tmp_path / 'accounts.db'}"
    accounts = Bienvenue(
        app, settings=Settings(database_url=url, bcrypt_rounds=4)
    )

    @app.post("/join")
    def join() -> str:
        accounts.auth.register_user(**BOB)
        return "welcome"

    assert app.test_client().post("/join").text == "welcome"
    (row,) = rows(app)
    assert row.address == "127.0.0.1"
    assert OURS.fullmatch(str(row.request_id))
    app.extensions[KEY].close()


@pytest.mark.requirement("V16.3.4")
def test_a_fault_is_one_event_with_the_requests_id(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    auth = app.extensions[KEY].auth

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(auth, "log_in", fail)
    caplog.set_level(logging.INFO)
    answer = app.test_client().post("/sessions", data=BOB)
    assert answer.status_code == 500
    number = answer.headers["X-Request-ID"]
    assert number not in answer.text
    faults = [
        record.getMessage()
        for record in caplog.records
        if record.name == "bienvenue.audit"
    ]
    (fault,) = faults
    assert '"event":"sys_fault"' in fault
    assert f'"request_id":"{number}"' in fault
    assert '"error":"RuntimeError"' in fault
    assert f"request {number}: " in caplog.text
    assert SECRET not in caplog.text
    assert BOB["email"] not in caplog.text
