"""Who gets to the console, and what everybody else is answered."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Auth, clock
from bienvenue.route_table import api
from tests.features.consoles import (
    ADA,
    BOB,
    PASSWORD,
    accounts,  # noqa: F401  a fixture
    auth_of,
    browser,
    number_of,
    promote,
    with_console,
)
from tests.features.pages import BROWSER
from tests.web.conftest import Make

PAGES = [
    "/admin",
    "/admin/users",
    "/admin/users/csv",
    "/admin/users/1",
    "/admin/users/confirm?verb=disable&user=1",
    "/admin/audit",
    "/admin/audit/csv",
    "/admin/mail",
    "/admin/mail/confirm?verb=purge_letters&letter=1",
    "/admin/settings",
]
FORMS = {
    "/admin/users": {"verb": "disable", "users": "1"},
    "/admin/mail": {"verb": "purge_letters", "letters": "1"},
}
# The page with the form, to which the way back leads.
BEHIND = {
    "/admin/users": "/admin/users/confirm?verb=disable&user=1",
    "/admin/mail": "/admin/mail/confirm?verb=purge_letters&letter=1",
}
# Each has a field that does not fit, which is found before anybody asks who
# sent it.
UNFIT = [
    ("/admin/users", {"verb": "disable", "users": "1", "reason": "x" * 999}),
    ("/admin/mail", {"verb": "purge_letters", "letters": "x"}),
]


@pytest.fixture
def app(make: Make) -> Flask:
    """A service with an admin and somebody else."""
    return with_console(make, BOB)


def test_no_page_of_the_console_is_forgotten_here() -> None:
    known = {each.partition("?")[0] for each in PAGES}
    own = {
        path.replace("<int:number>", "1")
        for path, view in api().pages
        if path.startswith("/admin") and ".routes.pages." in view.__module__
    }
    assert own == known


@pytest.mark.parametrize("path", PAGES)
def test_an_admin_is_shown_it(app: Flask, path: str) -> None:
    page = browser(app, ADA).get(path)
    if path.endswith("/csv"):
        assert (page.status_code, page.location[:11]) == (303, "/admin/api/")
        return
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert ADA in page.text


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_signed_in_does_so_first(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path, headers={"Accept": BROWSER["Accept"]})
    assert (page.status_code, page.data) == (303, b"")
    goal = path.replace("/", "%2F").replace("?", "%3F")
    goal = goal.replace("=", "%3D").replace("&", "%26")
    assert page.location == f"/sign_in?next={goal}"


@pytest.mark.requirement("V8.2.1")
@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_no_admin_is_told(app: Flask, path: str) -> None:
    page = browser(app, BOB).get(path)
    assert page.status_code == 403
    assert "Not for this account" in page.text
    assert ADA not in page.text
    assert 'href="/account"' in page.text


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_nobody_does_nothing(
    client: FlaskClient, auth: Auth, path: str
) -> None:
    done = client.post(path, data=FORMS[path], headers=BROWSER)
    assert done.status_code == 303
    assert done.location.startswith("/sign_in?next=%2Fadmin%2F")
    assert auth.db.find_user_by(email=ADA).disabled_at is None


@pytest.mark.requirement("V8.2.1")
@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_somebody_does_nothing(
    app: Flask, auth: Auth, path: str
) -> None:
    done = browser(app, BOB).post(path, data=FORMS[path], headers=BROWSER)
    assert done.status_code == 403
    assert "Not for this account" in done.text
    assert auth.db.find_user_by(email=ADA).disabled_at is None


@pytest.mark.requirement("V8.2.2")
@pytest.mark.parametrize(("path", "sent"), UNFIT)
def test_an_error_shows_accounts_to_admins_only(
    app: Flask, client: FlaskClient, path: str, sent: dict[str, str]
) -> None:
    nobody = client.post(path, data=sent, headers=BROWSER)
    assert nobody.location.startswith("/sign_in?")
    somebody = browser(app, BOB).post(path, data=sent, headers=BROWSER)
    assert somebody.status_code == 403
    for page in (nobody, somebody):
        assert ADA not in page.text
    admin = browser(app, ADA).post(path, data=sent, headers=BROWSER)
    assert admin.status_code == 400
    assert ADA in admin.text


@pytest.mark.requirement("V8.3.2")
def test_a_role_that_is_taken_away_is_gone_at_once(
    app: Flask, auth: Auth
) -> None:
    ada = browser(app, ADA)
    assert ada.get("/admin").status_code == 200
    promote(auth, BOB)
    promote(auth, ADA, None)
    assert ada.get("/admin").status_code == 403


@pytest.mark.requirement("V8.4.2")
@pytest.mark.parametrize("path", [*PAGES, *FORMS])
@pytest.mark.parametrize(
    "settings", [{"admin": False}, {"admin_networks": "192.0.2.0/24"}], ids=str
)
def test_where_there_is_no_console(
    make: Make, settings: dict[str, str], path: str
) -> None:
    app = make(**settings)
    auth_of(app).register_user(ADA, PASSWORD)
    promote(auth_of(app), ADA)
    ada = browser(app, ADA)
    assert ada.get(path).status_code == 404
    if path in FORMS:
        sent = ada.post(path, data=FORMS[path], headers=BROWSER)
        assert sent.status_code == 404
        assert auth_of(app).db.find_user_by(email=ADA).disabled_at is None


@pytest.mark.parametrize("path", [each for each in PAGES if "?" in each])
def test_a_console_that_was_left_alone_asks_again(
    app: Flask, auth: Auth, path: str
) -> None:
    with clock.frozen() as now:
        ada = browser(app, ADA)
        assert ada.get(path).status_code == 200
        now.advance(seconds=auth.settings.admin_idle_seconds + 61)
        page = ada.get(path)
    assert page.status_code == 303
    assert page.location.startswith("/reauthenticate?next=%2Fadmin%2F")


@pytest.mark.parametrize("path", FORMS)
def test_a_form_that_was_left_alone_asks_again(
    app: Flask, auth: Auth, path: str
) -> None:
    with clock.frozen() as now:
        ada = browser(app, ADA)
        assert ada.get(BEHIND[path]).status_code == 200
        now.advance(seconds=auth.settings.admin_idle_seconds + 61)
        done = ada.post(path, data=FORMS[path], headers=BROWSER)
    assert done.status_code == 303
    assert done.location.startswith("/reauthenticate?next=%2Fadmin%2F")


def test_a_refusal_is_in_the_audit_log(app: Flask, auth: Auth) -> None:
    bob = browser(app, BOB)
    bob.get("/admin/users")
    app.extensions["bienvenue"].refusals.stop()
    page = browser(app, ADA).get("/admin/audit?event=authz_fail")
    assert "not_permitted" in page.text
    assert f"#{number_of(auth, BOB)}" in page.text
