"""Writes that another site caused change nothing (OWASP ASVS 3.5.1)."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from bienvenue import Settings, create_app

BOB = {"email": "bob@example.com", "password": "b4l0u"}


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    app = create_app(Settings(database_url="sqlite://", bcrypt_rounds=4))
    yield app.test_client()
    app.extensions["bienvenue"].close()


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://evil.example/localhost"},
    {"Origin": "http://[broken"},
]
OWN = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://elsewhere"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost"},
    {"Origin": "http://LOCALHOST"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_site_changes_nothing(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    client.post("/users", data=BOB)
    client.post("/sessions", data=BOB)
    token = client.post("/reset_password", data=BOB).get_json()["reset_token"]
    new = {**BOB, "reset_token": token, "new_password": "stolen"}
    for method, path, data in (
        ("POST", "/users", {**BOB, "email": "eve@example.com"}),
        ("POST", "/sessions", BOB),
        ("DELETE", "/sessions", None),
        ("POST", "/reset_password", BOB),
        ("PUT", "/reset_password", new),
    ):
        answer = client.open(path, method=method, data=data, headers=headers)
        assert answer.status_code == 403, (method, path)
        assert answer.get_json()["code"] == "cross_site"
        assert "Set-Cookie" not in answer.headers
    auth = client.application.extensions["bienvenue"].auth
    assert not auth.valid_login("eve@example.com", BOB["password"])
    assert auth.valid_login(BOB["email"], BOB["password"])
    assert client.get("/profile").status_code == 200
    assert client.put("/reset_password", data=new).status_code == 200


@pytest.mark.parametrize("headers", OWN)
def test_our_own_pages_and_programs_pass(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.post("/users", data=BOB, headers=headers)
    assert answer.status_code == 200


def test_reading_is_not_refused(client: FlaskClient) -> None:
    evil = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert client.get("/", headers=evil).status_code == 200


def test_behind_a_proxy_the_public_name_is_ours() -> None:
    settings = Settings(
        database_url="sqlite://",
        bcrypt_rounds=4,
        public_url="https://id.example.com",
    )
    app = create_app(settings)
    client = app.test_client()
    for origin, status in (
        ("https://id.example.com", 200),
        ("http://localhost", 403),
    ):
        answer = client.post("/users", data=BOB, headers={"Origin": origin})
        assert answer.status_code == status
    app.extensions["bienvenue"].close()


@pytest.mark.parametrize(
    ("public", "origin", "status"),
    [
        ("https://id.example.com:443", "https://id.example.com", 200),
        ("https://id.example.com", "https://id.example.com:443", 200),
        ("https://id.example.com/base", "https://ID.example.com", 200),
        ("https://id.example.com", "http://id.example.com", 403),
        ("https://id.example.com", "https://id.example.com:8443", 403),
        ("https://id.example.com", "https://id.example.com:port", 403),
        ("https://id.example.com", "null", 403),
    ],
)
def test_an_origin_is_scheme_host_and_port(
    public: str, origin: str, status: int
) -> None:
    settings = Settings(
        database_url="sqlite://", bcrypt_rounds=4, public_url=public
    )
    app = create_app(settings)
    answer = app.test_client().post(
        "/users", data=BOB, headers={"Origin": origin}
    )
    assert answer.status_code == status
    app.extensions["bienvenue"].close()
