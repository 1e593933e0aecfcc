"""What people wrote comes back as text, or not at all."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import mailbox
from bienvenue.courier import Courier
from tests.web.conftest import Make
from tests.web.support import BOB, extension_of, kept


@pytest.mark.requirement("V1.2.1", "V1.3.7")
@pytest.mark.parametrize(
    "local",
    ["{{7*7}}", "${7*7}", "{%raw%}", "`id`", "{{config}}", "'&quot", "a&lt"],
)
def test_an_address_is_only_ever_text(make: Make, local: str) -> None:
    """In answers, on pages and in letters: as it was written, or escaped."""
    app = make(strict=True, throttle=False)
    extension = extension_of(app)
    extension.courier.stop()  # the letter leaves when this test says so
    email = f"{local}@x.example"
    client = app.test_client()
    body = {"email": email, "password": BOB["password"]}
    answers = [client.post("/users", json=body)]
    answers.append(client.post("/sessions", json=body))
    answers.append(client.post("/reset_password", json=body))
    assert {each.status_code for each in answers} == {200}
    assert {each.get_json()["email"] for each in answers} == {email}
    assert client.get("/profile").get_json() == {"email": email}
    auth = extension.auth
    assert Courier(auth.db, auth.settings).deliver_due() >= 1
    page = client.get("/dev/mailbox")
    shown = auth.db.read(mailbox.newest)
    assert email in {letter.recipient for letter in shown}
    for text in (page.text, *(letter.body for letter in shown)):
        assert not set(text.split()) & {"49", "49@x.example", "$49@x.example"}
        assert "secret_key" not in text
    for raw in ("'&quot", "a&lt"):
        # Escaped once more, the browser shows what was written.
        assert raw not in page.text


@pytest.mark.requirement("V1.2.1")
@pytest.mark.parametrize(
    "email",
    [
        '"><svg/onload=1>@x.example',
        "<svg/onload=1>@x.example",
        "a@x.example\r\nX-Injected: 1",
        "a\r\nX-Injected: 1@x.example",
        "a@x.example\nBcc: eve@x.example",
        "\u2028a@x.example",
    ],
)
def test_markup_and_line_breaks_come_back_nowhere(
    app: Flask, client: FlaskClient, email: str
) -> None:
    body = {"email": email, "password": BOB["password"]}
    headers = {"User-Agent": "<svg/onload=1>", "X-Request-Id": "<svg>"}
    for path in ("/users", "/sessions", "/reset_password"):
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code == 400
        assert "svg" not in f"{answer.headers}{answer.text}"
        assert "Injected" not in f"{answer.headers}{answer.text}"
    assert "<svg" not in client.get("/dev/mailbox").text
    assert not kept(extension_of(app).auth.db)["outbox"]
