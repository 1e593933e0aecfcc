"""``bienvenue user show``, ``disable`` and so on: what is done to one account.

Each names the account by its address, and prints one line or, with
``as_json``, one object.  An address that nobody has is exit status 1.
"""

import click

from bienvenue import account_state, policy, session
from bienvenue.auth import Auth
from bienvenue.commands import asked, opened, told, typed
from bienvenue.commands.acts import Act, Manner, perform
from bienvenue.commands.people import TIMES
from bienvenue.errors import UnknownAddress
from bienvenue.explanation import find
from bienvenue.user import User

Shown = str | int | None


def show(manner: Manner, address: str) -> None:
    """Show what is known of an account; no hash, no secret."""
    with opened.to_read(opened.settings_of(manner.url)) as unit:
        user = find(unit, address)
        if user is None:
            raise UnknownAddress
        live = session.live(unit, user.id)
        facts: dict[str, Shown] = {"id": user.id, "email": user.email}
        facts |= {name: told.iso(getattr(user, name)) for name in TIMES}
        facts |= {"language": user.language, "sessions": len(live)}
    if manner.as_json:
        told.as_object(facts)
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        click.echo(f"{name:<{width}}  {'-' if value is None else value}")


def disable(manner: Manner, address: str) -> None:
    """Shut an account; its sessions end and its tokens are void."""
    act = Act(
        "user disable",
        "Disable the account of {}?",
        "disabled",
        ends_sessions=True,
        change=lambda auth, user: auth.disable_user(user.id),
        spares_last=True,
    )
    perform(manner, address, act)


def enable(manner: Manner, address: str) -> None:
    """Open an account again."""
    act = Act(
        "user enable",
        "Let the account of {} be signed in to again?",
        "enabled",
        ends_sessions=False,
        change=lambda auth, user: auth.enable_user(user.id),
    )
    perform(manner, address, act)


def verify(manner: Manner, address: str) -> None:
    """Have the address count as verified, on the operator's word."""
    act = Act(
        "user verify",
        "Take your word that {} is its owner's address?",
        "verified",
        ends_sessions=False,
        change=lambda auth, user: account_state.verify(auth.db, user.id),
    )
    perform(manner, address, act)


def compromised(manner: Manner, address: str) -> None:
    """Have the password open nothing until it was reset by mail."""
    act = Act(
        "user compromised",
        "Shut out whoever knows the password of {}, until it is reset by"
        " mail?",
        "shut out until a reset by mail",
        ends_sessions=True,
        change=lambda auth, user: auth.mark_password_compromised(user.id),
    )
    perform(manner, address, act)


def end_sessions(manner: Manner, address: str) -> None:
    """End every session of an account."""
    act = Act(
        "user end-sessions",
        "Sign {} out everywhere?",
        "signed out everywhere",
        ends_sessions=True,
        change=lambda auth, user: auth.destroy_session(user.id),
    )
    perform(manner, address, act)


def delete(manner: Manner, address: str) -> None:
    """Delete an account and all that is its own, at once."""
    act = Act(
        "user delete",
        "Delete the account of {}? It cannot be undone.",
        "deleted",
        ends_sessions=True,
        change=lambda auth, user: auth.delete_user(user.id),
        spares_last=True,
    )
    perform(manner, address, act)


def set_password(manner: Manner, address: str, *, stdin: bool) -> None:
    """Replace a password; its sessions end and its tokens are void.

    Raises ``InvalidPassword`` for one that the policy refuses.
    """

    def change(auth: Auth, user: User) -> None:
        password = typed.password(user.email, stdin=stdin)
        policy.check(password, auth.settings, email=user.email)
        account_state.set_password(
            auth.db, auth.settings, user.id, auth.hasher.hash(password)
        )

    if not stdin and not manner.dry_run:
        asked.must_be_there("--password-stdin")
    act = Act(
        "user set-password",
        "Replace the password of {}?",
        "given another password",
        ends_sessions=True,
        change=change,
    )
    perform(manner, address, act)
