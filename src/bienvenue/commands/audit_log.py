"""``bienvenue audit``: check the log of security events, or show it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import hexdigits
from typing import Any

import click
from sqlalchemy import Connection

from bienvenue import audit_check, audit_line
from bienvenue.audit_check import Finding, Noted, Strand
from bienvenue.chain import BYTES, Chain
from bienvenue.commands import audit_remedy, database, told
from bienvenue.config import Settings
from bienvenue.errors import AuditBroken

_MOST_FINDINGS = 20
_DIGITS = 18  # of a number that every engine can keep
_NO_KEY = "-"
_MARK = re.compile(r":[0-9a-fA-F]*\Z")  # of a note, and of no file's name


@dataclass(slots=True)
class _Outcome:
    """What a check has found: the first findings, and how many in all."""

    strands: list[Strand] = field(default_factory=list)
    shown: list[Finding] = field(default_factory=list)
    findings: int = 0
    remedy: str | None = None

    def take(self, each: Finding | Strand) -> None:
        if isinstance(each, Strand):
            self.strands.append(each)
            return
        self.findings += 1
        if self.findings <= _MOST_FINDINGS:
            self.shown.append(each)


def verify(
    url: str | None,
    *,
    expect: str | None,
    archived: str | None,
    old_keys: Path | None,
    as_json: bool = False,
) -> None:
    """Check the whole log; raise ``AuditBroken`` where it is not whole."""
    settings = Settings.load({"database_url": url})
    noted = _noted(expect, "--expect") if expect else []
    before = _noted(archived, "--archived") if archived else []
    chains = _chains(settings, old_keys)
    outcome = _Outcome()
    with _reading(settings) as connection:
        for each in audit_check.verify(connection, chains, noted, before):
            outcome.take(each)
            if not as_json:
                _say(each, outcome.findings)
        if outcome.findings:
            outcome.remedy = audit_remedy.of(
                connection, chains, noted, before
            )
    if as_json:
        told.as_object(_as_members(outcome, keyed=chains[0].keyed))
    elif not chains[0].keyed:
        click.echo(
            "without secret_key this finds accidents only: anybody can write"
            " a log that passes"
        )
    if outcome.findings:
        raise AuditBroken(_broken(outcome))


def _say(each: Finding | Strand, number: int) -> None:
    if isinstance(each, Strand):
        click.echo(_summary(each))
    elif number <= _MOST_FINDINGS:
        click.echo(_told(each))


def _broken(outcome: _Outcome) -> str:
    findings = told.count(outcome.findings, "finding")
    said = f"the audit log is broken: {findings}"
    return f"{said}; {outcome.remedy}" if outcome.remedy else said


def _as_members(outcome: _Outcome, *, keyed: bool) -> dict[str, object]:
    return {
        "whole": not outcome.findings,
        "keyed": keyed,
        "strands": [
            {
                "strand": each.name,
                "events": each.events,
                "older": each.older,
                "sequence": each.sequence,
                "mac": each.mac.hex(),
            }
            for each in outcome.strands
        ],
        "findings": outcome.findings,
        "first_findings": [each._asdict() for each in outcome.shown],
        "remedy": outcome.remedy,
    }


def tail(url: str | None, lines: int, *, as_json: bool = False) -> None:
    """Print the latest events, the last one last, a line each."""
    with _reading(Settings.load({"database_url": url})) as connection:
        found = audit_check.latest(connection, lines)
    for row in found:
        event = audit_line.told(row)
        click.echo(json.dumps(event) if as_json else _line(event))


def export(url: str | None, strand: str | None, after: int) -> None:
    """Print all events, or those after a number, as JSON Lines."""
    with _reading(Settings.load({"database_url": url})) as connection:
        names = audit_check.strands(connection)
        for name in names if strand is None else [strand]:
            for row in audit_check.rows(connection, name, after):
                mac = row["mac"]
                line = audit_line.told(row) | {
                    "mac": mac.hex() if isinstance(mac, bytes) else None
                }
                click.echo(json.dumps(line, default=str))


@contextmanager
def _reading(settings: Settings) -> Iterator[Connection]:
    with (
        database.up_to_date(settings) as engine,
        audit_check.snapshot(engine) as connection,
    ):
        yield connection


def _chains(settings: Settings, old_keys: Path | None) -> list[Chain]:
    key = settings.secret_key
    texts = [key.get_secret_value() if key else None]
    texts += settings.older_secret_keys
    if old_keys is not None:
        kept = filter(None, old_keys.read_text("utf-8").splitlines())
        texts += [None if each == _NO_KEY else each for each in kept]
    return [Chain(each) for each in texts]


def _noted(text: str, option: str) -> list[Noted]:
    """Read SEQ:MAC, or a file that ``export`` wrote: its last events."""
    note = _from_note(text)
    if note is not None:
        return [note]
    last: dict[str, Noted] = {}
    if not Path(text).exists() and not _MARK.search(text):
        raise click.BadParameter(
            f"there is no file {told.printable(text)}", param_hint=option
        )
    try:
        with Path(text).open(encoding="utf-8") as file:
            for line in file:
                each = _from_export(json.loads(line))
                last[each.strand] = each
    except (OSError, ValueError, KeyError, TypeError):
        last = {}
    if not last:
        raise click.BadParameter(
            "give SEQUENCE:MAC, or a file that `bienvenue audit export`"
            " wrote, with an event in it at least",
            param_hint=option,
        )
    return list(last.values())


def _from_note(text: str) -> Noted | None:
    """Read SEQ:MAC or STRAND:SEQ:MAC; anything else may name a file."""
    strand, _, rest = text.rpartition(":")[0].rpartition(":")
    mac = text.rpartition(":")[2]
    if not (rest.isascii() and rest.isdigit() and len(rest) <= _DIGITS):
        return None
    if len(mac) != 2 * BYTES or set(mac) - set(hexdigits):
        return None
    return Noted(strand or "main", int(rest), bytes.fromhex(mac))


def _from_export(line: dict[str, Any]) -> Noted:
    mac = bytes.fromhex(line["mac"])
    return Noted(str(line["strand"]), int(line["sequence"]), mac)


def _summary(strand: Strand) -> str:
    said = f"{strand.name}: {told.count(strand.events, 'event')}"
    if strand.older:
        said += f", {strand.older:,} of them under an old key"
    return f"{said}, the last {strand.sequence}:{strand.mac.hex()}"


def _told(finding: Finding) -> str:
    return told.printable(f"{finding.strand}: {finding.what}")


def _line(event: dict[str, Any]) -> str:
    """Return an event for people to read, on one line."""
    detail = event["detail"]
    whose = event["user_id"]
    parts = [
        event["time"],
        f"{event['strand']}:{event['sequence']}",
        event["event"],
        event["outcome"],
        f"user={'-' if whose is None else whose}",
        f"from={event['address'] or '-'}",
        f"request={event['request_id'] or '-'}",
        *(
            f"{name}={value}"
            for name, value in (
                detail.items() if isinstance(detail, dict) else ()
            )
        ),
    ]
    return told.printable("  ".join(map(str, parts)))
