"""``bienvenue explain``: why this person's login fails, or would not."""

from collections.abc import Iterator
from dataclasses import asdict

import click

from bienvenue.commands import opened, told
from bienvenue.errors import UnknownAddress
from bienvenue.explanation import Explanation, Reason, Weight, explain
from bienvenue.user import User

_LOGIN = {
    "works": ("works", "green"),
    "may_fail": (
        "works from some devices or networks, not from all",
        "yellow",
    ),
    "fails": ("fails", "red"),
}


def show(
    url: str | None, address: str, *, profile: str | None, as_json: bool
) -> None:
    """Print all that has a say in a login; change nothing.

    Raises ``UnknownAddress``, after that, where nobody has the address.
    """
    settings = opened.settings_of(url, profile)
    with opened.to_read(settings) as unit:
        found = explain(unit, settings, address)
    if as_json:
        told.as_object(_members(found, settings.profile))
    else:
        for line in _lines(found, settings.profile):
            click.echo(line)
    if found.user is None:
        raise UnknownAddress


def _members(found: Explanation, profile: str) -> dict[str, object]:
    user = found.user
    return {
        "address": told.printable(found.address),
        "account": None
        if user is None
        else {
            "id": user.id,
            "email": user.email,
            "created_at": told.iso(user.created_at),
        },
        "profile": profile,
        "login": found.login,
        "reasons": [asdict(each) for each in found.reasons],
        "events": [asdict(each) for each in found.happened],
        "unseen": list(found.unseen),
    }


def _lines(found: Explanation, profile: str) -> Iterator[str]:
    yield told.printable(_whose(found.user, found.address))
    said, colour = _LOGIN[found.login]
    verdict = click.style(said, fg=colour, bold=True)
    yield f"A login with the right password {verdict} ({profile} profile)."
    grave = [e for e in found.reasons if e.weight is not Weight.NOTE]
    yield from _listed("Why:", grave)
    notes = [e for e in found.reasons if e.weight is Weight.NOTE]
    yield from _listed("Worth knowing:", notes)
    if found.happened:
        yield "\nWhat happened last:"
    for each in found.happened:
        when = f"{each.time[:16].replace('T', ' ')}Z"
        yield told.printable(f"  {when}  {each.says}")
    if found.unseen:
        yield "\nNot to be seen from here:"
    for unseen in found.unseen:
        yield f"  - {unseen}"


def _whose(user: User | None, address: str) -> str:
    if user is None:
        return f"{address}: no account"
    since = told.minute(user.created_at)
    return f"{user.email}: account {user.id}, since {since}"


def _listed(title: str, reasons: list[Reason]) -> Iterator[str]:
    if reasons:
        yield f"\n{title}"
    for each in reasons:
        yield told.printable(f"  - {each.says}")
        if each.fix:
            fix = click.style(told.printable(each.fix), bold=True)
            yield f"      {fix}"
