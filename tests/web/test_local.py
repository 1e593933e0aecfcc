"""Whose address a request is counted under."""

import pytest

from bienvenue.web import local
from tests.web.conftest import Make

PEER = "192.0.2.7"


@pytest.mark.requirement("V4.1.3", "V15.3.4")
@pytest.mark.parametrize(
    ("hops", "fields", "found"),
    [
        (0, [], PEER),
        (0, ["203.0.113.1"], PEER),
        (1, ["203.0.113.1"], "203.0.113.1"),
        (1, ["10.9.9.9, 203.0.113.1"], "203.0.113.1"),
        (1, ["10.9.9.9", "203.0.113.1"], "203.0.113.1"),
        (2, ["10.9.9.9, 203.0.113.1, 198.51.100.2"], "203.0.113.1"),
        (1, ["2001:DB8::0:1"], "2001:db8::1"),
        # Not what the declared proxies would have sent:
        (1, [], PEER),
        (2, ["203.0.113.1"], PEER),
        (1, ["203.0.113.1, unknown"], PEER),
        (1, ["203.0.113.1,"], PEER),
        (1, ["'; DROP TABLE users"], PEER),
    ],
)
def test_only_declared_hops_are_believed(
    make: Make, hops: int, fields: list[str], found: str
) -> None:
    """V4.1.3: a client cannot choose its own address."""
    app = make(trusted_hops=hops)
    headers = [("X-Forwarded-For", field) for field in fields]
    environ = {"REMOTE_ADDR": PEER}
    with app.test_request_context(headers=headers, environ_base=environ):
        assert local.address() == found
        assert local.client().address == found


@pytest.mark.requirement("V4.1.3")
def test_other_headers_count_for_nothing(make: Make) -> None:
    app = make(trusted_hops=1)
    headers = {"X-Real-IP": "203.0.113.1", "Forwarded": "for=203.0.113.1"}
    environ = {"REMOTE_ADDR": PEER}
    with app.test_request_context(headers=headers, environ_base=environ):
        assert local.address() == PEER


@pytest.mark.parametrize(
    "field", ["203.0.113.1:4711", "[203.0.113.1]:4711", "[203.0.113.1]"]
)
def test_a_port_beside_the_address_is_left_out(make: Make, field: str) -> None:
    headers = {"X-Forwarded-For": field}
    with make(trusted_hops=1).test_request_context(headers=headers):
        assert local.address() == "203.0.113.1"


def test_a_silent_proxy_is_told_by_its_http(make: Make) -> None:
    client = make().test_client()
    bob = {"email": "bob@example.com", "password": "fifteen letters"}
    client.post("/users", json=bob)
    old = {"SERVER_PROTOCOL": "HTTP/1.0"}
    answer = client.post("/reset_password", json=bob, environ_overrides=old)
    assert answer.status_code == 403


def test_the_mailbox_is_read_here_alone_where_tokens_are_kept(
    make: Make,
) -> None:
    client = make(strict=True, allow_remote=True).test_client()
    far = {"REMOTE_ADDR": PEER}
    assert client.get("/dev/mailbox").status_code == 200
    answer = client.get("/dev/mailbox", environ_overrides=far)
    assert answer.status_code == 403
