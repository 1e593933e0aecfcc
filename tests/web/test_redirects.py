"""Redirects stay on this host, whoever says what (OWASP ASVS 3.7.2)."""

from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from tests.web.support import BOB

EVIL = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "///evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\thttps://evil.example",
    "%2f%2fevil.example",
    "http://localhost@evil.example",
    "http://localhost.evil.example",
]
NAMES = ("next", "return_to", "redirect_uri", "url", "Location")
HERE = "http://localhost"


def said(payload: str) -> dict[str, str]:
    """Return every header that could name another place."""
    name = payload.rpartition("/")[2].strip() or "evil.example"
    return {
        "Referer": payload.strip(),
        "Host": name,
        "X-Forwarded-Host": name,
        "X-Forwarded-Prefix": payload.strip(),
        "X-Original-URL": payload.strip(),
        "Forwarded": f"host={name}",
    }


def leads_to(location: str) -> str:
    """Return where a browser that is here goes."""
    assert location.startswith("/")
    # A browser takes a backslash for a slash.
    return urljoin(f"{HERE}/x", location.replace("\\", "/"))


@pytest.mark.requirement("V3.7.2")
@pytest.mark.parametrize("payload", EVIL)
def test_logging_out_leads_home(client: FlaskClient, payload: str) -> None:
    client.post("/users", json=BOB)
    client.post("/sessions", json=BOB)
    cookie = client.get_cookie("session_id")
    assert cookie is not None
    plain = client.application.test_client(use_cookies=False)
    answer = plain.delete(
        "/sessions",
        query_string=dict.fromkeys(NAMES, payload),
        data=dict.fromkeys(NAMES, payload),
        headers=said(payload) | {"Cookie": f"session_id={cookie.value}"},
    )
    assert answer.status_code == 302
    assert answer.headers.getlist("Location") == ["/"]


@pytest.mark.requirement("V3.7.2")
@pytest.mark.parametrize("payload", EVIL)
@pytest.mark.parametrize(
    "path", ["/profile//", "//x", "/{}//", "//{}/profile", "//{}//"]
)
def test_a_slash_too_many_leads_nowhere_else(
    client: FlaskClient, path: str, payload: str
) -> None:
    answer = client.get(
        environ_overrides={"PATH_INFO": path.format(payload)},
        query_string=dict.fromkeys(NAMES, payload),
        headers=said(payload),
        base_url=HERE,
    )
    assert answer.status_code in (308, 404)
    for location in answer.headers.getlist("Location"):
        assert leads_to(location).startswith(f"{HERE}/")


@pytest.mark.requirement("V3.7.2")
def test_a_redirect_of_routing_is_a_path(client: FlaskClient) -> None:
    answer = client.get("/profile//?a=1", headers={"Host": "evil.example"})
    assert answer.status_code == 308
    assert answer.headers["Location"] == "/profile/?a=1"
    assert answer.data == b""
