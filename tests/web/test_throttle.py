"""docs/limits.md, row by row over HTTP: what it says is what happens."""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bienvenue import Settings, clock, create_app, hash_pool, mailbox
from bienvenue.clock import FrozenClock
from bienvenue.courier import Courier
from bienvenue.errors import InvalidToken
from bienvenue.passwords import PasswordHasher
from bienvenue.throttle.budgets import WINDOWS
from bienvenue.web.cookies import DEVICE as COOKIE
from bienvenue.web.extension import Extension
from tests import redis_server

BOB, RIGHT = "bob@example.com", "a long and quiet morning"
EVE = "eve@example.com"
PAGE = Path(__file__).parents[2] / "docs" / "limits.md"
ROWS = {
    name: (int(amount.replace(",", "")), within)
    for name, amount, within in re.findall(
        r"^\| `(\w+)` \| ([\d,]+) \| ([\w ]+?) \|", PAGE.read_text(), re.M
    )
}
LIMIT = {name: amount for name, (amount, _) in ROWS.items()}
UNITS = {"minutes": 60, "hour": 3600, "day": 86400, "days": 86400}


class House:
    """A service under production's rules, and people who knock."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.extension: Extension = app.extensions["bienvenue"]
        self.auth = self.extension.auth
        self.auth.register_user(BOB, RIGHT)

    def from_(self, address: str = "192.0.2.1") -> FlaskClient:
        """Return a new browser at an address."""
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return client

    def letters(self) -> int:
        """Return how many letters with a reset token wait."""
        with self.auth.db.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT count(*) FROM outbox WHERE letter = 'reset_password'"
            )
            return int(found.scalar_one())


@contextmanager
def built(**settings: object) -> Iterator[House]:
    app = create_app(
        Settings(
            database_url="sqlite://",
            bcrypt_rounds=4,
            **{"strict": True, "require_verified_email": False, **settings},
        )
    )
    extension: Extension = app.extensions["bienvenue"]
    extension.courier.stop()  # letters stay where they can be counted
    yield House(app)
    extension.close()


@pytest.fixture
def house() -> Iterator[House]:
    with built() as house:
        yield house


@pytest.fixture(autouse=True)
def time() -> Iterator[FrozenClock]:
    with clock.frozen() as frozen:
        yield frozen


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect every password that is hashed or compared."""
    seen: list[str] = []
    match, hash_ = PasswordHasher._match, PasswordHasher.hash

    def matched(
        self: PasswordHasher, password: str | bytes, hashed: str | bytes
    ) -> bytes | None:
        seen.append(str(password))
        return match(self, password, hashed)

    def hashed(self: PasswordHasher, password: str | bytes) -> str:
        seen.append(str(password))
        return hash_(self, password)

    monkeypatch.setattr(PasswordHasher, "_match", matched)
    monkeypatch.setattr(PasswordHasher, "hash", hashed)
    return seen


def guess(
    client: FlaskClient, email: str = BOB, password: str = "wrong"
) -> int:
    body = {"email": email, "password": password}
    return client.post("/sessions", json=body).status_code


def sign_in(client: FlaskClient, email: str = BOB) -> int:
    return guess(client, email, RIGHT)


def nth(number: int) -> str:
    return f"10.0.{number // 250}.{number % 250 + 1}"


def burn(house: House, failures: int, first: int = 0) -> None:
    """Guess wrong from a new address each time."""
    for number in range(first, first + failures):
        assert guess(house.from_(nth(number))) == 401


# -- The page --------------------------------------------------------------


@pytest.mark.requirement("V2.1.3")
def test_the_page_tells_the_defaults() -> None:
    """V2.1.3: each number equals the configured default."""
    assert set(ROWS) == set(WINDOWS)
    settings = Settings()
    for name, (amount, within) in ROWS.items():
        assert getattr(settings, name) == amount, name
        number, unit = within.split()
        assert WINDOWS[name] == int(number) * UNITS[unit], name


@pytest.mark.requirement("V6.1.1")
def test_the_page_names_a_test_that_exists() -> None:
    """V6.1.1: why an attacker cannot lock a victim out, and the proof."""
    text = PAGE.read_text()
    path, name = re.findall(r"`(tests/\S+?)::(\w+)`", text)[0]
    assert Path(__file__).match(path)
    assert callable(globals()[name])
    assert "lock" in text


# -- Row by row ------------------------------------------------------------


