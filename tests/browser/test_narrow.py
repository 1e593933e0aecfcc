"""No page is wider than a telephone, in any state, either way round.

WCAG 2.2, 1.4.10 (reflow): at 320 CSS pixels nothing scrolls in two
directions, but for tables and the like, which do so in a box of their own.
German has the longest words of our languages, Arabic the other direction.
"""

import pytest
from playwright.sync_api import Page, ViewportSize

from bienvenue.web import states
from tests.browser.acts import sign_up
from tests.browser.conftest import Arrive
from tests.service import Service

NARROW = ViewportSize(width=320, height=640)
GROUPS = sorted({each.screen for each in states.all_of_them()})
# How much is beyond the edge, and what stands furthest out.
_BEYOND = """
() => {
    const page = document.scrollingElement
    const over = page.scrollWidth - page.clientWidth
    if (over <= 0) return null
    const out = (each) => {
        const box = each.getBoundingClientRect()
        return Math.max(box.right - page.clientWidth, -box.left)
    }
    const all = [...document.body.querySelectorAll("*")]
    const worst = all.filter(each => out(each) > 0).map(
        each => `${each.tagName}.${each.className} ${Math.round(out(each))}`
    )
    return `${over} px: ${worst.slice(0, 5)}`
}
"""


def beyond(tab: Page) -> str | None:
    """Tell what makes the page that is open wider than the tab, if any."""
    found: str | None = tab.evaluate(_BEYOND)
    return found


@pytest.mark.parametrize("way", ["lang=de", "lang=ar"])
@pytest.mark.parametrize("screen", GROUPS)
def test_no_page_is_wider_than_a_telephone(
    arrive: Arrive, dev: Service, screen: str, way: str
) -> None:
    tab = arrive(dev).tab()
    tab.set_viewport_size(NARROW)
    found = {}
    for state in states.all_of_them():
        if state.screen == screen:
            tab.goto(f"/dev/gallery/{state.name}?{way}")
            found[state.name] = beyond(tab)
    assert found
    assert {name: said for name, said in found.items() if said} == {}


def test_what_developers_look_at_is_no_wider(
    arrive: Arrive, dev: Service, email: str
) -> None:
    tab = arrive(dev).tab()
    sign_up(tab, email)
    tab.set_viewport_size(NARROW)
    for path in ("/dev/mailbox", "/dev/gallery", "/docs"):
        tab.goto(path)
        assert beyond(tab) is None, path


def test_a_page_that_is_too_wide_is_noticed(
    arrive: Arrive, dev: Service
) -> None:
    tab = arrive(dev).tab()
    tab.set_viewport_size(NARROW)
    tab.goto("/dev/gallery/console_users.listed")
    assert beyond(tab) is None
    tab.evaluate("document.querySelector('.console').style.display = 'table'")
    assert "px: " in (beyond(tab) or "")
