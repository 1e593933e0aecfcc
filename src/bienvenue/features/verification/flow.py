"""What proves that an address belongs to the person who registered it.

A link or a code in a mail proves the mailbox.  It does not prove that its
reader chose the password: anybody may have registered with that address
first.  So a mail alone verifies nothing.  With it goes a live session of
the account, or a password; and one that is not the account's becomes it,
for whoever holds a link is the owner, and everything that was there before
is void (Sudhodanan and Paverd, Pre-hijacked Accounts, 2022).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, orm, select

from bienvenue import (
    audit,
    by_address,
    mailbox_proof,
    one_time_token,
    outbox,
    policy,
    session,
)
from bienvenue.auth import Auth
from bienvenue.db import lock_user
from bienvenue.errors import (
    InvalidPassword,
    InvalidToken,
    MailOff,
    UserNotFound,
)
from bienvenue.events import Event
from bienvenue.one_time_token import Purpose
from bienvenue.outbox import Letter
from bienvenue.session import Session
from bienvenue.session_check import SignedIn
from bienvenue.user import User

_PURPOSE = Purpose.VERIFY_EMAIL


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody brings beside the mail: a session, or a password.

    Or a browser in which somebody has signed up: ``chose`` then tells, of
    an address and a hash, whether that was with this account's password.
    """

    signed_in: SignedIn | None = None
    password: str | None = None
    chose: Callable[[str, str], bool] | None = None

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "<Proof>"


class Verification:
    """The verbs over addresses that wait to be verified."""

    def __init__(self, auth: Auth) -> None:
        """Work on the accounts of this ``Auth``."""
        self._auth, self._db = auth, auth.db

    def ask(self, email: str) -> None:
        """Have a link and a code mailed, if the address waits for them.

        One look and one write for any address.  Raises ``MailOff``.
        """
        if self._auth.settings.mail == "off":
            raise MailOff
        user = by_address.row(self._db, email)
        recipient = user.email if user else email
        user_id = user.id if user and user.verified_at is None else None
        self._db.write(
            lambda unit: outbox.post(
                unit, Letter.VERIFY_EMAIL, recipient, user_id=user_id
            )
        )

    def waiting(self, token: str) -> str | None:
        """Return the address that a link is about; None if it is void."""
        owner = self._owner(token)
        return owner.email if owner else None

    def knows(self, token: str, proof: Proof) -> bool:
        """Tell whether a link needs no password of whoever brings it."""
        owner = self._owner(token)
        return owner is not None and _is_known(owner, proof)

    def by_link(self, token: str, proof: Proof) -> str:
        """Spend a link; return the address, which is verified now.

        Raises ``InvalidToken``, or ``InvalidPassword`` for a new password
        that cannot be one and for none at all; the link then still counts.
        """
        try:
            return self._by_link(token, proof)
        except InvalidToken:
            self._db.write(lambda unit: mailbox_proof.refused(unit, _PURPOSE))
            raise

    def _by_link(self, token: str, proof: Proof) -> str:
        owner = self._owner(token)
        if owner is None:
            raise InvalidToken
        own = proof.signed_in is not None and proof.signed_in.id == owner.id
        known = _is_known(owner, proof)
        chosen = None if known else self._chosen(owner, proof.password)

        def verify(unit: orm.Session) -> str:
            user = _lock(unit, owner.id)
            if not one_time_token.claim(unit, _PURPOSE, token):
                raise InvalidToken
            if own and not _is_live(unit, proof.signed_in):
                raise InvalidToken
            if user.hashed_password != owner.hashed_password and not own:
                raise InvalidToken  # somebody else was faster
            if chosen:
                _take_over(unit, user, chosen)
            mailbox_proof.note(unit, user)
            return user.email

        return self._db.write(verify)

    def by_code(self, email: str, code: str, proof: Proof) -> str:
        """Spend a code; return the address, which is verified now.

        Only with the account's own password, or a session of it: a code
        can be guessed, so it gives nobody an account.  Whatever is wrong,
        it costs the same, and is told as ``InvalidToken``.
        """
        user = by_address.row(self._db, email)
        right = self._is_registrant(user, proof)
        # Nobody has this id: an unknown address takes as many statements.
        user_id = user.id if user else 0

        def verify(unit: orm.Session) -> str | None:
            stored = unit.scalar(
                select(User.hashed_password)
                .where(User.id == user_id)
                .with_for_update()
            )
            same = right and user and user.hashed_password == stored
            if one_time_token.claim_code(
                unit, user_id, _PURPOSE, code if same else ""
            ):
                locked = _lock(unit, user_id)
                mailbox_proof.note(unit, locked)
                return locked.email
            # Committed: what was wrong counts.
            mailbox_proof.refused(
                unit, _PURPOSE, user_id=user_id or None, email=email
            )
            return None

        verified = self._db.write(verify)
        if verified is None:
            raise InvalidToken
        return verified

    def _owner(self, token: str) -> User | None:
        return self._db.read(
            lambda unit: one_time_token.owner(unit, _PURPOSE, token)
        )

    def _chosen(self, owner: User, password: str | None) -> str | None:
        """Return the hash of a password that is not the account's yet."""
        if not password:
            raise InvalidPassword("password is missing: the one you chose")
        if self._auth.hasher.verify(password, owner.hashed_password):
            return None
        policy.check(password, self._auth.settings, email=owner.email)
        return self._auth.hasher.hash(password)

    def _is_registrant(self, user: Row[Any] | None, proof: Proof) -> bool:
        """Tell whether this is who chose the password, in even time."""
        own = proof.signed_in
        if user and own and own.id == user.id:
            return True
        password = proof.password or ""
        if proof.chose and not password:
            # No hash for anybody: a note that fits must not be told by time.
            if user is None:
                return proof.chose("", "")
            return proof.chose(user.email, user.hashed_password)
        if user is None:
            self._auth.hasher.verify_dummy(password)
            return False
        return self._auth.hasher.verify(password, user.hashed_password)


def _is_known(user: User, proof: Proof) -> bool:
    """Tell whether this is who chose the password, without the password."""
    if proof.signed_in is not None and proof.signed_in.id == user.id:
        return True
    return bool(proof.chose and proof.chose(user.email, user.hashed_password))


def _lock(unit: orm.Session, user_id: int) -> User:
    try:
        return lock_user(unit, user_id)
    except UserNotFound:
        raise InvalidToken from None


def _is_live(unit: orm.Session, signed_in: SignedIn | None) -> bool:
    """Tell whether a session that was live has not been ended since."""
    query = select(Session.id).where(
        Session.id == (signed_in and signed_in.session)
    )
    return unit.scalar(query) is not None


def _take_over(unit: orm.Session, user: User, hashed_password: str) -> None:
    """Give an account to the owner of its address, and to nobody else."""
    user.hashed_password = hashed_password
    user.compromised_at = None
    session.end_all(unit, user.id)
    one_time_token.void_pending(unit, user.id)
    audit.record(unit, Event.PASSWORD_RESET, user_id=user.id)
    audit.record(unit, Event.SESSION_ENDED, user_id=user.id, scope="all")
