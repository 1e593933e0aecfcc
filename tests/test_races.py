"""What many do at once to one account happens once."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from bienvenue import DB, Auth, Settings
from bienvenue.errors import EmailTaken, InvalidToken

T = TypeVar("T")
EMAIL = "bob@example.com"


@pytest.fixture
def auth(url: str) -> Iterator[Auth]:
    auth = Auth(settings=Settings(database_url=url, bcrypt_rounds=4))
    yield auth
    auth.close()


def at_once(count: int, work: Callable[[int], T]) -> list[T | Exception]:
    """Run a function in many threads that start together."""
    barrier = threading.Barrier(count)
    found: list[T | Exception] = []

    def run(number: int) -> None:
        barrier.wait(30)
        try:
            found.append(work(number))
        except Exception as error:  # noqa: BLE001 - counted by the caller
            found.append(error)

    threads = [
        threading.Thread(target=run, args=(number,))
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == count
    return found


def spelled(number: int) -> str:
    """Return the address in one of its spellings, by the bits of a number."""
    return "".join(
        letter.upper() if number >> place & 1 else letter
        for place, letter in enumerate(EMAIL)
    )


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_fifty_registrations_make_one_account(auth: Auth) -> None:
    """V2.3.4: one wins, whatever the letter case; the next call works."""
    found = at_once(
        50, lambda number: auth.register_user(spelled(number), "b4l0u").id
    )
    assert sorted(type(each).__name__ for each in found) == (
        ["EmailTaken"] * 49 + ["int"]
    )
    with pytest.raises(EmailTaken):
        auth.register_user(EMAIL, "b4l0u")
    assert auth.register_user("next@example.com", "b4l0u").id
    assert auth.valid_login(EMAIL, "b4l0u")


@pytest.mark.requirement("V2.3.4", "V15.4.2", "OWASP-CS-FORGOT-2")
def test_thirty_spends_of_a_token_spend_it_once(auth: Auth) -> None:
    auth.register_user(EMAIL, "b4l0u")
    token = auth.get_reset_password_token(EMAIL)
    found = at_once(
        30, lambda number: auth.update_password(token, f"new{number}")
    )
    winners = [each for each in found if each is None]
    assert len(winners) == 1
    assert sum(isinstance(each, InvalidToken) for each in found) == 29
    opens = [auth.valid_login(EMAIL, f"new{n}") for n in range(30)]
    assert sum(opens) == 1


@pytest.mark.requirement("V15.4.2")
def test_many_requests_leave_one_token_in_force(auth: Auth) -> None:
    auth.register_user(EMAIL, "b4l0u")
    tokens = at_once(12, lambda _: auth.get_reset_password_token(EMAIL))
    in_force = []
    for token in tokens:
        assert isinstance(token, str)
        try:
            auth.update_password(token, "n3w")
            in_force.append(token)
        except InvalidToken:
            continue
    assert len(in_force) == 1


@pytest.mark.requirement("V15.4.2")
def test_a_session_ends_once(auth: Auth) -> None:
    auth.register_user(EMAIL, "b4l0u")
    session_id = auth.log_in(EMAIL, "b4l0u")
    found = at_once(20, lambda _: auth.end_session(session_id))
    assert sorted(found, key=bool) == [False] * 19 + [True]


@pytest.mark.requirement("V7.4.3")
def test_a_reset_leaves_no_session_of_the_old_password(auth: Auth) -> None:
    """V7.4.3: not even one whose login was under way."""
    auth.register_user(EMAIL, "b4l0u")
    token = auth.get_reset_password_token(EMAIL)

    def work(number: int) -> str | None:
        if number == 0:
            auth.update_password(token, "n3w")
            return None
        return auth.log_in(EMAIL, "b4l0u")

    for each in at_once(12, work):
        if isinstance(each, str):
            assert auth.check_session(each) is None


def test_writers_lose_nothing(auth: Auth) -> None:
    def work(number: int) -> None:
        for each in range(10):
            auth.db.add_user(f"{number}.{each}@example.com", "h")

    assert at_once(8, work) == [None] * 8
    for number in range(8):
        for each in range(10):
            email = f"{number}.{each}@example.com"
            assert auth.db.find_user_by(email=email).email == email


def test_processes_open_one_new_database_at_once(url: str) -> None:
    """One makes the tables, the others find them made."""
    code = (
        "import sys; from bienvenue import DB;"
        " DB(sys.argv[1]).add_user(sys.argv[2], 'h')"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, url, f"{number}@example.com"],
            stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")
    with DB(url) as db:
        for number in range(4):
            email = f"{number}@example.com"
            assert db.find_user_by(email=email).email == email
