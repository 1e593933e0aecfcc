"""Asking for another address, and confirming it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import orm, select

from bienvenue import address, audit, mailbox_proof, one_time_token, outbox
from bienvenue import session as sessions
from bienvenue.auth import Auth
from bienvenue.columns import not_expired
from bienvenue.db import lock_signed_in, move_user
from bienvenue.enclosures import CONFIRM_FOR, UNDO_FOR
from bienvenue.errors import InvalidToken, MailOff
from bienvenue.events import Event
from bienvenue.features.email_change.link import Change, found, spend
from bienvenue.one_time_token import OneTimeToken, Purpose
from bienvenue.outbox import Letter
from bienvenue.reserved_address import is_reserved
from bienvenue.session_check import SignedIn
from bienvenue.user import User

_CHANGE, _UNDO = Purpose.CHANGE_EMAIL, Purpose.UNDO_EMAIL_CHANGE


class Pending(NamedTuple):
    """An address that waits to be confirmed, and until when it may be."""

    email: str
    until: datetime


class EmailChange:
    """The verbs over the address of one's own account."""

    def __init__(self, auth: Auth) -> None:
        """Work on the accounts of this ``Auth``."""
        self._settings, self._db = auth.settings, auth.db

    def request(
        self, user: SignedIn, email: str, *, told: bool = True
    ) -> None:
        """Have a link mailed to the address that is to be the account's.

        If it has an account its owner is told there instead; neither the
        end of this nor its time tells the asker.  A later request voids the
        link of an earlier one.  Without ``told`` no letter leaves.  Raises
        ``InvalidAddress`` or ``MailOff``.
        """
        new = address.parse(email)
        if self._settings.mail == "off":
            raise MailOff("mail is switched off here")

        def remember(unit: orm.Session) -> None:
            owner = lock_signed_in(unit, user)
            # The token is nobody's: the one that counts is in the letter.
            one_time_token.renew(
                unit, owner.id, _CHANGE, CONFIRM_FOR, subject=new
            )
            _post(unit, owner, new, told=told)
            audit.record(
                unit,
                Event.EMAIL_CHANGE_REQUESTED,
                user_id=owner.id,
                account=audit.pseudonym(unit, new),
            )

        self._db.write(remember)

    def pending(self, user: SignedIn) -> Pending | None:
        """Return the address that the user asked for, while that counts."""
        query = select(OneTimeToken.subject, OneTimeToken.expires_at).where(
            OneTimeToken.user_id == user.id,
            OneTimeToken.purpose == _CHANGE,
            not_expired(OneTimeToken.expires_at),
        )
        found = self._db.read(lambda unit: unit.execute(query).first())
        return None if found is None else Pending(*found)

    def cancel(self, user: SignedIn) -> None:
        """Call off the change that was asked for, if one was.

        Its link is void, and a letter that waits does not leave: an address
        may have been mistyped, and be somebody's.
        """

        def forget(unit: orm.Session) -> None:
            owner = lock_signed_in(unit, user)
            one_time_token.revoke(unit, owner.id, _CHANGE)
            audit.record(
                unit,
                Event.USER_UPDATED,
                user_id=owner.id,
                fields="pending_email",
            )

        self._db.write(forget)

    def choose_language(self, user: SignedIn, language: str) -> None:
        """Have mails to somebody written in a language (BCP 47).

        To choose the one that they have is no event.
        """

        def choose(unit: orm.Session) -> None:
            owner = lock_signed_in(unit, user)
            if owner.language == language:
                return
            owner.language = language
            audit.record(
                unit,
                Event.USER_UPDATED,
                user_id=user.id,
                fields="language",
            )

        self._db.write(choose)

    def waiting(self, token: str) -> Change | None:
        """Return what a link would change; None if it is void."""
        return self._db.read(lambda unit: found(unit, _CHANGE, token))

    def confirm(self, token: str, keep: SignedIn | None = None) -> str:
        """Spend a link; return the address that is the account's now.

        Every session ends but ``keep``, if it is of the account; and all
        that was mailed before is void.  Raises ``InvalidToken``, or
        ``EmailTaken`` when another account has the address by now.
        """
        try:
            return self._confirm(token, keep)
        except InvalidToken:
            self._db.write(lambda unit: mailbox_proof.refused(unit, _CHANGE))
            raise

    def _confirm(self, token: str, keep: SignedIn | None) -> str:
        change = self.waiting(token)
        if change is None:
            raise InvalidToken

        def move(unit: orm.Session) -> str:
            user = spend(unit, _CHANGE, token, change)
            old, was_proven = user.email, user.verified_at is not None
            move_user(unit, user, change.goal)
            mailbox_proof.note(unit, user)
            one_time_token.void_pending(unit, user.id)
            kept = _row(keep, user.id)
            sessions.end_all(unit, user.id, but=kept)
            if was_proven:
                _open_way_back(unit, user, old)
            _record(unit, user, "others" if kept else "all")
            return user.email

        return self._db.write(move)


def masked(email: str) -> str:
    """Return an address as somebody may see it who need not know it."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"


def _record(unit: orm.Session, user: User, scope: str) -> None:
    audit.record(
        unit,
        Event.EMAIL_CHANGED,
        user_id=user.id,
        account=audit.pseudonym(unit, user.email),
    )
    audit.record(unit, Event.SESSION_ENDED, user_id=user.id, scope=scope)


def _post(unit: orm.Session, owner: User, new: str, *, told: bool) -> None:
    query = select(User.id).where(User.email == new, User.id != owner.id)
    another = unit.scalar(query) is not None
    taken = is_reserved(unit, new, but=owner.id) or another
    if told and taken:
        outbox.post(unit, Letter.ALREADY_REGISTERED, new)
    elif told:
        outbox.post(unit, Letter.CONFIRM_EMAIL_CHANGE, new, user_id=owner.id)


def _open_way_back(unit: orm.Session, user: User, old: str) -> None:
    """Tell the old address, and keep it for who may come back to it.

    Only one that was proven: else whoever reads mail at an address that was
    mistyped once could take the account.
    """
    one_time_token.renew(unit, user.id, _UNDO, UNDO_FOR, subject=old)
    outbox.post(
        unit,
        Letter.EMAIL_CHANGED,
        old,
        user_id=user.id,
        detail=masked(user.email),
    )


def _row(keep: SignedIn | None, user_id: int) -> int | None:
    return keep.session if keep and keep.id == user_id else None
