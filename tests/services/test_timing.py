"""Neither bytes nor time tell whether an address has an account.

Under production's rules, with the limits counting, against a started
service; then with leaks that were planted, which the same test has to find.
``TIMING_SAMPLES`` (200) is how many are taken of each kind.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import cycle
from pathlib import Path
from time import perf_counter

import pytest
import requests
from flask.testing import FlaskClient

from bienvenue import Auth, Settings, by_address, create_app
from bienvenue.passwords import PasswordHasher
from tests.http.client import Client, new_address
from tests.service import Service, started
from tests.services.ledger import PASSWORD
from tests.services.prober import Body, Prober
from tests.services.production import LIMITS
from tests.services.welch import (
    Probe,
    assert_indistinguishable,
    assert_told_apart,
)

WRONG = "not the password, but long"
# Few enough guesses at each that no limit is reached.
ADDRESSES = 20


def login_body(email: str) -> Body:
    """Return a login that fails, whoever it is for."""
    return {"email": email, "password": WRONG}


def reset_body(email: str) -> Body:
    """Return a request for a reset."""
    return {"email": email}


# What is asked, how it is answered, and with which body for an address.
CASES = [
    pytest.param("/sessions", 401, login_body, id="login"),
    pytest.param("/reset_password", 200, reset_body, id="reset"),
]
Make = Callable[[str], Body]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database is."""
    return tmp_path_factory.mktemp("timing")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service]:
    """Production's rules, and hashes as dear as they must be.

    At this cost a hash left out still stands out from the noise, and the
    noise does not hide much less than a hash.
    """
    env = {**LIMITS, "BIENVENUE_BCRYPT_ROUNDS": "6"}
    with started(folder, "--strict", env=env) as running:
        yield running


@pytest.fixture(scope="module")
def known(service: Service) -> list[str]:
    """Addresses with accounts."""
    with Client(service.url) as client:
        return [client.register(PASSWORD) for _ in range(ADDRESSES)]


@pytest.fixture(scope="module")
def unknown() -> list[str]:
    """Addresses of the same length, without."""
    return [new_address() for _ in range(ADDRESSES)]


@pytest.mark.requirement("V6.3.8", "OWASP-CS-AUTH-1", "OWASP-CS-FORGOT-1")
@pytest.mark.parametrize(("path", "status", "make"), CASES)
def test_time_does_not_tell(
    service: Service,
    folder: Path,
    known: list[str],
    unknown: list[str],
    path: str,
    status: int,
    make: Make,
) -> None:
    with closing(Prober(service, folder / "bienvenue.db")) as prober:
        assert_indistinguishable(
            prober.probe(path, status, [make(each) for each in known]),
            prober.probe(path, status, [make(each) for each in unknown]),
        )


@pytest.mark.requirement("V6.3.8", "OWASP-CS-AUTH-1", "OWASP-CS-FORGOT-1")
@pytest.mark.parametrize(("path", "status", "make"), CASES)
def test_bytes_do_not_tell(
    service: Service,
    known: list[str],
    unknown: list[str],
    path: str,
    status: int,
    make: Make,
) -> None:
    answers = [
        told(service, path, status, make(email))
        for email in (known[0], unknown[0])
    ]
    assert answers[0] == answers[1]


def told(
    service: Service,
    path: str,
    status: int,
    body: Body,
    *,
    method: str = "POST",
    session_id: str | None = None,
) -> tuple[dict[str, str], str, bytes]:
    """Return all that an answer tells, but which address was asked for."""
    cookies = {"session_id": session_id} if session_id else None
    answer = requests.request(
        method, service.url + path, json=body, cookies=cookies, timeout=30
    )
    assert answer.status_code == status, answer.text
    headers = {name.lower(): text for name, text in answer.headers.items()}
    for new_each_time in ("date", "x-request-id"):
        headers.pop(new_each_time, None)
    content = answer.content.replace(body["email"].encode(), b"them")
    return headers, answer.reason, content


# -- The same, where there is something to find ----------------------------


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    """A service in this process, whose letters wait."""
    settings = Settings(
        database_url="sqlite://", strict=True, throttle=False, bcrypt_rounds=7
    )
    app = create_app(settings)
    app.extensions["bienvenue"].courier.stop()
    yield app.test_client()
    app.extensions["bienvenue"].close()


def probe(
    client: FlaskClient,
    path: str,
    bodies: Sequence[Body],
    method: str = "POST",
) -> Probe:
    """Return what sends one body after the other."""
    turns = cycle(bodies)

    def once() -> float:
        body = next(turns)
        began = perf_counter()
        client.open(path, method=method, json=body)
        return perf_counter() - began

    return once


def leave_out_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a login with an unknown address end early."""
    monkeypatch.setattr(PasswordHasher, "verify_dummy", lambda *_: None)


def leave_out_the_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a request for a reset of an unknown address end early."""
    real = Auth.request_password_reset

    def early(self: Auth, email: str) -> None:
        if by_address.find(self.db, email) is not None:
            real(self, email)

    monkeypatch.setattr(Auth, "request_password_reset", early)


@pytest.mark.requirement("V6.3.8", "OWASP-CS-AUTH-1", "OWASP-CS-FORGOT-1")
@pytest.mark.parametrize(
    ("path", "make", "plant"),
    [
        ("/sessions", login_body, leave_out_the_hash),
        ("/reset_password", reset_body, leave_out_the_letter),
    ],
)
def test_a_planted_leak_is_found(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    unknown: list[str],
    path: str,
    make: Make,
    plant: Callable[[pytest.MonkeyPatch], None],
) -> None:
    theirs = [new_address() for _ in range(ADDRESSES)]
    for email in theirs:
        own = {"email": email, "password": PASSWORD}
        assert client.post("/users", json=own).status_code == 200
    plant(monkeypatch)
    assert_told_apart(
        probe(client, path, [make(each) for each in theirs]),
        probe(client, path, [make(each) for each in unknown]),
    )
