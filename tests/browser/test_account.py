"""One's own account, as people look after it in a browser."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import (
    PASSWORD,
    age_proof,
    enter,
    letter,
    link_in,
    new_password,
    password_box,
    path_of,
    press,
    problem,
    sign_in,
)
from tests.browser.conftest import Arrive
from tests.service import Service

NEW = "another four words here"


@pytest.fixture
def own(tab: Page, email: str) -> Page:
    """A tab in which somebody is signed in, at their account."""
    enter(tab, email)
    return tab


def test_a_new_password(own: Page, email: str) -> None:
    own.get_by_role("link", name="Change the password").click()
    change_password(own, "not the one")
    expect(problem(own)).to_contain_text("This is not your password")
    expect(problem(own)).to_be_focused()
    for box in own.locator("input[type=password]").all():
        expect(box).to_have_value("")
    # The summary leads to the field, and the words stand there again.
    problem(own).get_by_role("link").click()
    expect(password_box(own)).to_be_focused()
    expect(password_box(own)).to_have_accessible_description(
        re.compile("This is not your password")
    )
    change_password(own, PASSWORD)
    assert path_of(own) == "/account?done=password"
    expect(own.get_by_role("status")).to_contain_text("is changed")
    press(own, "Sign out")
    sign_in(own, email, NEW)
    assert path_of(own) == "/account"


def test_devices_and_their_ends(
    arrive: Arrive, dev: Service, own: Page, email: str, scripts: bool
) -> None:
    others = [arrive(dev, scripts=scripts).tab() for _ in range(2)]
    for other in others:
        other.goto("/sign_in")
        sign_in(other, email)
    own.goto("/account/sessions")
    rows = own.get_by_role("main").get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("This device")
    expect(rows.first.get_by_role("button")).to_have_count(0)
    expect(rows.first.locator("strong")).to_contain_text("Chrom")
    rows.nth(1).get_by_role("button", name="Sign this device out").click()
    expect(own.get_by_role("status")).to_contain_text("signed out")
    expect(rows).to_have_count(2)
    press(own, "Sign all other devices out")
    expect(rows).to_have_count(1)
    for other in others:
        other.reload()
        assert path_of(other).startswith("/sign_in?next=")
    own.reload()
    expect(rows).to_have_count(1)


def test_the_log_tells_and_helps(own: Page, email: str) -> None:
    own.get_by_role("link", name="Show the security log").click()
    entries = own.get_by_role("listitem")
    expect(entries.first).to_contain_text("You signed in")
    entries.first.get_by_role("link", name="This wasn't me").click()
    press(own, "Sign all other devices out")
    assert path_of(own).startswith("/account/password")
    expect(own.get_by_role("status")).to_contain_text("choose a new password")
    change_password(own, PASSWORD)
    expect(own.get_by_role("status")).to_contain_text("is changed")


def test_another_address(own: Page, email: str) -> None:
    new = f"new-{email}"
    own.get_by_role("link", name="Change the e-mail address").click()
    own.get_by_label("New e-mail address").fill(new)
    press(own, "Send the link")
    expect(own.get_by_role("status")).to_contain_text("on its way")
    expect(own.locator("main")).to_contain_text(new)
    own.goto(link_in(letter(own, new, "confirm_email_change")))
    expect(own.locator("main")).to_contain_text(new)
    press(own, "Use this address")
    expect(problem(own)).to_have_count(0)
    own.goto("/account")
    expect(own.get_by_text(new, exact=True).first).to_be_visible()


def test_a_change_of_address_is_called_off(own: Page, email: str) -> None:
    own.goto("/account/email")
    own.get_by_label("New e-mail address").fill("no address@")
    unchecked(own)
    expect(problem(own)).to_contain_text("not a valid e-mail address")
    own.get_by_label("New e-mail address").fill(f"new-{email}")
    press(own, "Send the link")
    press(own, "Keep the address you have")
    expect(own.get_by_role("status")).to_contain_text("stays as it is")
    link = link_in(letter(own, f"new-{email}", "confirm_email_change"))
    own.goto(link)
    expect(problem(own)).to_contain_text("does not count any more")


def test_all_that_is_kept_is_downloaded(
    arrive: Arrive, dev: Service, email: str, tmp_path: Path
) -> None:
    tab = arrive(dev).tab()
    enter(tab, email)
    with tab.expect_download() as waiting:
        tab.get_by_role("link", name="Download all").click()
    place = tmp_path / "account.json"
    waiting.value.save_as(place)
    kept = json.loads(place.read_text("utf-8"))
    assert kept["email"] == email
    assert kept["sessions"]


def test_an_account_is_deleted_and_kept_after_all(
    own: Page, email: str
) -> None:
    own.get_by_role("link", name="Delete your account").click()
    expect(own.locator("main")).to_contain_text(email)
    press(own, "Delete my account")
    expect(own.get_by_role("status")).to_contain_text("going to be deleted")
    own.go_back()
    assert email not in own.content()
    own.goto("/account/deleted")
    own.get_by_role("link", name="Sign in and keep the account").click()
    sign_in(own, email)
    assert path_of(own) == "/account"


def test_old_proof_is_asked_for_anew(
    own: Page, folder: Path, email: str
) -> None:
    tab = own
    age_proof(folder, email, hours=1)
    tab.goto("/account/delete")
    expect(tab.get_by_role("button", name="Delete my account")).to_have_count(
        0
    )
    tab.get_by_role("link", name="Go on").click()
    assert path_of(tab).startswith("/reauthenticate?next=")
    password_box(tab).fill("not the one")
    press(tab, "Continue")
    expect(problem(tab)).to_contain_text("This is not your password")
    password_box(tab).fill(PASSWORD)
    press(tab, "Continue")
    assert path_of(tab) == "/account/delete"


@pytest.mark.parametrize(
    "path",
    [
        "/account/password",
        "/account/sessions",
        "/account/log",
        "/account/email",
        "/account/delete",
    ],
)
def test_pages_lead_back_after_signing_in(
    arrive: Arrive, dev: Service, email: str, path: str
) -> None:
    tab = arrive(dev, scripts=False).tab()
    enter(tab, email)
    press(tab, "Sign out")
    tab.goto(path)
    assert path_of(tab).startswith("/sign_in?next=")
    sign_in(tab, email)
    assert path_of(tab) == path


def test_a_form_of_yesterday(
    arrive: Arrive, dev: Service, email: str, scripts: bool
) -> None:
    """The page stayed open, and meanwhile one was signed out elsewhere."""
    person = arrive(dev, scripts=scripts)
    one, other = person.tab(), person.tab()
    enter(one, email)
    one.goto("/account/password")
    other.goto("/account")
    press(other, "Sign out")
    change_password(one, PASSWORD)
    assert path_of(one).startswith("/sign_in?next=")
    sign_in(one, email)
    assert path_of(one) == "/account/password"


def change_password(tab: Page, current: str) -> None:
    """Fill in the form for a new password, and send it."""
    password_box(tab).fill(current)
    new_password(tab).fill(NEW)
    press(tab, "Change the password")


def unchecked(tab: Page) -> None:
    """Send the form of an address although the browser would not."""
    form = tab.locator("form").filter(has=tab.locator("input[type=email]"))
    form.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    expect(problem(tab)).to_have_count(1)
