"""The overview, the audit log, the mail queue and the settings."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import orm, select

from bienvenue import Auth, Settings, clock, create_app
from bienvenue.features.admin.routes.pages import audit, letters
from bienvenue.outbox import Letter, OutboxRow
from bienvenue.web.extension import KEY
from tests.features.consoles import (
    ADA,
    BOB,
    PASSWORD,
    accounts,  # noqa: F401  a fixture
    auth_of,
    browser,
    confirm,
    main_of,
    number_of,
    promote,
    with_console,
)
from tests.features.pages import BROWSER, forms
from tests.web.conftest import Make
from tests.web.test_pages import Tags


@pytest.fixture
def app(make: Make) -> Flask:
    """A service with an admin and somebody else."""
    return with_console(make, BOB)


def post(auth: Auth, reason: str | None = None) -> int:
    """Have a letter wait, or be dead; return its number."""
    now = clock.now()
    row = OutboxRow(
        letter=Letter.RESET_PASSWORD,
        recipient=BOB,
        created_at=now,
        due_at=now,
        failed_at=now if reason else None,
        reason=reason,
        attempts=4,
    )

    def add(unit: orm.Session) -> int:
        unit.add(row)
        unit.flush()
        return row.id

    return auth.db.write(add)


def dead(auth: Auth) -> dict[int, bool]:
    """Return the letters there are, and whether they are dead."""
    query = select(OutboxRow.id, OutboxRow.failed_at)
    rows = auth.db.read(lambda unit: unit.execute(query).all())
    return {row.id: row.failed_at is not None for row in rows}


def cells(client: FlaskClient, path: str) -> list[str]:
    """Return the codes that a page shows, event by event."""
    page = client.get(path)
    assert page.status_code == 200
    text = main_of(page)
    return [
        each.partition("</code>")[0].rpartition(">")[2]
        for each in text.split('<th scope="row"><code dir="ltr">')[1:]
    ]


# -- Overview ---------------------------------------------------------------


def test_how_many_and_what_happened(ada: FlaskClient, app: Flask) -> None:
    wrong = {"email": BOB, "password": "wrong"}
    app.test_client().post("/sessions", json=wrong)
    page = ada.get("/admin")
    text = main_of(page)
    today = clock.now().date().isoformat()
    row = text.partition(f"{today}</time></th>")[2].partition("</tr>")[0]
    counts = [each.partition("<")[0] for each in row.split('count">')[1:]]
    assert counts == ["2", "1", "1", "0"]
    assert '>Accounts</a></dt><dd><bdi dir="ltr">2</bdi></dd>' in text
    assert text.count('<rect class="column') == 4 * 14
    assert f"<title>{today}: 2</title>" in text
    assert text.count("<tr>") == 1 + 14


def test_what_is_not_well_is_told(ada: FlaskClient, auth: Auth) -> None:
    healthy = main_of(ada.get("/admin"))
    assert "Fine" in healthy
    assert "wants-care" not in healthy
    post(auth, reason="550 no such user")
    text = main_of(ada.get("/admin"))
    assert "wants-care" in text
    assert "/admin/mail?state=dead" in text
    old = clock.now() + timedelta(hours=1)
    post(auth)
    with clock.frozen(old):
        page = browser(ada.application, ADA).get("/admin")
        assert "Not well" in main_of(page)


# -- Audit log --------------------------------------------------------------


def test_events_the_newest_first(ada: FlaskClient, auth: Auth) -> None:
    assert cells(ada, "/admin/audit") == [
        "session_created",
        "authn_login_success",
        "user_created",
        "user_created",
    ]
    only = cells(ada, f"/admin/audit?user={number_of(auth, BOB)}")
    assert only == ["user_created"]


def test_an_event_has_its_ids_and_its_request(
    ada: FlaskClient, auth: Auth
) -> None:
    bob = number_of(auth, BOB)
    asked = f"/admin/users/confirm?verb=disable&user={bob}"
    request = confirm(ada, asked, reason="spam").headers["X-Request-ID"]
    text = main_of(ada.get(f"/admin/audit?request={request}"))
    assert cells(ada, f"/admin/audit?request={request}") == ["user_disabled"]
    assert f'href="/admin/users/{bob}"><bdi>{BOB}</bdi>' in text
    assert f'href="/admin/users/{number_of(auth, ADA)}"' in text
    assert '<span class="key">reason</span> spam' in text
    assert request in text
    auth.delete_user(bob)
    gone = main_of(ada.get(f"/admin/audit?user={bob}"))
    assert f'deleted <span class="number" dir="ltr">#{bob}</span>' in gone
    assert BOB not in gone


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("event=user_created", 2),
        ("event=user_created&outcome=failure", 0),
        ("outcome=success", 4),
        ("actor=1", 0),
        ("since=2001-01-01&until=2001-01-02", 0),
        ("since=2001-01-01&event=user_created", 2),
        ("until=2001-01-01", 0),
        ("until=9000-12-31&event=user_created", 2),
        ("user=999999999999999999", 0),
    ],
)
def test_what_events_are_narrowed_to(
    ada: FlaskClient, query: str, count: int
) -> None:
    assert len(cells(ada, f"/admin/audit?{query}")) == count
    shown = forms(ada.get(f"/admin/audit?{query}"))["/admin/audit"]
    for each in query.split("&"):
        name, value = each.split("=")
        assert shown.get(name, value) == value


def test_today_is_within_today(ada: FlaskClient) -> None:
    today = clock.now().date().isoformat()
    query = f"since={today}&until={today}&event=user_created"
    assert len(cells(ada, f"/admin/audit?{query}")) == 2


@pytest.mark.parametrize(
    "query",
    [
        "event=x",
        "outcome=x",
        "user=x",
        "actor=-1",
        "request=%00",
        "request=a%20b",
        "since=yesterday",
        "since=0001-01-01",
        "until=9999-12-31",
        "after=x",
    ],
)
def test_events_that_cannot_be_looked_for(
    ada: FlaskClient, query: str
) -> None:
    for path in ("/admin/audit", "/admin/audit/csv"):
        if "after" in query and "csv" in path:
            continue
        page = ada.get(f"{path}?{query}")
        assert page.status_code == 400
        assert "This list cannot be shown like that." in page.text


def test_events_page_by_page(
    ada: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_ROWS", 3)
    first = ada.get("/admin/audit?outcome=success")
    links = {
        given["rel"]: given["href"] or ""
        for tag, given in Tags(first.text).tags
        if tag == "a" and given.get("rel")
    }
    assert links.keys() == {"next"}
    assert "outcome=success" in str(links["next"])
    assert cells(ada, str(links["next"])) == ["user_created"]


# -- Files ------------------------------------------------------------------


def test_files_to_keep(ada: FlaskClient) -> None:
    shown = ada.get("/admin/users?search=b&status=unverified&sort=oldest")
    link = "/admin/users/csv?search=b&status=unverified"
    assert link in [each.get("href") for _, each in Tags(shown.text).tags]
    file = ada.get(link, follow_redirects=True)
    assert file.mimetype == "text/csv"
    assert BOB in file.text
    assert ADA not in file.text
    file = ada.get(
        "/admin/audit/csv?event=user_created&until=2999-01-01",
        follow_redirects=True,
    )
    assert file.mimetype == "text/csv"
    assert file.text.count("user_created") == 2


def test_files_want_the_password_anew(ada: FlaskClient, auth: Auth) -> None:
    with clock.frozen() as now:
        ada.get("/admin")
        now.advance(seconds=auth.settings.sudo_seconds + 1)
        for path, back in (
            ("/admin/users/csv?search=b", "%2Fadmin%2Fusers%3Fsearch%3Db"),
            ("/admin/audit/csv?outcome=x", ""),
            ("/admin/audit/csv", "%2Fadmin%2Faudit"),
        ):
            page = ada.get(path)
            if back:
                assert page.location == f"/reauthenticate?next={back}"
            else:
                assert page.status_code == 400


# -- Mail -------------------------------------------------------------------


def test_letters_that_wait_and_that_are_dead(
    ada: FlaskClient, auth: Auth
) -> None:
    waiting = post(auth)
    gone = post(auth, reason="550 5.1.1 <no such user>")
    text = main_of(ada.get("/admin/mail"))
    assert f'<td class="count">{waiting}</td>' in text
    assert f'<td class="count">{gone}</td>' not in text
    assert "Next attempt" in text
    text = main_of(ada.get("/admin/mail?state=dead"))
    assert f'<td class="count">{gone}</td>' in text
    assert f'<td class="count">{waiting}</td>' not in text
    assert "550 5.1.1 &lt;no such user&gt;" in text
    assert BOB in text
    assert ada.get("/admin/mail?state=x").status_code == 400


def test_try_letters_again(ada: FlaskClient, auth: Auth) -> None:
    chosen, other = post(auth, reason="450"), post(auth, reason="450")
    asked = f"/admin/mail/confirm?verb=retry_letters&letter={chosen}"
    text = main_of(ada.get(asked))
    assert "Chosen letters: 1" in text
    assert f"#{chosen}" in text
    done = confirm(ada, asked)
    place = "/admin/mail?state=waiting&done=retry_letters"
    assert (done.status_code, done.location) == (303, place)
    assert "The letters are tried again." in ada.get(place).text
    assert dead(auth) == {chosen: False, other: True}


def test_forget_letters(ada: FlaskClient, auth: Auth) -> None:
    chosen = [post(auth, reason="550") for _ in range(2)]
    other, waiting = post(auth, reason="550"), post(auth)
    numbers = "".join(f"&letter={each}" for each in [*chosen, waiting])
    done = confirm(ada, f"/admin/mail/confirm?verb=purge_letters{numbers}")
    place = "/admin/mail?state=dead&done=purge_letters"
    assert (done.status_code, done.location) == (303, place)
    assert "The letters are forgotten." in ada.get(place).text
    # One that waits is not dead, whoever names it.
    assert dead(auth) == {other: True, waiting: False}
    assert cells(ada, "/admin/audit?event=mail_purged") == ["mail_purged"]


def test_to_forget_letters_wants_the_password_anew(
    ada: FlaskClient, auth: Auth
) -> None:
    number = post(auth, reason="550")
    asked = f"/admin/mail/confirm?verb=purge_letters&letter={number}"
    with clock.frozen() as now:
        filled = forms(ada.get(asked))["/admin/mail"]
        now.advance(seconds=auth.settings.sudo_seconds + 1)
        for page in (
            ada.get(asked),
            ada.post("/admin/mail", data=filled, headers=BROWSER),
        ):
            assert page.status_code == 303
            assert page.location.startswith("/reauthenticate?next=%2Fadmin")
        # To try them again harms nobody.
        again = asked.replace("purge", "retry")
        assert ada.get(again).status_code == 200
    assert dead(auth) == {number: True}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"verb": "purge_letters"},
        {"verb": "purge_letters", "letters": ""},
        {"verb": "purge_letters", "letters": "x"},
        {"verb": "explode", "letters": "1"},
        {"letters": "1"},
    ],
    ids=str,
)
def test_forms_that_are_none(
    ada: FlaskClient, auth: Auth, sent: dict[str, str]
) -> None:
    number = post(auth, reason="550")
    page = ada.post("/admin/mail", data=sent, headers=BROWSER)
    assert page.status_code == 400
    assert "There is a problem" in page.text
    assert dead(auth) == {number: True}
    assert ada.get("/admin/mail/confirm?verb=explode").status_code == 400
    nothing = ada.get("/admin/mail/confirm?verb=retry_letters&letter=x")
    assert "Nothing was chosen." in nothing.text


def test_letters_page_by_page(
    ada: FlaskClient, auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "_ROWS", 2)
    numbers = [post(auth, reason="550") for _ in range(3)]
    page = ada.get("/admin/mail?state=dead")
    assert f"#{numbers[0]}" not in page.text
    [link] = [
        given["href"] or ""
        for tag, given in Tags(page.text).tags
        if tag == "a" and given.get("rel") == "next"
    ]
    text = main_of(ada.get(str(link)))
    assert f'<td class="count">{numbers[0]}</td>' in text
    assert f'<td class="count">{numbers[1]}</td>' not in text


# -- Settings ---------------------------------------------------------------


def test_settings_and_where_they_come_from() -> None:
    environ = {
        "BIENVENUE_DATABASE_URL": "sqlite://",
        "BIENVENUE_BCRYPT_ROUNDS": "4",
        "BIENVENUE_SMTP_PASSWORD": "not to be seen",
    }
    settings = Settings.load({"admin": True}, environ)
    app = create_app(settings)
    try:
        auth_of(app).register_user(ADA, PASSWORD)
        promote(auth_of(app), ADA)
        page = browser(app, ADA).get("/admin/settings")
    finally:
        app.extensions[KEY].close()
    chosen, _, usual = main_of(page).partition('id="usual-caption"')
    assert 'id="bcrypt_rounds"' in chosen
    row = chosen.partition('id="bcrypt_rounds"')[2].partition("</tr>")[0]
    assert ">environment<" in row
    assert ">true</span>" in chosen
    assert 'id="login_failures_per_account"' in usual
    assert "wrong passwords for one account in 15 minutes" in usual
    for name in type(settings).model_fields:
        assert page.text.count(f'<tr id="{name}"') == 1
    assert "not to be seen" not in page.text
    assert "********" in chosen