@pytest.mark.requirement("V2.3.2", "V2.4.1", "OWASP-CS-STUFF-1")
def test_login_failures_per_network(
    house: House, judged: list[str], time: FrozenClock
) -> None:
    """V2.3.2, V2.4.1, OWASP-CS-STUFF-1: 120 accounts, a guess each."""
    limit = LIMIT["login_failures_per_network"]
    answers = [
        guess(house.from_(), f"p{number}@example.com") for number in range(120)
    ]
    assert answers == [401] * limit + [429] * (120 - limit)
    assert len(judged) == limit
    assert sign_in(house.from_()) == 429
    assert sign_in(house.from_("192.0.2.2")) == 200
    time.advance(minutes=15)
    assert sign_in(house.from_()) == 200


@pytest.mark.requirement("V2.3.2", "V2.4.1", "V6.3.1")
def test_login_failures_per_account(
    house: House, judged: list[str], time: FrozenClock
) -> None:
    """V6.3.1, V2.3.2: 200 wrong logins; then the right password too."""
    limit = LIMIT["login_failures_per_account"]
    attacker = house.from_()
    answers = [guess(attacker) for _ in range(200)]
    assert answers == [401] * limit + [429] * (200 - limit)
    assert sign_in(attacker) == 429
    assert len(judged) == limit  # throttled before anything is hashed
    time.advance(minutes=15)
    assert sign_in(attacker) == 200


@pytest.mark.requirement("V2.3.2")
def test_login_failures_per_device(house: House, time: FrozenClock) -> None:
    """V2.3.2: a known device has a limit as well."""
    limit = LIMIT["login_failures_per_device"]
    phone = house.from_()
    assert sign_in(phone) == 200
    answers = [guess(phone) for _ in range(limit + 1)]
    assert answers == [401] * limit + [429]
    assert sign_in(phone) == 429
    assert sign_in(house.from_()) == 200  # strangers have theirs
    time.advance(minutes=15)
    assert sign_in(phone) == 200


@pytest.mark.requirement("V2.3.2", "NIST-63B-3.2.2-a")
def test_login_failures_in_a_row(
    house: House, judged: list[str], time: FrozenClock
) -> None:
    """NIST-63B-3.2.2-a, V2.3.2: 150 addresses, any case; 100 are judged."""
    limit, pace = LIMIT["login_failures_in_a_row"], 10
    spellings = (BOB, BOB.upper(), BOB.title())
    answers = []
    for number in range(150):
        if number % pace == 0:
            time.advance(minutes=15)
        stranger = house.from_(nth(number))
        answers.append(guess(stranger, spellings[number % 3]))
    assert answers == [401] * limit + [429] * (150 - limit)
    assert len(judged) == limit
    time.advance(days=300)
    answer = house.from_("192.0.2.9").post(
        "/sessions", json={"email": BOB, "password": RIGHT}
    )
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "86400"
    assert len(judged) == limit


@pytest.mark.requirement("V2.3.2", "V2.4.1")
def test_registrations_per_network(
    house: House, judged: list[str], time: FrozenClock
) -> None:
    """V2.4.1, V2.3.2."""
    limit = LIMIT["registrations_per_network"]

    def register(number: int, address: str = "192.0.2.1") -> int:
        body = {"email": f"p{number}@example.com", "password": RIGHT}
        client = house.from_(address)
        return client.post("/users", json=body).status_code

    answers = [register(number) for number in range(limit + 1)]
    assert answers == [200] * limit + [429]
    assert len(judged) == limit
    assert register(limit, "192.0.2.2") == 200
    time.advance(hours=1)
    assert register(limit + 1) == 200


