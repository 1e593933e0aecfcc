"""Bodies that are not what they say they are, or far too much."""

import json
from urllib.parse import urlencode

import pytest

from tests.http.client import Client, assert_problem, new_address

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
OPERATIONS = [
    ("POST", "/users"),
    ("POST", "/sessions"),
    ("POST", "/reset_password"),
    ("PUT", "/reset_password"),
]
GOOD = {
    "email": "bob@example.com",
    "password": "b4l0u",
    "reset_token": "x",
    "new_password": "n3w",
}
TEXT = json.dumps(GOOD)

MALFORMED_JSON = {
    "empty": b"",
    "blank": b" \n",
    "cut short": TEXT[:-1].encode(),
    "two": (TEXT + TEXT).encode(),
    "single quotes": str(GOOD).encode(),
    "a comment": ("/**/" + TEXT).encode(),
    "a trailing comma": TEXT.replace("}", ",}").encode(),
    "an array": f"[{TEXT}]".encode(),
    "text": json.dumps(TEXT).encode(),
    "null": b"null",
    "a number": b"1",
    "NaN": TEXT.replace('"x"', "NaN").encode(),
    "Infinity": TEXT.replace("}", ', "n": -Infinity}').encode(),
    "a huge number": TEXT.replace("}", f', "n": {"9" * 9000}}}').encode(),
    "a huge exponent": b'{"email": 1e999999999}',
    "a name twice": TEXT.replace("{", '{"email": "a@b.io",').encode(),
    "a name twice, deep": TEXT.replace(
        "}", ', "n": [{"a": 1, "a": 2}]}'
    ).encode(),
    "a name twice, escaped": TEXT.replace(
        "{", '{"\\u0065mail": "a@b.io",'
    ).encode(),
    "deep arrays": b"[" * 30_000,
    "deep objects": b'{"a":' * 12_000,
    "deep and closed": b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "not UTF-8": TEXT.encode().replace(b"b4l0u", b"\xff\xfe"),
    "overlong UTF-8": TEXT.encode().replace(b"b4l0u", b"\xc0\xaf"),
    "a surrogate in UTF-8": TEXT.encode().replace(b"b4l0u", b"\xed\xa0\x80"),
    "cut UTF-8": TEXT.encode().replace(b"}", b"\xf0\x9f"),
    "a BOM": b"\xef\xbb\xbf" + TEXT.encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16LE": TEXT.encode("utf-16-le"),
    "UTF-32": TEXT.encode("utf-32"),
    "NUL": b"\0",
    "NUL behind": TEXT.encode() + b"\0",
    "NUL within": TEXT.encode().replace(b"b4l0u", b"b4\0l0u"),
    "a line break within": TEXT.encode().replace(b"b4l0u", b"b4\nl0u"),
    "a form": urlencode(GOOD).encode(),
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0C\xbf\xa6\xa3\x02",
}
MALFORMED_FORMS = {
    "empty": b"",
    "ampersands": b"&&&&",
    "a name alone": b"email",
    "a name twice": (urlencode(GOOD) + "&email=a%40b.io").encode(),
    "not UTF-8": b"email=%ff%fe&password=x",
    "raw and not UTF-8": b"email=\xff\xfe&password=x",
    "a surrogate": b"email=%ed%a0%80&password=x",
    "too many fields": b"a=1&" * 120 + urlencode(GOOD).encode(),
    "JSON": TEXT.encode(),
    "NUL": urlencode(GOOD | {"email": "bob@example.com\0"}).encode(),
    "UTF-16": urlencode(GOOD).encode("utf-16"),
    "brackets": b"email[]=bob%40example.com&password[]=b4l0u",
    "semicolons": urlencode(GOOD).replace("&", ";").encode(),
}
UNKNOWN_TYPES = [
    "",
    "text/plain",
    "text/json",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/xml",
    "application/octet-stream",
    "application/jsonp",
    "application/problem+json",
    "application/json; charset=utf-16",
    "application/json; charset=latin-1",
    "application/json; charset=nonsense",
    f"{FORM}; charset=utf-7",
    "application",
    "/",
    ";;;",
    "*/*",
    "x" * 5000,
]


@pytest.mark.requirement("V1.5.3")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_malformed_bodies(client: Client, method: str, path: str) -> None:
    for type_, bodies in ((JSON, MALFORMED_JSON), (FORM, MALFORMED_FORMS)):
        headers = {"Content-Type": type_}
        for name, body in bodies.items():
            answer = client.ask(method, path, data=body, headers=headers)
            assert answer.status_code == 400, (name, answer.text)
            code = answer.json()["code"]
            assert code in ("malformed", "invalid_email"), name
            assert_problem(answer, 400, code)


