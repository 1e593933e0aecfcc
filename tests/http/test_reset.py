"""The contract: a forgotten password, in the development profile."""

import re

import pytest

from tests.conftest import ENGINES
from tests.http.client import (
    NOBODYS,
    UUID,
    Client,
    assert_problem,
    new_address,
)

pytestmark = pytest.mark.engine(*ENGINES, "nodes")

BODIES = pytest.mark.parametrize("kind", ["data", "json"])


def spend(email: str, token: str, password: str = "n3w") -> dict[str, str]:
    """Return the body that spends a token."""
    return {"email": email, "reset_token": token, "new_password": password}


@BODIES
def test_ask_for_a_token(client: Client, kind: str) -> None:
    email = client.register()
    answer = client.ask("POST", "/reset_password", **{kind: {"email": email}})
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == {"email", "reset_token"}
    assert found["email"] == email
    assert re.fullmatch(UUID, found["reset_token"])


@BODIES
def test_ask_for_an_unknown_address(client: Client, kind: str) -> None:
    body = {"email": new_address()}
    answer = client.ask("POST", "/reset_password", **{kind: body})
    assert_problem(answer, 403, "unknown_email")


@pytest.mark.engine(*ENGINES)  # the nodes are told to allow it
@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"]
)
def test_a_proxy_gets_no_token(client: Client, header: str) -> None:
    email = client.register()
    answer = client.ask(
        "POST",
        "/reset_password",
        data={"email": email},
        headers={header: "127.0.0.1"},
    )
    assert_problem(answer, 403, "development_profile_is_local")


@BODIES
def test_spend_a_token(client: Client, kind: str) -> None:
    email = client.register()
    sessions = [client.log_in(email) for _ in range(3)]
    token = client.reset_token(email)
    body = spend(email, token)
    answer = client.ask("PUT", "/reset_password", **{kind: body})
    assert answer.status_code == 200
    assert answer.json() == {"email": email, "message": "Password updated"}
    assert not any(map(client.is_in, sessions))
    old = {"email": email, "password": "b4l0u"}
    assert client.ask("POST", "/sessions", data=old).status_code == 401
    client.log_in(email, "n3w")


@pytest.mark.requirement("OWASP-CS-FORGOT-2")
@BODIES
def test_spend_a_token_twice(client: Client, kind: str) -> None:
    email = client.register()
    body = spend(email, client.reset_token(email))
    client.ask("PUT", "/reset_password", data=body)
    answer = client.ask("PUT", "/reset_password", **{kind: body})
    assert_problem(answer, 403, "invalid_token")


@pytest.mark.requirement("V2.2.3")
def test_another_addresses_token(client: Client) -> None:
    mine, theirs = client.register(), client.register()
    token = client.reset_token(mine)
    for email in (theirs, new_address()):
        answer = client.ask("PUT", "/reset_password", data=spend(email, token))
        assert_problem(answer, 403, "invalid_token")
    # It was not spent by the attempts.
    answer = client.ask(
        "PUT", "/reset_password", data=spend(mine.upper(), token)
    )
    assert answer.status_code == 200


@pytest.mark.requirement("OWASP-CS-FORGOT-8")
@pytest.mark.parametrize(
    "token",
    [
        NOBODYS,
        "nonsense",
        "None",
        "0",
        " ",
        "' OR 1=1 --",
        "f" * 10_000,
        "é" * 36,
    ],
)
def test_a_token_that_is_none(client: Client, token: str) -> None:
    email = client.register()
    client.reset_token(email)
    answer = client.ask("PUT", "/reset_password", json=spend(email, token))
    assert_problem(answer, 403, "invalid_token")


@pytest.mark.requirement("OWASP-CS-FORGOT-8")
@BODIES
def test_a_missing_token(client: Client, kind: str) -> None:
    email = client.register()
    client.reset_token(email)
    empty = spend(email, "")
    absent = {name: empty[name] for name in ("email", "new_password")}
    for body in (empty, absent):
        answer = client.ask("PUT", "/reset_password", **{kind: body})
        assert_problem(answer, 403, "invalid_token")


def test_a_new_token_voids_the_old(client: Client) -> None:
    email = client.register()
    old, new = client.reset_token(email), client.reset_token(email)
    answer = client.ask("PUT", "/reset_password", data=spend(email, old))
    assert_problem(answer, 403, "invalid_token")
    answer = client.ask("PUT", "/reset_password", data=spend(email, new))
    assert answer.status_code == 200


def test_a_malformed_password_leaves_the_token(client: Client) -> None:
    email = client.register()
    token = client.reset_token(email)
    for password in ("", "\0", "x" * 5000):
        body = spend(email, token, password)
        answer = client.ask("PUT", "/reset_password", json=body)
        assert answer.status_code == 400
    answer = client.ask("PUT", "/reset_password", json=spend(email, token))
    assert answer.status_code == 200
