"""Many at once, against several processes that share a database.

The production profile, three workers that count in one Redis: nothing that
a process keeps in its memory may decide who wins.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.http import races
from tests.http.client import Client
from tests.http.together import Found, at_once, send
from tests.service import PATIENCE, Service
from tests.services.busy import Logins, Watchers
from tests.services.ledger import PASSWORD
from tests.services.post import Post
from tests.services.production import production
from tests.smtp import listening

NEW = "another password, longer"


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


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    """A client of theirs."""
    with Client(service.url) as one:
        yield one


def token_for(client: Client, post: Post, email: str) -> str:
    """Ask for a reset and return the token that came by mail."""
    answer = client.ask("POST", "/reset_password", json={"email": email})
    assert answer.status_code == 200, answer.text
    token = post.token_for(email, PATIENCE)
    assert token is not None
    return token


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_one_of_fifty_registrations(service: Service) -> None:
    races.registrations(service, 50)


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_one_of_thirty_spends(
    service: Service, client: Client, post: Post
) -> None:
    email = client.register(PASSWORD)
    session_id = client.log_in(email, PASSWORD)
    races.spends(service, email, token_for(client, post, email), 30)
    assert not client.is_in(session_id)


@pytest.mark.requirement("V15.4.2")
def test_one_of_twenty_log_outs(service: Service, client: Client) -> None:
    session_id = client.log_in(client.register(PASSWORD), PASSWORD)
    races.log_outs(service, session_id, 20)


@pytest.mark.requirement("V15.4.2")
def test_one_of_ten_changes(service: Service, client: Client) -> None:
    """Each from a session of its own; the last password is the winner's."""
    email = client.register(PASSWORD)
    sessions = [client.log_in(email, PASSWORD) for _ in range(10)]
    news = [f"{NEW} {number}" for number in range(10)]

    def change(session_id: str, new: str) -> Callable[[], Found]:
        body = {"current_password": PASSWORD, "new_password": new}
        return lambda: send(
            service, "PUT", "/password", body, session_id=session_id
        )

    calls = [change(*each) for each in zip(sessions, news, strict=True)]
    answers = at_once(calls)
    statuses = [each.status for each in answers]
    assert sorted(statuses) == [200] + [403] * 9
    winner = statuses.index(200)
    opened = [each for each in news if races.opens(service, email, each)]
    assert opened == [news[winner]]
    assert not any(client.is_in(each) for each in sessions)
    new_session = answers[winner].session_id
    assert new_session is not None
    assert client.is_in(new_session)


@pytest.mark.requirement("V7.4.3")
@pytest.mark.parametrize("how", ["reset", "change"])
def test_no_session_of_the_old_password_is_left(
    service: Service, client: Client, post: Post, how: str
) -> None:
    """Nor one of a login that was under way when the password changed."""
    email = client.register(PASSWORD)
    before = [client.log_in(email, PASSWORD) for _ in range(3)]
    token = token_for(client, post, email)
    logins = Logins(service, email, 6)
    logins.wait_for(12)
    if how == "reset":
        body = {"email": email, "reset_token": token, "new_password": NEW}
        done = send(service, "PUT", "/reset_password", body)
    else:
        body = {"current_password": PASSWORD, "new_password": NEW}
        done = send(
            service, "PUT", "/password", body, session_id=before[0]
        )
    assert done.status == 200, done
    logins.end()
    assert logins.refused == 6
    assert len(logins.minted) >= 12
    for session_id in (*before, *logins.minted):
        assert not client.is_in(session_id)
    client.log_in(email, NEW)


@pytest.mark.requirement("V7.4.1")
def test_a_session_is_over_for_requests_in_flight_and_after_a_restart(
    tmp_path: Path,
) -> None:
    post = Post()
    with ExitStack() as block:
        block.enter_context(listening(post))
        service = block.enter_context(production(tmp_path, post))
        client = block.enter_context(Client(service.url))
        session_id = client.log_in(client.register(PASSWORD), PASSWORD)
        other = client.log_in(client.register(PASSWORD), PASSWORD)
        watchers = Watchers(service, session_id)
        watchers.wait_for(100)
        ended = send(service, "DELETE", "/sessions", session_id=session_id)
        assert ended.status == 302
        assert set(watchers.session_has_ended()) == {403}
        assert service.stop() == 0
        again = block.enter_context(production(tmp_path, post, workers=1))
        client = block.enter_context(Client(again.url))
        assert client.is_in(other)
        assert not client.is_in(session_id)
