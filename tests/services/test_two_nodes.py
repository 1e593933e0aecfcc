"""Two nodes on one PostgreSQL, behind nginx: who asks cannot tell them apart.

The production profile; whatever one node is told, the other knows.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest

from tests import redis_server
from tests.conftest import Servers
from tests.http import races
from tests.http.client import Client, new_address
from tests.http.together import Found, at_once, send
from tests.service import PATIENCE, Reachable, Service
from tests.services.busy import Watchers
from tests.services.ledger import PASSWORD
from tests.services.nodes import Nodes, behind, settings
from tests.services.post import Post
from tests.smtp import listening

pytestmark = pytest.mark.service("nginx", "postgresql")

GUESSES = 10


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    """Takes the letters."""
    server = Post()
    with listening(server):
        yield server


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, servers: Servers, post: Post
) -> Iterator[Nodes]:
    """Two nodes in production, which count in one Redis."""
    folder = tmp_path_factory.mktemp("nodes")
    with redis_server.started() as redis:
        url = servers("postgresql").fresh()
        env = settings(url, redis.url, post)
        with behind(folder, env) as running:
            yield running


@pytest.fixture
def client(nodes: Nodes) -> Iterator[Client]:
    """A client of both, through the proxy."""
    with Client(nodes.front.url, nodes.front.ca) as one:
        yield one


def is_in(node: Service, session_id: str) -> bool:
    """Tell whether a node lets a session in."""
    found = send(node, "GET", "/profile", session_id=session_id)
    assert found.status in (200, 403), found
    return found.status == 200


def log_in(service: Reachable, email: str) -> str:
    """Begin a session beside those that live."""
    body = {"email": email, "password": PASSWORD}
    found = send(service, "POST", "/sessions", body)
    assert found.session_id is not None, found
    return found.session_id


@pytest.mark.requirement("V7.4.1")
def test_what_ends_on_one_is_over_on_the_other(
    nodes: Nodes, client: Client
) -> None:
    """At the next request, which way round they are asked."""
    email = client.register(PASSWORD)
    for one, other in 10 * [nodes.all, nodes.all[::-1]]:
        session_id = client.log_in(email, PASSWORD)
        assert is_in(one, session_id)
        assert is_in(other, session_id)
        ended = send(one, "DELETE", "/sessions", session_id=session_id)
        assert ended.status == 302
        assert not is_in(other, session_id)
        assert not is_in(one, session_id)


@pytest.mark.requirement("V7.4.1")
def test_it_is_over_for_those_who_ask_all_the_time(
    nodes: Nodes, client: Client
) -> None:
    session_id = client.log_in(client.register(PASSWORD), PASSWORD)
    watchers = Watchers(nodes.all[1], session_id)
    watchers.wait_for(100)
    ended = send(nodes.all[0], "DELETE", "/sessions", session_id=session_id)
    assert ended.status == 302
    assert set(watchers.session_has_ended()) == {403}


@pytest.mark.requirement("V7.4.3")
def test_a_new_password_on_one_ends_sessions_on_the_other(
    nodes: Nodes, client: Client
) -> None:
    email = client.register(PASSWORD)
    old = [log_in(nodes.front, email) for _ in range(3)]
    assert all(is_in(nodes.all[1], each) for each in old)
    new = f"{PASSWORD}, another"
    body = {"current_password": PASSWORD, "new_password": new}
    done = send(nodes.all[0], "PUT", "/password", body, session_id=old[0])
    assert done.status == 200, done
    assert not any(is_in(nodes.all[1], each) for each in old)
    assert races.opens(nodes.all[1], email, new)


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_one_of_fifty_registrations(nodes: Nodes) -> None:
    races.registrations(nodes.front, 50)


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_one_of_thirty_spends(
    nodes: Nodes, client: Client, post: Post
) -> None:
    email = client.register(PASSWORD)
    session_id = client.log_in(email, PASSWORD)
    asked = client.ask("POST", "/reset_password", json={"email": email})
    assert asked.status_code == 200, asked.text
    token = post.token_for(email, PATIENCE)
    assert token is not None
    races.spends(nodes.front, email, token, 30)
    assert not any(is_in(each, session_id) for each in nodes.all)


@pytest.mark.requirement("V15.4.2")
def test_one_of_twenty_log_outs(nodes: Nodes, client: Client) -> None:
    session_id = client.log_in(client.register(PASSWORD), PASSWORD)
    races.log_outs(nodes.front, session_id, 20)


def test_both_nodes_are_used(nodes: Nodes, client: Client) -> None:
    """Each has written into its own strand of the audit log."""
    for _ in range(8):
        client.register(PASSWORD)
    assert all(node.hears_error("user_created") for node in nodes.all)


def test_each_letter_leaves_once(
    nodes: Nodes, client: Client, post: Post
) -> None:
    """Though both nodes look for letters, and are asked at once."""
    emails = [client.register(PASSWORD) for _ in range(12)]

    def ask(email: str) -> Found:
        body = {"email": email}
        return send(nodes.front, "POST", "/reset_password", body)

    answers = at_once([partial(ask, each) for each in emails])
    assert {each.status for each in answers} == {200}
    for email in emails:
        assert post.has_letter(email, PATIENCE)
    # Letters leave in order: after this one none of theirs is to come.
    last = client.register(PASSWORD)
    ask(last)
    assert post.has_letter(last, PATIENCE)
    assert [len(post.letters_for(each)) for each in emails] == [1] * 12


def guesses(nodes: Nodes, count: int) -> Counter[int]:
    """Guess so many passwords at once, at both nodes; count the answers."""

    def guess(node: Service) -> Found:
        body = {"email": new_address(), "password": PASSWORD}
        return send(node, "POST", "/sessions", body)

    turns = cycle(nodes.all)
    calls: list[Callable[[], Found]] = [
        partial(guess, next(turns)) for _ in range(count)
    ]
    return Counter(each.status for each in at_once(calls))


def judged(nodes: Nodes, count: int) -> int:
    """Guess so often at once; return how many guesses were looked at.

    While one is, the next may have to wait for how it turns out: 503.
    """
    found = guesses(nodes, count)
    assert set(found) <= {401, 429, 503}
    return found[401]


@pytest.mark.requirement("V6.3.1")
@pytest.mark.parametrize("program", ["redis-server", "valkey-server"])
def test_limits_are_shared_exactly_and_outlive_what_counts_them(
    tmp_path: Path, servers: Servers, post: Post, program: str
) -> None:
    """Without it each node counts for itself, and says so."""
    with ExitStack() as block:
        redis = block.enter_context(redis_server.started(program))
        env = {
            **settings(servers("postgresql").fresh(), redis.url, post),
            "BIENVENUE_LOGIN_FAILURES_PER_NETWORK": str(GUESSES),
            "BIENVENUE_HASH_QUEUE": "200",
        }
        nodes = block.enter_context(behind(tmp_path, env))
        assert judged(nodes, 40) == GUESSES
        assert guesses(nodes, 10) == {429: 10}
        redis.end()
        assert judged(nodes, 60) == 2 * GUESSES
        assert guesses(nodes, 10) == {429: 10}
        for node in nodes.all:
            assert node.hears_error("Redis is away")
        client = block.enter_context(Client(nodes.front.url, nodes.front.ca))
        client.register(PASSWORD)  # by another limit
