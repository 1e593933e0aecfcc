"""Under production's rules: which passwords are taken, on all three ways."""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect
from werkzeug.test import TestResponse

from bienvenue import Settings, clock, create_app
from bienvenue.route_table import api
from tests import phrases
from tests.web.conftest import Make
from tests.web.support import BOB, EVE, extension_of, kept

E_ACUTE = "e\u0301"
PHRASE = "violet lanterns drift over"
LONG = "violet lanterns drift over the quiet canal " * 3
FOUR_BYTES = "".join(map(chr, range(0x20000, 0x20000 + 640, 10)))
Way = Callable[[Flask, str], TestResponse]


def register(app: Flask, password: str) -> TestResponse:
    body = {"email": EVE, "password": password}
    return app.test_client().post("/users", json=body)


def change(app: Flask, password: str) -> TestResponse:
    client = signed_in(app)
    was = BOB["password"]
    body = {"current_password": was, "new_password": password}
    return client.put("/password", json=body)


def reset(app: Flask, password: str) -> TestResponse:
    signed_in(app)
    token = extension_of(app).auth.get_reset_password_token(BOB["email"])
    body = {"email": BOB["email"], "reset_token": token}
    return app.test_client().put(
        "/reset_password", json={**body, "new_password": password}
    )


def signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.post("/users", json=BOB)
    assert client.post("/sessions", json=BOB).status_code == 200
    return client


def opens(app: Flask, password: str) -> bool:
    """Tell whether a password opens one of the two accounts."""
    statuses = {
        app.test_client()
        .post("/sessions", json={"email": email, "password": password})
        .status_code
        for email in (EVE, BOB["email"])
    }
    return 200 in statuses


WAYS = pytest.mark.parametrize("way", [register, change, reset])


@pytest.fixture
def strict(make: Make) -> Flask:
    """A service under production's rules, without its limits."""
    return make(strict=True, throttle=False)


@pytest.mark.requirement("NIST-63B-3.1.1.2-a", "NIST-63B-3.1.1.2-e", "V6.2.1")
@WAYS
@pytest.mark.parametrize(
    "text", [PHRASE, phrases.EMOJI, phrases.COMPOSED], ids=ascii
)
def test_fourteen_are_too_few_and_fifteen_will_do(
    strict: Flask, way: Way, text: str
) -> None:
    """Counted as code points after NFC."""
    composed = unicodedata.normalize("NFC", text)
    for length in (7, 8, 14):
        short = unicodedata.normalize("NFD", composed[:length])
        answer = way(strict, short)
        assert answer.status_code == 400, length
        assert answer.get_json()["code"] == "password_too_short"
        assert not opens(strict, short)
    enough = composed[:15]
    assert way(strict, enough).status_code == 200
    assert opens(strict, enough)


@pytest.mark.requirement("V6.2.1")
@WAYS
def test_eight_are_the_least_that_can_be_set(make: Make, way: Way) -> None:
    app = make(strict=True, throttle=False, password_min_length=8)
    assert way(app, PHRASE[:7]).status_code == 400
    assert way(app, PHRASE[:8]).status_code == 200


@pytest.mark.requirement("V6.2.5", "NIST-63B-3.1.1.2-g")
@WAYS
@pytest.mark.parametrize(
    "password",
    [
        "violetlanternsdrift",
        "VIOLET LANTERNS DRIFT",
        "4 1 7 7 2 9 0 3 8 8 1 5",
        phrases.EMOJI,
        "-- ;; !! ?? .. ,, ::",
        "  x  .  y  ,  z    ",
        "".join(map(chr, range(0x3042, 0x3090, 5))),
    ],
)
def test_nothing_is_asked_of_the_kind_of_characters(
    strict: Flask, way: Way, password: str
) -> None:
    assert way(strict, password).status_code == 200
    assert opens(strict, password)


