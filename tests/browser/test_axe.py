"""axe-core finds nothing to object to, on any page in any state.

It knows WCAG 2.0 to 2.2, A and AA, and what is called best practice.  Of
errors that a page shows in one and the same place it looks at one: they
differ in a sentence.
"""

import re
from importlib.resources import files
from typing import Literal

import pytest
from playwright.sync_api import Page

from bienvenue.web import states
from tests.browser.conftest import Arrive
from tests.service import Service

LOOKS = ["theme=light&dir=ltr", "theme=dark&dir=rtl"]
_AXE = files("axe_playwright_python").joinpath("axe.min.js")
# Of each objection: the rule, what it is about, and where.
_RUN = """
async () => (await axe.run({resultTypes: ["violations"]})).violations.map(
    each => `${each.id}: ${each.help}: `
        + each.nodes.map(node => node.target + " " + node.failureSummary)
)
"""


def distinct() -> dict[str, list[str]]:
    """Return the names of states that differ, by the first word of each."""
    found: dict[tuple[str, object], str] = {}
    for state in states.all_of_them():
        fails = state.values.get("error")
        about = ("error", state.values.get("error_field"))
        look = about if fails else state.name
        found.setdefault((state.screen, look), state.name)
    groups: dict[str, list[str]] = {}
    for name in found.values():
        groups.setdefault(re.split("[._]", name)[0], []).append(name)
    return groups


STATES = distinct()


def objections(tab: Page) -> list[str]:
    """Return what axe objects to on the page that is open."""
    tab.evaluate(_AXE.read_text("utf-8"))
    found: list[str] = tab.evaluate(_RUN)
    return found


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("group", STATES)
def test_axe_objects_to_nothing(
    arrive: Arrive, dev: Service, group: str, look: str
) -> None:
    tab = arrive(dev).tab()
    found = {}
    for name in STATES[group]:
        answer = tab.goto(f"/dev/gallery/{name}?{look}")
        assert answer is not None
        assert answer.status == 200
        found[name] = objections(tab)
    assert {name: said for name, said in found.items() if said} == {}


def test_axe_objects_to_what_is_wrong(arrive: Arrive, dev: Service) -> None:
    tab = arrive(dev).tab()
    tab.goto("/dev/gallery/sign_in.empty")
    tab.evaluate("document.querySelector('label').remove()")
    tab.evaluate("document.querySelector('h1').style.color = '#eee'")
    found = {each.partition(":")[0] for each in objections(tab)}
    assert {"label", "color-contrast"} <= found


def test_the_dark_look_is_the_browsers_wish_too(
    arrive: Arrive, dev: Service
) -> None:
    """And what is looked at above is what people get."""
    tab = arrive(dev).tab()
    seen: dict[str, str] = {}
    wishes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for wish in wishes:
        tab.emulate_media(color_scheme=wish)
        for query in ("", "?theme=light", "?theme=dark"):
            tab.goto(f"/dev/gallery/sign_in.empty{query}")
            seen[f"{wish}{query}"] = tab.evaluate(
                "getComputedStyle(document.querySelector('.card'))"
                ".backgroundColor"
            )
    assert seen["light"] == seen["light?theme=light"]
    assert seen["dark"] == seen["dark?theme=dark"]
    assert seen["light?theme=dark"] == seen["dark"]
    assert seen["dark?theme=light"] == seen["light"] != seen["dark"]
