"""Whatever is sent, the service answers, and never with a 5xx."""

import json
import string
from http import HTTPStatus
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.client import JSON, Client
from tests.http.test_bad_bodies import FORM, OPERATIONS

FUZZ = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
NAMES = st.sampled_from(["email", "password", "reset_token", "new_password"])
TYPES = st.sampled_from(
    [JSON, FORM, f"{JSON}; charset=utf-16", "text/plain", "", "multipart/x"]
)
TEXT = st.text(st.characters(codec=None), max_size=80)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | st.emails()
    | st.just("bob@example.com"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
HEADER = st.text(
    string.ascii_letters + string.digits + string.punctuation + " ",
    max_size=200,
).map(str.strip)


def assert_answered(answer: requests.Response) -> None:
    """See that an answer is one of those that are promised."""
    assert answer.status_code < 500, answer.text
    HTTPStatus(answer.status_code)
    assert answer.headers["Cache-Control"] == "no-store"
    if answer.status_code >= 400:
        found = answer.json()
        assert found["message"]
        assert found.get("code") or found["message"] == (
            "email already registered"
        )


@pytest.mark.requirement("REL-4")
@FUZZ
@given(st.sampled_from(OPERATIONS), TYPES, st.binary(max_size=300))
def test_any_bytes(
    client: Client, operation: tuple[str, str], type_: str, body: bytes
) -> None:
    headers = {"Content-Type": type_}
    answer = client.ask(*operation, data=body, headers=headers)
    assert_answered(answer)
    assert answer.status_code in (400, 415)


@pytest.mark.requirement("REL-4")
@FUZZ
@given(
    st.sampled_from(OPERATIONS),
    st.dictionaries(NAMES | TEXT, VALUES, max_size=6),
)
def test_any_json(
    client: Client, operation: tuple[str, str], members: dict[str, Any]
) -> None:
    body = json.dumps(members)
    headers = {"Content-Type": JSON}
    assert_answered(client.ask(*operation, data=body, headers=headers))


@pytest.mark.requirement("REL-4")
@FUZZ
@given(
    st.sampled_from(OPERATIONS),
    st.lists(st.tuples(NAMES | TEXT, TEXT | st.emails()), max_size=6),
)
def test_any_form(
    client: Client,
    operation: tuple[str, str],
    fields: list[tuple[str, str]],
) -> None:
    raw = [
        tuple(part.encode("utf-8", "surrogatepass") for part in pair)
        for pair in fields
    ]
    assert_answered(client.ask(*operation, data=raw))


@pytest.mark.requirement("REL-4")
@FUZZ
@given(
    st.sampled_from(["Accept", "Cookie", "Content-Type", "User-Agent"]),
    HEADER | st.text("sesion_id=;, \"\\'", max_size=60).map(str.strip),
)
def test_any_header(client: Client, name: str, value: str) -> None:
    headers = {name: value}
    for method, path in (
        ("GET", "/profile"),
        ("DELETE", "/sessions"),
        ("POST", "/sessions"),
    ):
        answer = client.ask(method, path, headers=headers)
        assert_answered(answer)
        assert answer.status_code in (400, 403)


@FUZZ
@given(st.text("/.%abf0123?#&=\\:@ é\0\n", max_size=40))
def test_any_path(client: Client, path: str) -> None:
    answer = client.ask("GET", "/" + path)
    assert answer.status_code in (200, 308, 404), answer.text


@FUZZ
@given(st.text(string.ascii_uppercase + "-_!#$%&'*+.^`|~", min_size=1))
def test_any_method(client: Client, method: str) -> None:
    for path in ("/", "/users", "/nope"):
        answer = client.ask(method, path)
        # CONNECT and its like may never come as far as the service.
        assert answer.status_code < 500
