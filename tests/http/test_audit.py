"""All that a started service writes down while people use and abuse it.

Everything secret that passes through it is known here, so it can be looked
for: in the log, and in the rows of the audit log.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from requests import Response

from bienvenue.events import Event
from tests.http.client import Client, new_address
from tests.service import Service, finished, started

KEY = "planted-secret-key-of-the-service-itself"
# Else a development service begins with an event of its own.
NO_LINK = {"BIENVENUE_ADMIN": "false"}
ENV = {
    **NO_LINK,
    "BIENVENUE_SECRET_KEY": KEY,
    "BIENVENUE_THROTTLE": "true",  # so that there are device cookies
    "BIENVENUE_WORKERS": "2",
}
RIGHT, WRONG, NEXT, LAST = (
    f"planted-password-{name}" for name in ("right", "wrong", "next", "last")
)
MEMBERS = {
    "time",
    "event",
    "outcome",
    "user_id",
    "actor_id",
    "address",
    "agent",
    "request_id",
    "detail",
    "strand",
    "sequence",
}
Find = Callable[[str], list[dict[str, Any]]]


class Told:
    """What a service has written down, and what it must not have."""

    def __init__(self) -> None:
        self.secrets = {KEY, RIGHT, WRONG, NEXT, LAST}
        self.attempts = Counter[str]()
        self.log = ""
        self.events: list[dict[str, Any]] = []
        self.rows: list[tuple[Any, ...]] = []
        self.verified = ""

    def cookies(self, answer: Response, **_: object) -> None:
        """Take note of every cookie that is given out, and its parts."""
        for value in answer.cookies.values():
            self.secrets.update(re.split("[:.]", value))
        # Short parts are dates, not secrets.
        self.secrets = {each for each in self.secrets if len(each) >= 13}

    def keep(self, service: Service, folder: Path) -> None:
        """Take over all that there is when the service has ended."""
        self.log = service.output() + service.errors()
        self.events = service.events()
        with closing(sqlite3.connect(folder / "bienvenue.db")) as database:
            query = "SELECT * FROM audit_events ORDER BY sequence"
            self.rows = database.execute(query).fetchall()
        done = finished(folder, "audit", "verify", env=ENV)
        assert done.returncode == 0, done.stdout + done.stderr
        self.verified = done.stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What a service has told when all was done to it that can be."""
    folder = tmp_path_factory.mktemp("told")
    found = Told()
    with started(folder, env=ENV) as service:
        with Client(service.url) as client:
            client.http.hooks["response"].append(found.cookies)
            email = live(client, found)
            abuse(client, found, email)
        assert service.stop() == 0
        found.keep(service, folder)
    return found


def live(client: Client, told: Told) -> str:
    """Do all that a person does to an account; return its address."""
    email = new_address()
    told.secrets.add(email)
    told.attempts += Counter(
        user_created=1,
        user_create_refused=1,
        authn_login_success=4,
        authn_login_fail=5,
        session_created=5,
        authn_password_change=2,
        authn_reset_requested=2,
        authn_password_reset=1,
        authn_token_fail=3,
        user_data_exported=1,
        # one, others, one by number; all with each new password
        session_ended=5,
    )
    account = {"email": email, "password": RIGHT}
    assert_all(client, "POST", "/users", account, 200, 400)
    assert_all(client, "POST", "/sessions", account, *[200] * 3)
    wrong = account | {"password": WRONG}
    assert_all(client, "POST", "/sessions", wrong, *[401] * 3)
    nobody = {"email": new_address(), "password": WRONG}
    told.secrets.add(nobody["email"])
    assert_all(client, "POST", "/sessions", nobody, *[401] * 2)
    sessions = client.ask("GET", "/sessions").json()["sessions"]
    assert_all(client, "DELETE", f"/sessions/{sessions[-1]['id']}", {}, 204)
    assert_all(client, "DELETE", "/sessions/others", {}, 204)
    change = {"current_password": WRONG, "new_password": NEXT}
    assert_all(client, "PUT", "/password", change, 403)
    change["current_password"] = RIGHT
    assert_all(client, "PUT", "/password", change, 200)
    assert "planted" not in client.ask("GET", "/users/me/export").text
    reset(client, told, email)
    assert_all(client, "POST", "/sessions", account | {"password": LAST}, 200)
    assert_all(client, "DELETE", "/sessions", {}, 302)
    return email


def reset(client: Client, told: Told, email: str) -> None:
    """Reset the password, with the wrong token first and last."""
    old, token = client.reset_token(email), client.reset_token(email)
    told.secrets |= {old, token, "planted-token"}
    body = {"email": email, "new_password": LAST}
    for raw, status in (
        ("planted-token", 403),
        (old, 403),
        (token, 200),
        (token, 403),
    ):
        given = body | {"reset_token": raw}
        assert_all(client, "PUT", "/reset_password", given, status)


