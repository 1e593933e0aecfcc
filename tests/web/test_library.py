"""Bienvenue in somebody else's application."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, redirect, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

import bienvenue
from bienvenue import Bienvenue, Settings, current_user, login_required
from bienvenue.errors import (
    ConfigurationError,
    EmailTaken,
    SessionRequired,
)

BOB = {"email": "bob@example.com", "password": "b4l0u"}
SETTINGS = {"database_url": "sqlite://", "bcrypt_rounds": 4}


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Flask]:
    """The ten lines, in a folder and an environment of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIENVENUE_BCRYPT_ROUNDS", "4")
    app = Flask(__name__)
    Bienvenue(app)

    @app.get("/secret")
    @login_required
    def secret() -> str:
        return current_user.email

    @app.get("/hello")
    def hello() -> str:
        known = bool(current_user)
        return f"hello {current_user.email}" if known else "hello stranger"

    @app.get("/fault")
    def fault() -> str:
        raise ZeroDivisionError

    yield app
    app.extensions["bienvenue"].close()


@pytest.fixture
def client(host: Flask) -> FlaskClient:
    """A client of the host."""
    return host.test_client()


def log_in(client: FlaskClient) -> None:
    """Register and log in."""
    assert client.post("/auth/users", json=BOB).status_code == 200
    assert client.post("/auth/sessions", json=BOB).status_code == 200


def test_the_ten_lines(client: FlaskClient) -> None:
    assert client.get("/secret").status_code == 403
    assert client.get("/hello").text == "hello stranger"
    log_in(client)
    assert client.get("/secret").text == "bob@example.com"
    assert client.get("/hello").text == "hello bob@example.com"
    assert client.get("/auth/profile").json == {"email": "bob@example.com"}
    assert client.delete("/auth/sessions").status_code == 302
    answer = client.get("/secret")
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "session_required"


def test_the_database_is_where_the_settings_say(client: FlaskClient) -> None:
    log_in(client)
    assert Path("bienvenue.db").is_file()


def test_one_application_context_around_requests(host: Flask) -> None:
    with host.app_context():
        client = host.test_client()
        assert client.get("/hello").text == "hello stranger"
        log_in(client)
        assert client.get("/secret").text == "bob@example.com"
        client.delete("/auth/sessions")
        assert client.get("/secret").status_code == 403


def test_the_hosts_own_errors_stay_its_own(client: FlaskClient) -> None:
    for path in ("/nope", "/auth/nope"):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert "Cache-Control" not in answer.headers
    answer = client.post("/hello")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    answer = client.get("/fault")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")


def test_our_pages_under_the_prefix(client: FlaskClient) -> None:
    page = client.get("/auth/docs").text
    assert 'href="/auth/openapi.json"' in page
    assert 'href="/auth/static/bienvenue/pages.css"' in page
    document = client.get("/auth/openapi.json").get_json()
    assert document["servers"] == [{"url": "/auth"}]
    assert client.get("/docs").status_code == 404


def test_our_malformed_is_json(client: FlaskClient) -> None:
    answer = client.post("/auth/users", data="x", content_type="text/x")
    assert (answer.status_code, answer.get_json()["status"]) == (415, 415)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_body_is_bounded_on_any_server(client: FlaskClient) -> None:
    form = "application/x-www-form-urlencoded"
    answer = client.post(
        "/auth/users", data=b"x" * 65_537, content_type=form
    )
    assert (answer.status_code, answer.get_json()["status"]) == (413, 413)


def test_a_handler_of_the_hosts(host: Flask, client: FlaskClient) -> None:
    @host.errorhandler(SessionRequired)
    def to_login(_: SessionRequired) -> ResponseReturnValue:
        return redirect(f"/login?next={request.path}")

    answer = client.get("/secret")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=/secret"


def test_login_required_hands_on_what_it_is_given(host: Flask) -> None:
    @host.get("/of/<name>")
    @login_required
    def of(name: str, more: str = "!") -> Response:
        """Say whose it is."""
        return Response(name + more)

    assert (of.__name__, of.__doc__) == ("of", "Say whose it is.")
    client = host.test_client()
    log_in(client)
    assert client.get("/of/bob").text == "bob!"


def test_nobody_is_asked_for_outside_a_request(host: Flask) -> None:
    with pytest.raises(RuntimeError, match="outside of request context"):
        _ = current_user.email
    with (
        host.app_context(),
        pytest.raises(RuntimeError, match="outside of request context"),
    ):
        _ = current_user.email


def test_an_application_without_accounts() -> None:
    app = Flask(__name__)
    with (
        app.test_request_context(),
        pytest.raises(ConfigurationError, match=r"no Bienvenue\(app\)"),
    ):
        _ = current_user.email


def test_the_use_cases_are_at_hand(host: Flask) -> None:
    auth = host.extensions["bienvenue"].auth
    auth.register_user(**BOB)
    with pytest.raises(EmailTaken):
        auth.register_user(**BOB)


def test_init_app() -> None:
    extension = Bienvenue(settings=Settings(**SETTINGS), prefix="/people")
    with pytest.raises(ConfigurationError, match="no application"):
        _ = extension.auth
    app = Flask(__name__)
    opened = extension.init_app(app)
    assert extension.auth is opened.auth
    client = app.test_client()
    assert client.post("/people/users", json=BOB).status_code == 200
    assert opened.auth.valid_login(**BOB)
    opened.close()


def test_an_auth_of_ones_own() -> None:
    auth = bienvenue.Auth(settings=Settings(**SETTINGS))
    app = Flask(__name__)
    extension = Bienvenue(app, auth=auth)
    assert extension.auth is auth
    app.test_client().post("/auth/users", json=BOB)
    assert auth.valid_login(**BOB)
    app.extensions["bienvenue"].close()


def test_applications_side_by_side() -> None:
    apps = [Flask("one"), Flask("two")]
    extension = Bienvenue()
    for app, rounds in zip(apps, (4, 5), strict=True):
        app.config.update(
            BIENVENUE_DATABASE_URL="sqlite://", BIENVENUE_BCRYPT_ROUNDS=rounds
        )
        extension.init_app(app)
    one, two = (app.test_client() for app in apps)
    assert one.post("/auth/users", json=BOB).status_code == 200
    assert one.post("/auth/sessions", json=BOB).status_code == 200
    assert two.post("/auth/sessions", json=BOB).status_code == 401
    opened = [app.extensions["bienvenue"] for app in apps]
    assert [each.settings.bcrypt_rounds for each in opened] == [4, 5]
    for app in apps:
        app.extensions["bienvenue"].close()


def test_its_configuration_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIENVENUE_BCRYPT_ROUNDS", "6")
    monkeypatch.setenv("BIENVENUE_PORT", "5001")
    app = Flask(__name__)
    app.config["BIENVENUE_BCRYPT_ROUNDS"] = 4
    app.config["BIENVENUE_DATABASE_URL"] = "sqlite://"
    Bienvenue(app)
    opened = app.extensions["bienvenue"]
    assert opened.settings.bcrypt_rounds == 4
    assert opened.settings.port == 5001
    opened.close()


def test_a_misspelt_one_is_an_error() -> None:
    app = Flask(__name__)
    app.config["BIENVENUE_DATABSE_URL"] = "sqlite://u:a-secret@"
    with pytest.raises(ConfigurationError, match="database_url") as raised:
        Bienvenue(app)
    assert "a-secret" not in str(raised.value)
