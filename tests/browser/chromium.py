"""A real Chromium, driven by Playwright: what people see, and can do.

The browser is Debian's own; Playwright's wheel brings the driver alone.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.service import PATIENCE

# It runs as root on machines of CI, on no screen, and asks nobody anything.
_OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update"
    " --disable-sync"
).split()
_PATIENCE = PATIENCE * 1000  # in milliseconds: the machine may be busy
_OBJECTIONS = ("Content Security Policy", "Content-Security-Policy")


def program() -> str:
    """Return where Chromium is; without one say so, and fail under CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is not None:
        return found
    if os.environ.get("CI"):
        pytest.fail("chromium is not installed")
    pytest.skip("not run: chromium is not installed")


@contextmanager
def started() -> Iterator[Browser]:
    """Run a Chromium while the block lasts."""
    found = program()
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=_OPTIONS)
        yield browser
        browser.close()


class Person:
    """Somebody with a browser of their own: cookies, tabs, no history.

    What their browser objects to, and whom it asks beside the service, is
    remembered; ``leave`` raises ``AssertionError`` if there is any.
    """

    def __init__(
        self, browser: Browser, url: str, *, scripts: bool = True
    ) -> None:
        self._origin = urlsplit(url).netloc
        self._objections: list[str] = []
        self.context: BrowserContext = browser.new_context(
            base_url=url, java_script_enabled=scripts, locale="en"
        )
        self.context.set_default_timeout(_PATIENCE)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self._note(error.error))
        self.context.on("request", self._watch)

    def tab(self) -> Page:
        """Open one more tab."""
        return self.context.new_page()

    def leave(self) -> None:
        """Close the browser; nothing may have been amiss in it."""
        self.context.close()
        assert self._objections == []

    def _hear(self, message: ConsoleMessage) -> None:
        if any(words in message.text for words in _OBJECTIONS):
            self._note(message.text)

    def _note(self, objection: str | Error) -> None:
        self._objections.append(str(objection))

    def _watch(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme != "data" and asked.netloc != self._origin:
            self._note(f"asked {request.url}")
