"""An address that many want at once, of several worker processes."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bienvenue import DB
from bienvenue.one_time_token import MAX_FAILURES, Purpose
from tests import mailed, redis_server
from tests.conftest import ENGINES, Servers
from tests.http.client import PASSWORD, Client, new_address
from tests.http.together import Found, at_once, send
from tests.service import Service, started

AT_ONCE = 30


pytestmark = pytest.mark.engine(*ENGINES)
_DATABASES: dict[int, str] = {}


@pytest.fixture(scope="session")
def service(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    servers: Servers,
) -> Iterator[Service]:
    """Three workers on each engine."""
    folder = tmp_path_factory.mktemp("workers")
    url = f"sqlite:///{folder / 'bienvenue.db'}"
    if request.param != "sqlite":
        url = servers(request.param).fresh()
    env = {"BIENVENUE_WORKERS": "3", "BIENVENUE_DATABASE_URL": url}
    with started(folder, env=env) as running:
        _DATABASES[running.port] = url
        yield running


@pytest.fixture
def db(service: Service) -> Iterator[DB]:
    """The same database, for what stands in letters."""
    with DB(_DATABASES[service.port]) as opened:
        yield opened


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    """A client of the service."""
    with Client(service.url) as one:
        yield one


def settled(client: Client, db: DB) -> None:
    """Have every letter written that waits: it would void our token."""
    for _ in range(200):
        if not mailed.letters(db):
            return
        client.ask("GET", "/dev/mailbox")
    raise AssertionError("letters still wait")


def asked(client: Client, db: DB, old: str, new: str) -> str:
    """Ask for another address; return the token of the letter."""
    client.log_in(old)
    answer = client.ask("PATCH", "/profile", json={"email": new})
    assert answer.status_code == 200, answer.text
    settled(client, db)
    return mailed.token(db, Purpose.CHANGE_EMAIL, old, new)


def spend(service: Service, path: str, body: dict[str, str]) -> Found:
    return send(service, "POST", path, body)


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_one_link_counts_once(
    service: Service, client: Client, db: DB
) -> None:
    old, new = client.register(), new_address()
    mailed.verify(db, old)
    token = asked(client, db, old, new)
    path, body = "/confirm_email_change", {"token": token}
    answers = at_once([partial(spend, service, path, body)] * AT_ONCE)
    statuses = Counter(each.status for each in answers)
    assert statuses == {200: 1, 403: AT_ONCE - 1}
    client.log_in(new)

    settled(client, db)
    undo = mailed.token(db, Purpose.UNDO_EMAIL_CHANGE, new, old)
    path, body = "/undo_email_change", {"token": undo}
    answers = at_once([partial(spend, service, path, body)] * AT_ONCE)
    statuses = Counter(each.status for each in answers)
    assert statuses == {200: 1, 403: AT_ONCE - 1}
    assert db.find_user_by(email=old).email == old


@pytest.mark.requirement("V2.3.4", "V15.4.2", "OWASP-CS-AUTH-2")
def test_many_accounts_want_one_address(
    service: Service, client: Client, db: DB
) -> None:
    """Ten confirm it and ten register it: exactly one has it."""
    new = new_address()
    tokens = []
    for _ in range(10):
        with Client(service.url) as one:
            tokens.append(asked(one, db, one.register(), new))
    registration = {"email": new, "password": PASSWORD}
    calls = [
        call
        for token in tokens
        for call in (
            partial(spend, service, "/confirm_email_change", {"token": token}),
            partial(spend, service, "/users", registration),
        )
    ]
    answers = at_once(calls)
    statuses = Counter(each.status for each in answers)
    assert statuses == {200: 1, 400: len(calls) - 1}
    taken = {"message": "email already registered"}
    for each in answers:
        assert each.status == 200 or each.body == taken
    client.log_in(new)


@pytest.mark.requirement("OWASP-CS-AUTH-2", "V15.4.2")
def test_two_changes_at_once(
    service: Service, client: Client, db: DB
) -> None:
    """Only an address whose own link was opened can become verified."""
    old = client.register()
    mailed.verify(db, old)
    cookie = {"Cookie": f"session_id={client.log_in(old)}"}
    news = [new_address() for _ in range(8)]

    def ask(new: str) -> Found:
        with Client(service.url) as one:
            answer = one.ask(
                "PATCH", "/profile", json={"email": new}, headers=cookie
            )
            return Found(answer.status_code, answer.json())

    answers = at_once([partial(ask, new) for new in news])
    assert {each.status for each in answers} == {200}
    settled(client, db)
    (wanted,) = mailed.subjects(db, Purpose.CHANGE_EMAIL, old)
    token = mailed.token(db, Purpose.CHANGE_EMAIL, old, wanted)
    answer = spend(service, "/confirm_email_change", {"token": token})
    assert (answer.status, answer.body["email"]) == (200, wanted)
    user = db.find_user_by(email=wanted)
    assert user.verified_at is not None
    for new in set(news) - {wanted}:
        assert client.ask(
            "POST", "/sessions", json={"email": new, "password": PASSWORD}
        ).status_code == 401


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_an_address_is_freed_and_kept_at_once(
    service: Service, client: Client, db: DB
) -> None:
    """Nobody slips in while an address changes hands."""
    old, new = client.register(), new_address()
    mailed.verify(db, old)
    token = asked(client, db, old, new)
    registration = {"email": old, "password": PASSWORD}
    register = partial(spend, service, "/users", registration)
    confirm = partial(
        spend, service, "/confirm_email_change", {"token": token}
    )
    answers = at_once([*[register] * 10, confirm, *[register] * 10])
    statuses = [each.status for each in answers]
    assert statuses == [400] * 10 + [200] + [400] * 10


@pytest.mark.requirement("V15.4.2")
def test_guesses_at_once_count_like_guesses_in_a_row(
    service: Service, client: Client, db: DB
) -> None:
    email = client.register()
    settled(client, db)
    _, code = mailed.link_and_code(db, email)
    body = {"email": email, "password": PASSWORD}
    wrong = body | {"code": f"{(int(code) + 1) % 10**6:06d}"}
    guess = partial(spend, service, "/verify_email", wrong)
    answers = at_once([guess] * AT_ONCE)
    assert {each.status for each in answers} == {403}
    right = body | {"code": code}
    assert spend(service, "/verify_email", right).status == 403
    assert MAX_FAILURES < AT_ONCE

    _, code = mailed.link_and_code(db, email)
    right = body | {"code": code}
    answers = at_once([partial(spend, service, "/verify_email", right)] * 10)
    assert Counter(each.status for each in answers) == {200: 1, 403: 9}


@pytest.mark.requirement("V2.3.4")
def test_fifty_sign_ups_of_one_address_that_tell_nothing(
    tmp_path: Path,
) -> None:
    """Production's rules and several workers: one account, all told alike."""
    with redis_server.started() as redis:
        env = {
            "BIENVENUE_WORKERS": "3",
            "BIENVENUE_REDIS_URL": redis.url,
            "BIENVENUE_SECRET_KEY": "k" * 32,
            "BIENVENUE_REQUIRE_VERIFIED_EMAIL": "",
            "BIENVENUE_REGISTRATIONS_PER_NETWORK": "100",
        }
        with (
            started(tmp_path, "--strict", env=env) as service,
            DB(f"sqlite:///{tmp_path / 'bienvenue.db'}") as db,
        ):
            email = new_address()

            def register(number: int) -> Found:
                password = f"fifteen letters {number}"
                body = {"email": email, "password": password}
                return send(service, "POST", "/users", body)

            answers = at_once([partial(register, each) for each in range(50)])
            first = {"email": email, "message": "user created"}
            for each in answers:
                assert (each.status, each.body) == (200, first)
            assert db.find_user_by(email=email).id == 1
            with Client(service.url) as client:
                settled(client, db)
                body = {"email": email, "password": "fifteen letters 0"}
                answer = client.ask("POST", "/sessions", json=body)
                assert answer.status_code == 401
                link, _ = mailed.link_and_code(db, email)
                proof = {"token": link, "password": "fifteen letters 0"}
                answer = client.ask("POST", "/verify_email", json=proof)
                assert answer.status_code == 200
                client.log_in(email, "fifteen letters 0")
