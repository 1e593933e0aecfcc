"""The page to change one's address: asked for, waited for, called off."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Auth, clock
from bienvenue.clock import FrozenClock
from bienvenue.features.email_change.flow import EmailChange
from bienvenue.one_time_token import Purpose
from bienvenue.session_check import SignedIn
from bienvenue.web.extension import KEY
from tests import mailed
from tests.features.pages import BROWSER, forms, links, send
from tests.web.conftest import Make
from tests.web.support import deliver

BOB, NEW, PASSWORD = "bob@example.com", "new@example.com", "fifteen letters"
PATH = "/account/email"


@pytest.fixture(autouse=True)
def time() -> Iterator[FrozenClock]:
    """A clock that moves by hand."""
    with clock.frozen() as stopped:
        yield stopped


def accounts(app: Flask) -> Auth:
    found: Auth = app.extensions[KEY].auth
    return found


def signed_in(app: Flask) -> FlaskClient:
    """A browser in which Bob has just signed in, and mail that waits."""
    app.extensions[KEY].courier.stop()
    client = app.test_client()
    body = {"email": BOB, "password": PASSWORD}
    accounts(app).register_user(BOB, PASSWORD)
    assert client.post("/sessions", json=body).status_code == 200
    return client


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Bob's browser."""
    return signed_in(app)


def ask(client: FlaskClient, email: str = NEW) -> None:
    done = send(client, client.get(PATH), PATH, email=email)
    assert done.location == f"{PATH}?done=sent"


def enter(auth: Auth) -> SignedIn:
    found = auth.check_session(auth.create_session(BOB))
    assert found is not None
    return found


def test_an_address_waits_for_its_link(client: FlaskClient) -> None:
    db = accounts(client.application).db
    page = client.get(PATH)
    assert BOB in page.text
    assert "Waiting" not in page.text
    ask(client)
    page = client.get(f"{PATH}?done=sent")
    assert "A mail is on its way" in page.text
    assert f"A link is mailed to {NEW}." in page.text
    assert f"You sign in with {BOB}." in page.text
    assert mailed.letters(db)[-1] == ("confirm_email_change", NEW)
    assert deliver(client.application) == 1
    token = mailed.token(db, Purpose.CHANGE_EMAIL, BOB, NEW)
    landing = client.get(f"/confirm_email_change?token={token}")
    send(client, landing, "/confirm_email_change")
    page = client.get(PATH)
    assert f"You sign in with {NEW}." in page.text
    assert "Waiting" not in page.text


def test_a_taken_address_looks_like_any_other(client: FlaskClient) -> None:
    accounts(client.application).register_user(NEW, PASSWORD)
    ask(client)
    assert f"A link is mailed to {NEW}." in client.get(PATH).text
    letters = mailed.letters(accounts(client.application).db)
    assert letters[-1] == ("already_registered", NEW)


def test_a_mistyped_address_is_called_off(client: FlaskClient) -> None:
    """Its link is void, whether the letter has left or waits to."""
    db = accounts(client.application).db
    ask(client, "bob@exmaple.com")
    token = mailed.token(db, Purpose.CHANGE_EMAIL, BOB, "bob@exmaple.com")
    done = send(client, client.get(PATH), f"{PATH}/cancel")
    assert done.location == f"{PATH}?done=cancelled"
    page = client.get(done.location)
    assert "stays as it is" in page.text
    assert f"{PATH}/cancel" not in forms(page)
    landing = client.get(f"/confirm_email_change?token={token}")
    assert landing.status_code == 403
    assert deliver(client.application) == 0
    # The other tab still shows it.
    again = client.post(f"{PATH}/cancel", headers=BROWSER)
    assert again.location == f"{PATH}?done=cancelled"
    assert "was called off" in client.get("/account/log").text


def test_what_waits_is_ones_own_and_ends(
    auth: Auth, time: FrozenClock
) -> None:
    """On every engine: the newest, until it is used or too old."""
    change = EmailChange(auth)
    for email in (BOB, NEW):
        auth.register_user(email, PASSWORD)
    bob, other = enter(auth), auth.check_session(auth.create_session(NEW))
    assert other is not None
    assert change.pending(bob) is None
    change.request(bob, "first@example.com")
    change.request(bob, "second@example.com")
    waits = change.pending(bob)
    assert waits is not None
    assert waits.email == "second@example.com"
    assert change.pending(other) is None
    change.cancel(other)
    assert change.pending(bob) == waits
    time.advance(hours=24)
    assert clock.now() == waits.until
    assert change.pending(bob) is None


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("nobody", "not a valid e-mail address"),
        ("", "fill in every field"),
        ("x" * 300 + "@example.com", "not a valid e-mail address"),
    ],
)
def test_what_is_no_address(
    client: FlaskClient, email: str, said: str
) -> None:
    wrong = send(client, client.get(PATH), PATH, email=email)
    assert wrong.status_code == 400
    assert said in wrong.text
    assert "<title>Error:" in wrong.text
    assert forms(wrong)[PATH]["email"] == email


def test_too_many_changes(make: Make) -> None:
    client = signed_in(make(strict=True, email_changes_per_account=1))
    ask(client)
    refused = send(client, client.get(PATH), PATH, email="b@example.com")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Too many attempts" in refused.text
    assert PATH in forms(refused)


@pytest.mark.requirement("V7.5.1")
def test_it_wants_fresh_proof(client: FlaskClient, time: FrozenClock) -> None:
    fresh = client.get(PATH)
    time.advance(minutes=11)
    late = send(client, fresh, PATH, email=NEW)
    goal = "/reauthenticate?next=%2Faccount%2Femail"
    assert (late.status_code, late.location) == (303, goal)
    page = client.get(PATH)
    assert set(forms(page)) == set()
    (way,) = [each for each in links(page) if "reauthenticate" in each]
    back = send(client, client.get(way), "/reauthenticate", password=PASSWORD)
    assert back.location == PATH
    ask(client)


def test_without_mail_there_is_no_change(make: Make) -> None:
    client = signed_in(make(mail="off"))
    page = client.get(PATH)
    assert "This service sends no mail" in page.text
    assert set(forms(page)) == set()
    sent = client.post(PATH, data={"email": NEW}, headers=BROWSER)
    assert sent.status_code == 403
    assert "This service sends no mail" in sent.text
