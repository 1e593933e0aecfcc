"""Many at once: the database decides, and everybody else is told so."""

from collections import Counter

import pytest

from tests.conftest import ENGINES
from tests.http import races
from tests.http.client import Client, new_address
from tests.http.together import Found, at_once, send
from tests.service import Service

pytestmark = pytest.mark.engine(*ENGINES, "nodes")


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_thirty_spends_of_one_token(service: Service, client: Client) -> None:
    email = client.register()
    session_id = client.log_in(email)
    races.spends(service, email, client.reset_token(email), 30)
    assert not client.is_in(session_id)


@pytest.mark.requirement("V2.3.4", "V15.4.2")
def test_fifty_registrations_of_one_address(
    service: Service, client: Client
) -> None:
    answers = races.registrations(service, 50)
    statuses = Counter(each.status for each in answers)
    assert statuses == {200: 1, 400: 49}
    for each in answers:
        if each.status == 400:
            assert each.body == {"message": "email already registered"}
    client.register()


def test_fifty_registrations_of_fifty_addresses(service: Service) -> None:
    def register() -> Found:
        body = {"email": new_address(), "password": "b4l0u"}
        return send(service, "POST", "/users", body)

    answers = at_once([register] * 50)
    assert {each.status for each in answers} == {200}
    assert len({each.body["email"] for each in answers}) == 50


def test_many_logins_of_one_account(service: Service, client: Client) -> None:
    email = client.register()
    body = {"email": email, "password": "b4l0u"}

    def log_in() -> Found:
        return send(service, "POST", "/sessions", body)

    answers = at_once([log_in] * 20)
    assert {each.status for each in answers} == {200}
    assert len({each.session_id for each in answers}) == 20


@pytest.mark.requirement("V15.4.2")
def test_a_log_out_counts_once(service: Service, client: Client) -> None:
    races.log_outs(service, client.log_in(client.register()), 20)
