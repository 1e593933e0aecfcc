"""What is found out about a login, on each engine."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, orm, select, update

from bienvenue import (
    DB,
    Auth,
    Settings,
    audit,
    clock,
    explanation,
    mailbox_proof,
    one_time_token,
    outbox,
    roles,
)
from bienvenue.audit_tables import AuditEvent
from bienvenue.client import Client, acting
from bienvenue.errors import InvalidCredentials
from bienvenue.explanation import Explanation, Weight
from bienvenue.one_time_token import Purpose
from bienvenue.outbox import Letter
from bienvenue.user import UNUSABLE, User

BOB, WORD = "Bob@example.com", "b4l0u"
KEY = "a secret key of forty characters in all"
PEPPER = "p" * 32


def made(db: DB, **settings: Any) -> Auth:
    """Return the use cases under settings, with the account of Bob."""
    auth = Auth(db, Settings(bcrypt_rounds=4, **settings))
    auth.register_user(BOB, WORD)
    return auth


def told(auth: Auth, address: str = BOB) -> Explanation:
    return auth.db.read(
        lambda unit: explanation.explain(unit, auth.settings, address)
    )


def codes(found: Explanation, weight: Weight = Weight.STOPS) -> list[str]:
    return [each.code for each in found.reasons if each.weight is weight]


def gets_in(auth: Auth) -> bool:
    try:
        auth.log_in(BOB, WORD)
    except Exception:  # noqa: BLE001 - whatever the reason is
        return False
    return True


def change(db: DB, **values: object) -> None:
    def write(unit: orm.Session) -> None:
        unit.execute(update(User).values(**values))

    db.write(write)


def verify(auth: Auth, user: User) -> None:
    def note(unit: orm.Session) -> None:
        mailbox_proof.note(unit, unit.get_one(User, user.id))

    auth.db.write(note)


def test_where_nothing_is_wrong_it_says_so(db: DB) -> None:
    auth = made(db)
    assert told(auth).login == "works"
    assert gets_in(auth)
    found = told(auth, "bob@EXAMPLE.com")
    assert found.login == "works"
    assert found.user is not None
    assert found.user.email == BOB
    assert "sessions" in codes(found, Weight.NOTE)
    assert found.happened[-1].says == "signed in with the password"


@pytest.mark.parametrize(
    ("break_it", "code", "settings"),
    [
        (lambda a, u: a.disable_user(u.id), "disabled", {}),
        (
            lambda a, u: a.mark_password_compromised(u.id),
            "compromised",
            {},
        ),
        (lambda a, u: None, "unverified", {"require_verified_email": True}),
        (lambda a, u: change(a.db, hashed_password="!"), "no_password", {}),
        (
            lambda a, u: change(a.db, hashed_password="md5$x"),
            "unknown_hash",
            {},
        ),
    ],
)
def test_what_it_says_stops_a_login_does_so_and_nothing_else(
    db: DB,
    break_it: Callable[[Auth, User], None],
    code: str,
    settings: dict[str, Any],
) -> None:
    auth = made(db, **settings)
    user = db.find_user_by(email=BOB)
    break_it(auth, user)
    found = told(auth)
    assert codes(found) == [code]
    assert found.login == "fails"
    assert all(each.fix for each in found.reasons if each.code == code)
    assert not gets_in(auth)


def test_whose_password_was_never_chosen(db: DB) -> None:
    auth = made(db)
    user = db.add_user("al@example.com", UNUSABLE)
    asked = "no password was ever chosen: "

    def says() -> str:
        (reason,) = [
            each
            for each in told(auth, user.email).reasons
            if each.code == "no_password"
        ]
        return reason.says.removeprefix(asked)

    # Made here, and whatever came of it since.
    assert says() == "the account was made without one"
    auth.disable_user(user.id)
    auth.enable_user(user.id)
    assert says() == "the account was made without one"
    # Of one that came in by a file the log has no beginning; nor of one
    # whose beginning is in an archive.
    db.write(lambda unit: unit.execute(delete(AuditEvent)))
    either = "the account was brought in, or made, without one"
    assert says() == either
    auth.destroy_session(user.id)
    assert says() == either


def test_a_pepper_that_is_gone(db: DB) -> None:
    made(db, password_pepper=PEPPER)
    without = Auth(db, Settings(bcrypt_rounds=4))
    found = told(without)
    assert codes(found) == ["pepper_missing"]
    assert not gets_in(without)
    assert PEPPER not in str(found)
    other = Auth(db, Settings(bcrypt_rounds=4, password_pepper="q" * 32))
    assert codes(told(other)) == ["pepper_missing"]
    back = Settings(
        bcrypt_rounds=4,
        password_pepper="q" * 32,
        password_peppers_old=PEPPER,
    )
    mended = Auth(db, back)
    assert told(mended).login == "works"
    assert "pepper_older" in codes(told(mended), Weight.NOTE)
    assert gets_in(mended)
    assert "pepper_older" not in codes(told(mended), Weight.NOTE)


def test_an_imported_hash_is_a_note_until_it_was_used(db: DB) -> None:
    auth = made(db)
    imported = (
        "pbkdf2_sha256$1000$salt$j4FVPSgcCdR6VUqENpEzsRsfZlS80UTTdNlrl0LbKgc="
    )
    change(db, hashed_password=imported)
    found = told(auth)
    assert found.login == "works"
    (note,) = [e for e in found.reasons if e.code == "imported_hash"]
    assert "django-pbkdf2-sha256" in note.says
    assert imported.rpartition("$")[2] not in str(found)


def test_a_deletion_that_waits_is_no_obstacle(db: DB) -> None:
    auth = made(db)
    due = auth.schedule_deletion(db.find_user_by(email=BOB).id)
    found = told(auth)
    assert found.login == "works"
    (note,) = [each for each in found.reasons if each.code == "deleting"]
    assert f"{due:%Y-%m-%d}" in note.says
    assert gets_in(auth)
    assert "deleting" not in codes(told(auth), Weight.NOTE)
    with clock.frozen() as at:
        auth.schedule_deletion(db.find_user_by(email=BOB).id)
        at.advance(days=15)
        assert any("any moment now" in e.says for e in told(auth).reasons)


def test_an_address_that_nobody_has(db: DB) -> None:
    auth = made(db, secret_key=KEY)
    auth.register_user("robert_100%@example.com", WORD)
    found = told(auth, "bob@exmaple.com")
    assert found.user is None
    assert codes(found) == ["no_account"]
    (near,) = [each for each in found.reasons if each.code == "similar"]
    assert near.fix == "bienvenue explain Bob@example.com"
    assert codes(told(auth, " bob@example.com")) == ["no_address"]
    assert "similar" in codes(told(auth, " bob@example.com"), Weight.NOTE)
    assert codes(told(auth, "eve@example.org"), Weight.NOTE) == []
    for nonsense in ("", "\udcff", "a\0b", "%", "b" * 400):
        assert codes(told(auth, nonsense)) == ["no_address"]


def test_what_was_tried_with_an_address_that_nobody_has(db: DB) -> None:
    auth = made(db, secret_key=KEY)
    with (
        acting(Client("192.0.2.7", "curl")),
        pytest.raises(InvalidCredentials),
    ):
        auth.log_in("eve@example.com", "x")
    (tried,) = told(auth, "EVE@example.com").happened
    assert tried.says == "a login failed, from 192.0.2.7 (curl)"
    assert told(auth, "eva@example.com").happened == []
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert told(auth, "eve@example.com").happened == []
    without = Auth(db, Settings())
    assert any("pseudonym" in e for e in told(without, "e@x.org").unseen)


def test_an_account_that_is_gone(db: DB) -> None:
    auth = made(db, secret_key=KEY)
    auth.valid_login(BOB, "wrong")
    user_id = db.find_user_by(email=BOB).id
    auth.delete_user(user_id)
    found = told(auth)
    assert codes(found) == ["no_account"]
    (gone,) = [each for each in found.reasons if each.code == "deleted"]
    assert gone.says.startswith(f"the account {user_id}, which had")


def test_letters_that_did_not_leave(db: DB) -> None:
    auth = made(db)

    def post(unit: orm.Session) -> None:
        user = unit.query(User).one()
        outbox.post(unit, Letter.RESET_PASSWORD, "BOB@example.com")
        outbox.post(unit, Letter.VERIFY_EMAIL, BOB, user_id=user.id)
        outbox.post(unit, Letter.RESET_PASSWORD, "al@example.com")

    def fail(unit: orm.Session) -> None:
        dead = outbox.lease(unit)
        assert dead is not None
        outbox.give_up(unit, dead, "recipient refused: 550")
        late = outbox.lease(unit)
        assert late is not None
        outbox.put_off(unit, late, "SMTPServerDisconnected")

    db.write(post)
    db.write(fail)
    found = told(auth, "BOB@example.com")
    fixes = {each.code: each.fix for each in found.reasons}
    assert fixes["letter_dead"] == "mend that, then: bienvenue mail retry 1"
    (late,) = [e for e in found.reasons if e.code == "letter_delayed"]
    assert "tried once: SMTPServerDisconnected" in late.says
    assert "al@example.com" not in str(found)


def test_links_that_were_not_used(db: DB) -> None:
    auth = made(db)
    token = auth.get_reset_password_token(BOB)
    user_id = db.find_user_by(email=BOB).id

    def guess(unit: orm.Session) -> tuple[str, str]:
        purpose = Purpose.VERIFY_EMAIL
        return one_time_token.renew_with_code(unit, user_id, purpose)

    link, code = db.write(guess)
    for _ in range(5):
        db.write(
            lambda unit: one_time_token.claim_code(
                unit, user_id, Purpose.VERIFY_EMAIL, ""
            )
        )
    found = told(auth)
    says = {each.code: each.says for each in found.reasons}
    assert "handed out" in says["reset_password_unused"]
    assert "died of 5 wrong guesses" in says["verify_email_unused"]
    for secret in (token, link, code):
        assert secret not in str(found)
    auth.update_password(token, "another")
    assert "reset_password_unused" not in codes(told(auth), Weight.NOTE)


def test_sessions_at_their_cap(db: DB) -> None:
    auth = made(db, sessions_per_user=2)
    assert codes(told(auth), Weight.NOTE)[-1] == "no_session"
    for _ in range(3):
        auth.log_in(BOB, WORD)
    assert codes(told(auth), Weight.NOTE)[-2:] == ["sessions", "sessions_full"]


def test_who_did_what_is_told_in_sentences(db: DB) -> None:
    auth = made(db)
    user = db.find_user_by(email=BOB)
    auth.valid_login(BOB, "wrong")
    with acting(Client(operator="ada")):
        auth.disable_user(user.id)
        auth.enable_user(user.id)
        auth.destroy_session(user.id)
    says = [each.says for each in told(auth).happened]
    assert says == [
        "the account was made",
        "a login failed",
        "the account was disabled, by the operator ada",
        "the account was enabled, by the operator ada",
        "all sessions ended, by the operator ada",
    ]


def test_an_address_that_was_left_for_another(db: DB) -> None:
    auth = made(db, secret_key=KEY)
    auth.valid_login(BOB, "wrong")
    user_id = db.find_user_by(email=BOB).id
    db.update_user(user_id, email="robert@example.org")
    (moved,) = [each for each in told(auth).reasons if each.code == "moved"]
    assert moved.says.endswith("robert@example.org")


@pytest.mark.engine("sqlite")
def test_with_mail_off_nothing_by_mail_is_what_mends(db: DB) -> None:
    auth = made(db, mail="off", require_verified_email=True)
    setting = "export BIENVENUE_MAIL=smtp BIENVENUE_SMTP_HOST=smtp.example.com"
    by_hand = f"bienvenue user set-password {BOB}"

    def fixes(address: str = BOB) -> dict[str, str | None]:
        return {e.code: e.fix for e in told(auth, address).reasons}

    assert fixes()["mail_off"] == f"{setting}; or: {by_hand}"
    assert fixes("eve@example.com")["mail_off"] == setting
    assert fixes()["unverified"] == f"bienvenue user verify {BOB}"
    auth.mark_password_compromised(db.find_user_by(email=BOB).id)
    assert fixes()["compromised"] == by_hand
    change(db, hashed_password=UNUSABLE)
    assert fixes()["no_password"] == by_hand
    with_mail = Settings(bcrypt_rounds=4, require_verified_email=True)
    found = db.read(lambda unit: explanation.explain(unit, with_mail, BOB))
    mends = {each.code: each.fix for each in found.reasons}
    mailed = f"its owner resets it by mail; or: {by_hand}"
    assert mends["no_password"] == mends["compromised"] == mailed
    assert "mail_off" not in mends


def test_a_promotion_is_told_from_a_revocation(db: DB) -> None:
    auth = made(db)

    def turn(role: str | None) -> str:
        def give(unit: orm.Session) -> None:
            user = unit.scalars(select(User)).one()
            # Whoever has no password is not spared as the last admin.
            user.hashed_password = UNUSABLE
            roles.change(unit, user, role)

        db.write(give)
        return told(auth).happened[-1].says

    assert turn("admin").startswith("was made an admin")
    assert turn(None).startswith("is no admin any more")
    assert turn("keeper").startswith("its role was changed")


@pytest.mark.engine("sqlite")
def test_mail_that_is_off_and_mail_that_waits(db: DB) -> None:
    auth = made(db, mail="off")
    assert "mail_off" in codes(told(auth), Weight.NOTE)
    db.write(
        lambda unit: outbox.post(unit, Letter.RESET_PASSWORD, BOB),
    )
    (waits,) = [e for e in told(auth).reasons if e.code == "letter_waiting"]
    assert waits.fix is not None
    with clock.frozen(clock.now() - timedelta(hours=1)):
        (waits,) = [
            e for e in told(auth).reasons if e.code == "letter_waiting"
        ]
        assert waits.fix is None
    db.write(lambda unit: outbox.note_trouble(unit, "SMTPConnectError 421"))
    (late,) = [e for e in told(auth).reasons if e.code == "letter_delayed"]
    assert "not tried yet: SMTPConnectError 421" in late.says


@pytest.mark.engine("sqlite")
def test_a_hash_that_wants_a_package(
    db: DB, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = made(db)
    firebase = "an imported hash"
    change(db, hashed_password=firebase)
    monkeypatch.setattr(
        "bienvenue.imported_hashes.identify", lambda _: "firebase-scrypt"
    )
    assert codes(told(auth)) == []
    monkeypatch.setattr(
        "bienvenue.explanation.password.find_spec", lambda _: None
    )
    assert codes(told(auth)) == ["hash_needs_package"]


@pytest.mark.engine("sqlite")
def test_owners_do_not_learn_which_operator_it_was(db: DB) -> None:
    auth = made(db)
    user_id = db.find_user_by(email=BOB).id
    with acting(Client(operator="ada")):
        auth.destroy_session(user_id)
    latest = db.read(lambda unit: audit.about(unit, user_id, 1))
    assert latest[0]["detail"] == {"scope": "all"}
    assert "by the operator ada" in told(auth).happened[-1].says
