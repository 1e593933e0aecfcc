"""Applications in this process, each with a database of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Settings, create_app
from tests.web.support import BOB, settle

Make = Callable[..., Flask]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes standalone services with the settings it is given."""
    made: list[Flask] = []

    def one(**chosen: Any) -> Flask:
        # Most tests sign in with an account they have just made.
        values = {
            "database_url": "sqlite://",
            "bcrypt_rounds": 4,
            "require_verified_email": False,
        } | chosen
        made.append(create_app(Settings(**values)))
        return made[-1]

    yield one
    for app in made:
        app.extensions["bienvenue"].close()


@pytest.fixture
def app(make: Make) -> Flask:
    """The service in the development profile."""
    return make()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of it."""
    return app.test_client()


@pytest.fixture
def bob(app: Flask) -> FlaskClient:
    """A client of Bob's, who is signed in on two devices."""
    clients = [app.test_client() for _ in range(2)]
    for client in clients:
        client.environ_base["HTTP_USER_AGENT"] = "a browser"
    clients[0].post("/users", json=BOB)
    for client in clients:
        assert client.post("/sessions", json=BOB).status_code == 200
    settle(app)
    return clients[1]
