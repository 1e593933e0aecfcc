"""docs/limits.md, of verifying and changing an address, row by row."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from bienvenue import clock
from bienvenue.clock import FrozenClock
from tests.web.test_throttle import BOB, LIMIT, House, built, nth, sign_in

OTHER = "another long and quiet morning"

pytestmark = pytest.mark.requirement("V2.3.2")


@pytest.fixture(autouse=True)
def time() -> Iterator[FrozenClock]:
    with clock.frozen() as frozen:
        yield frozen


@pytest.fixture
def house() -> Iterator[House]:
    with built() as house:
        yield house


def letters(house: House) -> int:
    """Return how many letters about an address to verify wait."""
    with house.auth.db.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT count(*) FROM outbox WHERE letter = 'verify_email'"
        )
        return int(found.scalar_one())


def resend(client: FlaskClient, email: str = BOB) -> int:
    body = {"email": email}
    return client.post("/verify_email/resend", json=body).status_code


def verify(client: FlaskClient, **proof: str) -> int:
    body = {**proof, "password": OTHER}
    return client.post("/verify_email", json=body).status_code


@pytest.mark.requirement("V2.4.1")
def test_verification_requests_per_network(
    house: House, time: FrozenClock
) -> None:
    limit = LIMIT["verification_requests_per_network"]
    answers = [
        resend(house.from_(), f"p{number}@example.com")
        for number in range(limit + 1)
    ]
    assert answers == [200] * limit + [429]
    assert resend(house.from_("192.0.2.2")) == 200
    time.advance(hours=1)
    assert resend(house.from_()) == 200


def test_verification_mails_per_account(
    house: House, time: FrozenClock
) -> None:
    """Beyond the limit the answer is the same, and no letter is posted."""
    limit = LIMIT["verification_mails_per_account"]
    before = letters(house)
    spellings = (BOB, BOB.upper())
    answers = [
        resend(house.from_(nth(number)), spellings[number % 2])
        for number in range(30)
    ]
    assert set(answers) == {200}
    assert letters(house) == before + limit
    time.advance(hours=1)
    resend(house.from_(nth(40)))
    assert letters(house) == before + limit + 1


@pytest.mark.requirement("V2.4.1")
def test_verification_failures_per_network(
    house: House, time: FrozenClock
) -> None:
    limit = LIMIT["verification_failures_per_network"]
    answers = [verify(house.from_(), token="x") for _ in range(limit + 1)]
    assert answers == [403] * limit + [429]
    assert verify(house.from_("192.0.2.2"), token="x") == 403
    time.advance(minutes=15)
    assert verify(house.from_(), token="x") == 403


@pytest.mark.requirement("V2.4.1")
def test_verification_failures_per_account(
    house: House, time: FrozenClock
) -> None:
    """Of codes, which can be guessed; a link counts all the same."""
    limit = LIMIT["verification_failures_per_account"]
    answers = [
        verify(house.from_(nth(number)), email=BOB, code="00000000")
        for number in range(limit + 1)
    ]
    assert answers == [403] * limit + [429]
    assert verify(house.from_(nth(99)), token="x") == 403
    time.advance(hours=1)
    assert verify(house.from_(), email=BOB, code="00000000") == 403


def test_email_changes_per_account(house: House, time: FrozenClock) -> None:
    limit = LIMIT["email_changes_per_account"]
    client = house.from_()
    assert sign_in(client) == 200

    def change(number: int) -> int:
        body = {"email": f"n{number}@example.com"}
        return client.patch("/profile", json=body).status_code

    answers = [change(number) for number in range(limit + 1)]
    assert answers == [200] * limit + [429]
    time.advance(hours=1)
    assert sign_in(client) == 200  # what was long ago is no proof any more
    assert change(limit + 1) == 200
