"""Everything that a service asks its database in a day, once.

Each step is a verb that people, the service's own threads or an operator
set off, called as they call it.  What it finds in the tables is there
already: see ``crowd``.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import orm

from bench import crowd
from bienvenue import (
    account_state,
    audit_check,
    by_address,
    clock,
    dead_letters,
    one_time_token,
    outbox,
    session,
    sudo,
)
from bienvenue.auth import Auth
from bienvenue.client import Client
from bienvenue.courier import Courier
from bienvenue.features.account.flow import Account
from bienvenue.features.admin import first
from bienvenue.features.admin.flow import Admin
from bienvenue.features.admin.log import EventFilters
from bienvenue.features.admin.people import SORTS, STATUSES
from bienvenue.features.email_change.flow import EmailChange
from bienvenue.features.email_change.undo import Undo
from bienvenue.features.verification.flow import Proof, Verification
from bienvenue.housekeeping import Housekeeper
from bienvenue.interchange import exporting
from bienvenue.interchange.importing import bring_in, examine
from bienvenue.last_seen import LastSeen
from bienvenue.one_time_token import Purpose
from bienvenue.outbox import OutboxRow
from bienvenue.session_check import SignedIn
from bienvenue.session_check.query import of_one
from bienvenue.transfer import _batches, tables

PASSWORD = "a workday is eight hours"
WHO, OTHER = "Worker@example.com", "other@example.com"

Step = tuple[str, Callable[[], object]]


class Workday:
    """One day in an ``Auth`` whose settings have a mailbox."""

    def __init__(self, auth: Auth) -> None:
        """Work on the accounts of this ``Auth``."""
        self.auth, self.db = auth, auth.db
        self.courier = Courier(auth.db, auth.settings)

    def steps(self) -> list[Step]:
        """Return what there is to do, to be done in this order."""
        return [
            *self._people(),
            *self._threads(),
            *self._operators(),
            *self._admins(),
        ]

    def _people(self) -> list[Step]:
        auth = self.auth
        account, change = Account(auth), EmailChange(auth)
        return [
            ("register", lambda: auth.sign_up(WHO, PASSWORD)),
            ("verify an address by link", self._verify_by_link),
            ("verify an address by code", self._verify_by_code),
            ("fail to log in", lambda: auth.valid_login(WHO, "wrong")),
            ("log in", self._enter),
            ("check a session", self._check),
            ("find the user of a session", self._user_of_session),
            ("list sessions", lambda: account.sessions(self._enter())),
            ("end one session", self._end_one),
            (
                "end other sessions",
                lambda: account.end_other_sessions(self._enter()),
            ),
            ("log out", lambda: auth.end_session(self._raw())),
            ("give the password again", self._again),
            ("change the password", self._change_password),
            ("ask for a reset", lambda: auth.request_password_reset(WHO)),
            ("reset the password", self._reset),
            ("change the address and back", lambda: self._move(change)),
            ("export one's own data", lambda: account.export(self._enter())),
            ("close the account", lambda: account.delete(self._enter())),
        ]

    def _threads(self) -> list[Step]:
        return [
            ("deliver letters", self.courier.deliver_due),
            ("give up a letter", self._give_up),
            ("release letters", lambda: self.db.write(outbox.release)),
            ("move a session's end on", self._seen),
            ("housekeeping", self._tidy),
        ]

    def _operators(self) -> list[Step]:
        auth = self.auth
        return [
            ("shut an account", lambda: auth.disable_user(3)),
            ("end all sessions", lambda: auth.destroy_session(4)),
            ("mark a password", lambda: auth.mark_password_compromised(5)),
            ("delete an account", lambda: auth.delete_user(6)),
            ("bring accounts in", self._import),
            ("let accounts leave", self._export),
            ("copy a page of each table", self._copy_pages),
            ("count letters", lambda: self.db.read(dead_letters.count)),
            (
                "list letters",
                lambda: self.db.read(lambda u: dead_letters.listed(u, 100)),
            ),
            ("try dead letters again", self._retry),
            ("show the audit log", self._log),
            ("verify the audit log", self._verify_log),
        ]

    def _admins(self) -> list[Step]:
        admin = Admin(self.auth)
        lists: list[Step] = [
            (
                f"list accounts: {status}, {sort}",
                partial(admin.users, status=status, sort=sort),
            )
            for status in STATUSES
            for sort in SORTS
        ]
        now = clock.now()
        times = EventFilters(since=now - timedelta(days=1), until=now)
        return [
            ("make an admin", lambda: admin.grant_admin(None, 12)),
            ("let an admin in", lambda: self._admin_let_in(admin)),
            ("look at the overview", admin.overview),
            ("look at an account", lambda: admin.user(7)),
            ("look for an account", lambda: admin.users("person1")),
            ("look for one number", lambda: admin.users("77")),
            *lists,
            ("list events", admin.events),
            ("list events of one", lambda: admin.events(_OF_ONE)),
            ("list events of a time", lambda: admin.events(times)),
            ("list events of a kind", lambda: admin.events(_OF_A_KIND)),
            ("list letters in pages", admin.letters),
            ("list dead letters", lambda: admin.letters("dead")),
            ("look at the health", admin.health),
            ("invite the first admin", lambda: first.invite(self.db)),
            ("look at an invitation", lambda: first.is_open(self.db, "x")),
        ]

    def _admin_let_in(self, admin: Admin) -> None:
        raw = self.auth.create_session(self.db.find_user_by(id=12).email)
        admin.require(self._find(str(raw)))

    def _raw(self) -> str:
        raw = self.auth.log_in(WHO, PASSWORD)
        return str(raw)

    def _enter(self) -> SignedIn:
        return self._find(self._raw())

    def _find(self, raw: str) -> SignedIn:
        found = self.auth.check_session(raw)
        assert found is not None
        return found

    def _check(self) -> None:
        """Check one; its statement again where it can be listened to."""
        raw = crowd.session_id(7)
        self._find(raw)
        given = {"digest": raw, "now": clock.now()}
        with self.db.engine.connect() as connection:
            assert connection.execute(of_one(), given).first()

    def _user_of_session(self) -> None:
        raw = crowd.session_id(7)
        assert self.auth.get_user_from_session_id(raw) is not None

    def _token(self, purpose: Purpose, subject: str = "") -> str:
        """Make a token as its letter would."""
        user = by_address.find(self.db, WHO)
        assert user is not None
        found = user.id
        return self.db.write(
            lambda unit: one_time_token.renew(
                unit, found, purpose, timedelta(hours=1), subject=subject
            )
        )

    def _verify_by_link(self) -> None:
        verification = Verification(self.auth)
        verification.ask(WHO)
        token = self._token(Purpose.VERIFY_EMAIL)
        verification.waiting(token)
        verification.by_link(token, Proof(password=PASSWORD))

    def _verify_by_code(self) -> None:
        user = by_address.find(self.db, WHO)
        assert user is not None
        found = user.id
        _, code = self.db.write(
            lambda unit: one_time_token.renew_with_code(
                unit, found, Purpose.VERIFY_EMAIL
            )
        )
        verification = Verification(self.auth)
        verification.by_code(WHO, code, Proof(password=PASSWORD))

    def _end_one(self) -> None:
        one, other = self._enter(), self._enter()
        assert Account(self.auth).end_session(one, other.session)

    def _again(self) -> None:
        user = self._enter()
        sudo.is_fresh(self.db, user.session)
        raw = self._raw()
        Account(self.auth).reauthenticate(self._find(raw), raw, PASSWORD)

    def _change_password(self) -> None:
        Account(self.auth).change_password(
            self._enter(), PASSWORD, PASSWORD + "!", Client()
        )
        token = self._token(Purpose.RESET_PASSWORD)
        self.auth.update_password(token, PASSWORD, email=WHO)

    def _reset(self) -> None:
        token = self.auth.get_reset_password_token(WHO)
        self.auth.update_password(token, PASSWORD)

    def _move(self, change: EmailChange) -> None:
        change.request(self._enter(), OTHER)
        change.confirm(self._token(Purpose.CHANGE_EMAIL, OTHER))
        user = by_address.find(self.db, OTHER)
        assert user is not None
        found = user.id
        back = self.db.write(
            lambda unit: one_time_token.renew(
                unit, found, Purpose.UNDO_EMAIL_CHANGE, subject=WHO
            )
        )
        Undo(self.auth).undo(back)
        token = self._token(Purpose.RESET_PASSWORD)
        self.auth.update_password(token, PASSWORD)

    def _give_up(self) -> None:
        def leave(unit: orm.Session) -> OutboxRow | None:
            outbox.post(unit, outbox.Letter.RESET_PASSWORD, "x@example.com")
            return outbox.lease(unit)

        row = self.db.write(leave)
        assert row is not None
        self.db.read(lambda unit: outbox.is_held(unit, row))
        self.db.write(lambda unit: outbox.put_off(unit, row, "later"))
        self.db.write(lambda unit: outbox.give_up(unit, row, "never"))

    def _seen(self) -> None:
        last_seen = LastSeen(self.db, timedelta(days=7))
        found = self._find(crowd.session_id(9))
        last_seen.note(found._replace(last_seen_us=0))
        last_seen.stop()

    def _tidy(self) -> None:
        """Have some sessions, tokens and accounts to throw away."""
        self.db.write(
            lambda unit: one_time_token.renew(
                unit, 9, Purpose.RESET_PASSWORD, timedelta(0)
            )
        )
        gone = session.Span(timedelta(0), timedelta(0))
        self.db.write(lambda unit: session.start(unit, 9, "gone", span=gone))
        Housekeeper(self.db).tidy()
        account_state.delete_due(self.db, 8)

    def _import(self) -> None:
        def lines() -> Any:
            yield 1, {"email": "in@example.com", "hashed_password": _HASH}

        examine(self.db, lines)
        bring_in(self.db, lines)

    def _export(self) -> None:
        with Path(os.devnull).open("w") as out:
            exporting.write(self.db, out, "csv")

    def _copy_pages(self) -> None:
        with self.db.engine.connect() as connection:
            for table in tables():
                key = list(table.primary_key)
                after = [1] if key[0].name == "id" else ["a"]
                next(_batches(connection, table, after=after), None)

    def _retry(self) -> None:
        self.db.write(lambda unit: dead_letters.retry(unit, [1, 2]))
        self.db.write(lambda unit: dead_letters.purge(unit, [2]))

    def _log(self) -> None:
        with audit_check.snapshot(self.db.engine) as connection:
            audit_check.latest(connection, 20)
            next(audit_check.rows(connection, "main", 1000), None)

    def _verify_log(self) -> None:
        chains = [self.db.journal.chain]
        with audit_check.snapshot(self.db.engine) as connection:
            for _ in audit_check.verify(connection, chains):
                pass


_OF_ONE = EventFilters(user_id=7)
_OF_A_KIND = EventFilters(event="user_disabled", outcome="success")
_HASH = f"$2b$12${'x' * 53}"
