"""``GET /metrics``, and what it says after some requests."""

import gc
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families as parsed

from bienvenue import Settings, create_app, observing
from bienvenue.app import Bienvenue, door_for
from bienvenue.metrics import text
from bienvenue.route_table import served
from bienvenue.web.door import UnwatchedDoor
from bienvenue.web.late_routes import LateFlask
from bienvenue.web.watched_door import CountedDoor
from tests.web.conftest import Make
from tests.web.support import BOB, EVE, deliver, extension_of

TOKEN = "not-a-secret-that-opens-anything-at-all"
BEARER = {"Authorization": f"Bearer {TOKEN}"}

Numbers = dict[tuple[str, tuple[str, ...]], float]


def numbers(client: FlaskClient, path: str = "/metrics") -> Numbers:
    """Return what a scrape says."""
    response = client.get(path, headers=BEARER)
    assert response.status_code == 200
    assert response.content_type == text.TYPE
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in parsed(response.text)
        for sample in family.samples
    }


@pytest.fixture
def counted(make: Make) -> FlaskClient:
    """A client of a service that counts."""
    return make(metrics_token=TOKEN).test_client()


@pytest.mark.requirement("V13.4.5")
def test_without_a_token_there_is_no_such_page(client: FlaskClient) -> None:
    assert client.get("/metrics", headers=BEARER).status_code == 404
    assert extension_of(client.application).meter is None


@pytest.mark.requirement("V13.4.5")
@pytest.mark.parametrize(
    "header", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "é"]
)
def test_only_the_token_opens_it(counted: FlaskClient, header: str) -> None:
    response = counted.get("/metrics", headers={"Authorization": header})
    assert response.status_code == 403
    assert response.get_json()["code"] == "invalid_token"
    assert "bienvenue_" not in response.text


@pytest.mark.requirement("V13.4.5")
def test_health_says_one_word(client: FlaskClient) -> None:
    for word in ("live", "ready"):
        assert client.get(f"/health/{word}").get_json() == {"status": word}


def test_processes_add_up_in_a_folder(make: Make, tmp_path: Path) -> None:
    """As under a server that knows nothing of the folder, such as gunicorn."""
    chosen = {"metrics_token": TOKEN, "metrics_folder": tmp_path / "counts"}
    one, other = (make(**chosen).test_client() for _ in range(2))
    one.get("/health/live")
    other.get("/health/live")
    for client in (one, other):
        found = numbers(client)
        total = "bienvenue_http_requests_total"
        assert found[total, ("GET", "/health/live", "200")] == 2
        assert found["bienvenue_processes", ()] == 2


def test_a_token_that_is_refused_is_recorded(make: Make) -> None:
    app = make(metrics_token=TOKEN)
    app.test_client().get("/metrics")
    refusals = extension_of(app).refusals
    refusals.flush()
    (kind,) = refusals._seen
    assert kind.code == "invalid_token"
    assert kind.target == "GET /metrics"


def test_what_people_do_is_counted(counted: FlaskClient) -> None:
    counted.post("/users", json=BOB)
    counted.post("/sessions", json=BOB)
    counted.get("/profile")
    counted.post("/sessions", json=BOB | {"password": "wrong"})
    extension = extension_of(counted.application)
    extension.courier.stop()  # it may have the letter in hand
    deliver(counted.application)
    extension.housekeeper.tidy()
    found = numbers(counted)
    total = "bienvenue_http_requests_total"
    assert found[total, ("POST", "/users", "200")] == 1
    assert found[total, ("POST", "/sessions", "200")] == 1
    assert found[total, ("POST", "/sessions", "401")] == 1
    assert found[total, ("GET", "/profile", "200")] == 1
    events = "bienvenue_security_events_total"
    assert found[events, ("authn_login_success", "success")] == 1
    assert found[events, ("authn_login_fail", "failure")] == 1
    assert found["bienvenue_session_checks_total", ("live",)] == 1
    assert found["bienvenue_hash_duration_seconds_count", ()] == 3
    assert found["bienvenue_letters_total", ("sent",)] == 1
    assert found["bienvenue_housekeeping_runs_total", ()] >= 1
    assert found["bienvenue_database_unit_seconds_count", ("write",)] >= 4
    assert found["bienvenue_database_up", ()] == 1
    assert found["bienvenue_processes", ()] == 1
    assert found["bienvenue_outbox_letters", ("waiting",)] == 0
    assert found["bienvenue_outbox_letters", ("dead",)] == 0


