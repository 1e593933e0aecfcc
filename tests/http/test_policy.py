"""The password policy on the three ways a password is set, over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bienvenue.policy import common, sha1
from tests import phrases
from tests.http.client import Client, assert_problem, new_address
from tests.service import Service, started

PASSWORD, NEXT = "fifteen letters", phrases.ASCII
STOLEN = "quiet mornings were stolen"
SETTINGS = {
    "BIENVENUE_SERVICE_NAME": "Zanzibar",
    "BIENVENUE_PASSWORD_CONTEXT_WORDS": "krakatau,popocatepetl",
    "BIENVENUE_THROTTLE": "false",
    "BIENVENUE_TOKENS_IN_ANSWERS": "true",
    "BIENVENUE_BREACH_FILE": "breached.txt",
}

REFUSED = [
    ("tiny phrase", "password_too_short"),
    (phrases.cut(phrases.EMOJI, 14), "password_too_short"),
    (phrases.ASCII * 30, "password_too_long"),
    ("Password2024!!!", "password_common"),
    ("123456789012345", "password_common"),
    ("z4nzibar-Zanzibar", "password_context"),
    ("krakatau20252026", "password_context"),
    ("bienvenuebienvenue", "password_context"),
    (STOLEN, "password_breached"),
]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service under production's policy, with a corpus of its own."""
    folder = tmp_path_factory.mktemp("policy")
    _write_corpus(folder)
    with started(folder, "--strict", env=SETTINGS) as running:
        yield running


@pytest.fixture
def client(strict: Service) -> Iterator[Client]:
    """A client of it."""
    with Client(strict.url) as one:
        yield one


@pytest.mark.requirement(
    "NIST-63B-3.1.1.2-a",
    "NIST-63B-3.1.1.2-c",
    "NIST-63B-3.1.1.2-i",
    "NIST-63B-3.1.1.2-j",
    "V6.2.4",
    "V6.2.11",
    "V6.2.12",
)
@pytest.mark.parametrize(("password", "code"), REFUSED)
def test_each_class_is_refused_on_each_way(
    client: Client, password: str, code: str
) -> None:
    _refused_everywhere(client, [password], code)


@pytest.mark.requirement("V6.2.11", "NIST-63B-3.1.1.2-i")
def test_the_owners_own_names_are_refused(client: Client) -> None:
    local, _, _ = new_address().partition("@")
    email = f"xylander.{local}@heliotrop.example"
    derived = [
        email,
        "xylanderxylander",
        "Xyl4nder!20252026",
        f"{local}!",
        "rednalyx-rednalyx",
        "heliotrop.example",
    ]
    _refused_everywhere(client, derived, "password_context", email)


@pytest.mark.requirement("V6.2.4")
def test_entries_of_the_list_are_refused_on_each_way(client: Client) -> None:
    """Every 50th that fits; the others are tried without HTTP."""
    fit = [entry for entry in common.load() if len(entry) >= 15]
    sample = fit[::50]
    assert len(sample) > 60
    _refused_everywhere(client, sample, "password_common")


@pytest.mark.requirement("NIST-63B-3.1.1.2-a", "NIST-63B-3.1.1.2-e")
@pytest.mark.parametrize(
    "phrase", [phrases.ASCII, phrases.COMPOSED, phrases.EMOJI]
)
def test_fifteen_are_enough_on_each_way(client: Client, phrase: str) -> None:
    fifteen = phrases.cut(phrase, 15)
    email = client.register(fifteen)
    client.log_in(email, fifteen)
    _reset(client, email, NEXT)
    client.log_in(email, NEXT)
    assert _change(client, NEXT, fifteen).status_code == 200
    client.log_in(email, fifteen)


@pytest.mark.requirement("V16.5.3", "V6.2.12")
def test_without_the_corpus_no_password_is_taken(tmp_path: Path) -> None:
    """A file of one's own that is gone: refused, and people still log in."""
    _write_corpus(tmp_path)
    with (
        started(tmp_path, "--strict", env=SETTINGS) as service,
        Client(service.url) as client,
    ):
        email = client.register(PASSWORD)
        (tmp_path / "breached.txt").unlink()
        body = {"email": new_address(), "password": NEXT}
        answer = client.ask("POST", "/users", json=body)
        assert_problem(answer, 503, "password_check_unavailable")
        assert client.ask("POST", "/sessions", json=body).status_code == 401
        client.log_in(email, PASSWORD)
        answer = _change(client, PASSWORD, NEXT)
        assert_problem(answer, 503, "password_check_unavailable")
        client.log_in(email, PASSWORD)
        assert NEXT not in service.errors()


def _refused_everywhere(
    client: Client, passwords: list[str], code: str, email: str = ""
) -> None:
    """See each refused on all three ways, with nothing changed by it."""
    email = email or new_address()
    body = {"email": email, "password": PASSWORD}
    for password in passwords:
        asked = body | {"password": password}
        answer = client.ask("POST", "/users", json=asked)
        assert_problem(answer, 400, code)
        assert password not in answer.text
    assert client.ask("POST", "/users", json=body).status_code == 200
    client.log_in(email, PASSWORD)
    token = client.reset_token(email)
    for password in passwords:
        assert_problem(_spend(client, email, token, password), 400, code)
        assert_problem(_change(client, PASSWORD, password), 400, code)
        login = body | {"password": password}
        assert client.ask("POST", "/sessions", json=login).status_code == 401
    assert client.ask("GET", "/profile").status_code == 200
    # The token is still good, and the next choice is taken.
    assert _spend(client, email, token, NEXT).status_code == 200
    client.log_in(email, NEXT)


def _reset(client: Client, email: str, password: str) -> None:
    answer = _spend(client, email, client.reset_token(email), password)
    assert answer.status_code == 200, answer.text


def _spend(
    client: Client, email: str, token: str, password: str
) -> requests.Response:
    body = {"email": email, "reset_token": token, "new_password": password}
    return client.ask("PUT", "/reset_password", json=body)


def _change(client: Client, current: str, new: str) -> requests.Response:
    body = {"current_password": current, "new_password": new}
    return client.ask("PUT", "/password", json=body)


def _write_corpus(folder: Path) -> None:
    words = [STOLEN, *(f"word {number}" for number in range(100))]
    lines = sorted(f"{sha1.hex_digest(w.encode())}:1\r\n" for w in words)
    (folder / "breached.txt").write_bytes("".join(lines).encode())
