"""Letters and what their links open, as people go through them."""

import re

import pytest
from playwright.sync_api import Page, expect

from bienvenue import secret
from tests.browser.acts import (
    PASSWORD,
    code_in,
    letter,
    link_in,
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

NEW = "another four words here"


def test_a_forgotten_password(tab: Page, email: str) -> None:
    sign_up(tab, email)
    link = ask_for_reset(tab, email)
    tab.goto(link)
    tab.reload()  # looking at it spends nothing
    new_password(tab).fill(NEW)
    press(tab, "Change the password")
    expect(problem(tab)).to_have_count(0)
    expect(tab.locator("main")).to_contain_text("changed")
    tab.goto("/sign_in")
    sign_in(tab, email, PASSWORD)
    expect(problem(tab)).to_have_count(1)
    sign_in(tab, email, NEW)
    assert path_of(tab) == "/account"
    # The link is spent: the page says why, and has another one sent.
    tab.goto(link)
    expect(problem(tab)).to_contain_text("does not count any more")
    assert link != ask_again(tab, email, number=2)


def test_a_newer_link_voids_the_older(tab: Page, email: str) -> None:
    sign_up(tab, email)
    old = ask_for_reset(tab, email)
    new = ask_for_reset(tab, email, number=2)
    tab.goto(old)
    expect(problem(tab)).to_contain_text("newer mail")
    tab.goto(new)
    expect(problem(tab)).to_have_count(0)


def test_asking_tells_nobody_who_has_an_account(tab: Page, email: str) -> None:
    sign_up(tab, email)
    said = []
    for typed in (email, f"nobody-{email}"):
        tab.goto("/reset_password")
        tab.get_by_label("E-mail address").fill(typed)
        press(tab, "Send it")
        expect(problem(tab)).to_have_count(0)
        text = tab.locator("main").inner_text().replace(typed, "")
        # Scripts count down beside it, from when the page was there.
        said.append(re.sub(r" \(\d+:\d\d\)", "", text))
    assert said[0] == said[1]


def test_a_reset_ends_what_was_open(
    arrive: Arrive, dev: Service, email: str, scripts: bool
) -> None:
    thief = arrive(dev, scripts=scripts).tab()
    owner = arrive(dev, scripts=scripts).tab()
    sign_up(thief, email)
    thief.goto("/sign_in")
    sign_in(thief, email)
    owner.goto(ask_for_reset(owner, email))
    new_password(owner).fill(NEW)
    press(owner, "Change the password")
    expect(problem(owner)).to_have_count(0)
    thief.reload()
    assert path_of(thief).startswith("/sign_in")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("short", "too short"),
        ("passwordpassword", "many people use"),
        ("x" * 1100, "longer than 1,024"),
    ],
)
def test_the_policy_speaks_before_the_token_is_spent(
    arrive: Arrive, strict: Service, typed: str, said: str
) -> None:
    tab = arrive(strict, scripts=False).tab()
    email = f"bob-{secret.new_token()[:13]}@example.com"
    sign_up(tab, email)
    tab.goto(ask_for_reset(tab, email))
    expect(tab.locator("main")).to_contain_text("At least 15 characters")
    new_password(tab).fill(typed)
    press(tab, "Change the password")
    expect(problem(tab)).to_contain_text(said)
    expect(new_password(tab)).to_have_value("")
    new_password(tab).fill(NEW)
    press(tab, "Change the password")
    expect(problem(tab)).to_have_count(0)
    expect(tab.locator("main")).to_contain_text("changed")


def test_an_address_is_confirmed_by_its_link(
    strict_tab: Page, email: str
) -> None:
    """In the browser that one signed up with nothing is typed again."""
    tab = strict_tab
    sign_up(tab, email)
    assert path_of(tab) == "/verify_email"
    expect(tab.get_by_role("heading", level=1)).to_have_text(
        "Check your e-mail"
    )
    expect(tab.locator("main")).to_contain_text(email)
    tab.goto(link_in(letter(tab, email)))
    tab.reload()  # looking at it spends nothing
    expect(tab.locator("main")).to_contain_text(email)
    expect(tab.locator("input[type=password]")).to_have_count(0)
    press(tab, "Confirm the address")
    assert path_of(tab) == "/sign_in?done=verified"
    sign_in(tab, email)
    assert path_of(tab) == "/account"


