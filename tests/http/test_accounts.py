"""The contract: welcome, registering, logging in, the profile."""

import re

import pytest

from bienvenue import secret
from tests.conftest import ENGINES
from tests.http.client import (
    JSON,
    NOBODYS,
    PASSWORD,
    PROBLEM,
    UUID,
    Client,
    assert_problem,
    new_address,
)
from tests.service import Service

pytestmark = pytest.mark.engine(*ENGINES, "nodes")

BODIES = pytest.mark.parametrize("kind", ["data", "json"])


def test_welcome(client: Client) -> None:
    answer = client.ask("GET", "/")
    assert (answer.status_code, answer.json()) == (
        200,
        {"message": "Bienvenue"},
    )
    assert answer.headers["Content-Type"] == JSON


@BODIES
def test_register(client: Client, kind: str) -> None:
    email = new_address()
    body = {"email": email, "password": PASSWORD}
    answer = client.ask("POST", "/users", **{kind: body})
    assert answer.status_code == 200
    assert answer.json() == {"email": email, "message": "user created"}
    assert answer.headers["Content-Type"] == JSON
    assert "Set-Cookie" not in answer.headers


@BODIES
def test_register_a_taken_address(client: Client, kind: str) -> None:
    email = client.register()
    for same in (email, email.upper()):
        body = {"email": same, "password": "another"}
        answer = client.ask("POST", "/users", **{kind: body})
        assert answer.status_code == 400
        assert answer.json() == {"message": "email already registered"}
        assert answer.headers["Content-Type"] == JSON
    client.log_in(email)


@pytest.mark.parametrize(
    "accept", [PROBLEM, f"text/html, {PROBLEM};q=0.5", PROBLEM.upper()]
)
def test_a_taken_address_as_a_problem(client: Client, accept: str) -> None:
    body = {"email": client.register(), "password": "another"}
    answer = client.ask(
        "POST", "/users", json=body, headers={"Accept": accept}
    )
    assert_problem(answer, 400, "email_taken")
    assert answer.json()["message"] == "email already registered"


@pytest.mark.parametrize("accept", ["", "*/*", "application/*", JSON, "???"])
def test_a_taken_address_as_ever(client: Client, accept: str) -> None:
    body = {"email": client.register(), "password": "another"}
    answer = client.ask(
        "POST", "/users", json=body, headers={"Accept": accept}
    )
    assert answer.json() == {"message": "email already registered"}


@BODIES
def test_log_in(client: Client, kind: str) -> None:
    email = client.register()
    body = {"email": email, "password": PASSWORD}
    answer = client.ask("POST", "/sessions", **{kind: body})
    assert answer.status_code == 200
    assert answer.json() == {"email": email, "message": "logged in"}
    cookie, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert re.fullmatch(f"session_id={UUID}", cookie)
    kept = {each for each in attributes if not each.startswith("Expires=")}
    month = 30 * 24 * 60 * 60
    assert kept == {f"Max-Age={month}", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert len(attributes) == len(kept) + 1


def test_log_in_in_any_letter_case(client: Client) -> None:
    email = client.register()
    body = {"email": email.upper(), "password": PASSWORD}
    answer = client.ask("POST", "/sessions", data=body)
    assert answer.json()["email"] == email.upper(), "as it was sent"


@pytest.mark.requirement("OWASP-CS-AUTH-1")
def test_a_wrong_password_and_an_unknown_address(client: Client) -> None:
    answers = [
        client.ask(
            "POST", "/sessions", data={"email": email, "password": "not it"}
        )
        for email in (client.register(), new_address())
    ]
    for answer in answers:
        assert_problem(answer, 401, "invalid_credentials")
        assert "Set-Cookie" not in answer.headers
    assert answers[0].content == answers[1].content
    names = [sorted(each.headers) for each in answers]
    assert names[0] == names[1]


def test_profile(client: Client) -> None:
    email = client.register()
    client.log_in(email)
    answer = client.ask("GET", "/profile")
    assert (answer.status_code, answer.json()) == (200, {"email": email})


@pytest.mark.parametrize(
    "cookie",
    [
        None,
        "",
        "session_id",
        "session_id=",
        "session_id=nonsense",
        "session_id=None",
        f"session_id={NOBODYS}",
        f"other={NOBODYS}",
        "session_id=" + "f" * 6000,
    ],
)
def test_profile_without_a_session(client: Client, cookie: str | None) -> None:
    client.log_in(client.register())
    client.http.cookies.clear()
    headers = None if cookie is None else {"Cookie": cookie}
    answer = client.ask("GET", "/profile", headers=headers)
    assert_problem(answer, 403, "session_required")


def test_sessions_live_side_by_side(client: Client) -> None:
    email = client.register()
    sessions = [client.log_in(email) for _ in range(12)]
    assert len(set(sessions)) == 12
    assert all(map(client.is_in, sessions))


@pytest.mark.engine(*ENGINES)  # a proxy has one name
def test_every_name_of_this_machine_reaches_it(service: Service) -> None:
    hosts = ["localhost", "127.0.0.1", "[::1]"]
    hosts.append("0.0.0.0")  # noqa: S104 - called, not listened on
    for host in hosts:
        with Client(f"http://{host}:{service.port}") as client:
            email = client.register()
            session_id = client.log_in(email)
            assert client.is_in(session_id)
            assert client.reset_token(email)


@pytest.mark.engine(*ENGINES)  # in front of nodes, a test of the proxies
@pytest.mark.requirement("V14.2.1")
def test_nothing_secret_is_told(service: Service, client: Client) -> None:
    password = f"a-secret-{secret.new_token()}"
    email = client.register(password)
    session_id = client.log_in(email, password)
    token = client.reset_token(email)
    for body in (
        {"email": email, "password": password + "!"},
        {"email": password, "password": password},
        {"email": [password], "password": {password: password}},
        {"email": email, "reset_token": token + "!"},
    ):
        for path in ("/users", "/sessions", "/reset_password"):
            for method in ("POST", "PUT", "DELETE", "GET"):
                answer = client.ask(method, path, json=body)
                if answer.status_code == 200:
                    continue
                assert password not in answer.text
                assert token not in answer.text
    said = service.output() + service.errors()
    for hidden in (password, session_id, token):
        assert hidden not in said
