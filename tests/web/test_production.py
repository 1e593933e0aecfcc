"""The production profile: nothing is told, and tokens go by mail alone."""

import re
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from flask.testing import FlaskClient

from bienvenue.errors import ConfigurationError
from bienvenue.web.extension import KEY
from tests import phrases
from tests.service import free_port
from tests.web.conftest import Make

BOB = {"email": "bob@example.com", "password": "fifteen letters"}
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PROXIES = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"]


@pytest.fixture
def client(make: Make) -> FlaskClient:
    """A client of the production profile, over TLS as far as it knows."""
    made = make(profile="production").test_client()
    assert made.post("/users", json=BOB).status_code == 200
    return made


class Post(MessageHandler):
    """A mail server that keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(EmailMessage)
        self.letters: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.letters.append(message)


@pytest.mark.requirement("OWASP-CS-FORGOT-1")
def test_the_answer_to_a_reset_tells_nothing(client: FlaskClient) -> None:
    answers = [
        client.post("/reset_password", json={"email": email})
        for email in ("bob@example.com", "eve@example.com")
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert set(answer.get_json()) == {"email", "message"}
        assert not re.search(UUID, answer.text)
    known, unknown = (answer.data for answer in answers)
    assert known.replace(b"bob@", b"eve@") == unknown
    names = [sorted(answer.headers.keys()) for answer in answers]
    assert names[0] == names[1]


def test_a_token_goes_by_mail(make: Make) -> None:
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        app = make(
            profile="production",
            public_url="https://accounts.example.com",
            mail="smtp",
            smtp_host="127.0.0.1",
            smtp_port=controller.port,
            smtp_security="none",
        )
        client = app.test_client()
        # By this way no letter about the registration is sent.
        app.extensions[KEY].auth.register_user(*BOB.values())
        for email in ("bob@example.com", "eve@example.com"):
            client.post("/reset_password", json={"email": email})
        courier = app.extensions[KEY].courier
        courier.deliver_due()
        courier.stop()  # it may have had one of them in hand
    finally:
        controller.stop()
    (letter,) = post.letters
    assert letter["To"] == "bob@example.com"
    assert letter.get_content_type() == "multipart/alternative"
    text, html = (
        part.get_payload(decode=True).decode() for part in letter.iter_parts()
    )
    (token,) = set(re.findall(UUID, text + html))
    body = {"email": "bob@example.com", "reset_token": token}
    new = {"new_password": "another fifteen"}
    assert client.put("/reset_password", json=body | new).status_code == 200
    assert client.put("/reset_password", json=body | new).status_code == 403


def test_the_cookie_is_secure(client: FlaskClient) -> None:
    answer = client.post("/sessions", json=BOB, base_url="https://localhost")
    assert answer.status_code == 200
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(
        answer.headers["Set-Cookie"].split("; ")
    )
    answer = client.delete("/sessions", base_url="https://localhost")
    assert answer.headers["Set-Cookie"].startswith("session_id=; ")
    assert "; Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        (phrases.cut(phrases.ASCII, 14), False),
        (phrases.cut(phrases.ASCII, 15), True),
        (phrases.cut(phrases.COMPOSED, 14), False),
        (phrases.cut(phrases.COMPOSED, 15), True),
        (phrases.cut(phrases.EMOJI, 14), False),
        (phrases.cut(phrases.EMOJI, 15), True),
    ],
)
def test_the_policy(
    client: FlaskClient, password: str, *, accepted: bool
) -> None:
    body = {"email": "eve@example.com", "password": password}
    answer = client.post("/users", json=body)
    assert answer.status_code == (200 if accepted else 400)
    if not accepted:
        assert answer.get_json()["code"] == "password_too_short"
        assert password not in answer.text


def test_the_policy_as_it_is_set(make: Make) -> None:
    client = make(profile="production", password_min_length=8).test_client()
    for length, status in ((7, 400), (8, 200)):
        password = phrases.cut(phrases.ASCII, length)
        body = {"email": "eve@example.com", "password": password}
        assert client.post("/users", json=body).status_code == status


@pytest.mark.parametrize("header", PROXIES)
def test_tokens_are_echoed_to_this_machine_only(
    make: Make, header: str
) -> None:
    closed, opened = (
        make(allow_remote=allowed).test_client() for allowed in (False, True)
    )
    for client, status in ((closed, 403), (opened, 200)):
        client.post("/users", json=BOB)
        answer = client.post(
            "/reset_password", json=BOB, headers={header: "for=127.0.0.1"}
        )
        assert answer.status_code == status
        elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
        answer = client.post(
            "/reset_password", json=BOB, environ_base=elsewhere
        )
        assert answer.status_code == status
        if status == 403:
            assert answer.get_json()["code"] == "development_profile_is_local"
            assert "reset_token" not in answer.get_json()


def test_tokens_that_are_echoed_by_setting(make: Make) -> None:
    client = make(strict=True, tokens_in_answers=True).test_client()
    client.post("/users", json=BOB)
    answer = client.post("/reset_password", json=BOB)
    assert re.fullmatch(UUID, answer.get_json()["reset_token"])
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
    answer = client.post("/reset_password", json=BOB, environ_base=elsewhere)
    assert answer.status_code == 403


@pytest.mark.requirement("OWASP-CS-FORGOT-1")
def test_production_never_echoes_a_token(make: Make) -> None:
    with pytest.raises(ConfigurationError, match="tokens_in_answers"):
        make(profile="production", tokens_in_answers=True)


def test_no_content_by_setting(make: Make) -> None:
    client = make(logout_response="no_content").test_client()
    client.post("/users", json=BOB)
    client.post("/sessions", json=BOB)
    answer = client.delete("/sessions", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.data) == (204, b"")


def test_with_mail_off_nobody_is_promised_a_mail(make: Make) -> None:
    client = make(strict=True, mail="off").test_client()
    for email in ("bob@example.com", "unknown@example.com"):
        answer = client.post("/reset_password", data={"email": email})
        assert answer.status_code == 403
        assert answer.get_json()["code"] == "mail_off"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example:5000", 403),
        ("localhost.evil.example", 403),
        ("localhost:5000", 200),
        ("127.0.0.1:5000", 200),
        ("[::1]:5000", 200),
        ("0.0.0.0:5000", 200),
    ],
)
def test_a_token_is_not_told_under_another_host_name(
    make: Make, host: str, status: int
) -> None:
    """A web page can point a name of its own at this machine."""
    client = make().test_client()
    client.post("/users", data=BOB)
    answer = client.post("/reset_password", data=BOB, headers={"Host": host})
    assert answer.status_code == status


@pytest.mark.requirement("V13.4.2")
@pytest.mark.parametrize(
    "path", ["/console", "/debug", "/_debug_toolbar", "/?__debugger__=yes"]
)
def test_there_is_no_debugger(make: Make, path: str) -> None:
    app = make(profile="production")
    assert app.debug is False
    answer = app.test_client().get(path)
    assert answer.status_code == (200 if path.startswith("/?") else 404)
    assert b"ebugger" not in answer.data
