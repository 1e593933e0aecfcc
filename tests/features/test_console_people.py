"""Users in the console: found, narrowed, paged, and one of them whole."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Auth
from bienvenue.features.admin.routes.pages import people
from tests.features.consoles import (
    ADA,
    BOB,
    EVE,
    PASSWORD,
    accounts,  # noqa: F401  a fixture
    auth_of,
    main_of,
    number_of,
    with_console,
)
from tests.web.conftest import Make
from tests.web.test_pages import Tags


@pytest.fixture
def app(make: Make) -> Flask:
    """A service with an admin and two others."""
    return with_console(make, BOB, EVE)


def shown(client: FlaskClient, path: str) -> list[str]:
    """Return the accounts that a page lists, in its order."""
    page = client.get(path)
    assert page.status_code == 200
    links = [
        given["href"] or ""
        for tag, given in Tags(main_of(page)).tags
        if tag == "a"
    ]
    numbers = [each.rpartition("/")[2] for each in links]
    auth = auth_of(client.application)
    return [
        auth.db.find_user_by(id=int(each)).email.partition("@")[0]
        for each in numbers
        if each.isdigit()
    ]


def links(client: FlaskClient, path: str, rel: str) -> list[str]:
    """Return where links of a kind lead to."""
    tags = Tags(client.get(path).text).tags
    return [
        given["href"] or ""
        for tag, given in tags
        if tag == "a" and given.get("rel") == rel
    ]


def test_all_the_newest_first(ada: FlaskClient) -> None:
    assert shown(ada, "/admin/users") == ["eve", "bob", "ada"]
    assert shown(ada, "/admin/users?sort=oldest") == ["ada", "bob", "eve"]
    assert shown(ada, "/admin/users?sort=email") == ["ada", "bob", "eve"]


def test_a_search_is_for_a_beginning_or_a_number(
    ada: FlaskClient, auth: Auth
) -> None:
    assert shown(ada, "/admin/users?search=BO") == ["bob"]
    assert shown(ada, "/admin/users?search=%20eve@example.com") == ["eve"]
    number = number_of(auth, EVE)
    assert shown(ada, f"/admin/users?search={number}") == ["eve"]
    assert shown(ada, "/admin/users?search=nobody") == []
    page = ada.get("/admin/users?search=nobody")
    assert "Nothing here." in page.text
    assert 'value="nobody"' in page.text


def test_what_is_searched_for_is_shown_as_it_is(ada: FlaskClient) -> None:
    page = ada.get('/admin/users?search="><script>x</script>')
    assert page.status_code == 200
    assert "<script>x" not in page.text


def test_a_filter_stands_in_the_address(ada: FlaskClient, auth: Auth) -> None:
    auth.disable_user(number_of(auth, EVE))
    assert shown(ada, "/admin/users?status=disabled") == ["eve"]
    assert shown(ada, "/admin/users?status=admin") == ["ada"]
    assert shown(ada, "/admin/users?status=active") == ["bob", "ada"]
    page = ada.get("/admin/users?search=e&sort=oldest&status=disabled")
    hrefs = [each.get("href") for tag, each in Tags(page.text).tags]
    # Another filter keeps the search; the search keeps the filter.
    assert "/admin/users?search=e&status=admin&sort=oldest" in hrefs
    assert '<input type="hidden" name="status" value="disabled">' in page.text
    assert shown(ada, "/admin/users?search=b&status=disabled") == []


def test_page_by_page_and_back(
    ada: FlaskClient, auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "ROWS", 2)
    first = "/admin/users?sort=oldest"
    assert shown(ada, first) == ["ada", "bob"]
    assert links(ada, first, "prev") == []
    [onward] = links(ada, first, "next")
    assert "sort=oldest" in onward
    assert shown(ada, onward) == ["eve"]
    assert links(ada, onward, "next") == []
    [back] = links(ada, onward, "prev")
    # Whoever is new does not move what is on a page.
    auth.register_user("zoe@example.com", PASSWORD)
    assert shown(ada, back) == ["ada", "bob"]
    assert shown(ada, onward) == ["eve", "zoe"]


@pytest.mark.parametrize(
    "query", ["status=x", "sort=x", "after=x", "after=n!!", "search=%00"]
)
def test_a_list_that_there_is_not(ada: FlaskClient, query: str) -> None:
    page = ada.get(f"/admin/users?{query}")
    assert page.status_code == 400
    assert "This list cannot be shown like that." in page.text
    assert "Error:" in page.text


def test_one_account_whole(ada: FlaskClient, auth: Auth, app: Flask) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0"
    client = app.test_client()
    client.post(
        "/sessions",
        json={"email": BOB, "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    page = ada.get(f"/admin/users/{number_of(auth, BOB)}")
    assert page.status_code == 200
    text = main_of(page)
    assert f"<h1>{BOB}</h1>" in text
    assert "Active" not in text.partition("<table")[0] or "Unverified" in text
    assert f'title="{agent}">Firefox, Linux<' in text
    assert "authn_login_success" in text
    assert "session_created" in text
    # What opens an account is not on its page.
    user = auth.db.find_user_by(email=BOB)
    cookie = client.get_cookie("session_id")
    assert cookie is not None
    for secret in (user.hashed_password, user.session_id, cookie.value):
        assert secret
        assert secret not in page.text


def test_what_is_offered_fits_the_account(
    ada: FlaskClient, auth: Auth
) -> None:
    bob = number_of(auth, BOB)
    assert offered(ada, bob) == {
        "send_reset",
        "end_sessions",
        "mark_compromised",
        "disable",
        "delete",
        "grant_admin",
    }
    auth.disable_user(bob)
    auth.mark_password_compromised(bob)
    auth.schedule_deletion(bob)
    assert offered(ada, bob) == {
        "enable",
        "send_reset",
        "end_sessions",
        "grant_admin",
    }
    own = offered(ada, number_of(auth, ADA))
    assert "revoke_admin" in own
    assert "grant_admin" not in own
    text = main_of(ada.get(f"/admin/users/{bob}"))
    for state in ("Disabled", "Compromised", "Being deleted"):
        assert state in text


def offered(client: FlaskClient, number: int) -> set[str]:
    """Return what can be done on an account's page."""
    page = client.get(f"/admin/users/{number}")
    hrefs = [str(each.get("href")) for tag, each in Tags(page.text).tags]
    start = "/admin/users/confirm?verb="
    return {
        each.removeprefix(start).partition("&")[0]
        for each in hrefs
        if each.startswith(start)
    }


@pytest.mark.parametrize("number", ["0", "99999", "9" * 18, "9" * 400])
def test_an_account_that_there_is_not(ada: FlaskClient, number: str) -> None:
    page = ada.get(f"/admin/users/{number}")
    assert page.status_code == 404
    assert "There is no such account." in page.text
