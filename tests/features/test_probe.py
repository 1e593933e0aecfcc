"""What the service tells its doctor, and nobody else."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from bienvenue import Settings, clock, probe_token
from bienvenue.app import create_app

KEY = "k" * 32
PATH = "/health/seen"


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Any:
    """Makes a client of a service with these settings."""

    def make(**settings: Any) -> FlaskClient:
        options = {"secret_key": KEY, "database_url": "sqlite://"} | settings
        app = create_app(Settings(bcrypt_rounds=4, **options))
        request.addfinalizer(app.extensions["bienvenue"].close)
        return app.test_client()

    return make


def note(key: str = KEY) -> dict[str, str]:
    return {"Bienvenue-Doctor": probe_token.make(key)}


def test_it_tells_what_it_saw(asked: Any) -> None:
    found = asked().get(PATH, headers=note())
    assert found.status_code == 200
    seen = found.json
    assert seen["address"] == seen["peer"] == "127.0.0.1"
    assert (seen["scheme"], seen["host"]) == ("http", "localhost")
    assert seen["forwarded_for"] == []
    assert seen["trusted_hops"] == 0
    assert seen["cookie"] is None
    assert found.headers["Cache-Control"] == "no-store"


def test_it_tells_what_proxies_said(asked: Any) -> None:
    client = asked(trusted_hops=2)
    headers = note() | {
        "X-Forwarded-For": "<b>, 192.0.2.66, [2001:db8::1]:80, 198.51.100.7",
        "X-Forwarded-Proto": "https",
    }
    seen = client.get(PATH, headers=headers).json
    assert seen["address"] == "2001:db8::1"
    assert seen["forwarded_for"] == [
        "?",
        "192.0.2.66",
        "2001:db8::1",
        "198.51.100.7",
    ]
    assert seen["forwarded_proto"] == "https"


def test_an_endless_header_is_cut(asked: Any) -> None:
    headers = note() | {"X-Forwarded-For": ",".join(["192.0.2.1"] * 100)}
    seen = asked().get(PATH, headers=headers).json
    assert len(seen["forwarded_for"]) == 32


@pytest.mark.parametrize(
    "headers",
    [
        {},
        note("o" * 32),
        {probe_token.HEADER: ""},
        {probe_token.HEADER: "1.2.3"},
    ],
)
def test_whoever_has_not_the_key_finds_no_such_path(
    asked: Any, headers: dict[str, str]
) -> None:
    client = asked()
    found, nowhere = client.get(PATH, headers=headers), client.get("/nowhere")
    assert found.status_code == 404
    assert found.json == nowhere.json
    assert "Set-Cookie" not in found.headers


def test_without_a_key_nobody_is_the_doctor(asked: Any) -> None:
    client = asked(secret_key=None)
    for key in ("", "None", KEY):
        assert client.get(PATH, headers=note(key)).status_code == 404


def test_an_old_note_is_refused(asked: Any) -> None:
    client = asked()
    with clock.frozen() as time:
        headers = note()
        assert client.get(PATH, headers=headers).status_code == 200
        time.advance(seconds=61)
        assert client.get(PATH, headers=headers).status_code == 404


def test_a_cookie_goes_there_and_back(asked: Any) -> None:
    client = asked()
    found = client.get(PATH, headers=note())
    cookie = client.get_cookie("bienvenue_probe")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.max_age == 60
    assert "session_id" not in found.headers["Set-Cookie"]
    again = client.get(PATH, headers=note())
    assert again.json["cookie"] == cookie.value
    assert "Set-Cookie" not in again.headers


def test_the_cookie_is_named_and_secured_as_the_sessions_is(
    asked: Any,
) -> None:
    client = asked(host_cookie=True)
    found = client.get(PATH, headers=note()).headers["Set-Cookie"]
    assert found.startswith("__Host-bienvenue_probe=")
    assert "; Secure" in found


def test_a_cookie_that_was_made_up_is_not_repeated(asked: Any) -> None:
    client = asked()
    client.set_cookie("bienvenue_probe", "<script>")
    assert client.get(PATH, headers=note()).json["cookie"] is None
