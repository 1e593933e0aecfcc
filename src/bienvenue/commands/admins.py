"""``bienvenue admin create``, ``list`` and ``revoke``."""

import click
from sqlalchemy import orm, select

from bienvenue import address, by_address, registration, roles
from bienvenue.auth import Auth
from bienvenue.commands import asked, opened, told
from bienvenue.commands.acts import Act, Manner, perform
from bienvenue.commands.admin_links import tell, to_a_password
from bienvenue.commands.printed_link import PrintedLink
from bienvenue.config import Settings
from bienvenue.errors import AddressUnproven, ConfigurationError
from bienvenue.features.admin import first
from bienvenue.features.admin.deeds import refuse_to_promote
from bienvenue.features.admin.flow import Admin
from bienvenue.user import UNUSABLE, User

_COMMAND = "admin create"


def create(manner: Manner, email: str | None) -> None:
    """Make an admin of an account, of a new one, or of who opens a link.

    Raises ``InvalidAddress``, what ``refuse_to_promote`` does, or, without
    an address and with an admin there, ``ConfigurationError``.
    """
    if email is None:
        _invite(manner)
        return
    wanted = address.parse(email)
    settings = opened.settings_of(manner.url)
    with opened.to_change(settings, _COMMAND) as auth:
        there = by_address.find(auth.db, wanted)
        if there is None:
            _add(manner, auth, wanted)
            return
        _refuse(there, settings)
        if there.hashed_password == UNUSABLE:
            _offer(manner, auth, there)
            return
    _promote(manner, wanted)


def revoke(manner: Manner, text: str) -> None:
    """Take the role away; raises ``LastAdmin`` or ``UnknownAddress``."""
    act = Act(
        "admin revoke",
        "Take the role of an admin from {}?",
        "no admin any more",
        ends_sessions=False,
        change=lambda auth, user: Admin(auth).revoke_admin(None, user.id),
        spares_last=True,
        idle=_no_admin,
    )
    perform(manner, text, act)


def _no_admin(user: User) -> str | None:
    is_one = user.role == roles.ADMIN
    return None if is_one else "was no admin; nothing was done"


def show(url: str | None, *, as_json: bool) -> None:
    """List the admins, by the numbers of their accounts."""
    with opened.to_read(opened.settings_of(url)) as unit:
        found = _admins(unit)
    if as_json:
        told.as_object(
            {
                "admins": [
                    {
                        "id": user.id,
                        "email": user.email,
                        "active": roles.is_active(user),
                    }
                    for user in found
                ]
            }
        )
        return
    for user in found:
        line = f"{user.id:>8}  {user.email}{_state(user)}"
        click.echo(told.printable(line))
    if not found:
        click.echo("nobody; `bienvenue admin create` makes one", err=True)


def _state(user: User) -> str:
    if roles.is_active(user):
        return ""
    shut = user.disabled_at or user.deletion_due_at
    return "  cannot sign in" if shut else "  no password yet"


def _admins(unit: orm.Session) -> list[User]:
    query = select(User).where(User.role == roles.ADMIN).order_by(User.id)
    return list(unit.scalars(query))


def _refuse(user: User, settings: Settings) -> None:
    """Do as ``refuse_to_promote``, and say what to type."""
    try:
        refuse_to_promote(user, settings)
    except AddressUnproven:
        raise AddressUnproven(
            f"nobody has proved to read mail at {user.email}, so whoever"
            " registered it may be somebody else; if you know who it is:"
            f" bienvenue user verify {user.email}"
        ) from None


def _promote(manner: Manner, email: str) -> None:
    act = Act(
        _COMMAND,
        "Make {} an admin?",
        "an admin",
        ends_sessions=False,
        change=lambda auth, user: Admin(auth).grant_admin(None, user.id),
    )
    perform(manner, email, act)


def _add(manner: Manner, auth: Auth, email: str) -> None:
    """Make an account without a password, and a link to choose one by."""
    if manner.dry_run:
        tell(manner, email, "would be added as an admin")
        return
    if not manner.yes:
        asked.agrees(f"Make an account for {email}, and an admin of it?")
    user = registration.by_operator(auth.db, email, UNUSABLE, verified=True)
    Admin(auth).grant_admin(None, user.id)
    link = to_a_password(auth, user.email)
    tell(manner, user.email, "added as an admin", link)


def _offer(manner: Manner, auth: Auth, user: User) -> None:
    """Make an admin of somebody without a password, and a link to one.

    Of one who is an admin already too: their first link may be lost, or
    have expired, and nothing else lets them in.
    """
    already = user.role == roles.ADMIN
    done = "an admin, who has no password yet"
    if manner.dry_run:
        says = (
            "another link would be printed" if already else f"would be {done}"
        )
        tell(manner, user.email, says)
        return
    if not manner.yes:
        asked.agrees(
            f"Print another link by which {user.email} chooses a password?"
            if already
            else f"Make {user.email} an admin?"
        )
    Admin(auth).grant_admin(None, user.id)
    tell(manner, user.email, done, to_a_password(auth, user.email))


def _invite(manner: Manner) -> None:
    settings = opened.settings_of(manner.url)
    with opened.to_change(settings, _COMMAND) as auth:
        if auth.db.read(roles.exist):
            raise _there_is_one()
        if manner.dry_run:
            tell(manner, None, "a link would be printed")
            return
        if not manner.yes:
            asked.agrees("Print a link by which one person becomes the admin?")
        token = first.invite(auth.db)
    if token is None:  # since then
        raise _there_is_one()
    link = PrintedLink(first.link(settings, token), first.LIFETIME, settings)
    tell(manner, None, "a link for the first admin", link)


def _there_is_one() -> ConfigurationError:
    return ConfigurationError(
        "there is an admin already; name the address of another one"
    )
