"""The admin console, as an operator uses it in a browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import (
    PASSWORD,
    age_proof,
    enter,
    new_password,
    password_box,
    path_of,
    press,
    problem,
    sign_in,
)
from tests.browser.conftest import Arrive
from tests.service import PATIENCE, Service, started

ADA = "ada@example.com"
LINK = re.compile(r"http://\S+/admin/first\?token=[\w-]+")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ``service`` runs, and has its database."""
    return tmp_path_factory.mktemp("house")


@pytest.fixture(scope="module")
def service(house: Path) -> Iterator[Service]:
    """A service that Ada is the admin of."""
    with started(house) as service:
        url, _, token = first_link(service).partition("?token=")
        ada = {"email": ADA, "password": PASSWORD, "token": token}
        answer = requests.post(url, json=ada, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        yield service


@pytest.fixture
def console(arrive: Arrive, service: Service, scripts: bool) -> Page:
    """A tab in which Ada has just signed in, at the console."""
    tab = arrive(service, scripts=scripts).tab()
    tab.goto("/admin")
    sign_in(tab, ADA)
    assert path_of(tab) == "/admin"
    return tab


@pytest.fixture
def member(service: Service, email: str) -> str:
    """Somebody who has an account there."""
    return joined(service, email)


def test_the_first_admin_comes_by_a_printed_link(
    arrive: Arrive, tmp_path: Path, email: str
) -> None:
    with started(tmp_path) as service:
        link = first_link(service)
        tab = arrive(service, scripts=False).tab()
        tab.goto(link)
        tab.reload()  # looking at it spends nothing
        tab.get_by_label("E-mail address").fill(email)
        new_password(tab).fill(PASSWORD)
        press(tab, "Make my account")
        assert path_of(tab) == "/admin"
        expect(tab.get_by_role("heading", level=1)).to_have_text("Overview")
        tab.goto(link)
        expect(problem(tab)).to_contain_text("does not count any more")
        tab.context.close()


def test_every_part_is_one_step_away(console: Page) -> None:
    parts = console.get_by_role("navigation", name="Administration")
    for name in ("Users", "Audit log", "Mail queue", "Settings", "Overview"):
        parts.get_by_role("link", name=name, exact=True).click()
        expect(console.get_by_role("heading", level=1)).to_have_text(name)
        here = parts.locator('[aria-current="page"]')
        expect(here).to_have_text(name)


def test_an_account_is_disabled_and_enabled(
    arrive: Arrive, service: Service, console: Page, member: str
) -> None:
    find(console, member)
    console.get_by_role("link", name="Disable", exact=True).click()
    expect(console.get_by_role("heading", level=1)).to_contain_text(member)
    console.get_by_label("Reason").fill("sent advertisements")
    press(console, "Disable")
    expect(console.get_by_role("status")).to_contain_text("Disabled")
    console.reload()
    events = console.get_by_role("table", name="Newest events")
    expect(events).to_contain_text("sent advertisements")
    expect(events).to_contain_text(ADA)
    shut_out = arrive(service, scripts=False).tab()
    shut_out.goto("/sign_in")
    sign_in(shut_out, member)
    expect(problem(shut_out)).to_have_count(1)
    console.get_by_role("link", name="Enable", exact=True).click()
    press(console, "Enable")
    expect(console.get_by_role("status")).to_contain_text("Enabled again")
    shut_out.goto("/sign_in")
    sign_in(shut_out, member)
    assert path_of(shut_out) == "/account"


def test_a_deletion_names_the_account_and_can_be_left(
    console: Page, member: str
) -> None:
    find(console, member)
    console.get_by_role("link", name="Delete", exact=True).click()
    expect(console.get_by_role("heading", level=1)).to_contain_text(member)
    console.get_by_role("link", name="Cancel").click()
    expect(console.get_by_role("status")).to_have_count(0)
    console.get_by_role("link", name="Delete", exact=True).click()
    press(console, "Delete")
    expect(console.get_by_role("status")).to_contain_text("under way")
    expect(console.locator("main")).to_contain_text("Being deleted")


def test_what_is_done_to_several_is_asked_first(
    console: Page, service: Service, email: str
) -> None:
    chosen = [joined(service, f"{name}-{email}") for name in ("pat", "sam")]
    console.goto("/admin/users")
    for each in chosen:
        console.get_by_label(each).check()
    console.get_by_label("With those chosen").select_option("end_sessions")
    press(console, "Go on")
    for each in chosen:
        expect(console.locator("main")).to_contain_text(each)
    press(console, "End sessions")
    expect(console.get_by_role("status")).to_contain_text("Signed out")


def test_what_harms_wants_the_password_again(
    console: Page, house: Path, member: str
) -> None:
    find(console, member)
    age_proof(house, ADA, hours=1)
    console.get_by_role("link", name="End sessions", exact=True).click()
    assert path_of(console).startswith("/reauthenticate?next=")
    password_box(console).fill("not the one")
    press(console, "Continue")
    expect(problem(console)).to_contain_text("This is not your password")
    password_box(console).fill(PASSWORD)
    press(console, "Continue")
    assert path_of(console).startswith("/admin/users/confirm?")
    press(console, "End sessions")
    expect(console.get_by_role("status")).to_contain_text("Signed out")


def test_the_last_admin_stays(console: Page) -> None:
    find(console, ADA)
    console.get_by_role("link", name="Make no admin any more").click()
    press(console, "Make no admin any more")
    expect(problem(console)).to_contain_text("last admin")
    expect(problem(console)).to_be_focused()
    assert console.title().startswith("Error:")


def test_the_log_is_searched(console: Page, member: str) -> None:
    console.goto("/admin/audit")
    console.get_by_label("Event", exact=True).select_option("user_created")
    press(console, "Show")
    assert "event=user_created" in path_of(console)
    rows = console.get_by_role("table").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("user_created")
    expect(rows.nth(1)).to_contain_text(member)
    chosen = console.get_by_label("Event", exact=True)
    expect(chosen).to_have_value("user_created")


def test_a_search_for_nobody(console: Page) -> None:
    console.goto("/admin/users?search=nobody-at-all&status=disabled")
    expect(console.locator("main")).to_contain_text("Nothing here")
    expect(console.get_by_label("Search")).to_have_value("nobody-at-all")
    answer = console.goto("/admin/users/999999")
    assert answer is not None
    assert answer.status == 404
    expect(problem(console)).to_be_focused()


def test_no_secret_is_among_the_settings(console: Page) -> None:
    console.goto("/admin/settings")
    row = console.get_by_role("row").filter(has_text="bcrypt_rounds").first
    expect(row).to_contain_text("environment")
    expect(console.locator("main")).not_to_contain_text(PASSWORD)


def test_a_list_is_downloaded(
    arrive: Arrive, service: Service, member: str
) -> None:
    tab = arrive(service).tab()
    tab.goto("/admin/users")
    sign_in(tab, ADA)
    with tab.expect_download() as waiting:
        tab.get_by_role("link", name="Download as CSV").click()
    text = Path(waiting.value.path()).read_text("utf-8")
    assert member in text


def test_it_is_for_admins_alone(
    arrive: Arrive, service: Service, email: str, scripts: bool
) -> None:
    tab = arrive(service, scripts=scripts).tab()
    enter(tab, email)
    for path in ("/admin", "/admin/users", "/admin/audit", "/admin/settings"):
        answer = tab.goto(path)
        assert answer is not None
        assert answer.status == 403
        expect(problem(tab)).to_have_count(1)
        assert ADA not in tab.content()
    tab.get_by_role("link", name="Your account").click()
    assert path_of(tab) == "/account"


def test_after_signing_out_it_is_gone(console: Page) -> None:
    console.goto("/admin/users")
    press(console, "Sign out")
    console.wait_for_url("**/sign_in*")
    console.go_back()
    assert path_of(console).startswith("/sign_in")
    assert ADA not in console.content()


def test_the_keyboard_scrolls_wide_tables(
    arrive: Arrive, service: Service, member: str
) -> None:
    tab = arrive(service).tab()
    tab.set_viewport_size({"width": 360, "height": 640})
    tab.goto("/admin/users")
    sign_in(tab, ADA)
    region = tab.get_by_role("region", name="Accounts")
    region.focus()
    expect(region).to_be_focused()
    for _ in range(10):
        tab.keyboard.press("ArrowRight")
    # Not by wait_for_function, which the pages' policy forbids: it evals.
    for _ in range(50):
        if region.evaluate("one => one.scrollLeft") > 0:
            break
        tab.wait_for_timeout(100)
    assert region.evaluate("one => one.scrollLeft") > 0
    assert tab.evaluate("document.documentElement.scrollLeft") == 0


def first_link(service: Service) -> str:
    """Return the link that the service has printed."""
    found = LINK.search(service.output())
    assert found is not None, service.output()
    return found[0]


def joined(service: Service, email: str) -> str:
    """Make an account, and return its address."""
    body = {"email": email, "password": PASSWORD}
    answer = requests.post(f"{service.url}/users", json=body, timeout=PATIENCE)
    assert answer.status_code == 200
    return email


def find(tab: Page, email: str) -> None:
    """Go to the page of an account, by the search."""
    tab.goto("/admin/users")
    search(tab).fill(email)
    press(tab, "Search")
    tab.get_by_role("table").get_by_role("link", name=email).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(email)


def search(tab: Page) -> Locator:
    """Return the box to search accounts with."""
    return tab.get_by_label("Search", exact=True)
