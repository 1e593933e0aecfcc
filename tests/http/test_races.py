"""Many at once: the database decides, and everybody else is told so."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection

from bienvenue import secret
from tests.http.client import PATIENCE, Client, new_address
from tests.service import Service

Found = tuple[int, dict[str, str]]


def send(
    service: Service, method: str, path: str, body: dict[str, str]
) -> Found:
    """Make one request on a connection of its own."""
    link = HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json"}
    link.request(method, path, json.dumps(body), headers)
    answer = link.getresponse()
    found = answer.status, json.loads(answer.read())
    link.close()
    return found


def at_once(calls: Sequence[Callable[[], Found]]) -> list[Found]:
    """Make all the calls together and return their answers."""
    together = threading.Barrier(len(calls))

    def run(call: Callable[[], Found]) -> Found:
        together.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_thirty_spends_of_one_token(service: Service, client: Client) -> None:
    email = client.register()
    session_id = client.log_in(email)
    body = {"email": email, "reset_token": client.reset_token(email)}
    passwords = [f"password {number}" for number in range(30)]

    def spend(password: str) -> Found:
        wanted = body | {"new_password": password}
        return send(service, "PUT", "/reset_password", wanted)

    answers = at_once([partial(spend, one) for one in passwords])
    assert Counter(status for status, _ in answers) == {200: 1, 403: 29}
    codes = {found["code"] for status, found in answers if status == 403}
    assert codes == {"invalid_token"}
    winner = next(i for i, (status, _) in enumerate(answers) if status == 200)
    client.log_in(email, passwords[winner])
    assert not client.is_in(session_id)


def test_fifty_registrations_of_one_address(
    service: Service, client: Client
) -> None:
    local, _, domain = new_address().partition("@")
    digest = secret.digest(local)

    def register(number: int) -> Found:
        mask = digest[number % len(digest)] | 1 << number % 8
        mixed = "".join(
            letter.upper() if mask >> place % 8 & 1 else letter
            for place, letter in enumerate(local)
        )
        body = {"email": f"{mixed}@{domain}", "password": f"p{number}"}
        return send(service, "POST", "/users", body)

    calls = [partial(register, number) for number in range(50)]
    answers = at_once(calls)
    assert Counter(status for status, _ in answers) == {200: 1, 400: 49}
    for status, found in answers:
        if status == 400:
            assert found == {"message": "email already registered"}
    winner = next(i for i, (status, _) in enumerate(answers) if status == 200)
    client.log_in(f"{local}@{domain}", f"p{winner}")
    client.register()


def test_fifty_registrations_of_fifty_addresses(service: Service) -> None:
    def register() -> Found:
        body = {"email": new_address(), "password": "b4l0u"}
        return send(service, "POST", "/users", body)

    answers = at_once([register] * 50)
    assert {status for status, _ in answers} == {200}
    assert len({found["email"] for _, found in answers}) == 50


def test_many_logins_of_one_account(service: Service, client: Client) -> None:
    email = client.register()
    body = {"email": email, "password": "b4l0u"}

    def log_in() -> Found:
        return send(service, "POST", "/sessions", body)

    answers = at_once([log_in] * 20)
    assert {status for status, _ in answers} == {200}


def test_a_log_out_counts_once(service: Service, client: Client) -> None:
    session_id = client.log_in(client.register())

    def log_out() -> Found:
        with Client(service.url) as other:
            cookie = {"Cookie": f"session_id={session_id}"}
            answer = other.ask("DELETE", "/sessions", headers=cookie)
            return answer.status_code, {}

    answers = at_once([log_out] * 10)
    assert Counter(status for status, _ in answers) == {302: 1, 403: 9}