@pytest.mark.requirement("V1.5.3", "V3.5.2")
@pytest.mark.parametrize("type_", UNKNOWN_TYPES)
def test_unknown_types(client: Client, type_: str) -> None:
    for method, path in OPERATIONS:
        answer = client.ask(
            method,
            path,
            data=TEXT.encode(),
            headers={"Content-Type": type_},
        )
        assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "type_",
    [
        "application/json;charset=utf-8",
        'Application/JSON; charset="UTF-8"',
        "application/json; charset=utf8; other=1",
        "  application/json  ",
    ],
)
def test_known_types_in_other_words(client: Client, type_: str) -> None:
    body = json.dumps({"email": new_address(), "password": "b4l0u"})
    answer = client.ask(
        "POST", "/users", data=body, headers={"Content-Type": type_.strip()}
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.requirement("REL-5")
@pytest.mark.parametrize("type_", [JSON, FORM, "text/plain", ""])
@pytest.mark.parametrize("size", [64 * 1024 + 1, 1024 * 1024, 1_000_001])
def test_bodies_that_are_too_large(
    client: Client, type_: str, size: int
) -> None:
    for method, path in OPERATIONS:
        answer = client.ask(
            method, path, data=b"x" * size, headers={"Content-Type": type_}
        )
        assert_problem(answer, 413, "content_too_large")
        assert "65536" in answer.json()["message"]


def test_the_largest_body_that_is_read(client: Client) -> None:
    body = json.dumps({"email": new_address(), "password": "b4l0u"})
    for size, status in ((65_536, 200), (65_537, 413)):
        answer = client.ask(
            "POST",
            "/users",
            data=body.ljust(size),
            headers={"Content-Type": JSON},
        )
        assert answer.status_code == status


def test_a_large_body_in_chunks(client: Client) -> None:
    answer = client.ask(
        "POST",
        "/users",
        data=iter([b"x" * 50_000] * 20),
        headers={"Content-Type": JSON},
    )
    assert_problem(answer, 413, "content_too_large")


def test_a_body_nobody_asked_for(client: Client) -> None:
    client.log_in(client.register())
    for _ in range(20):  # over one connection, which must last
        for size in (10, 60_000, 100_000):
            answer = client.ask("GET", "/profile", data=b"x" * size)
            assert answer.status_code == 200
    answer = client.ask("DELETE", "/sessions", data=b"\xff")
    assert answer.status_code == 302


SAME = [
    ("plain", "bob", b"bob", b"bob"),
    ("a space", "b b", b"b b", b"b+b"),
    ("percent", "100%", b"100%", b"100%25"),
    ("encoded twice", "%41", b"%41", b"%2541"),
    ("plus", "a+b", b"a+b", b"a%2Bb"),
    ("ampersand", "a&b=c", b"a&b=c", b"a%26b%3Dc"),
    ("UTF-8", "\u00e9", "\u00e9".encode(), b"%C3%A9"),
    ("raw UTF-8", "\u00e9", "\u00e9".encode(), "\u00e9".encode()),
    ("an escape", "\u00e9", b"\\u00e9", b"%c3%a9"),
    ("a pair", "\U0001f600", b"\\ud83d\\ude00", b"%F0%9F%98%80"),
    ("apart", "e\u0301", b"e\\u0301", b"e%CC%81"),
    ("a quote", '"', b'\\"', b"%22"),
    ("a tab", "a\tb", b"a\\tb", b"a%09b"),
]


@pytest.mark.requirement("V1.5.3", "V1.1.1")
@pytest.mark.parametrize(
    ("text", "as_json", "as_form"),
    [row[1:] for row in SAME],
    ids=[row[0] for row in SAME],
)
def test_both_parsers_read_the_same_password(
    client: Client, text: str, as_json: bytes, as_form: bytes
) -> None:
    """What was registered by one of them logs in by the other."""
    first, second = new_address(), new_address()
    for email, one, other in (
        (first, (JSON, as_json), (FORM, as_form)),
        (second, (FORM, as_form), (JSON, as_json)),
    ):
        for path, (kind, raw) in (("/users", one), ("/sessions", other)):
            answer = client.ask(
                "POST",
                path,
                data=body_with(kind, email, raw),
                headers={"Content-Type": kind},
            )
            assert answer.status_code == 200, answer.text
        body = {"email": email, "password": text}
        answer = client.ask("POST", "/sessions", json=body)
        assert answer.status_code == 200


def body_with(kind: str, email: str, password: bytes) -> bytes:
    """Return a body with a password as it is written there."""
    if kind == JSON:
        return b'{"email":"%s","password":"%s"}' % (email.encode(), password)
    return b"email=%s&password=%s" % (email.encode(), password)


@pytest.mark.requirement("V1.5.3", "V15.3.7")
def test_the_query_is_no_second_opinion(client: Client) -> None:
    """Query and body disagree: the body counts, in either form."""
    email = client.register("from the body")
    other = {"email": "eve@example.com", "password": "from the query"}
    body = {"email": email, "password": "from the body"}
    for kind in ("json", "data"):
        answer = client.ask("POST", "/sessions", params=other, **{kind: body})
        assert answer.json()["email"] == email
