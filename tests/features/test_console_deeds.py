"""What the console does to accounts: asked first, done once, told of."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import orm, select

from bienvenue import Auth, clock
from bienvenue.audit_tables import AuditEvent
from bienvenue.features.admin.verbs import ACT, EVERYBODY, FOR_ONE, harms
from bienvenue.outbox import Letter, OutboxRow
from bienvenue.user import User
from bienvenue.web.extension import KEY
from tests.features.consoles import (
    ADA,
    BOB,
    EVE,
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

VERBS = {
    "disable": "Nobody can sign in to it",
    "end_sessions": "Every device is signed out at once.",
    "send_reset": "The owner gets a mail with a link.",
    "mark_compromised": "The present password opens nothing any more",
    "delete": "are deleted for good in 14 days",
    "grant_admin": "They can see every account",
}


@pytest.fixture
def app(make: Make) -> Flask:
    """A service with an admin and two others."""
    return with_console(make, BOB, EVE, deletion_grace_days=14)


def user(auth: Auth, email: str) -> User:
    return auth.db.find_user_by(email=email)


def path(auth: Auth, verb: str, *emails: str) -> str:
    """Return where it is asked whether something is meant."""
    users = "".join(f"&user={number_of(auth, each)}" for each in emails)
    return f"/admin/users/confirm?verb={verb}{users}"


def last_event(auth: Auth, event: str) -> AuditEvent:
    """Return the newest event of a kind."""
    query = select(AuditEvent).where(AuditEvent.event == event)

    def look(unit: orm.Session) -> AuditEvent:
        newest = query.order_by(AuditEvent.id.desc()).limit(1)
        found = unit.scalars(newest).one()
        unit.expunge(found)
        return found

    return auth.db.read(look)


def letters(auth: Auth, email: str) -> list[str]:
    """Return the kinds of letters that wait for somebody."""
    query = select(OutboxRow.letter).where(OutboxRow.recipient == email)
    return list(auth.db.read(lambda unit: unit.scalars(query).all()))


@pytest.mark.parametrize("verb", VERBS)
def test_it_is_asked_first_and_names_the_account(
    ada: FlaskClient, auth: Auth, verb: str
) -> None:
    page = ada.get(path(auth, verb, BOB))
    assert page.status_code == 200
    text = main_of(page)
    assert BOB in text.partition("</h1>")[0]
    assert VERBS[verb] in text
    assert forms(page)["/admin/users"]["users"] == str(number_of(auth, BOB))
    assert f'href="/admin/users/{number_of(auth, BOB)}">Cancel' in text
    assert user(auth, BOB).disabled_at is None  # looking does nothing


def test_disable_and_enable(ada: FlaskClient, auth: Auth) -> None:
    bob = number_of(auth, BOB)
    session = auth.create_session(BOB)
    done = confirm(ada, path(auth, "disable", BOB), reason="sends spam")
    place = f"/admin/users/{bob}?done=disable"
    assert (done.status_code, done.location) == (303, place)
    assert "Disabled, and signed out everywhere." in ada.get(place).text
    assert user(auth, BOB).disabled_at is not None
    assert auth.check_session(session) is None
    event = last_event(auth, "user_disabled")
    assert (event.user_id, event.actor_id) == (bob, number_of(auth, ADA))
    assert "sends spam" in str(event.detail)
    shown = main_of(ada.get(f"/admin/users/{bob}"))
    assert "sends spam" in shown
    assert f">{ADA}<" in shown.replace("<bdi>", "").replace("</bdi>", "<")
    done = confirm(ada, path(auth, "enable", BOB))
    assert done.location == f"/admin/users/{bob}?done=enable"
    assert user(auth, BOB).disabled_at is None


def test_end_sessions(ada: FlaskClient, auth: Auth) -> None:
    session = auth.create_session(BOB)
    done = confirm(ada, path(auth, "end_sessions", BOB))
    assert "Signed out everywhere." in ada.get(done.location).text
    assert auth.check_session(session) is None


def test_send_reset(ada: FlaskClient, auth: Auth) -> None:
    done = confirm(ada, path(auth, "send_reset", BOB))
    page = ada.get(done.location)
    assert "The link is on its way." in page.text
    assert letters(auth, BOB) == [Letter.RESET_PASSWORD]
    assert auth.valid_login(BOB, PASSWORD)


def test_mark_compromised(ada: FlaskClient, auth: Auth) -> None:
    done = confirm(ada, path(auth, "mark_compromised", BOB))
    assert "Marked." in ada.get(done.location).text
    assert user(auth, BOB).compromised_at is not None


def test_delete_leaves_days_of_grace(ada: FlaskClient, auth: Auth) -> None:
    done = confirm(ada, path(auth, "delete", BOB))
    page = ada.get(done.location)
    assert "The deletion is under way." in page.text
    assert "Will be deleted" in page.text
    assert user(auth, BOB).deletion_due_at is not None
    assert letters(auth, BOB) == [Letter.DELETION_SCHEDULED]


def test_delete_at_once(make: Make) -> None:
    app = make(deletion_grace_days=0)
    auth = auth_of(app)
    auth.register_user(ADA, PASSWORD)
    auth.register_user(BOB, PASSWORD)
    promote(auth, ADA)
    ada = browser(app, ADA)
    assert "cannot be undone" in ada.get(path(auth, "delete", BOB)).text
    done = confirm(ada, path(auth, "delete", BOB))
    assert done.location == "/admin/users?done=delete"
    page = ada.get(done.location)
    assert "The deletion is under way." in page.text
    assert BOB not in main_of(page)


def test_make_an_admin_and_take_it_back(ada: FlaskClient, auth: Auth) -> None:
    confirm(ada, path(auth, "grant_admin", BOB))
    assert user(auth, BOB).role == "admin"
    done = confirm(ada, path(auth, "revoke_admin", BOB))
    assert "This is no admin any more." in ada.get(done.location).text
    assert user(auth, BOB).role is None


@pytest.mark.parametrize("verb", ["disable", "delete", "revoke_admin"])
def test_the_last_admin_stays(ada: FlaskClient, auth: Auth, verb: str) -> None:
    typed = {"reason": "on holiday"} if verb == "disable" else {}
    page = confirm(ada, path(auth, verb, ADA), **typed)
    assert page.status_code == 409
    assert "This is the last admin." in page.text
    assert "Error:" in page.text.partition("</title>")[0]
    # What was typed is still there.
    if typed:
        assert forms(page)["/admin/users"]["reason"] == "on holiday"
    found = user(auth, ADA)
    assert (found.role, found.disabled_at) == ("admin", None)
    assert found.deletion_due_at is None


def test_several_at_once(ada: FlaskClient, auth: Auth) -> None:
    sessions = [auth.create_session(each) for each in (BOB, EVE)]
    # As the list sends it: a box for each account, and one choice.
    asked = ada.get(path(auth, "disable", BOB, EVE))
    text = main_of(asked)
    assert "Chosen accounts: 2" in text
    assert BOB in text
    assert EVE in text
    done = confirm(ada, path(auth, "disable", BOB, EVE))
    assert done.location == "/admin/users?done=disable"
    assert "Disabled, and signed out" in ada.get(done.location).text
    assert [auth.check_session(each) for each in sessions] == [None, None]
    assert last_event(auth, "user_disabled").actor_id == number_of(auth, ADA)


def test_of_several_one_is_left(ada: FlaskClient, auth: Auth) -> None:
    done = confirm(ada, path(auth, "disable", ADA, BOB))
    page = ada.get(done.location)
    assert "Disabled, and signed out" in page.text
    assert "Not done to all of them" in page.text
    assert f"#{number_of(auth, ADA)}" in page.text
    assert "This is the last admin." in page.text
    assert user(auth, BOB).disabled_at is not None
    assert user(auth, ADA).disabled_at is None


def test_of_several_all_are_left(ada: FlaskClient, auth: Auth) -> None:
    for each in (BOB, EVE):
        auth.disable_user(number_of(auth, each))
    done = confirm(ada, path(auth, "send_reset", BOB, EVE))
    page = ada.get(done.location)
    assert "Not done to all of them" in page.text
    assert "The link is on its way." not in page.text
    assert letters(auth, BOB) == []


def test_everybody_but_oneself(ada: FlaskClient, auth: Auth) -> None:
    session = auth.create_session(BOB)
    page = ada.get("/admin/users/confirm?verb=end_all_sessions")
    assert "but for the one that you use here" in page.text
    done = confirm(ada, "/admin/users/confirm?verb=end_all_sessions")
    page = ada.get(done.location)
    assert "Everybody but you is signed out." in page.text
    assert auth.check_session(session) is None


def test_nothing_was_chosen(ada: FlaskClient) -> None:
    page = ada.get("/admin/users/confirm?verb=disable")
    assert "Nothing was chosen." in page.text
    assert "/admin/users" not in forms(page)
    gone = ada.get("/admin/users/confirm?verb=disable&user=9999&user=x")
    assert "Nothing was chosen." in gone.text


def test_an_account_that_went_away_meanwhile(
    ada: FlaskClient, auth: Auth
) -> None:
    page = ada.get(path(auth, "disable", BOB))
    auth.delete_user(number_of(auth, BOB))
    filled = forms(page)["/admin/users"]
    late = ada.post("/admin/users", data=filled, headers=BROWSER)
    assert late.status_code == 404
    assert "There is no such account." in late.text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"verb": "disable"},
        {"verb": "disable", "users": ""},
        {"verb": "explode", "users": "2"},
        {"verb": "disable", "users": "2,3"},
        {"verb": "disable", "users": "x"},
        {"verb": "disable", "users": " ".join("2" * 51)},
        {"verb": "disable", "users": "2", "reason": "x" * 201},
        {"verb": "disable", "users": "2", "reason": "\0"},
        {"verb": "grant_admin", "users": "2 3"},
        {"verb": "end_all_sessions", "users": "2"},
        {"users": "2"},
    ],
    ids=str,
)
def test_forms_that_are_none(
    ada: FlaskClient, auth: Auth, sent: dict[str, str]
) -> None:
    page = ada.post("/admin/users", data=sent, headers=BROWSER)
    assert page.status_code == 400
    assert "There is a problem" in page.text
    for email in (BOB, EVE):
        found = user(auth, email)
        assert (found.disabled_at, found.role) == (None, None)


def test_nobody_unproven_is_promoted(make: Make) -> None:
    app = with_console(make, BOB, strict=True)
    ada, place = browser(app, ADA), path(auth_of(app), "grant_admin", BOB)
    page = confirm(ada, place)
    assert page.status_code == 409
    assert "Nobody has shown yet that they read mail" in page.text
    assert user(auth_of(app), BOB).role is None


def test_a_deed_that_there_is_not(ada: FlaskClient) -> None:
    page = ada.get("/admin/users/confirm?verb=explode&user=2")
    assert page.status_code == 400
    assert "Error:" in page.text


@pytest.mark.requirement("V7.5.1")
@pytest.mark.parametrize(
    "verb",
    FOR_ONE,
)
def test_what_harms_wants_the_password_anew(
    ada: FlaskClient, auth: Auth, verb: str
) -> None:
    """Before it is asked, and once more when it is done."""
    place = path(auth, verb, BOB)
    late = auth.settings.sudo_seconds + 1
    with clock.frozen() as now:
        filled = forms(ada.get(place))["/admin/users"]
        now.advance(seconds=late)
        asked = ada.get(place)
        done = ada.post("/admin/users", data=filled, headers=BROWSER)
        for each in (asked, done):
            assert each.status_code == 303
            assert each.location.startswith("/reauthenticate?next=%2Fadmin")
        assert user(auth, BOB).disabled_at is None
        # It leads back to where it was asked, and then it is done.
        page = ada.get(asked.location)
        again = ada.post(
            "/reauthenticate",
            data={**forms(page)["/reauthenticate"], "password": PASSWORD},
            headers=BROWSER,
        )
        assert (again.status_code, again.location) == (303, place)
        assert confirm(ada, place).status_code == 303


def test_a_verb_that_is_new_harms_until_somebody_says_otherwise() -> None:
    for known in (*FOR_ONE, EVERYBODY, ACT, "purge_letters", "users_csv"):
        assert harms(known)
    assert harms("explode")
    assert not harms("retry_letters")


def test_programs_are_answered_in_json(ada: FlaskClient, auth: Auth) -> None:
    sent = {"verb": "end_sessions", "users": str(number_of(auth, BOB))}
    answer = ada.post("/admin/users", json=sent)
    assert answer.get_json() == {"done": [number_of(auth, BOB)], "failed": {}}


def test_what_was_done_is_one_of_ours(ada: FlaskClient) -> None:
    page = ada.get("/admin/users?done=<b>&failed=1.<b>%20x.last_admin")
    assert 'role="status"' not in page.text
    assert 'class="problem"' not in page.text
    assert "<b>" not in page.text


def test_act_as_a_user(make: Make) -> None:
    app = make(acting_as_user=True)
    app.extensions[KEY].courier.stop()
    auth = auth_of(app)
    for email in (ADA, BOB):
        auth.register_user(email, PASSWORD)
    promote(auth, ADA)
    ada = browser(app, ADA)
    place = path(auth, "act_as", BOB)
    page = ada.get(f"/admin/users/{number_of(auth, BOB)}")
    assert place.replace("&", "&amp;") in page.text
    own = ada.get(f"/admin/users/{number_of(auth, ADA)}")
    assert "act_as" not in own.text  # never an admin
    refused = confirm(ada, place)
    assert refused.status_code == 400  # not without a reason
    assert "30 minutes at most" in refused.text
    done = confirm(ada, place, reason="ticket 4711")
    assert (done.status_code, done.location) == (303, "/account")
    account = ada.get("/account")
    assert BOB in account.text
    assert ada.get("/admin").status_code == 403
    event = last_event(auth, "session_acting_began")
    assert event.actor_id == number_of(auth, ADA)
    assert "ticket 4711" in str(event.detail)


def test_nobody_acts_as_a_user_unless_that_is_on(
    ada: FlaskClient, auth: Auth
) -> None:
    page = ada.get(f"/admin/users/{number_of(auth, BOB)}")
    assert "act_as" not in page.text
    done = confirm(ada, path(auth, "act_as", BOB), reason="ticket 4711")
    assert done.status_code in {403, 404, 400}
    assert BOB not in ada.get("/account").text
