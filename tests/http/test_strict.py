"""``--strict``: production's rules on this machine, with the mailbox."""

import re
from collections.abc import Iterator

import pytest

from tests import phrases
from tests.http.client import UUID, Client, assert_problem, new_address
from tests.service import Service, started

PASSWORD = "fifteen letters"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that was started with ``--strict``."""
    with started(tmp_path_factory.mktemp("strict"), "--strict") as running:
        yield running


@pytest.fixture
def client(strict: Service) -> Iterator[Client]:
    """A client of it."""
    with Client(strict.url) as one:
        yield one


def test_short_passwords_are_refused(client: Client) -> None:
    email = new_address()
    for phrase in (phrases.ASCII, phrases.COMPOSED, phrases.EMOJI):
        password = phrases.cut(phrase, 14)
        body = {"email": email, "password": password}
        answer = client.ask("POST", "/users", json=body)
        assert_problem(answer, 400, "password_too_short")
        client.register(phrases.cut(phrase, 15))


def test_a_reset_by_mail(client: Client) -> None:
    email = client.register(PASSWORD)
    session_id = client.log_in(email, PASSWORD)
    known, unknown = (
        client.ask("POST", "/reset_password", data={"email": one})
        for one in (email, new_address())
    )
    for answer in (known, unknown):
        assert answer.status_code == 200
        assert set(answer.json()) == {"email", "message"}
        assert not re.search(UUID, answer.json()["message"])
    assert known.json()["message"] == unknown.json()["message"]
    assert known.json()["email"] == email

    page = client.ask("GET", "/dev/mailbox").text
    assert unknown.json()["email"] not in page
    _, _, letter = page.partition(f"To <b>{email}</b>")
    tokens = re.findall(rf"^ +({UUID})$", letter, re.MULTILINE)
    body = {"email": email, "reset_token": tokens[0][0]}
    answer = client.ask(
        "PUT", "/reset_password", data=body | {"new_password": "too short"}
    )
    assert_problem(answer, 400, "password_too_short")
    answer = client.ask(
        "PUT", "/reset_password", data=body | {"new_password": PASSWORD * 2}
    )
    assert answer.status_code == 200
    assert not client.is_in(session_id)
    client.log_in(email, PASSWORD * 2)


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"]
)
def test_the_mailbox_is_not_forwarded(client: Client, header: str) -> None:
    answer = client.ask("GET", "/dev/mailbox", headers={header: "for=::1"})
    assert_problem(answer, 403, "development_profile_is_local")
