"""Session ids: who makes them, where they count, and when they are dead."""

import base64
import threading
from pathlib import Path

import pytest

from tests.http.client import (
    NOBODYS,
    PASSWORD,
    PATIENCE,
    Client,
    assert_problem,
)
from tests.service import Service, started

READERS = 20


@pytest.mark.requirement("V7.2.2")
def test_each_login_has_an_id_of_its_own(client: Client) -> None:
    email = client.register()
    ids = {client.log_in(email) for _ in range(20)}
    assert len(ids) == 20


@pytest.mark.requirement("V7.2.2", "OWASP-CS-SESS-2")
def test_an_id_counts_in_the_cookie_alone(client: Client) -> None:
    """And nothing else does: no key, no password with each request."""
    email = client.register()
    raw = client.log_in(email)
    client.http.cookies.clear()
    basic = base64.b64encode(f"{email}:{PASSWORD}".encode()).decode()
    for headers in (
        {"Authorization": f"Bearer {raw}"},
        {"Authorization": f"Session {raw}"},
        {"Authorization": f"Basic {basic}"},
        {"X-Session-Id": raw},
        {"Session-Id": raw},
        {"X-API-Key": raw},
        {"Cookie2": f"session_id={raw}"},
        {"Cookie": f"Session_Id={raw}"},
    ):
        answer = client.ask("GET", "/profile", headers=headers)
        assert_problem(answer, 403, "session_required")
    query, body = {"session_id": raw}, {"session_id": raw}
    for given in ({"params": query}, {"data": body}, {"json": body}):
        for method, path in (("GET", "/profile"), ("DELETE", "/sessions")):
            answer = client.ask(method, path, **given)
            assert_problem(answer, 403, "session_required")
    answer = client.ask("GET", f"/profile;session_id={raw}")
    assert answer.status_code == 404
    assert client.is_in(raw)


@pytest.mark.requirement("OWASP-CS-SESS-1")
@pytest.mark.parametrize("planted", [NOBODYS, "x", "1"])
def test_a_planted_id_is_never_adopted(client: Client, planted: str) -> None:
    email = client.register()
    client.http.cookies.set("session_id", planted)
    answer = client.ask(
        "POST", "/sessions", data={"email": email, "password": PASSWORD}
    )
    raw = answer.cookies["session_id"]
    assert raw != planted
    assert client.is_in(raw)
    assert not client.is_in(planted)


@pytest.mark.requirement("OWASP-CS-SESS-4")
def test_another_site_logs_nobody_out(client: Client) -> None:
    raw = client.log_in(client.register())
    evil = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = client.ask("DELETE", "/sessions", headers=evil)
    assert_problem(answer, 403, "cross_site")
    assert client.is_in(raw)


@pytest.mark.requirement("V7.4.1")
def test_an_id_is_dead_once_its_logout_is_answered(
    service: Service, client: Client
) -> None:
    """Also for requests that stream in meanwhile."""
    raw = client.log_in(client.register())
    ready = threading.Barrier(READERS + 1)
    ended, late = threading.Event(), []

    def read() -> None:
        with Client(service.url) as reader:
            assert reader.is_in(raw)
            ready.wait(PATIENCE)
            for _ in range(20):
                before = ended.is_set()
                alive = reader.is_in(raw)
                if before:
                    late.append(alive)
            assert not (ended.wait(PATIENCE) and reader.is_in(raw))
            late.append(False)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    ready.wait(PATIENCE)
    assert client.ask("DELETE", "/sessions").status_code == 302
    ended.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(late) >= READERS
    assert not any(late)


@pytest.mark.requirement("V7.4.1")
def test_a_dead_id_stays_dead_after_a_restart(tmp_path: Path) -> None:
    with started(tmp_path) as service, Client(service.url) as client:
        email = client.register()
        alive, dead = client.log_in(email), client.log_in(email)
        assert client.ask("DELETE", "/sessions").status_code == 302
    with started(tmp_path) as service, Client(service.url) as client:
        assert client.is_in(alive)
        assert not client.is_in(dead)


@pytest.mark.requirement("V7.2.1")
def test_a_changed_id_is_nobodys(client: Client) -> None:
    raw = client.log_in(client.register())
    forged = raw[:-1] + ("0" if raw[-1] != "0" else "1")
    for wrong in (raw.upper(), raw[:-1], raw + "0", f"{{{raw}}}", forged):
        if wrong != raw:
            assert not client.is_in(wrong)
    assert client.is_in(raw)


@pytest.mark.requirement("RFC6265bis-lifetime")
def test_the_cookie_lasts_no_longer_than_the_session(tmp_path: Path) -> None:
    env = {"BIENVENUE_SESSION_LIFETIME_SECONDS": "4000"}
    with started(tmp_path, env=env) as service, Client(service.url) as client:
        email = client.register()
        body = {"email": email, "password": PASSWORD}
        answer = client.ask("POST", "/sessions", data=body)
        assert "; Max-Age=4000; " in answer.headers["Set-Cookie"]


def test_the_fast_answers_tell_their_length(client: Client) -> None:
    """A proxy keeps its connection by that (RFC 9112, 6.3)."""
    client.log_in(client.register())
    profile = client.ask("GET", "/profile")
    verify = client.ask("GET", "/verify")
    assert profile.headers["Content-Length"] == str(len(profile.content))
    assert (verify.headers["Content-Length"], verify.content) == ("0", b"")
    for each in (profile, verify):
        assert each.status_code == 200
        assert "Transfer-Encoding" not in each.headers
