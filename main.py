"""The end-to-end check: the whole life of an account, over HTTP.

    python main.py [--url http://localhost:5000]

It knows nothing of the service but its address, as any client would.  The
service must run in the development profile (``bienvenue dev``), which puts
the reset token into its answer.  Each run makes an account of its own.

Exit status: 0 when everything was as it should be, 1 when something was not
(it says what was expected and what came) or nobody answers at the address.
"""

import argparse
import secrets
import shlex
import sys
from pathlib import Path
from typing import Any


def _this_python() -> str:
    """Return what runs this, as one types it in the folder one is in."""
    python = Path(sys.executable or "python3")
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    return shlex.quote(str(python))


try:
    import requests
except ModuleNotFoundError:
    sys.exit(
        "main.py needs the package requests:"
        f" {_this_python()} -m pip install requests"
    )

EMAIL = f"guillaume-{secrets.token_hex(8)}@holberton.io"
PASSWD = "b4l0u"
NEW_PASSWD = "t4rt1fl3tt3"

_TIMEOUT_SECONDS = 30


class Mismatch(Exception):
    """The service answered something else than it should."""


class Service:
    """Where the requests go."""

    def __init__(self, url: str) -> None:
        """Take the address, with or without a slash at its end."""
        self.url = url.rstrip("/")

    def ask(
        self,
        method: str,
        path: str,
        session_id: str | None = None,
        **form: str,
    ) -> requests.Response:
        """Send a form; return the answer, or what a redirect led to."""
        cookies = {} if session_id is None else {"session_id": session_id}
        return requests.request(
            method,
            self.url + path,
            data=form,
            cookies=cookies,
            timeout=_TIMEOUT_SECONDS,
        )


service = Service("http://localhost:5000")


def expect(expected: object, came: object, what: str) -> None:
    """Raise ``Mismatch`` unless both are the same."""
    if expected != came:
        raise Mismatch(f"{what}: expected {expected!r}, came {came!r}")


def expect_json(
    response: requests.Response, status: int, payload: dict[str, Any]
) -> None:
    """Require a status and a payload, with nothing missing or added."""
    call = _call(response)
    came = response.status_code, _json(response)
    expect((status, payload), came, call)


def expect_refusal(
    response: requests.Response, status: int, message: str | None = None
) -> None:
    """Require an error that says what it is, to people and programs."""
    call = _call(response)
    payload = _json(response)
    said = payload.get("message") if isinstance(payload, dict) else None
    if message is None:
        message = said if isinstance(said, str) and said else "a message"
    expect((status, message), (response.status_code, said), call)


def register_user(email: str, password: str) -> None:
    """Make an account; the address is then taken."""
    response = service.ask("POST", "/users", email=email, password=password)
    expect_json(response, 200, {"email": email, "message": "user created"})
    response = service.ask("POST", "/users", email=email, password=password)
    expect_refusal(response, 400, "email already registered")
    print(f"registered {email}; a second time is refused")


def log_in_wrong_password(email: str, password: str) -> None:
    """Fail to sign in; an unknown address fails in the same words."""
    wrong = service.ask("POST", "/sessions", email=email, password=password)
    expect_refusal(wrong, 401)
    expect(None, wrong.cookies.get("session_id"), "cookie of a failed login")
    nobody = service.ask(
        "POST", "/sessions", email=f"no-{email}", password=password
    )
    expect_refusal(nobody, 401)
    expect(_json(wrong), _json(nobody), "answer to an unknown address")
    print("a wrong password is refused, an unknown address in the same words")


def profile_unlogged() -> None:
    """Be refused the profile, without a session and with an empty one."""
    expect_refusal(service.ask("GET", "/profile"), 403)
    expect_refusal(service.ask("GET", "/profile", ""), 403)
    print("the profile is refused to whoever is not logged in")


def log_in(email: str, password: str) -> str:
    """Sign in and return the session id."""
    response = service.ask("POST", "/sessions", email=email, password=password)
    expect_json(response, 200, {"email": email, "message": "logged in"})
    session_id = response.cookies.get("session_id")
    if not session_id:
        raise Mismatch("POST /sessions: expected a session_id, came none")
    print("logged in")
    return session_id