@pytest.mark.requirement("V6.2.9", "NIST-63B-3.1.1.2-c")
@WAYS
@pytest.mark.parametrize(
    "password",
    [LONG[:64], FOUR_BYTES, (LONG * 9)[:1024]],
    ids=["ASCII", "four bytes each", "the most"],
)
def test_sixty_four_and_more_are_taken_in_full(
    strict: Flask, way: Way, password: str
) -> None:
    assert way(strict, password).status_code == 200
    assert opens(strict, password)
    assert not opens(strict, password[:-1])


@pytest.mark.requirement("NIST-63B-3.1.1.2-c")
@WAYS
def test_one_too_many_is_refused_and_the_limit_named(
    strict: Flask, way: Way
) -> None:
    answer = way(strict, (LONG * 9)[:1025])
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "password_too_long"
    assert "1024" in answer.get_json()["message"]
    assert not opens(strict, (LONG * 9)[:1024])


@pytest.mark.requirement("V6.2.8", "NIST-63B-3.1.1.2-l")
@WAYS
def test_only_the_whole_password_opens(strict: Flask, way: Way) -> None:
    password = LONG[:100]
    assert way(strict, password).status_code == 200
    for wrong in (
        password[:72],
        password[:72] + "x" * 28,
        password[:-1],
        password + " ",
        " " + password,
        password.strip() + "\t",
        password.upper(),
        password.swapcase(),
        password.title(),
        password[1:],
    ):
        assert not opens(strict, wrong), wrong
    nul = strict.test_client().post(
        "/sessions", json={**BOB, "password": password + "\0"}
    )
    assert nul.status_code == 400
    assert opens(strict, password)


@pytest.mark.requirement("NIST-63B-3.1.1.2-f")
@WAYS
def test_canonical_spellings_are_one_password_and_no_others(
    strict: Flask, way: Way
) -> None:
    password = f"caf{E_ACUTE} \ufb01sh and violets"
    assert way(strict, password).status_code == 200
    assert opens(strict, unicodedata.normalize("NFC", password))
    assert opens(strict, unicodedata.normalize("NFD", password))
    assert not opens(strict, unicodedata.normalize("NFKC", password))


@pytest.mark.requirement("V6.2.10")
def test_a_password_does_not_grow_old(strict: Flask) -> None:
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)) as now:
        signed_in(strict)
        now.advance(days=5 * 366)
        assert opens(strict, BOB["password"])


@pytest.mark.requirement("V6.4.2", "NIST-63B-3.1.1.2-k")
def test_there_are_no_hints_and_no_questions(strict: Flask) -> None:
    engine = extension_of(strict).auth.db.engine
    looked = inspect(engine)
    names = {
        column["name"]
        for table in looked.get_table_names()
        for column in looked.get_columns(table)
    }
    names |= {each.path for each in api().operations}
    for each in api().operations:
        names |= set(each.takes.model_fields if each.takes else ())
    assert {"email", "hashed_password", "/users"} <= names
    for word in ("hint", "question", "answer", "reminder", "maiden"):
        assert not [name for name in names if word in name.lower()]


@pytest.mark.requirement("V6.3.2")
def test_a_new_database_has_nobody_in_it(strict: Flask) -> None:
    assert not any(kept(extension_of(strict).auth.db).values())


@pytest.fixture(scope="module")
def shared() -> Iterator[Flask]:
    """One service for all examples."""
    app = create_app(
        Settings(
            database_url="sqlite://",
            bcrypt_rounds=4,
            strict=True,
            require_verified_email=False,
            throttle=False,
        )
    )
    yield app
    extension_of(app).close()


PRINTABLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
ASCII = st.characters(min_codepoint=32, max_codepoint=126)


@pytest.mark.requirement("NIST-63B-3.1.1.2-d")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(PRINTABLE, max_size=200) | st.text(ASCII, max_size=200))
def test_all_printable_text_will_do(shared: Flask, text: str) -> None:
    password = f"{PHRASE} {text}"
    auth = extension_of(shared).auth
    client = shared.test_client()
    email = f"p{len(kept(auth.db)['users'])}@example.com"
    body = {"email": email, "password": password}
    answer = client.post("/users", json=body)
    assert answer.status_code == 200, answer.text
    assert client.post("/sessions", json=body).status_code == 200