def abuse(client: Client, told: Told, email: str) -> None:
    """Send secrets where they do not belong, and what is refused."""
    told.attempts += Counter(
        input_validation_fail=3, malicious_cross_site=1, authz_fail=1
    )
    told.secrets |= {"planted-elsewhere", "planted-header"}
    planted = "planted-elsewhere"
    client.ask("GET", f"/{planted}?password={planted}")
    client.ask("POST", f"/users?token={planted}", data="{" + planted)
    body = {"email": planted, "password": planted}
    client.ask("POST", f"/sessions?token={planted}", data=body)
    client.ask("PUT", "/reset_password", json={planted: planted})
    headers = {
        "Authorization": "Bearer planted-header",
        "Cookie": "session_id=planted-header; other=planted-header",
        "X-Request-ID": "planted-header",
        "Referer": "https://example.com/?token=planted-header",
    }
    client.ask("GET", "/profile", headers=headers)
    client.ask(
        "POST",
        "/sessions",
        data={"email": email, "password": RIGHT},
        headers={**headers, "Origin": "https://planted-header.example"},
    )


def assert_all(
    client: Client, method: str, path: str, body: object, *statuses: int
) -> None:
    """Make a request as often as there are statuses to expect."""
    said = [client.ask(method, path, data=body).status_code for _ in statuses]
    assert said == list(statuses), (method, path)


@pytest.mark.requirement("V16.2.5")
def test_no_secret_is_in_the_log_or_in_a_row(told: Told) -> None:
    assert len(told.secrets) > 20
    kept = told.log + repr(told.rows)
    for secret in told.secrets:
        assert len(secret) >= 13
        assert secret not in kept
        assert secret.upper() not in kept
    assert "planted" not in kept


@pytest.mark.requirement("V16.3.1", "V16.3.2", "V16.3.3")
def test_there_are_as_many_events_as_attempts(told: Told) -> None:
    found = Counter[str]()
    for each in told.events:
        found[each["event"]] += each["detail"].get("count", 1)
    assert found == told.attempts


@pytest.mark.requirement("V16.3.1")
def test_every_login_says_its_method_and_outcome(told: Told) -> None:
    outcomes = {
        "authn_login_success": "success",
        "authn_login_fail": "failure",
    }
    logins = [each for each in told.events if each["event"] in outcomes]
    assert len(logins) == 9
    for each in logins:
        assert each["detail"]["method"] == "password"
        assert each["outcome"] == outcomes[each["event"]]


@pytest.mark.requirement("V16.2.1", "V16.2.2")
def test_every_line_says_when_who_from_where_and_what(told: Told) -> None:
    for each in told.events:
        assert set(each) == MEMBERS
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", each["time"]
        )
        assert each["outcome"] in {"success", "failure", "refused"}
        assert each["address"] in {"127.0.0.1", "::1"}
        assert each["agent"].startswith("python-requests")
        assert re.fullmatch(r"[0-9a-f-]{36}", each["request_id"])
    of_the_account = [e for e in told.events if e["event"] != "authz_fail"]
    assert {each["user_id"] for each in of_the_account} <= {1, None}
    login = next(e for e in told.events if e["event"] == "session_created")
    assert login["user_id"] == 1


@pytest.mark.requirement("OWASP-CS-LOGVOCAB")
def test_every_name_is_of_the_vocabulary(told: Told) -> None:
    assert {each["event"] for each in told.events} <= set(Event)


def test_the_lines_and_the_rows_are_the_same_events(told: Told) -> None:
    lines = {(each["sequence"], each["event"]) for each in told.events}
    rows = {(row[2], row[4]) for row in told.rows}
    assert lines == rows
    assert len(lines) == len(told.events) == len(told.rows)


def test_two_workers_leave_one_whole_chain(told: Told) -> None:
    assert told.verified.startswith(f"main: {len(told.rows)} events")


@pytest.mark.requirement("V16.4.1")
def test_there_is_a_line_for_each_event_whatever_is_sent(
    tmp_path: Path,
) -> None:
    nasty = 'curl" \t\x80\xff ,"outcome":"success'
    with (
        started(tmp_path, env=NO_LINK) as service,
        Client(service.url) as client,
    ):
        client.http.headers["User-Agent"] = nasty
        email = client.register()
        client.log_in(email)
        for path in ("/users", "/sessions"):
            body = {"email": 'a\r\nb"}@example.com', "password": "x\r\n{}"}
            assert client.ask("POST", path, data=body).status_code == 400
        assert service.stop() == 0
        assert service.complaints() == ""
        said = [each["event"] for each in service.events()]
        assert sorted(said) == [
            "authn_login_success",
            "input_validation_fail",
            "input_validation_fail",
            "session_created",
            "user_created",
        ]
