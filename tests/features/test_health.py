"""A process that lives says so; one that cannot work says that too."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from bienvenue import Settings, create_app, leaving


def test_a_started_service_lives_and_is_ready(url: str) -> None:
    settings = Settings(database_url=url, bcrypt_rounds=4)
    app = create_app(settings)
    try:
        client = app.test_client()
        live, ready = client.get("/health/live"), client.get("/health/ready")
        assert (live.status_code, live.json) == (200, {"status": "live"})
        assert (ready.status_code, ready.json) == (200, {"status": "ready"})
        assert ready.headers["Cache-Control"] == "no-store"
        say(app, "UPDATE bienvenue_version SET version_num = '9999_from_9000'")
        refused(client, "the database has the schema of another release")
    finally:
        app.extensions["bienvenue"].close()


@pytest.mark.requirement("REL-9")
def test_without_its_database_it_lives_and_is_not_ready(url: str) -> None:
    app = create_app(Settings(database_url=url, bcrypt_rounds=4))
    try:
        client = app.test_client()
        say(app, "DROP TABLE bienvenue_version")
        refused(client, "the database has the schema of another release")
        assert client.get("/health/live").status_code == 200
    finally:
        app.extensions["bienvenue"].close()


def test_a_node_that_is_leaving_lives_and_is_not_ready() -> None:
    app = create_app(Settings(database_url="sqlite://", bcrypt_rounds=4))
    client = app.test_client()
    leaving.begin()
    try:
        found = client.get("/health/ready")
        assert found.json is not None
        assert (found.status_code, found.json["code"]) == (503, "leaving")
        assert found.headers["Retry-After"] == "1"
        assert client.get("/health/live").status_code == 200
        assert client.get("/").status_code == 200
    finally:
        leaving.end()
        app.extensions["bienvenue"].close()


def say(app: Flask, statement: str) -> None:
    db = app.extensions["bienvenue"].auth.db
    db.write(lambda unit: unit.connection().execute(text(statement)).close())


def refused(client: FlaskClient, why: str) -> None:
    found = client.get("/health/ready")
    assert found.status_code == 503
    assert found.json is not None
    assert found.json["code"] == "database_unavailable"
    assert found.json["message"] == why
    assert found.headers["Retry-After"] == "1"
