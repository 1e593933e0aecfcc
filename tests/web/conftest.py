"""Applications in this process, each with a database of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Settings, create_app

Make = Callable[..., Flask]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes standalone services with the settings it is given."""
    made: list[Flask] = []

    def one(**chosen: Any) -> Flask:
        values = {"database_url": "sqlite://", "bcrypt_rounds": 4} | chosen
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