def test_no_route_a_path_does_not_name(counted: FlaskClient) -> None:
    counted.get("/users/bob@example.com/%22x%22")
    counted.open("/profile", method="BREW")
    counted.get("/sessions/")
    found = numbers(counted)
    total = "bienvenue_http_requests_total"
    assert found[total, ("other", "(none)", "404")] == 1
    assert found[total, ("other", "(none)", "405")] == 1
    assert found[total, ("GET", "/sessions", "403")] == 1


def test_no_personal_datum_is_told(counted: FlaskClient) -> None:
    counted.environ_base["HTTP_USER_AGENT"] = "a-browser-of-bobs"
    counted.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    counted.post("/users", json=BOB)
    counted.post("/sessions", json=BOB)
    counted.post("/reset_password", json={"email": EVE})
    said = counted.get("/metrics", headers=BEARER).text
    for word in ("example", "bob", "eve@", "browser", "203.0.113"):
        assert word not in said


def test_limits_that_run_out_are_counted(make: Make) -> None:
    client = make(
        metrics_token=TOKEN, throttle=True, registrations_per_network=1
    ).test_client()
    client.post("/users", json=BOB)
    assert client.post("/users", json=BOB).status_code == 429
    found = numbers(client)
    name = "bienvenue_throttled_total"
    assert found[name, ("registrations_per_network",)] == 1
    assert found[name, ("login_failures_per_network",)] == 0


def test_letters_that_wait_are_looked_up(make: Make) -> None:
    app = make(
        metrics_token=TOKEN,
        mail="smtp",
        smtp_host="127.0.0.1",
        smtp_port=1,
        public_url="https://x.example",
    )
    extension_of(app).courier.stop()
    client = app.test_client()
    client.post("/users", json=BOB)
    found = numbers(client)
    assert found["bienvenue_outbox_letters", ("waiting",)] == 1
    assert found["bienvenue_outbox_oldest_seconds", ()] >= 0


def test_a_database_that_is_away_is_said(make: Make) -> None:
    app = make(metrics_token=TOKEN)
    extension_of(app).courier.stop()  # it would meet the error as well
    db = extension_of(app).auth.db
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO elsewhere")
    client = app.test_client()
    assert numbers(client)["bienvenue_database_up", ()] == 0
    found = numbers(client)  # the first could not count itself
    assert found["bienvenue_database_errors_total", ("OperationalError",)] == 1
    assert not any(name.startswith("bienvenue_outbox") for name, _ in found)


def test_under_a_prefix_only_our_routes_count() -> None:
    app = Flask("host")
    settings = Settings(
        database_url="sqlite://", bcrypt_rounds=4, metrics_token=TOKEN
    )
    Bienvenue(app, settings=settings)
    app.add_url_rule("/secret-name", view_func=lambda: "x")
    client = app.test_client()
    client.get("/secret-name")
    client.get("/auth/health/live")
    found = numbers(client, "/auth/metrics")
    requests = [k for k in found if k[0] == "bienvenue_http_requests_total"]
    assert requests == [
        ("bienvenue_http_requests_total", ("GET", "/health/live", "200"))
    ]
    app.extensions["bienvenue"].close()


def test_every_route_is_a_label(app: Flask) -> None:
    for method, template in served():
        assert "<" not in template, (method, template)
    assert isinstance(app, LateFlask)
    app.complete()
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert len({template for _, template in served()}) == len(rules)


def test_the_door_is_watched_only_where_asked(make: Make) -> None:
    assert type(door_for(make())) is UnwatchedDoor
    assert type(door_for(make(metrics_token=TOKEN))) is CountedDoor


def test_a_closed_service_observes_no_more() -> None:
    before = observing._observers
    settings: dict[str, Any] = {"database_url": "sqlite://"}
    app = create_app(Settings(metrics_token=TOKEN, **settings))
    assert len(observing._observers) == len(before) + 1
    extension_of(app).close()
    gc.collect()
    assert observing._observers == before


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Any) -> None:
    (tmp_path / "file").touch()
    settings = Settings(
        database_url="sqlite://",
        metrics_token=TOKEN,
        metrics_folder=tmp_path / "file",
    )
    with pytest.raises(ValueError, match="metrics_folder: "):
        create_app(settings)
