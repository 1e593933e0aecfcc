"""What happened to an account lately, in plain sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import orm

from bienvenue import audit_check, audit_line, client_network, clock
from bienvenue.audit_tables import AuditEvent
from bienvenue.chain import Chain
from bienvenue.events import Event

MOST = 10
_LOOKED_THROUGH = 200
ASIDE = timedelta(days=7)
"""How far back is looked for an address that has no account."""

_SAYS: Mapping[str, str] = {
    "authn_login_success": "signed in with the password",
    "authn_login_fail": "a login failed",
    "authn_reauthenticated": "gave the password again",
    "authn_token_fail": "a mailed link or code did not count",
    "authn_password_change": "the password was changed",
    "authn_reset_requested": "a reset of the password was asked for",
    "authn_password_reset": "the password was reset",
    "session_created": "a session began",
    "session_ended": "a session ended",
    "user_created": "the account was made",
    "user_create_refused": "somebody would register the address again",
    "user_email_verified": "the address was verified",
    "user_email_change_requested": "another address was asked for",
    "user_email_changed": "the address was changed",
    "user_email_change_undone": "the change of address was undone",
    "user_updated": "the account was changed",
    "session_acting_began": "an admin began to act as its owner",
    "authz_change": "its role was changed",
    "user_disabled": "the account was disabled",
    "user_enabled": "the account was enabled",
    "user_password_compromised": "the password was found out",
    "user_deletion_scheduled": "the account was to be deleted",
    "user_deletion_cancelled": "the deletion was called off by signing in",
    "user_deleted": "the account was deleted",
    "user_data_exported": "its owner exported what is kept",
    "mail_retried": "dead letters were tried again",
    "mail_purged": "dead letters were forgotten",
    "authz_fail": "was refused what is not theirs",
    "malicious_cross_site": "another site's write was refused",
    "input_validation_fail": "sent what does not fit",
    "excess_rate_limit_exceeded": "a limit was reached",
    "sys_overloaded": "too many passwords waited to be hashed",
}
# Of a change of role, by what it was changed to.
_ROLES = {"admin": "was made an admin", "none": "is no admin any more"}
_OUTCOMES = {"failure": " (it failed)", "refused": ""}


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the audit log, and the sentence it makes."""

    time: str
    event: str
    outcome: str
    address: str | None
    agent: str | None
    says: str


@dataclass(frozen=True, slots=True)
class History:
    """The latest of an account, the last one last.

    ``failures`` counts logins that failed within the last ``QUARTER``;
    ``networks`` are those they came from.
    """

    happened: Sequence[Happening]
    failures: int
    networks: Sequence[str]


def of(unit: orm.Session, user_id: int, since: timedelta) -> History:
    """Return what concerns an account."""
    return _history(
        unit, since, _LOOKED_THROUGH, AuditEvent.user_id == user_id
    )


def of_nobody(
    unit: orm.Session, chain: Chain, address: str, since: timedelta
) -> History:
    """Return what was tried with an address that has no account.

    The log has pseudonyms only, under the secret key in force.
    """
    name = chain.pseudonym(address)
    return _history(
        unit,
        since,
        MOST,
        AuditEvent.at > clock.now() - ASIDE,
        AuditEvent.detail.contains(f'"account":"{name}"', autoescape=True),
    )


def last_owner(unit: orm.Session, chain: Chain, address: str) -> int | None:
    """Return the number of the account that the address had lately."""
    name = chain.pseudonym(address)
    rows = audit_check.latest(
        unit.connection(),
        1,
        AuditEvent.at > clock.now() - ASIDE,
        AuditEvent.user_id.is_not(None),
        AuditEvent.detail.contains(f'"account":"{name}"', autoescape=True),
    )
    return rows[0]["user_id"] if rows else None


def _history(
    unit: orm.Session, since: timedelta, most: int, *which: Any
) -> History:
    rows = audit_check.latest(unit.connection(), most, *which)
    lately = clock.to_us(clock.now() - since)
    failed = [
        row
        for row in rows
        if row["event"] == Event.LOGIN_FAILED
        and isinstance(row["at"], int)
        and row["at"] > lately
    ]
    networks = {client_network.of(row["address"]) for row in failed}
    shown = [row for row in rows if row["event"] != Event.SESSION_CREATED]
    return History(
        [_happening(audit_line.told(row)) for row in shown[-MOST:]],
        len(failed),
        sorted(networks - {"unknown"}),
    )


def _happening(line: Mapping[str, Any]) -> Happening:
    event, outcome = str(line["event"]), str(line["outcome"])
    return Happening(
        time=line["time"],
        event=event,
        outcome=outcome,
        address=line["address"],
        agent=line["agent"],
        says=_sentence(event, outcome, line),
    )


def _sentence(event: str, outcome: str, line: Mapping[str, Any]) -> str:
    detail = line["detail"] if isinstance(line["detail"], dict) else {}
    said = _SAYS.get(event, event)
    scope = detail.get("scope")
    if event == Event.SESSION_ENDED and scope in ("all", "others"):
        said = f"{'all' if scope == 'all' else 'all other'} sessions ended"
    if event == Event.ROLE_CHANGED:
        said = _ROLES.get(str(detail.get("after")), said)
    if event != Event.LOGIN_FAILED:
        said += _OUTCOMES.get(outcome, "")
    if isinstance(count := detail.get("count"), int) and count > 1:
        said += f", {count} times"
    if operator := detail.get("operator"):
        return f"{said}, by the operator {operator}"
    if line["address"]:
        said += f", from {line['address']}"
    if line["agent"]:
        said += f" ({line['agent']})"
    return said
