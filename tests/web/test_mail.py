"""Mail that a request causes: whatever the server, whatever is sent in."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bienvenue import clock, testing
from bienvenue.clock import FrozenClock
from bienvenue.errors import ConfigurationError
from bienvenue.outbox import OutboxRow
from bienvenue.web import headers
from bienvenue.web.extension import KEY, Extension
from tests.rough_smtp import SILENCE, behaving
from tests.service import free_port
from tests.smtp import Server, listening
from tests.web.conftest import Make

BOB = {"email": "bob@example.com", "password": "fifteen letters"}
NEW = {"new_password": "another fifteen"}
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    with clock.frozen() as stopped:
        yield stopped


def smtp(port: int, **more: Any) -> dict[str, Any]:
    return {
        "profile": "production",
        "public_url": "https://accounts.example.com",
        "mail": "smtp",
        "mail_from": "no-reply@example.com",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        **more,
    }


def waiting(app: Flask) -> int:
    extension: Extension = app.extensions[KEY]
    count = select(func.count()).select_from(OutboxRow)
    return extension.auth.db.read(lambda unit: unit.scalars(count).one())


def register(app: Flask, email: str = BOB["email"]) -> None:
    """Make an account, and cause no letter by that."""
    extension: Extension = app.extensions[KEY]
    extension.auth.register_user(email, BOB["password"])


def reset(client: FlaskClient, token: str) -> int:
    body = {"email": BOB["email"], "reset_token": token, **NEW}
    return client.put("/reset_password", json=body).status_code


@pytest.mark.requirement("V16.5.2")
def test_with_the_mail_server_down_a_reset_is_queued_and_leaves_later(
    make: Make, frozen: FrozenClock
) -> None:
    server = Server()
    server.port = free_port()
    app = make(**smtp(server.port))
    client = app.test_client()
    register(app)
    courier = app.extensions[KEY].courier
    answer = client.post("/reset_password", json=BOB)
    assert answer.status_code == 200
    assert courier.deliver_due() == 0
    assert waiting(app) == 1
    frozen.advance(hours=24)
    with listening(server):
        courier.deliver_due()
    assert waiting(app) == 0
    (mail,) = server.mails
    text, html = (part.get_content() for part in mail.iter_parts())
    (token,) = set(re.findall(UUID, text + html))
    assert reset(client, token) == 200


@pytest.mark.requirement("V16.5.2")
def test_a_mail_server_that_is_silent_keeps_no_answer_waiting(
    make: Make,
) -> None:
    with behaving("banner", SILENCE) as rough:
        app = make(**smtp(rough.port, smtp_timeout_seconds=1))
        client = app.test_client()
        register(app)
        for _ in range(3):
            answer = client.post("/reset_password", json=BOB)
            assert answer.status_code == 200
        assert waiting(app) == 3
        app.extensions[KEY].courier.stop()


@pytest.mark.requirement("V1.3.11")
@pytest.mark.parametrize(
    "email",
    [
        "a@x.example\r\nBcc: e@e.example",
        "a@x.example\nBcc: e@e.example",
        "a@x.example\r",
        "a\r\n@x.example",
        "a@x.example,b@y.example",
        "a@x.example, b@y.example",
        "a@x.example;b@y.example",
        "a@x.example b@y.example",
        "<a@x.example>",
        "A <a@x.example>",
        "a@x.example\x00",
        ["a@x.example", "b@y.example"],
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_headers_and_lists_do_not_get_into_the_outbox(
    make: Make, email: object, *, as_json: bool
) -> None:
    app = make(strict=True)
    client = app.test_client()
    body = {"email": email}
    if as_json:
        answer = client.post("/reset_password", json=body)
    else:
        answer = client.post("/reset_password", data=body)
    if isinstance(email, list) and not as_json:
        assert answer.status_code in {200, 400}
        return
    assert answer.status_code == 400
    assert waiting(app) == 0


EVIL = [
    "{{7*7}}@x.example",
    "{%raw%}@x.example",
    "<svg/onload=1>@x.example",
    '"><svg/onload=1>"@x.example',
    '"><svg/onload=1>@x.example',
    '"{{config}}"@x.example',
    "%(service)s@x.example",
]


@pytest.mark.requirement("V1.2.1", "V1.3.7")
@pytest.mark.parametrize("email", EVIL)
def test_an_address_is_text_wherever_it_is_shown(
    make: Make, email: str
) -> None:
    app = make(strict=True)
    client = app.test_client()
    body = {"email": email, "password": "fifteen letters"}
    accepted = client.post("/users", json=body).status_code == 200
    answer = client.post("/reset_password", json=body)
    assert answer.status_code == (200 if accepted else 400)
    letters = testing.mailbox(app)
    assert bool(letters) == accepted
    page = client.get("/dev/mailbox").text
    for letter in letters:
        assert email in letter.text
        assert letter.html is not None
        shown = client.get("/dev/mailbox/1.html").text
        for html in (page, letter.html, shown):
            assert "<svg" not in html
            assert "49@" not in html
            assert "SECRET_KEY" not in html
    assert "<svg" not in page


@pytest.mark.requirement("V1.2.1", "V1.3.7")
def test_an_evil_address_is_text_in_a_mail_that_leaves(make: Make) -> None:
    with listening() as server:
        app = make(**smtp(server.port))
        client = app.test_client()
        email = "{{7*7}}@x.example"
        register(app, email)
        client.post("/reset_password", json={"email": email})
        app.extensions[KEY].courier.deliver_due()
    (mail,) = server.mails
    assert server.recipients == [[email]]
    assert mail["To"] == email
    for part in mail.iter_parts():
        text = part.get_content()
        assert "49@" not in text
        assert email in text


@pytest.mark.requirement("V6.3.7", "NIST-63B-4.2.3", "OWASP-CS-FORGOT-6")
def test_whoever_resets_or_changes_a_password_is_told_so(make: Make) -> None:
    app = make()
    client = app.test_client()
    register(app)
    token = client.post("/reset_password", json=BOB).get_json()["reset_token"]
    answer = client.put(
        "/reset_password",
        json={"email": BOB["email"], "reset_token": token, **NEW},
    )
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert client.get("/profile").status_code == 403
    credentials = {"email": BOB["email"], "password": NEW["new_password"]}
    assert client.post("/sessions", json=credentials).status_code == 200
    change = {"current_password": NEW["new_password"], "new_password": "x"}
    assert client.put("/password", json=change).status_code == 200
    asked, was_reset, was_changed = testing.mailbox(app, to=BOB["email"])
    assert asked.token == token
    assert was_reset.subject == "Your Bienvenue password was reset"
    assert was_changed.subject == "Your Bienvenue password was changed"
    assert "from the network address" in " ".join(was_changed.text.split())
    assert "127.0.0.1" in was_changed.text
    for notice in (was_reset, was_changed):
        assert not re.search(UUID, notice.text + (notice.html or ""))
        assert urlsplit(notice.link).path == "/reset_password"


def test_a_wrong_token_or_password_tells_nobody(make: Make) -> None:
    app = make()
    client = app.test_client()
    register(app)
    client.post("/sessions", json=BOB)
    assert reset(client, "no-token") == 403
    change = {"current_password": "wrong", "new_password": "x"}
    assert client.put("/password", json=change).status_code == 403
    assert testing.mailbox(app) == []


def test_with_mail_off_no_notice_piles_up(make: Make) -> None:
    app = make(mail="off")
    client = app.test_client()
    register(app)
    token = client.post("/reset_password", json=BOB).get_json()["reset_token"]
    assert reset(client, token) == 200
    assert waiting(app) == 0
    with pytest.raises(ConfigurationError, match="mailbox"):
        testing.mailbox(app)


def test_a_letter_in_html_is_shown_and_can_do_nothing(make: Make) -> None:
    app = make()
    client = app.test_client()
    register(app)
    client.post("/reset_password", json=BOB)
    page = client.get("/dev/mailbox")
    assert 'href="/dev/mailbox/1.html"' in page.text
    answer = client.get("/dev/mailbox/1.html")
    assert answer.status_code == 200
    assert answer.text == testing.mailbox(app)[0].html
    assert answer.content_type == "text/html; charset=utf-8"
    policies = answer.headers.getlist("Content-Security-Policy")
    assert policies == [headers.LETTER_POLICY]
    assert "sandbox" in policies[0].split("; ")
    for number in (2, 10**30):
        path = f"/dev/mailbox/{number}.html"
        assert client.get(path).status_code == 404


def test_a_letter_in_html_is_no_part_of_production(make: Make) -> None:
    for settings, status in (
        ({"profile": "production"}, 404),
        ({"mail": "off"}, 404),
        ({"strict": True}, 200),
    ):
        app = make(**settings)
        courier = app.extensions[KEY].courier
        message = courier.letters.reset_password("bob@example.com", "token")
        app.extensions[KEY].courier.show(message)
        client = app.test_client()
        assert client.get("/dev/mailbox/1.html").status_code == status
        elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
        answer = client.get("/dev/mailbox/1.html", environ_base=elsewhere)
        assert answer.status_code == (404 if status == 404 else 403)


def test_production_does_not_start_with_links_to_nowhere(make: Make) -> None:
    with pytest.raises(ConfigurationError, match="public_url"):
        make(**smtp(25, public_url=None))


def test_pages_and_mails_name_the_service(make: Make) -> None:
    app = make(service_name="<Our> place")
    client = app.test_client()
    assert "&lt;Our&gt; place</title>" in client.get("/dev/mailbox").text
    register(app)
    client.post("/reset_password", json=BOB)
    (letter,) = testing.mailbox(app)
    assert letter.subject == "Reset your <Our> place password"
