"""The contract: paths, slashes and methods."""

import pytest

from tests.http.client import Client, assert_problem

ALLOWED = {
    "/": {"GET"},
    "/users": {"POST"},
    "/sessions": {"GET", "POST", "DELETE"},
    "/sessions/others": {"DELETE"},
    "/password": {"PUT"},
    "/users/me/export": {"GET"},
    "/profile": {"GET"},
    "/reset_password": {"POST", "PUT"},
    "/docs": {"GET"},
    "/openapi.json": {"GET"},
    "/dev/mailbox": {"GET"},
}
METHODS = (
    "GET POST PUT PATCH DELETE TRACE PROPFIND MKCOL LOCK PURGE BREW X-MADE-UP"
).split()
PATHS = pytest.mark.parametrize("path", ALLOWED)
SLASHES = pytest.mark.parametrize("slash", ["", "/"])


def allowed(path: str) -> set[str]:
    """Return what the Allow header names."""
    found = {"OPTIONS", *ALLOWED[path]}
    return found | {"HEAD"} if "GET" in found else found


@SLASHES
def test_a_life_with_and_without_slashes(client: Client, slash: str) -> None:
    email = client.register()
    body = {"email": email, "password": "b4l0u"}
    again = client.ask("POST", f"/users{slash}", data=body)
    assert again.json() == {"message": "email already registered"}
    login = client.ask("POST", f"/sessions{slash}", data=body)
    assert login.json()["message"] == "logged in"
    profile = client.ask("GET", f"/profile{slash}")
    assert profile.json() == {"email": email}
    asked = client.ask("POST", f"/reset_password{slash}", data=body)
    body |= {"new_password": "n3w", **asked.json()}
    spent = client.ask("PUT", f"/reset_password{slash}", data=body)
    assert spent.json()["message"] == "Password updated"
    client.log_in(email, "n3w")
    assert client.ask("DELETE", f"/sessions{slash}").status_code == 302


@SLASHES
@PATHS
def test_options(client: Client, path: str, slash: str) -> None:
    answer = client.ask("OPTIONS", (path.rstrip("/") + slash) or "/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert set(answer.headers["Allow"].split(", ")) == allowed(path)


@PATHS
def test_head(client: Client, path: str) -> None:
    client.log_in(client.register())
    answer = client.ask("HEAD", path)
    assert answer.content == b""
    if "GET" not in ALLOWED[path]:
        assert answer.status_code == 405
        return
    whole = client.ask("GET", path)
    assert answer.status_code == whole.status_code == 200
    for one in (answer, whole):
        one.headers.pop("Date", None)
    assert dict(answer.headers) == dict(whole.headers)


def test_head_of_the_profile_without_a_session(client: Client) -> None:
    answer = client.ask("HEAD", "/profile")
    assert (answer.status_code, answer.content) == (403, b"")


@PATHS
def test_other_methods(client: Client, path: str) -> None:
    for method in METHODS:
        if method in ALLOWED[path]:
            continue
        answer = client.ask(method, path)
        assert_problem(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == allowed(path)


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/users/1",
        "/Users",
        "/profile.json",
        "/%00",
        "/%ff",
        "/..%2f..%2fetc/passwd",
        "/a" * 2000,
        "/{7*7}",
        "/<script>alert(1)</script>",
    ],
)
def test_unknown_paths(client: Client, path: str) -> None:
    for method in ("GET", "POST", "DELETE", "OPTIONS", "X-MADE-UP"):
        answer = client.ask(method, path)
        assert_problem(answer, 404, "not_found")
        assert "script" not in answer.text


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nope.css",
        "..%2f..%2fapp.py",
        "%2e%2e/__init__.py",
        "..%5cheaders.py",
        "pages.css%00",
    ],
)
def test_no_other_file_is_served(client: Client, name: str) -> None:
    answer = client.ask("GET", f"/static/bienvenue/{name}")
    assert_problem(answer, 404, "not_found")


def test_a_query_is_no_body(client: Client) -> None:
    email = client.register()
    query = {"email": email, "password": "b4l0u", "reset_token": "x"}
    for method, path in (
        ("POST", "/users"),
        ("POST", "/sessions"),
        ("POST", "/reset_password"),
        ("PUT", "/reset_password"),
    ):
        answer = client.ask(method, path, params=query)
        assert_problem(answer, 400, "malformed")
    session_id = client.log_in(email)
    client.http.cookies.clear()
    answer = client.ask("GET", "/profile", params={"session_id": session_id})
    assert_problem(answer, 403, "session_required")