@pytest.mark.requirement("V2.3.2", "V2.4.1", "OWASP-CS-FORGOT-7")
def test_reset_requests_per_network(house: House, time: FrozenClock) -> None:
    """OWASP-CS-FORGOT-7, V2.4.1, V2.3.2: per source, known or not."""
    limit = LIMIT["reset_requests_per_network"]

    def ask(email: str) -> int:
        answer = house.from_().post("/reset_password", json={"email": email})
        return answer.status_code

    for _ in range(limit // 2):
        assert [ask(BOB), ask("nobody@example.com")] == [200, 200]
    assert [ask(BOB), ask("nobody@example.com")] == [429, 429]
    time.advance(hours=1)
    assert ask(BOB) == 200


@pytest.mark.requirement("V2.3.2", "OWASP-CS-FORGOT-7")
def test_reset_mails_per_account(house: House, time: FrozenClock) -> None:
    """OWASP-CS-FORGOT-7, V2.3.2: per address, without telling."""
    limit = LIMIT["reset_mails_per_account"]

    def ask(number: int, email: str = BOB) -> TestResponse:
        client = house.from_(nth(number))
        return client.post("/reset_password", json={"email": email})

    spellings = (BOB, BOB.upper())
    told = {
        ask(number, spellings[number % 2]).get_json()["message"]
        for number in range(30)
    }
    assert len(told) == 1
    assert house.letters() == limit
    last = ask(30)
    unknown = ask(31, "nobody@example.com")
    assert last.status_code == unknown.status_code == 200
    assert {last.get_json()["message"]} == told
    assert dict(last.headers).keys() == dict(unknown.headers).keys()
    time.advance(hours=1)
    ask(32)
    assert house.letters() == limit + 2  # nobody's one and the new one


@pytest.mark.requirement("V2.3.2", "V2.4.1")
def test_reset_failures_per_network(
    house: House, judged: list[str], time: FrozenClock
) -> None:
    """V2.4.1, V2.3.2."""
    limit = LIMIT["reset_failures_per_network"]
    token = house.auth.get_reset_password_token(BOB)
    body = {"email": BOB, "reset_token": "x", "new_password": RIGHT[::-1]}

    def spend(token: str, address: str = "192.0.2.1") -> int:
        client = house.from_(address)
        change = {**body, "reset_token": token}
        return client.put("/reset_password", json=change).status_code

    answers = [spend("nonsense") for _ in range(limit + 1)]
    assert answers == [403] * limit + [429]
    assert spend(token) == 429
    assert judged == []
    assert spend(token, "192.0.2.2") == 200
    with pytest.raises(InvalidToken):
        house.auth.update_password(token, RIGHT)
    time.advance(minutes=15)
    assert spend("nonsense") == 403


# -- The answer ------------------------------------------------------------


@pytest.mark.requirement("RFC9110-429")
def test_the_answer_is_the_same_for_unknown_accounts(house: House) -> None:
    """RFC9110-429: Retry-After, and one shape for all accounts."""
    limit = LIMIT["login_failures_per_account"]
    answers = []
    for email in (BOB, "nobody@example.com"):
        client = house.from_()
        assert [guess(client, email) for _ in range(limit)] == [401] * limit
        body = {"email": email, "password": RIGHT}
        answers.append(client.post("/sessions", json=body))
    known, unknown = answers
    assert known.status_code == unknown.status_code == 429
    assert known.headers["Retry-After"] == "900"
    for answer in answers:
        assert answer.headers.pop("X-Request-ID")
    assert known.headers.to_wsgi_list() == unknown.headers.to_wsgi_list()
    assert known.data == unknown.data
    assert known.mimetype == "application/problem+json"
    assert known.get_json()["code"] == "too_many_attempts"
    assert known.get_json()["status"] == 429
    assert "Set-Cookie" not in known.headers


# -- The owner -------------------------------------------------------------


@pytest.mark.requirement("V6.1.1", "NIST-63B-3.2.2-b")
def test_the_owner_gets_in_during_the_attack(
    house: House, time: FrozenClock
) -> None:
    """NIST-63B-3.2.2-b, V6.1.1: on a device that succeeded before.

    Even in the attacker's network, and when the row is full.
    """
    phone = house.from_()
    assert sign_in(phone) == 200
    for quarter in range(10):
        time.advance(minutes=15)
        burn(house, 10, first=quarter * 10)
        assert sign_in(house.from_("192.0.2.8")) == 429
    time.advance(minutes=15)
    for number in range(LIMIT["login_failures_per_network"]):
        assert guess(house.from_(), f"p{number}@example.com") == 401
    assert guess(house.from_(), EVE) == 429
    assert sign_in(house.from_("192.0.2.8")) == 429
    assert guess(phone) == 401
    assert sign_in(phone) == 200
    assert sign_in(house.from_("192.0.2.8")) == 200  # the row has ended


@pytest.mark.requirement("NIST-63B-3.2.2-c")
def test_a_known_device_does_not_refill_what_strangers_spent(
    house: House,
) -> None:
    """NIST-63B-3.2.2-c: a success clears the count of its own device."""
    phone = house.from_("192.0.2.2")
    assert sign_in(phone) == 200
    burn(house, LIMIT["login_failures_per_account"])
    assert guess(phone) == 401
    assert sign_in(phone) == 200
    limit = LIMIT["login_failures_per_device"]
    assert [guess(phone) for _ in range(limit)] == [401] * limit
    assert sign_in(house.from_("192.0.2.3")) == 429


@pytest.mark.requirement("NIST-63B-3.2.2-a")
def test_a_device_has_a_row_of_its_own(
    house: House, time: FrozenClock
) -> None:
    """NIST-63B-3.2.2-a: a known device is not without end either."""
    phone = house.from_()
    assert sign_in(phone) == 200
    for _ in range(10):
        time.advance(minutes=15)
        assert [guess(phone) for _ in range(10)] == [401] * 10
    time.advance(minutes=15)
    assert sign_in(phone) == 429
    assert sign_in(house.from_()) == 200


@pytest.mark.requirement("NIST-63B-3.2.2-b")
def test_a_reset_ends_every_throttling(
    house: House, time: FrozenClock
) -> None:
    """NIST-63B-3.2.2-b: the owner without a known device."""
    for quarter in range(10):
        burn(house, 10, first=quarter * 10)
        time.advance(minutes=15)
    owner = house.from_()
    for _ in range(6):
        owner.post("/reset_password", json={"email": BOB})
    assert house.letters() == 5
    assert sign_in(owner) == 429
    body = {
        "email": BOB,
        "reset_token": house.auth.get_reset_password_token(BOB),
        "new_password": RIGHT,
    }
    assert owner.put("/reset_password", json=body).status_code == 200
    assert sign_in(owner) == 200
    owner.post("/reset_password", json={"email": BOB})
    assert house.letters() == 1, "a reset takes those back that wait"


def test_a_success_forgets_the_failures_of_the_account(
    house: House,
) -> None:
    """NIST-63B-3.2.2-c: what counts is failures in a row."""
    limit = LIMIT["login_failures_per_account"]
    for number in range(3):
        burn(house, limit - 1, first=20 * number)
        assert sign_in(house.from_("192.0.2.2")) == 200
    burn(house, limit, first=100)
    assert sign_in(house.from_("192.0.2.2")) == 429


@pytest.mark.requirement("NIST-63B-3.2.2-c")
def test_own_logins_between_guesses_gain_nothing(house: House) -> None:
    """NIST-63B-3.2.2-c: the network's failures stay, as do the victim's."""
    house.auth.register_user(EVE, RIGHT)
    limit = LIMIT["login_failures_per_network"]
    attacker, answers = house.from_(), []
    for number in range(limit + 5):
        answers.append(guess(attacker, f"p{number % 40}@example.com"))
        assert sign_in(attacker, EVE) == 200
    assert answers == [401] * limit + [429] * 5
    assert sign_in(house.from_(), EVE) == 429
    answers = [guess(house.from_("192.0.2.2")) for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_many_people_of_one_office_sign_in(house: House) -> None:
    office = LIMIT["login_failures_per_network"] + 10
    assert [sign_in(house.from_()) for _ in range(office)] == [200] * office


# -- The ways around -------------------------------------------------------


@pytest.mark.requirement("V4.1.3", "V15.3.4", "OWASP-CS-STUFF-2")
def test_headers_do_not_choose_the_bucket(house: House) -> None:
    """V15.3.4, OWASP-CS-STUFF-2: spoofed headers, the same bucket."""
    limit = LIMIT["login_failures_per_network"]
    names = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP")
    answers = []
    for number in range(limit + 1):
        body = {"email": f"p{number}@example.com", "password": "wrong"}
        headers = dict.fromkeys(names, nth(number))
        client = house.from_()
        answer = client.post("/sessions", json=body, headers=headers)
        answers.append(answer.status_code)
    assert answers == [401] * limit + [429]


@pytest.mark.requirement("V15.3.4")
def test_one_network_is_one_bucket(house: House) -> None:
    """V15.3.4: IPv6 by its /64, IPv4 in either form."""
    limit = LIMIT["login_failures_per_network"]
    for spread, same, other in (
        ("2001:db8::{:x}", "2001:DB8:0:0:ffff::", "2001:db8:0:1::1"),
        ("::ffff:192.0.2.5", "192.0.2.5", "192.0.2.6"),
    ):
        for number in range(limit):
            client = house.from_(spread.format(number))
            assert guess(client, f"p{number}@example.com") == 401
        assert guess(house.from_(same), EVE) == 429
        assert guess(house.from_(other), EVE) == 401


@pytest.mark.requirement("OWASP-CS-STUFF-2")
def test_spelling_does_not_choose_the_bucket(house: House) -> None:
    """OWASP-CS-STUFF-2: path spelling, body format, case of the email."""
    limit = LIMIT["login_failures_per_account"]
    answers = []
    for number in range(limit + 4):
        path = ("/sessions", "/sessions/", "/sessions?x=1")[number % 3]
        email = (BOB, BOB.upper(), "Bob@EXAMPLE.com")[number % 3]
        body = {"email": email, "password": "wrong"}
        client = house.from_(nth(number))
        answer = (
            client.post(path, json=body)
            if number % 2
            else client.post(path, data=body)
        )
        answers.append(answer.status_code)
    assert answers == [401] * limit + [429] * 4


@pytest.fixture(params=["memory", "redis"])
def counted(request: pytest.FixtureRequest) -> Iterator[House]:
    """A house that counts here, and one that counts in Redis."""
    with ExitStack() as stack:
        shared = {}
        if request.param == "redis":
            server = stack.enter_context(redis_server.started())
            shared = {"redis_url": server.url, "secret_key": "k" * 32}
        yield stack.enter_context(built(**shared))


@pytest.mark.requirement("OWASP-CS-STUFF-2", "V15.4.1", "V15.4.2")
def test_a_parallel_burst_gets_no_further(
    counted: House, judged: list[str]
) -> None:
    """Fifty wrong guesses at once: as many are judged as one by one."""
    limit = LIMIT["login_failures_per_account"]
    start = threading.Barrier(50)
    answers: list[int] = []

    def burst(number: int) -> None:
        client = counted.from_(nth(number))
        start.wait(30)
        answers.append(guess(client))

    threads = [
        threading.Thread(target=burst, args=(number,)) for number in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 50
    assert answers.count(401) == limit == 10
    assert set(answers) <= {401, 429, 503}
    assert len(judged) == limit
    assert guess(counted.from_("192.0.2.9")) == 429
    assert len(judged) == limit


def test_right_passwords_at_once_are_no_failures(counted: House) -> None:
    """The eleventh is told to come back at once, not in a quarter."""
    limit = LIMIT["login_failures_per_account"]
    throttle = counted.extension.throttle
    body = {"email": BOB, "password": RIGHT}
    with ExitStack() as judging:
        for number in range(limit):
            judging.enter_context(throttle.login(BOB, nth(number), ""))
        answer = counted.from_().post("/sessions", json=body)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert answer.get_json()["code"] == "busy"
    assert sign_in(counted.from_()) == 200


@pytest.mark.requirement("NIST-63B-5.1-c")
def test_the_device_cookie_signs_nobody_in(house: House) -> None:
    phone = house.from_()
    body = {"email": BOB, "password": RIGHT}
    answer = phone.post("/sessions", json=body)
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    attributes = cookies[1].partition(";")[2]
    for each in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"):
        assert each in attributes
    device = phone.get_cookie(COOKIE)
    assert device is not None
    other = house.from_()
    other.set_cookie(COOKIE, device.value)
    assert other.get("/profile").status_code == 403
    assert guess(other) == 401


def test_a_planted_or_forged_device_cookie_is_none(house: House) -> None:
    house.auth.register_user(EVE, RIGHT)
    attacker = house.from_()
    assert sign_in(attacker, EVE) == 200
    good = attacker.get_cookie(COOKIE)
    phone = house.from_()
    assert sign_in(phone) == 200
    bobs = phone.get_cookie(COOKIE)
    assert good is not None
    assert bobs is not None
    burn(house, LIMIT["login_failures_per_account"])
    body = {"email": BOB, "password": RIGHT}
    mine = f"{COOKIE}={bobs.value}"
    for cookie, status in (
        (mine, 200),
        (f"{COOKIE}={good.value}", 429),
        (f"{COOKIE}=x", 429),
        (f"{mine}; {COOKIE}={good.value}", 429),
        (f"{COOKIE}=" + "x" * 2000, 429),
    ):
        client = house.app.test_client(use_cookies=False)
        answer = client.post(
            "/sessions", json=body, headers={"Cookie": cookie}
        )
        assert answer.status_code == status


# -- Several processes -----------------------------------------------------


@pytest.mark.requirement("V6.3.1")
def test_processes_that_share_redis_share_the_limits() -> None:
    """V6.3.1, V2.3.2: twice the processes, not twice the guesses."""
    limit = LIMIT["login_failures_per_account"]
    with redis_server.started() as server:
        settings = {"redis_url": server.url, "secret_key": "k" * 32}
        with built(**settings) as one, built(**settings) as other:
            phone = one.from_()
            assert sign_in(phone) == 200
            device = phone.get_cookie(COOKIE)
            assert device is not None
            answers = [
                guess((one, other)[number % 2].from_(nth(number)))
                for number in range(limit + 2)
            ]
            assert answers == [401] * limit + [429] * 2
            moved = other.from_()
            moved.set_cookie(COOKIE, device.value)
            assert sign_in(moved) == 200
            server.end()
            assert guess(one.from_()) == 401  # local limits from here on
            assert sign_in(phone) == 200


# -- The profiles ----------------------------------------------------------


def test_development_has_no_limits() -> None:
    """Scripts that fail by the hundred never meet a 429."""
    with built(strict=False) as house:
        client = house.from_("127.0.0.1")
        assert {guess(client) for _ in range(150)} == {401}
        answer = client.post(
            "/sessions", json={"email": BOB, "password": RIGHT}
        )
        assert len(answer.headers.getlist("Set-Cookie")) == 1


def test_production_keeps_the_device_cookie_to_tls() -> None:
    with built(profile="production") as house:
        answer = house.from_().post(
            "/sessions", json={"email": BOB, "password": RIGHT}
        )
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert "; Secure;" in cookie


def test_a_full_queue_costs_no_guess() -> None:
    with built(hash_queue=0, login_failures_per_account=1) as house:
        places = hash_pool.places(0)
        gates = [house.extension.hashing.place() for _ in range(places)]
        for gate in gates:
            gate.__enter__()
        assert [sign_in(house.from_()) for _ in range(3)] == [503] * 3
        for gate in gates:
            gate.__exit__(None, None, None)
        assert sign_in(house.from_()) == 200


# -- The owner -------------------------------------------------------------


def warnings(house: House) -> list[str]:
    """Return to whom letters about guesses go, in order."""
    with house.auth.db.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT recipient FROM outbox WHERE letter = 'guessed_at'"
            " ORDER BY id"
        )
        return [row.recipient for row in found]


def test_guess_mails_per_account(
    house: House, time: FrozenClock
) -> None:
    burn(house, LIMIT["login_failures_per_account"])
    assert warnings(house) == []
    attacker = house.from_("192.0.2.2")
    assert [guess(attacker) for _ in range(3)] == [429] * 3
    assert warnings(house) == [BOB]
    time.advance(hours=23)
    burn(house, LIMIT["login_failures_per_account"])
    assert guess(attacker) == 429
    assert warnings(house) == [BOB]
    time.advance(hours=1)
    burn(house, LIMIT["login_failures_per_account"])
    assert guess(attacker) == 429
    assert warnings(house) == [BOB, BOB]


def test_an_address_without_an_account_is_asked_for_alike(
    house: House,
) -> None:
    """The same writes; the letter finds nobody when it is written."""
    for number in range(LIMIT["login_failures_per_account"]):
        assert guess(house.from_(nth(number)), EVE) == 401
    assert guess(house.from_(), EVE) == 429
    assert warnings(house) == [EVE]
    courier = Courier(house.auth.db, house.auth.settings)
    courier.deliver_due()
    assert warnings(house) == []
    assert house.auth.db.read(mailbox.newest) == []


def test_a_network_that_runs_out_is_nobodys_news(house: House) -> None:
    attacker = house.from_()
    for number in range(LIMIT["login_failures_per_network"]):
        guess(attacker, f"p{number}@example.com")
    assert guess(attacker) == 429
    assert warnings(house) == []


def test_where_mail_is_off_nobody_is_told() -> None:
    with built(mail="off") as house:
        burn(house, LIMIT["login_failures_per_account"])
        assert guess(house.from_()) == 429
        assert warnings(house) == []


def test_guesses_in_an_open_session_are_told_too(house: House) -> None:
    client = house.from_()
    raw = house.auth.create_session(BOB)
    client.set_cookie("session_id", str(raw))
    again = {"password": "wrong"}
    for _ in range(LIMIT["login_failures_per_account"] + 1):
        answer = client.post("/sessions/reauthentication", json=again)
    assert answer.status_code == 429
    assert warnings(house) == [BOB]
