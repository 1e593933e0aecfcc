"""The console as an admin's browser has it, without scripts."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import orm
from werkzeug.test import TestResponse

from bienvenue import Auth
from bienvenue.user import User
from bienvenue.web.extension import KEY, Extension
from tests.features.pages import BROWSER, forms
from tests.web.conftest import Make

ADA, BOB, EVE = "ada@example.com", "bob@example.com", "eve@example.com"
PASSWORD = "fifteen letters"


def auth_of(app: Flask) -> Auth:
    """Return the accounts of an application."""
    found: Auth = app.extensions[KEY].auth
    return found


def promote(auth: Auth, email: str, role: str | None = "admin") -> None:
    """Give an account a role."""

    def change(unit: orm.Session) -> None:
        unit.query(User).filter(User.email == email).one().role = role

    auth.db.write(change)


def with_console(make: Make, *others: str, **settings: Any) -> Flask:
    """Return a service with an admin, Ada, and with others.

    No letter leaves it: what waits in the queue stays there to be seen.
    """
    app = make(**settings)
    extension: Extension = app.extensions[KEY]
    extension.courier.stop()
    for email in (ADA, *others):
        extension.auth.register_user(email, PASSWORD)
    promote(extension.auth, ADA)
    return app


@pytest.fixture(name="auth")
def accounts(app: Flask) -> Auth:
    """The accounts behind a console; tests take it from here."""
    return auth_of(app)


def number_of(auth: Auth, email: str) -> int:
    """Return the number of an account."""
    return auth.db.find_user_by(email=email).id


def browser(app: Flask, email: str) -> FlaskClient:
    """Return a browser in which somebody has just signed in."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT"] = BROWSER["Accept"]
    given = {"email": email, "password": PASSWORD}
    assert client.post("/sessions", json=given).status_code == 200
    return client


def confirm(client: FlaskClient, path: str, **typed: str) -> TestResponse:
    """Open a page that asks whether it is meant, and say yes."""
    page = client.get(path)
    assert page.status_code == 200, page.location
    action = "/admin/mail" if "/mail/" in path else "/admin/users"
    filled = forms(page)[action]
    assert typed.keys() <= filled.keys()
    return client.post(action, data={**filled, **typed}, headers=BROWSER)


def main_of(page: TestResponse) -> str:
    """Return what a page says beside its frame."""
    return page.text.partition('<div class="console-body">')[2]
