"""The keyboard alone, what password managers see, and small helps."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bienvenue.web import states
from tests.browser.acts import (
    PASSWORD,
    path_of,
    problem,
    sign_up,
)
from tests.browser.conftest import Arrive
from tests.service import Service

# What a password manager goes by, of each field that a person sees.
FIELDS = """
() => [...document.querySelectorAll("form[method=post]")].map(form =>
    [...form.elements]
        .filter(each => each.matches("input:not([type=checkbox])")
            && (each.type !== "hidden" || each.autocomplete))
        .map(each => [each.name, each.type, each.autocomplete])
)
"""
EMAIL = ["email", "email", "username"]
KNOWN = ["email", "text", "username"]
NOW = ["current_password", "password", "current-password"]
OLD = ["password", "password", "current-password"]
NEW = ["new_password", "password", "new-password"]
SEEN = {
    "sign_in.empty": [["email", "email", "username webauthn"], OLD],
    "sign_up.empty": [EMAIL, ["password", "password", "new-password"]],
    "reauthenticate.empty": [KNOWN, OLD],
    "account_password.shown": [KNOWN, NOW, NEW],
    "account_email.shown": [["email", "email", "email"]],
    "ask_for_reset.empty": [EMAIL],
}


@pytest.mark.parametrize("state", SEEN)
def test_what_a_password_manager_sees(
    arrive: Arrive, dev: Service, state: str, scripts: bool
) -> None:
    tab = arrive(dev, scripts=scripts).tab()
    tab.goto(f"/dev/gallery/{state}")
    forms: list[Any] = tab.evaluate(FIELDS)
    assert forms == [SEEN[state], []]  # the switch of languages has none


def test_it_sees_no_more_passwords_than_there_are(
    arrive: Arrive, dev: Service
) -> None:
    """On any page: no field is repeated, cut, or closed to pasting."""
    tab = arrive(dev).tab()
    for state in one_of_each_page():
        tab.goto(f"/dev/gallery/{state}")
        for form in tab.evaluate(FIELDS):
            kinds = [kind for _, _, kind in form]
            for kind in ("current-password", "new-password", "username"):
                assert kinds.count(kind) <= 1, state
            if "new-password" in kinds:
                assert kinds[0].startswith("username"), state
            for _, shape, kind in form:
                if shape == "password":
                    assert kind in {"current-password", "new-password"}
        boxes = tab.locator("input[type=password]")
        for box in boxes.all():
            assert box.get_attribute("maxlength") is None, state


def test_the_keyboard_is_enough(tab: Page, email: str) -> None:
    sign_up(tab, email)
    tab.goto("/sign_in")
    reach(tab, "#email")
    tab.keyboard.type(email)
    reach(tab, "#password")
    tab.keyboard.type("not the one")
    tab.keyboard.press("Enter")
    expect(problem(tab)).to_be_focused()
    reach(tab, "#password")
    tab.keyboard.type(PASSWORD)
    reach(tab, "#keep")
    tab.keyboard.press("Space")
    expect(tab.locator("#keep")).to_be_checked()
    reach(tab, "button[type=submit]")
    tab.keyboard.press("Space")
    tab.wait_for_url("**/account")
    reach(tab, "a[href='/account/password']")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/account/password")


def test_the_first_key_leads_past_what_repeats(tab: Page) -> None:
    tab.goto("/sign_in")
    tab.keyboard.press("Tab")
    skip = tab.locator(":focus")
    expect(skip).to_have_attribute("href", "#main")
    expect(skip).to_be_in_viewport()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    expect(tab.locator("main :focus")).to_have_count(1)


def test_what_has_the_focus_is_seen(arrive: Arrive, dev: Service) -> None:
    tab = arrive(dev).tab()
    tab.goto("/sign_in")
    for _ in range(8):
        tab.keyboard.press("Tab")
        style: list[str] = tab.evaluate(
            "() => { const s = getComputedStyle(document.activeElement);"
            " return [s.outlineStyle, s.outlineWidth] }"
        )
        assert style == ["solid", "3px"]


def test_a_password_can_be_looked_at(
    arrive: Arrive, dev: Service, email: str
) -> None:
    tab = arrive(dev).tab()
    sign_up(tab, email)
    tab.goto("/sign_in")
    box = tab.locator("#password")
    box.fill(PASSWORD)
    expect(box).to_have_attribute("type", "password")
    tab.get_by_role("button", name="Show").click()
    expect(box).to_have_attribute("type", "text")
    expect(box).to_have_value(PASSWORD)
    tab.get_by_role("button", name="Hide").click()
    expect(box).to_have_attribute("type", "password")
    tab.get_by_role("button", name="Show").click()
    tab.get_by_label("E-mail address").fill(email)
    # It leaves as a password: else the browser would offer it again.
    tab.evaluate(
        "document.forms[0].addEventListener('submit', () => {"
        " sessionStorage.type = document.forms[0].password.type })"
    )
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/account")
    assert tab.evaluate("sessionStorage.type") == "password"


def test_without_scripts_there_is_no_button_that_does_nothing(
    arrive: Arrive, dev: Service
) -> None:
    tab = arrive(dev, scripts=False).tab()
    tab.goto("/sign_in")
    expect(tab.get_by_role("main").get_by_role("button")).to_have_count(1)


def test_every_button_is_large_enough(arrive: Arrive, dev: Service) -> None:
    tab = arrive(dev).tab()
    tab.set_viewport_size({"width": 320, "height": 640})
    for state in one_of_each_page():
        tab.goto(f"/dev/gallery/{state}?dir=rtl")
        small = tab.evaluate(
            "() => [...document.querySelectorAll('button, a.button, input')]"
            ".filter(each => each.offsetParent && each.type !== 'checkbox')"
            ".filter(each => each.getBoundingClientRect().height < 43.5)"
            ".map(each => each.outerHTML)"
        )
        assert small == [], state


def one_of_each_page() -> list[str]:
    """Return the first state of each page that people meet."""
    found: dict[str, str] = {}
    for state in states.all_of_them():
        found.setdefault(state.template, state.name)
    return [name for name in found.values() if not name.startswith("console")]


def reach(tab: Page, place: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(25):
        if tab.evaluate("p => document.activeElement.matches(p)", place):
            return
        tab.keyboard.press("Tab")
    raise AssertionError(f"no way to {place} from {path_of(tab)}")
