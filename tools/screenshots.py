"""Take pictures of the main pages: ``python -m tools.screenshots``.

They go to ``docs/pages/``, each page in light and in dark.  What they show
are states of the gallery, so nobody's data is in them, and two runs on one
machine give the same pictures.  Exits 1 when one is too heavy to be read
along with a text.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.chromium import Person
from tests.browser.chromium import started as browser_started
from tests.service import started as service_started
from tools import png

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pages"
MOST = 60_000
"""Bytes that a picture may have."""

THEMES = ("light", "dark")
PAGES = {
    "sign-in": "sign_in.empty",
    "sign-in-problem": "sign_in.invalid_credentials",
    "sign-up": "sign_up.empty",
    "account": "account.shown",
    "account-devices": "account_sessions.shown",
    "account-log": "account_log.shown",
    "console": "console_overview.well",
    "console-users": "console_users.listed",
}
_WIDTH, _HEIGHT = 800, 720
_WIDER = 1100  # of the console, which has tables


def main() -> int:
    """Take all of them; return the exit status."""
    with (
        tempfile.TemporaryDirectory() as folder,
        service_started(Path(folder)) as service,
        browser_started() as browser,
    ):
        person = Person(browser, service.url)
        tab = person.tab()
        heavy = [
            f"{name}-{theme}.png"
            for name in PAGES
            for theme in THEMES
            if taken(tab, name, theme) > MOST
        ]
        person.leave()
    for name in heavy:
        print(f"{name} has more than {MOST:,} bytes")
    return 1 if heavy else 0


def taken(tab: Page, name: str, theme: str) -> int:
    """Take one picture and return how many bytes it has."""
    width = _WIDER if name.startswith("console") else _WIDTH
    tab.set_viewport_size({"width": width, "height": _HEIGHT})
    answer = tab.goto(f"/dev/gallery/{PAGES[name]}?theme={theme}")
    if answer is None or answer.status != 200:
        raise LookupError(f"the gallery has no {PAGES[name]}")
    place = FOLDER / f"{name}-{theme}.png"
    # What has the focus blinks; a picture is of a page at rest.
    shot = tab.screenshot(caret="hide", animations="disabled")
    return place.write_bytes(png.lighter(shot))


if __name__ == "__main__":
    sys.exit(main())
