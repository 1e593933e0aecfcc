"""Links that prove or change an address, spent many times at once.

The production profile: three workers that share a database and a Redis, and
tokens that come by mail alone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

import pytest

from tests.http.client import Client, new_address
from tests.http.races import opens
from tests.http.together import Found, at_once, send
from tests.service import PATIENCE, Service
from tests.services.ledger import PASSWORD
from tests.services.post import CHANGE, RESET, UNDO, VERIFY, Post
from tests.services.production import production
from tests.smtp import listening

AT_ONCE = 20


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    """Takes the letters."""
    server = Post()
    with listening(server):
        yield server


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, post: Post
) -> Iterator[Service]:
    """Three workers in the production profile."""
    with production(tmp_path_factory.mktemp("races"), post) as running:
        yield running


def spend(service: Service, path: str, body: Mapping[str, str]) -> Found:
    return send(service, "POST", path, body)


def token_for(post: Post, email: str, subject: str, count: int = 1) -> str:
    token = post.token_for(email, PATIENCE, subject, count)
    assert token is not None, (email, subject)
    return token


def verified(service: Service, post: Post) -> str:
    """Make an account whose address is verified; return the address."""
    with Client(service.url) as client:
        email = client.register(PASSWORD)
    token = token_for(post, email, VERIFY)
    body = {"token": token, "password": PASSWORD}
    assert spend(service, "/verify_email", body).status == 200
    return email


def asked(
    service: Service, post: Post, old: str, new: str, count: int = 1
) -> str:
    """Ask for another address; return the token that came to it."""
    with Client(service.url) as client:
        session_id = client.log_in(old, PASSWORD)
    body = {"email": new}
    found = send(service, "PATCH", "/profile", body, session_id=session_id)
    assert found.status == 200, found
    return token_for(post, new, CHANGE, count)


def one_wins(
    service: Service, path: str, body: Mapping[str, str], count: int
) -> None:
    """Spend one link many times: one gets it, the rest are told so."""
    answers = at_once([partial(spend, service, path, body)] * count)
    statuses = Counter(each.status for each in answers)
    assert statuses == {200: 1, 403: count - 1}
    codes = {each.body["code"] for each in answers if each.status == 403}
    assert codes == {"invalid_token"}


@pytest.mark.requirement("V2.3.4", "V15.4.2", "OWASP-CS-AUTH-2")
@pytest.mark.parametrize("count", [2, AT_ONCE])
def test_one_link_confirms_once(
    service: Service, post: Post, count: int
) -> None:
    old, new = verified(service, post), new_address()
    token = asked(service, post, old, new)
    one_wins(service, "/confirm_email_change", {"token": token}, count)
    assert opens(service, new, PASSWORD)
    assert not opens(service, old, PASSWORD)


@pytest.mark.requirement("V2.3.4", "V15.4.2", "OWASP-CS-AUTH-2")
def test_one_of_two_accounts_gets_an_address(
    service: Service, post: Post
) -> None:
    """The other keeps its own, and is told."""
    olds, new = [verified(service, post) for _ in range(2)], new_address()
    tokens = [
        asked(service, post, old, new, count)
        for count, old in enumerate(olds, start=1)
    ]
    path = "/confirm_email_change"
    answers = at_once(
        [partial(spend, service, path, {"token": each}) for each in tokens]
    )
    statuses = [each.status for each in answers]
    assert sorted(statuses) == [200, 400]
    loser = statuses.index(400)
    assert answers[loser].body == {"message": "email already registered"}
    assert opens(service, new, PASSWORD)
    assert opens(service, olds[loser], PASSWORD)
    assert not opens(service, olds[1 - loser], PASSWORD)


@pytest.mark.requirement("V2.3.4", "V15.4.2", "OWASP-CS-AUTH-2")
@pytest.mark.parametrize("attempt", range(3))
def test_who_takes_an_account_back_has_it(
    service: Service, post: Post, attempt: int
) -> None:
    """Whichever is first: a thief's next change or the owner's undoing."""
    del attempt
    old, new, newer = verified(service, post), new_address(), new_address()
    token = asked(service, post, old, new)
    path = "/confirm_email_change"
    assert spend(service, path, {"token": token}).status == 200
    undo = {"token": token_for(post, old, UNDO)}
    next_change = {"token": asked(service, post, new, newer)}
    confirmed, undone = at_once(
        [
            partial(spend, service, path, next_change),
            partial(spend, service, "/undo_email_change", undo),
        ]
    )
    assert confirmed.status in (200, 403), confirmed
    assert undone.status == 200, undone
    assert undone.body["email"] == old
    for email in (old, new, newer):
        assert not opens(service, email, PASSWORD)
    # The owner is told how to get in again.
    reset = {"email": old, "new_password": "another one, quite long"}
    reset["reset_token"] = token_for(post, old, RESET)
    assert send(service, "PUT", "/reset_password", reset).status == 200
    assert opens(service, old, reset["new_password"])


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_one_link_verifies_once(service: Service, post: Post) -> None:
    with Client(service.url) as client:
        email = client.register(PASSWORD)
    body = {"token": token_for(post, email, VERIFY), "password": PASSWORD}
    one_wins(service, "/verify_email", body, AT_ONCE)
