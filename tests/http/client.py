"""A client as people write them: ``requests``, and what they look at."""

from pathlib import Path
from typing import Any, Self

import requests

from bienvenue import secret

JSON = "application/json"
PROBLEM = "application/problem+json"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PASSWORD = "b4l0u"
NOBODYS = "0f9f7c52-6d0c-c3a4-1b7e-5a2d90c8e613"
"""In the form of a session id or a token; was never given out."""
PATIENCE = 30.0
"""Seconds after which a test has failed rather than waited."""


class Client:
    """Speaks to a service and keeps its cookies, as a browser would."""

    def __init__(self, url: str, ca: Path | None = None) -> None:
        """Trust, over https, what this authority has signed."""
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        if ca is not None:
            self.http.verify = str(ca)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, method: str, path: str, **given: Any) -> requests.Response:
        """Make one request; redirects are shown, not followed."""
        return self.http.request(
            method,
            self.url + path,
            timeout=PATIENCE,
            allow_redirects=False,
            **given,
        )

    def register(self, password: str = PASSWORD) -> str:
        """Make an account and return its address."""
        email = new_address()
        body = {"email": email, "password": password}
        answer = self.ask("POST", "/users", data=body)
        assert answer.status_code == 200, answer.text
        return email

    def log_in(self, email: str, password: str = PASSWORD) -> str:
        """Begin a session, keep its cookie and return the session id."""
        body = {"email": email, "password": password}
        answer = self.ask("POST", "/sessions", data=body)
        assert answer.status_code == 200, answer.text
        return answer.cookies["session_id"]

    def reset_token(self, email: str) -> str:
        """Ask for a reset token, which this profile answers with."""
        answer = self.ask("POST", "/reset_password", data={"email": email})
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["reset_token"]
        return token

    def is_in(self, session_id: str) -> bool:
        """Tell whether a session id opens the profile."""
        cookie = {"Cookie": f"session_id={session_id}"}
        status = self.ask("GET", "/profile", headers=cookie).status_code
        assert status in (200, 403)
        return status == 200


def new_address() -> str:
    """Return an address that no other test uses."""
    return f"{secret.new_token()}@example.com"


def assert_problem(answer: requests.Response, status: int, code: str) -> None:
    """See that an answer is an error as RFC 9457 and the contract have it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == PROBLEM
    found = answer.json()
    assert set(found) == {
        "message",
        "code",
        "type",
        "title",
        "status",
        "detail",
    }
    assert found["code"] == code
    assert found["status"] == status
    assert found["message"] == found["detail"] != ""
    assert found["type"] == "about:blank"
