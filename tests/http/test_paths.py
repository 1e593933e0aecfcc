"""The contract: paths, slashes and methods."""

import pytest

from bienvenue import secret
from tests.http.client import Client, assert_problem
from tests.service import Service

ALLOWED = {
    "/": {"GET"},
    "/users": {"POST"},
    "/sessions": {"GET", "POST", "DELETE"},
    "/sessions/others": {"DELETE"},
    "/password": {"PUT"},
    "/users/me/export": {"GET"},
    "/profile": {"GET", "PATCH"},
    "/reset_password": {"GET", "POST", "PUT"},
    "/reset_password/mail": {"POST"},
    "/reset_password/new": {"POST"},
    "/verify_email": {"GET", "POST"},
    "/verify_email/resend": {"POST"},
    "/confirm_email_change": {"GET", "POST"},
    "/undo_email_change": {"GET", "POST"},
    "/docs": {"GET"},
    "/openapi.json": {"GET"},
    "/dev/mailbox": {"GET"},
}
# Pages that want the token of a mailed link.
LINKS = {"/confirm_email_change", "/undo_email_change"}
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


@pytest.mark.requirement("RFC9110-methods")
@SLASHES
@PATHS
def test_options(client: Client, path: str, slash: str) -> None:
    answer = client.ask("OPTIONS", (path.rstrip("/") + slash) or "/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert set(answer.headers["Allow"].split(", ")) == allowed(path)


@pytest.mark.requirement("RFC9110-methods")
@PATHS
def test_head(client: Client, path: str) -> None:
    client.log_in(client.register())
    answer = client.ask("HEAD", path)
    assert answer.content == b""
    if "GET" not in ALLOWED[path]:
        assert answer.status_code == 405
        return
    whole = client.ask("GET", path)
    status = 403 if path in LINKS else 200
    assert answer.status_code == whole.status_code == status
    for one in (answer, whole):
        for varies in ("Date", "X-Request-ID"):
            one.headers.pop(varies, None)
        if path == "/users/me/export":  # each is in the next
            del one.headers["Content-Length"]
    assert dict(answer.headers) == dict(whole.headers)


def test_head_of_the_profile_without_a_session(client: Client) -> None:
    answer = client.ask("HEAD", "/profile")
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.requirement("V4.1.4", "V13.4.4")
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


@pytest.mark.requirement("V14.2.1", "V15.3.7", "OWASP-CS-SESS-2")
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


@pytest.mark.requirement("V14.2.1")
def test_what_stands_in_a_url_is_not_logged(
    service: Service, client: Client
) -> None:
    """Secrets do not belong there; who puts them there is not told on."""
    email, hidden = client.register(), secret.new_token()
    query = {"email": email, "password": hidden, "reset_token": hidden}
    for method, path, status in (
        ("POST", "/sessions", 400),
        ("PUT", "/reset_password", 400),
        ("GET", "/profile", 403),
        ("GET", "/", 200),
        ("GET", f"/{hidden}", 404),
    ):
        answer = client.ask(method, path, params=query)
        assert answer.status_code == status
        assert hidden not in answer.text + str(answer.headers)
    assert hidden not in service.output() + service.errors()


@pytest.mark.requirement("V13.4.6")
@PATHS
def test_the_server_names_no_version(client: Client, path: str) -> None:
    for method in ("GET", "OPTIONS", "TRACE"):
        answer = client.ask(method, path)
        for name in ("X-Powered-By", "Via", "X-Runtime"):
            assert name not in answer.headers
        # The name of the server, which it puts in itself, without a number.
        assert answer.headers.get("Server", "").isalpha()
