"""The same applications in this process as the tests of ``web`` have."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.features.consoles import ADA, browser
from tests.web.conftest import app, client, make

__all__ = ["app", "client", "make"]


@pytest.fixture
def ada(app: Flask) -> FlaskClient:
    """The browser of the admin of a service that has one."""
    return browser(app, ADA)
