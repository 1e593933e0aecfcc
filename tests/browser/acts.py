"""What people do on the pages, as they would say it."""

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.service import PATIENCE

PASSWORD = "seven quiet lanterns"


def path_of(tab: Page) -> str:
    """Return the path and the query a tab is at."""
    url = urlsplit(tab.url)
    return f"{url.path}?{url.query}" if url.query else url.path


def press(tab: Page, name: str) -> None:
    """Press a button, and wait for the page that follows."""
    tab.get_by_role("button", name=name, exact=True).click()


def sign_up(tab: Page, email: str, password: str = PASSWORD) -> None:
    """Make an account by the page."""
    tab.goto("/sign_up")
    tab.get_by_label("E-mail address").fill(email)
    new_password(tab).fill(password)
    press(tab, "Create the account")
    expect(problem(tab)).to_have_count(0)


def sign_in(tab: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in page, which is open already, and send it."""
    tab.get_by_label("E-mail address").fill(email)
    password_box(tab).fill(password)
    press(tab, "Sign in")


def enter(tab: Page, email: str, password: str = PASSWORD) -> None:
    """Make an account, and sign in to it."""
    sign_up(tab, email, password)
    tab.goto("/sign_in")
    sign_in(tab, email, password)
    expect(tab).to_have_url(re.compile("/account$"))


def password_box(tab: Page) -> Locator:
    """Return the field for the password one has."""
    return tab.locator('input[autocomplete="current-password"]:visible')


def new_password(tab: Page) -> Locator:
    """Return the field for a password to come."""
    return tab.locator('input[autocomplete="new-password"]')


def problem(tab: Page) -> Locator:
    """Return the summary of what is wrong."""
    return tab.get_by_role("alert")


def letter(tab: Page, email: str, words: str = "", *, number: int = 1) -> str:
    """Return the newest letter to an address, as the mailbox shows it.

    ``words`` stand in its subject or its text.  Waits until there are as
    many such letters as ``number`` says.
    """
    shelf = tab.context.new_page()
    late = time.monotonic() + PATIENCE
    try:
        while True:
            shelf.goto("/dev/mailbox")
            found = shelf.get_by_role("article").filter(has_text=email)
            found = found.filter(has_text=words)
            if found.count() >= number:
                return found.first.inner_text()
            assert time.monotonic() < late, f"no letter to {email}"
            shelf.wait_for_timeout(200)
    finally:
        shelf.close()


def link_in(text: str) -> str:
    """Return the one address with a token that a letter leads to."""
    found = re.findall(r"https?://\S+token=[\w-]+", text)
    assert len(set(found)) == 1, text
    return str(found[0])


def code_in(text: str) -> str:
    """Return the six digits of a letter."""
    (found,) = set(re.findall(r"(?<![\w-])\d{6}(?![\w-])", text))
    return str(found)


def age_proof(folder: Path, email: str, *, hours: int) -> None:
    """Have it be hours ago that somebody gave their password.

    The service that runs in the folder has its database there.
    """
    with closing(sqlite3.connect(folder / "bienvenue.db")) as database:
        database.execute(
            "UPDATE sessions SET authenticated_at = authenticated_at - ?"
            " WHERE user_id = (SELECT id FROM users WHERE email = ?)",
            (hours * 60 * 60 * 10**6, email),
        )
        database.commit()