def profile_logged(session_id: str, email: str | None = None) -> None:
    """See the profile of the account that the session belongs to."""
    response = service.ask("GET", "/profile", session_id)
    expect_json(response, 200, {"email": email or EMAIL})
    print("the profile is shown to whoever is logged in")


def log_out(session_id: str) -> None:
    """End the session; it is then over, and cannot be ended again."""
    response = service.ask("DELETE", "/sessions", session_id)
    first = response.history[0] if response.history else response
    came = first.status_code, first.headers.get("Location")
    expect((302, "/"), came, "DELETE /sessions")
    expect_json(response, 200, {"message": "Bienvenue"})
    expect_refusal(service.ask("DELETE", "/sessions", session_id), 403)
    expect_refusal(service.ask("GET", "/profile", session_id), 403)
    print("logged out; the session is over")


def reset_password_token(email: str) -> str:
    """Ask for a reset token and return it."""
    response = service.ask("POST", "/reset_password", email=email)
    payload = _json(response)
    token = payload.get("reset_token") if isinstance(payload, dict) else None
    if response.status_code == 200 and not token:
        raise Mismatch(
            "POST /reset_password: expected a reset_token, came none; the"
            " service follows production's rules: check one in the"
            " development profile"
        )
    expect_json(response, 200, {"email": email, "reset_token": token})
    unknown = service.ask("POST", "/reset_password", email=f"no-{email}")
    expect_refusal(unknown, 403)
    print("got a reset token; an unknown address gets none")
    return str(token)


def update_password(email: str, reset_token: str, new_password: str) -> None:
    """Set a new password with the token, which is then spent."""

    def spend(owner: str, token: str) -> requests.Response:
        return service.ask(
            "PUT",
            "/reset_password",
            email=owner,
            reset_token=token,
            new_password=new_password,
        )

    expect_refusal(spend(email, "no such token"), 403)
    expect_refusal(spend(f"no-{email}", reset_token), 403)
    expect_json(
        spend(email, reset_token),
        200,
        {"email": email, "message": "Password updated"},
    )
    expect_refusal(spend(email, reset_token), 403)
    print("updated the password; the token is spent")


def check() -> None:
    """Walk through the life of an account, step by step."""
    register_user(EMAIL, PASSWD)
    log_in_wrong_password(EMAIL, NEW_PASSWD)
    profile_unlogged()
    session_id = log_in(EMAIL, PASSWD)
    profile_logged(session_id)
    other_session_id = log_in(EMAIL, PASSWD)
    log_out(session_id)
    profile_logged(other_session_id)
    reset_token = reset_password_token(EMAIL)
    update_password(EMAIL, reset_token, NEW_PASSWD)
    log_in_wrong_password(EMAIL, PASSWD)
    expect_refusal(service.ask("GET", "/profile", other_session_id), 403)
    print("the reset ended the session that was still open")
    profile_logged(log_in(EMAIL, NEW_PASSWD))


def main() -> int:
    """Check the service at --url; return the exit status."""
    parser = argparse.ArgumentParser(description="Check a running service.")
    parser.add_argument("--url", default=service.url, help="where it is")
    service.url = parser.parse_args().url.rstrip("/")
    if not service.url.lower().startswith(("http://", "https://")):
        print(
            "FAILED: a URL begins with http:// or https://: say --url"
            f" {shlex.quote(_with_scheme(service.url))}",
            file=sys.stderr,
        )
        return 1
    try:
        check()
    except Mismatch as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    except requests.RequestException as error:
        print(
            f"FAILED: no answer at {service.url} ({type(error).__name__});"
            " start the service with `make run`, or name it with --url",
            file=sys.stderr,
        )
        return 1
    print("all good")
    return 0


def _with_scheme(url: str) -> str:
    """Return what was probably meant by a URL that has another beginning."""
    place = url.partition("://")[2] or url.lstrip("/") or "localhost:5000"
    return f"http://{place}"


def _call(response: requests.Response) -> str:
    request = response.request
    return f"{request.method} {request.path_url}"


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.JSONDecodeError:
        return response.text


if __name__ == "__main__":
    sys.exit(main())
