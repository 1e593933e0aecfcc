"""Fields that are missing, empty, of the wrong type or beyond reason."""

import json
from typing import Any

import pytest

from tests.http.client import PASSWORD, Client, assert_problem, new_address

NOT_TEXT: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.5,
    10**30,
    [],
    [""],
    ["bob@example.com"],
    [None],
    [[[]]],
    {},
    {"": ""},
    {"email": "bob@example.com"},
    {"$ne": None},
    {"$gt": ""},
    {"toString": 1},
    {"$regex": ".*"},
    {"$where": "1"},
    {"__proto__": {}},
    {"constructor": {"prototype": 1}},
    {"length": 9},
    {"value": "bob@example.com"},
    {"0": "b", "1": "o"},
    {"": None},
    {"a": {"a": {"a": {}}}},
    [True],
    [0, 1],
    [1.5],
    [{}],
    [{"email": "bob@example.com"}],
    ["bob@example.com", "eve@example.com"],
    [[]] * 9,
    [None] * 99,
    2**31,
    2**53 + 1,
    -(2**63),
    2**64,
    1e308,
    -1e-308,
    -0.0,
    0.1,
    20260101,
    [["bob@example.com"]],
    {"password": ["b4l0u"]},
    {"toJSON": "x"},
    [False, ""],
]
UNFIT_TEXT = [
    "",
    "\0",
    "a\0b",
    "\0" * 40,
    "b4l0u\0",
    "\0b4l0u",
    "\u00e9\0",
    "\ud800",
    "\udfffx",
    "x\ude00y",
    "\ude00\ud83d",
    "\ud83d\0\ude00",
    "\ud83d\ud83d",
]
NO_ADDRESS = [
    " ",
    "bob",
    "@",
    "bob@",
    "@example.com",
    "bob@@example.com",
    "bob@exa mple.com",
    "bob@example..com",
    ".bob@example.com",
    "bob.@example.com",
    "bo b@example.com",
    "bob@-example.com",
    "bob@example.com, eve@example.com",
    "bob@example.com\neve@example.com",
    "bob@example.com\r\nBcc: eve@example.com",
    "bob@example.com\0.eve.example",
    "Bob <bob@example.com>",
    "mailto:bob@example.com",
    '"bob"@example.com',
    "bob@[127.0.0.1]",
    "bob@127.0.0.1",
    "bob@localhost",
    "bob@example.com.",
    "bob(comment)@example.com",
    "bob@ex\u0430mple\u2024com",
    "\uff42ob@example.com",
    "bob@example.\u212aom",
    "bob\u200b@example.com",
    "\u202ebob@example.com",
    "b" * 65 + "@example.com",
    "bob@" + "a." * 130 + "com",
    "b" * 60_000,
    "a@" * 1000 + "example.com",
    "' OR 1=1 --",
    "<script>@example.com",
    "${jndi:ldap://example.com}",
    "\x1b[31m@example.com",
    "\N{PILE OF POO}",
]
LONG = ["x" * 1025, "x" * 60_000, "\N{PILE OF POO}" * 1025, "e\u0301" * 1025]
OPERATIONS = {
    ("POST", "/users"): ("email", "password"),
    ("POST", "/sessions"): ("email", "password"),
    ("POST", "/reset_password"): ("email",),
    ("PUT", "/reset_password"): ("email", "reset_token", "new_password"),
    ("PUT", "/password"): ("current_password", "new_password"),
}
FIELDS = [
    (method, path, field)
    for (method, path), fields in OPERATIONS.items()
    for field in fields
]
EACH = pytest.mark.parametrize(("method", "path", "field"), FIELDS)


def fit() -> dict[str, Any]:
    """Return members that no operation objects to the form of."""
    return {
        "email": new_address(),
        "password": "b4l0u",
        "reset_token": "x",
        "new_password": "n3w",
        "current_password": PASSWORD,
    }


def unfit(field: str) -> list[Any]:
    """Return what a field must not be."""
    if field == "email":
        return [*NOT_TEXT, *UNFIT_TEXT, *NO_ADDRESS]
    if field == "reset_token":  # an empty one is a missing one: 403
        return [*NOT_TEXT, *UNFIT_TEXT[1:]]
    return [*NOT_TEXT, *UNFIT_TEXT]


@pytest.fixture
def client(client: Client) -> Client:
    """A client that is signed in, as one of the operations wants."""
    client.log_in(client.register())
    return client


@pytest.mark.requirement("V2.2.1")
def test_there_are_sixty_for_each_field() -> None:
    for _, _, field in FIELDS:
        assert len({repr(value) for value in unfit(field)}) >= 60, field


@pytest.mark.requirement("V2.2.1", "V15.3.5")
@EACH
def test_unfit_members(
    client: Client, method: str, path: str, field: str
) -> None:
    for value in unfit(field):
        body = json.dumps(fit() | {field: value})
        answer = client.ask(
            method,
            path,
            data=body,
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 400, (value, answer.text)
        code = answer.json()["code"]
        assert code in ("malformed", "invalid_email"), (value, code)
        assert_problem(answer, 400, code)
        assert field in answer.json()["message"]


@pytest.mark.requirement("V2.2.1")
@EACH
def test_unfit_form_fields(
    client: Client, method: str, path: str, field: str
) -> None:
    for value in unfit(field):
        if not isinstance(value, str) or not value.isprintable():
            continue
        answer = client.ask(method, path, data=fit() | {field: value})
        assert answer.status_code == 400, (value, answer.text)


@pytest.mark.requirement("V2.2.1")
@EACH
def test_missing_members(
    client: Client, method: str, path: str, field: str
) -> None:
    body = fit()
    del body[field]
    status = 403 if field == "reset_token" else 400
    for kind in ("data", "json"):
        answer = client.ask(method, path, **{kind: body})
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize("password", LONG)
def test_long_passwords(client: Client, password: str) -> None:
    email = client.register()
    body = {"email": email, "password": password}
    answer = client.ask("POST", "/sessions", json=body)
    assert_problem(answer, 401, "invalid_credentials")
    body = {"email": new_address(), "password": password}
    answer = client.ask("POST", "/users", json=body)
    assert_problem(answer, 400, "password_too_long")


@pytest.mark.requirement("V6.2.9")
@pytest.mark.parametrize(
    "password", ["x" * 1024, "e\u0301" * 1024, "\N{PILE OF POO}" * 1024, " "]
)
def test_passwords_of_any_kind(client: Client, password: str) -> None:
    email = client.register(password)
    client.log_in(email, password)
    answer = client.ask(
        "POST", "/sessions", data={"email": email, "password": password + "x"}
    )
    assert answer.status_code == 401


def test_other_members_are_ignored(client: Client) -> None:
    body = fit() | {"id": 1, "is_admin": True, "hashed_password": "x"}
    answer = client.ask("POST", "/users", json=body)
    assert answer.json() == {
        "email": body["email"],
        "message": "user created",
    }
