"""Many at once for one thing: whatever the profile, one gets it.

Each function makes one race over HTTP and sees that exactly one request
won, by what is true afterwards; it returns all the answers, for what a
profile says to the others.
"""

from collections import Counter
from functools import partial

from bienvenue import secret
from tests.http.client import Client, new_address
from tests.http.together import Found, at_once, send
from tests.service import Reachable

BASE = "a password of fifteen"


def registrations(service: Reachable, count: int) -> list[Found]:
    """Register one address ``count`` times, in as many spellings."""
    email = new_address()
    passwords = [f"{BASE} {number}" for number in range(count)]

    def register(number: int) -> Found:
        body = {"email": spelled(email, number), "password": passwords[number]}
        return send(service, "POST", "/users", body)

    answers = at_once([partial(register, n) for n in range(count)])
    assert all(each.status < 500 for each in answers), answers
    opened = [each for each in passwords if opens(service, email, each)]
    assert len(opened) == 1
    return answers


def spends(
    service: Reachable, email: str, token: str, count: int
) -> list[Found]:
    """Spend one reset token ``count`` times, each for its own password."""
    passwords = [f"{BASE} {number}" for number in range(count)]

    def spend(password: str) -> Found:
        body = {"email": email, "reset_token": token}
        new = {"new_password": password}
        return send(service, "PUT", "/reset_password", body | new)

    answers = at_once([partial(spend, one) for one in passwords])
    statuses = [each.status for each in answers]
    assert Counter(statuses) == {200: 1, 403: count - 1}
    codes = {each.body["code"] for each in answers if each.status == 403}
    assert codes == {"invalid_token"}
    winner = passwords[statuses.index(200)]
    opened = [each for each in passwords if opens(service, email, each)]
    assert opened == [winner]
    return answers


def log_outs(service: Reachable, session_id: str, count: int) -> list[Found]:
    """End one session ``count`` times."""
    end = partial(send, service, "DELETE", "/sessions", session_id=session_id)
    answers = at_once([end] * count)
    statuses = Counter(each.status for each in answers)
    assert statuses == {302: 1, 403: count - 1}
    with Client(service.url, service.ca) as client:
        assert not client.is_in(session_id)
    return answers


def opens(service: Reachable, email: str, password: str) -> bool:
    """Tell whether a password opens an account."""
    body = {"email": email, "password": password}
    found = send(service, "POST", "/sessions", body)
    assert found.status in (200, 401), found
    return found.status == 200


def spelled(email: str, number: int) -> str:
    """Return an address with letters in upper case, as a number has it."""
    local, _, domain = email.partition("@")
    digest = secret.digest(email)
    mask = digest[number % len(digest)] | 1 << number % 8
    mixed = "".join(
        letter.upper() if mask >> place % 8 & 1 else letter
        for place, letter in enumerate(local)
    )
    return f"{mixed}@{domain}"
