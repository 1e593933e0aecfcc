"""Signing up, in and out, as people do, with scripts and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import (
    PASSWORD,
    enter,
    new_password,
    password_box,
    path_of,
    press,
    problem,
    sign_in,
    sign_up,
)
from tests.browser.conftest import Arrive
from tests.service import Service


def test_from_nothing_to_an_account_and_out(tab: Page, email: str) -> None:
    tab.goto("/sign_up")
    tab.get_by_label("E-mail address").fill(email)
    new_password(tab).fill(PASSWORD)
    press(tab, "Create the account")
    expect(tab.get_by_role("status")).to_contain_text("You can sign in now")
    # Nothing is typed twice but what nobody keeps.
    expect(tab.get_by_label("E-mail address")).to_have_value(email)
    password_box(tab).fill(PASSWORD)
    press(tab, "Sign in")
    assert path_of(tab) == "/account"
    expect(tab.get_by_text(email).first).to_be_visible()
    press(tab, "Sign out")
    assert path_of(tab) == "/sign_in?done=signed_out"
    expect(tab.get_by_role("status")).to_contain_text("You are signed out")
    tab.goto("/account")
    assert path_of(tab).startswith("/sign_in?next=")


@pytest.mark.requirement("V14.3.2")
def test_the_way_back_shows_nothing_private(tab: Page, email: str) -> None:
    enter(tab, email)
    expect(tab.get_by_text(email).first).to_be_visible()
    press(tab, "Sign out")
    tab.wait_for_url("**/sign_in?done=signed_out")
    for _ in range(2):
        tab.go_back()
        assert path_of(tab).startswith("/sign_in")
        assert email not in tab.content()


def test_a_wrong_password(tab: Page, email: str) -> None:
    sign_up(tab, email)
    tab.goto("/sign_in")
    sign_in(tab, email, "not the one")
    assert_refused(tab, "do not match")
    # The address stays, the password is cleared: one is typed again.
    expect(tab.get_by_label("E-mail address")).to_have_value(email)
    expect(password_box(tab)).to_have_value("")
    password_box(tab).fill(PASSWORD)
    press(tab, "Sign in")
    assert path_of(tab) == "/account"


def test_an_unknown_address_is_answered_alike(tab: Page, email: str) -> None:
    sign_up(tab, email)
    said = []
    for typed in (email, f"nobody-{email}"):
        tab.goto("/sign_in")
        sign_in(tab, typed, "not the one")
        assert_refused(tab, "do not match")
        said.append(tab.locator("main").inner_text().replace(typed, ""))
    assert said[0] == said[1]


def test_the_browser_holds_back_what_is_missing(tab: Page) -> None:
    sent = []
    tab.on("request", lambda one: sent.append(one.method))
    for path, button in (
        ("/sign_in", "Sign in"),
        ("/sign_up", "Create the account"),
    ):
        tab.goto(path)
        press(tab, button)
        tab.get_by_label("E-mail address").fill("no address")
        press(tab, button)
        expect(tab.locator("input:invalid").first).to_be_focused()
    assert "POST" not in sent


def test_the_service_says_what_is_missing(tab: Page) -> None:
    """For browsers that hold nothing back, and people who go round them."""
    tab.goto("/sign_in")
    send_unchecked(tab)
    assert_refused(tab, "")
    tab.goto("/sign_up")
    send_unchecked(tab)
    assert_refused(tab, "")


def test_a_taken_address(tab: Page, email: str) -> None:
    sign_up(tab, email)
    tab.goto("/sign_up")
    tab.get_by_label("E-mail address").fill(email)
    new_password(tab).fill(PASSWORD)
    press(tab, "Create the account")
    assert_refused(tab, "has an account already")
    expect(tab.get_by_label("E-mail address")).to_have_value(email)
    expect(new_password(tab)).to_have_value("")


def test_one_is_led_to_where_one_was_going(tab: Page, email: str) -> None:
    sign_up(tab, email)
    tab.goto("/sign_in?next=%2Fdocs")
    sign_in(tab, email, "not the one")
    sign_in(tab, email)
    assert path_of(tab) == "/docs"
    # Who is signed in already is led on at once.
    tab.goto("/sign_in?next=%2Fdocs")
    assert path_of(tab) == "/docs"
    tab.goto("/sign_up")
    assert path_of(tab) == "/account"


@pytest.mark.parametrize(
    "goal",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)"],
)
def test_nobody_is_led_elsewhere(
    arrive: Arrive, dev: Service, email: str, goal: str
) -> None:
    tab = arrive(dev).tab()
    sign_up(tab, email)
    tab.goto(f"/sign_in?next={goal}")
    sign_in(tab, email)
    assert path_of(tab) == "/account"


def test_two_tabs_do_not_mind_each_other(
    arrive: Arrive, dev: Service, email: str, scripts: bool
) -> None:
    person = arrive(dev, scripts=scripts)
    one, other = person.tab(), person.tab()
    sign_up(one, email)
    other.goto("/sign_in")
    one.goto("/sign_in")
    sign_in(one, email)
    # The form that was open before still works: it holds nothing of then.
    sign_in(other, email)
    assert path_of(other) == "/account"
    one.reload()
    assert path_of(one) == "/account"
    press(one, "Sign out")
    other.reload()
    assert path_of(other).startswith("/sign_in?next=")
    sign_in(other, email)
    assert path_of(other) == "/account"


def test_two_people_do_not_meet(
    arrive: Arrive, dev: Service, email: str
) -> None:
    bob, eve = arrive(dev).tab(), arrive(dev).tab()
    enter(bob, email)
    enter(eve, f"eve-{email}")
    bob.reload()
    assert f"eve-{email}" not in bob.content()
    eve.goto("/account")
    expect(eve.get_by_text(f"eve-{email}").first).to_be_visible()


def assert_refused(tab: Page, words: str) -> None:
    """Check that the page says what is wrong, where people look first."""
    assert tab.title().startswith("Error:")
    box = problem(tab)
    expect(box).to_have_count(1)
    expect(box).to_contain_text("There is a problem")
    expect(box).to_contain_text(words)
    expect(box).to_be_focused()


def send_unchecked(tab: Page) -> None:
    """Send the page's form although the browser would not."""
    tab.locator("form[method=post]").first.evaluate(
        "form => { form.noValidate = true; form.requestSubmit() }"
    )
    tab.wait_for_url(re.compile("."), wait_until="load")
    expect(problem(tab)).to_have_count(1)
