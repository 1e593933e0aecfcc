"""Signing up, and proving or changing an address, tell nobody who has one.

A sign-up is timed against a started service with mail on.  What differs
less is timed in this process, where less noise hides it: so it was found
that a code for a known address took one statement more.
``TIMING_SAMPLES`` (200) is how many are taken of each kind.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import DB, Settings, by_address, create_app, registration
from bienvenue.features.email_change.flow import EmailChange
from bienvenue.passwords import PasswordHasher
from bienvenue.session_check import SignedIn
from tests import mailed
from tests.http.client import Client, new_address
from tests.service import Service, started
from tests.services.ledger import PASSWORD
from tests.services.prober import Body, Prober
from tests.services.production import LIMITS
from tests.services.test_timing import ADDRESSES, probe, told
from tests.services.welch import (
    NEEDED,
    assert_indistinguishable,
    assert_told_apart,
)

_NAME = "bienvenue.db"
Plant = Callable[[pytest.MonkeyPatch], None]


def sign_up_body(email: str) -> Body:
    """Return a registration."""
    return {"email": email, "password": PASSWORD}


def code_body(email: str) -> Body:
    """Return a guess at a code, by who knows the password."""
    return {"email": email, "password": PASSWORD, "code": "000000"}


def email_body(email: str) -> Body:
    """Return a change of address, or a request for a letter."""
    return {"email": email}


# -- Against a started service ----------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database is."""
    return tmp_path_factory.mktemp("sign_up")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service]:
    """Production's rules, with mail."""
    env = {**LIMITS, "BIENVENUE_BCRYPT_ROUNDS": "6"}
    with started(folder, "--strict", env=env) as running:
        yield running


@pytest.fixture(scope="module")
def taken(service: Service, folder: Path) -> dict[str, list[str]]:
    """Addresses with accounts, by whether they are verified."""
    with Client(service.url) as client:
        both = {
            kind: [client.register(PASSWORD) for _ in range(ADDRESSES)]
            for kind in ("verified", "unverified")
        }
    with DB(f"sqlite:///{folder / _NAME}") as db:
        for email in both["verified"]:
            mailed.verify(db, email)
    return both


@pytest.mark.requirement("V6.3.8", "OWASP-CS-AUTH-1")
@pytest.mark.parametrize("kind", ["verified", "unverified"])
def test_the_time_of_a_sign_up_does_not_tell(
    service: Service, folder: Path, taken: dict[str, list[str]], kind: str
) -> None:
    """Each fresh address is fresh once: there are enough of them."""
    fresh = [sign_up_body(new_address()) for _ in range(NEEDED)]
    theirs = [sign_up_body(each) for each in taken[kind]]
    with closing(Prober(service, folder / _NAME)) as prober:
        assert_indistinguishable(
            prober.probe("/users", 200, theirs),
            prober.probe("/users", 200, fresh),
        )


@pytest.mark.requirement("V6.3.8", "OWASP-CS-AUTH-1")
@pytest.mark.parametrize("kind", ["verified", "unverified"])
@pytest.mark.parametrize(
    ("method", "path", "status", "make"),
    [
        ("POST", "/users", 200, sign_up_body),
        ("POST", "/verify_email", 403, code_body),
        ("POST", "/verify_email/resend", 200, email_body),
        ("PATCH", "/profile", 200, email_body),
    ],
)
def test_bytes_do_not_tell(
    service: Service,
    taken: dict[str, list[str]],
    kind: str,
    method: str,
    path: str,
    status: int,
    make: Callable[[str], Body],
) -> None:
    with Client(service.url) as client:
        session_id = client.log_in(client.register(PASSWORD), PASSWORD)
    answers = [
        told(
            service,
            path,
            status,
            make(email),
            method=method,
            session_id=session_id if path == "/profile" else None,
        )
        for email in (taken[kind][0], new_address())
    ]
    assert answers[0] == answers[1]


# -- In this process --------------------------------------------------------


@pytest.fixture
def rounds() -> int:
    """The cost of a hash; a leak that is one wants it to be seen."""
    return 4


@pytest.fixture
def app(tmp_path: Path, rounds: int) -> Iterator[Flask]:
    """A service whose letters wait."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / _NAME}",
        strict=True,
        throttle=False,
        bcrypt_rounds=rounds,
        require_verified_email=False,
    )
    app = create_app(settings)
    app.extensions["bienvenue"].courier.stop()
    yield app
    app.extensions["bienvenue"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is signed in, where that matters."""
    client = app.test_client()
    (email,) = register(client, 1)
    answer = client.post("/sessions", json=sign_up_body(email))
    assert answer.status_code == 200
    return client


def register(client: FlaskClient, count: int) -> list[str]:
    """Make accounts and return their addresses."""
    addresses = [new_address() for _ in range(count)]
    for email in addresses:
        answer = client.post("/users", json=sign_up_body(email))
        assert answer.status_code == 200
    return addresses


CASES = [
    pytest.param("POST", "/verify_email", code_body, id="code"),
    pytest.param("POST", "/verify_email/resend", email_body, id="resend"),
    pytest.param("PATCH", "/profile", email_body, id="profile"),
]


@pytest.mark.requirement("V6.3.8", "OWASP-CS-AUTH-1")
@pytest.mark.parametrize(("method", "path", "make"), CASES)
def test_no_time_of_their_own_tells(
    client: FlaskClient,
    method: str,
    path: str,
    make: Callable[[str], Body],
) -> None:
    theirs = [make(each) for each in register(client, ADDRESSES)]
    nobodys = [make(new_address()) for _ in range(ADDRESSES)]
    assert_indistinguishable(
        probe(client, path, theirs, method),
        probe(client, path, nobodys, method),
    )


def leave_out_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a sign-up with a taken address end early."""
    monkeypatch.setattr(registration, "_tell_owner", lambda *_, **__: None)


def leave_out_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a guess at the code of an unknown address end early."""
    monkeypatch.setattr(PasswordHasher, "verify_dummy", lambda *_: None)


def leave_out_the_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a request for a taken address end early."""
    real = EmailChange.request

    def early(
        self: EmailChange, user: SignedIn, email: str, *, told: bool = True
    ) -> None:
        if by_address.find(self._db, email) is None:
            real(self, user, email, told=told)

    monkeypatch.setattr(EmailChange, "request", early)


@pytest.mark.requirement("V6.3.8", "OWASP-CS-AUTH-1")
@pytest.mark.parametrize(
    ("rounds", "method", "path", "make", "plant"),
    [
        (4, "POST", "/users", sign_up_body, leave_out_the_owner),
        (7, "POST", "/verify_email", code_body, leave_out_the_hash),
        (4, "PATCH", "/profile", email_body, leave_out_the_change),
    ],
)
def test_a_planted_leak_is_found(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    rounds: int,
    method: str,
    path: str,
    make: Callable[[str], Body],
    plant: Plant,
) -> None:
    theirs = [make(each) for each in register(client, ADDRESSES)]
    nobodys = [make(new_address()) for _ in range(NEEDED)]
    plant(monkeypatch)
    assert_told_apart(
        probe(client, path, theirs, method),
        probe(client, path, nobodys, method),
    )