def test_on_another_device_the_password_goes_with_it(
    arrive: Arrive, strict: Service, email: str, scripts: bool
) -> None:
    sign_up(arrive(strict, scripts=scripts).tab(), email)
    tab = arrive(strict, scripts=scripts).tab()
    link = link_in(letter(tab, email))
    tab.goto(link)
    password_box(tab).fill("short")
    press(tab, "Confirm the address")
    expect(problem(tab)).to_contain_text("That is not the password")
    password_box(tab).fill(PASSWORD)
    press(tab, "Confirm the address")
    expect(tab.get_by_role("status")).to_contain_text("is confirmed")
    tab.goto(link)
    expect(problem(tab)).to_contain_text("does not count any more")


def test_an_address_is_confirmed_by_its_code(
    strict_tab: Page, email: str
) -> None:
    tab = strict_tab
    sign_up(tab, email)
    tab.get_by_label("Code").fill(code_in(letter(tab, email)))
    press(tab, "Confirm the address")
    expect(tab.get_by_role("status")).to_contain_text("is confirmed")
    sign_in(tab, email)
    assert path_of(tab) == "/account"


def test_a_wrong_code_can_be_given_again(strict_tab: Page, email: str) -> None:
    tab = strict_tab
    sign_up(tab, email)
    right = code_in(letter(tab, email))
    tab.get_by_label("Code").fill("000000" if right != "000000" else "1" * 6)
    press(tab, "Confirm the address")
    expect(problem(tab)).to_contain_text("do not belong together")
    tab.get_by_label("Code").fill(right)
    password_box(tab).fill(PASSWORD)
    press(tab, "Confirm the address")
    expect(tab.get_by_role("status")).to_contain_text("is confirmed")


def test_another_mail_is_sent(strict_tab: Page, email: str) -> None:
    tab = strict_tab
    sign_up(tab, email)
    old = link_in(letter(tab, email))
    # With scripts the button waits; to send the form does not.
    button = tab.get_by_role("button", name="Send another mail")
    button.locator("xpath=ancestor::form").evaluate("form => form.submit()")
    expect(tab.get_by_role("status")).to_contain_text("on its way")
    assert link_in(letter(tab, email, number=2)) != old
    tab.goto(old)
    expect(problem(tab)).to_contain_text("newer mail")


def test_before_that_nobody_is_signed_in(strict_tab: Page, email: str) -> None:
    sign_up(strict_tab, email)
    strict_tab.goto("/sign_in")
    sign_in(strict_tab, email)
    expect(problem(strict_tab)).to_contain_text("do not match")


def test_a_taken_address_is_told_by_mail_alone(
    arrive: Arrive, strict: Service, email: str
) -> None:
    tab = arrive(strict, scripts=False).tab()
    sign_up(tab, email)
    said = told(tab)
    tab.goto(link_in(letter(tab, email)))
    press(tab, "Confirm the address")
    sign_up(tab, email)
    assert told(tab) == said
    assert "has an account already" in letter(tab, email)


@pytest.mark.parametrize(
    "path",
    [
        "/reset_password?token=made-up",
        "/verify_email?token=made-up",
        "/confirm_email_change?token=made-up",
        "/undo_email_change?token=made-up",
    ],
)
def test_a_link_that_never_was(tab: Page, path: str) -> None:
    answer = tab.goto(path)
    assert answer is not None
    assert answer.status == 403
    assert tab.title().startswith("Error:")
    expect(problem(tab)).to_contain_text("does not count any more")
    expect(problem(tab)).to_be_focused()


def told(tab: Page) -> str | None:
    """Return what the page after a sign-up says, styled by now or not."""
    heading = tab.get_by_role("heading", level=1)
    expect(heading).to_have_text("Check your e-mail")
    return tab.locator("main").text_content()


def ask_for_reset(tab: Page, email: str, *, number: int = 1) -> str:
    """Ask for a link, from the sign-in page on, and return it."""
    tab.goto("/sign_in")
    tab.get_by_role("link", name="forgot").click()
    return ask_again(tab, email, number=number)


def ask_again(tab: Page, email: str, *, number: int = 1) -> str:
    """Send the form that asks for a link; return the link of the letter."""
    tab.get_by_label("E-mail address").fill(email)
    press(tab, "Send it")
    expect(problem(tab)).to_have_count(0)
    words = "reset_password?token="
    return link_in(letter(tab, email, words, number=number))
