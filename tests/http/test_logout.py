"""The contract: logging out, in its two forms."""

from pathlib import Path

import pytest

from tests.conftest import ENGINES
from tests.http.client import NOBODYS, Client, assert_problem
from tests.service import started

pytestmark = pytest.mark.engine(*ENGINES, "nodes")

GONE = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"


def assert_cleared(set_cookie: str) -> None:
    cookie, *attributes = set_cookie.split("; ")
    assert cookie == "session_id="
    assert set(attributes) == {
        GONE,
        "Max-Age=0",
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
    }


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/html",
        "text/html, application/json",
        "text/html, application/json;q=0.9",
        "application/json;q=0",
        "application/xml",
    ],
)
def test_log_out_redirects(client: Client, accept: str) -> None:
    session_id = client.log_in(client.register())
    answer = client.ask("DELETE", "/sessions", headers={"Accept": accept})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
    assert answer.content == b""
    assert_cleared(answer.headers["Set-Cookie"])
    assert not client.http.cookies
    assert not client.is_in(session_id)


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "application/json, text/html;q=0.9",
        "application/json, text/plain, */*",
        "text/html;q=0.1, application/json",
    ],
)
def test_log_out_without_content(client: Client, accept: str) -> None:
    session_id = client.log_in(client.register())
    answer = client.ask("DELETE", "/sessions", headers={"Accept": accept})
    assert answer.status_code == 204
    assert answer.content == b""
    assert "Location" not in answer.headers
    assert "Content-Type" not in answer.headers
    assert "Content-Length" not in answer.headers
    assert_cleared(answer.headers["Set-Cookie"])
    assert not client.is_in(session_id)


def test_log_out_by_setting(tmp_path: Path) -> None:
    env = {"BIENVENUE_LOGOUT_RESPONSE": "no_content"}
    with started(tmp_path, env=env) as service, Client(service.url) as client:
        email = client.register()
        for accept in ("*/*", "text/html", "application/json"):
            session_id = client.log_in(email)
            headers = {"Accept": accept}
            answer = client.ask("DELETE", "/sessions", headers=headers)
            assert (answer.status_code, answer.content) == (204, b"")
            assert not client.is_in(session_id)


def test_only_this_session_ends(client: Client) -> None:
    email = client.register()
    first, second = client.log_in(email), client.log_in(email)
    assert client.ask("DELETE", "/sessions").status_code == 302
    assert client.is_in(first)
    assert not client.is_in(second)


@pytest.mark.requirement("OWASP-CS-SESS-4")
@pytest.mark.parametrize(
    "cookie", [None, "session_id=", f"session_id={NOBODYS}"]
)
def test_log_out_without_a_session(client: Client, cookie: str | None) -> None:
    headers = None if cookie is None else {"Cookie": cookie}
    answer = client.ask("DELETE", "/sessions", headers=headers)
    assert_problem(answer, 403, "session_required")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.requirement("OWASP-CS-SESS-4")
def test_log_out_twice(client: Client) -> None:
    session_id = client.log_in(client.register())
    assert client.ask("DELETE", "/sessions").status_code == 302
    cookie = {"Cookie": f"session_id={session_id}"}
    answer = client.ask("DELETE", "/sessions", headers=cookie)
    assert_problem(answer, 403, "session_required")


@pytest.mark.requirement("RFC6265bis-dup")
def test_two_cookies_are_not_guessed_between(client: Client) -> None:
    email = client.register()
    first, second = client.log_in(email), client.log_in(email)
    for one, other in ((first, second), (second, first), (first, first)):
        cookie = {"Cookie": f"session_id={one}; session_id={other}"}
        for method, path in (("GET", "/profile"), ("DELETE", "/sessions")):
            answer = client.ask(method, path, headers=cookie)
            assert_problem(answer, 403, "session_required")
    assert client.is_in(first)
    assert client.is_in(second)
