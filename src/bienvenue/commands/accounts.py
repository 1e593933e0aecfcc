"""``bienvenue user import`` and ``export``: accounts in files."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bienvenue.commands import opened, told
from bienvenue.db import DB
from bienvenue.errors import ConfigurationError
from bienvenue.interchange import elsewhere, exporting, importing, readers
from bienvenue.interchange.importing import Report
from bienvenue.interchange.readers import Line

Lines = Callable[[], Iterator[Line]]


def bring_in(
    url: str | None,
    path: Path,
    *,
    source: str,
    project: Path | None,
    skip_known: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import a file, unless anything in it is not sound.

    Every fault is told with its line; exit status 1 then, with nothing
    imported.
    """
    lines = _lines(path, source, project)
    settings = opened.settings_of(url)
    with opened.as_it_is(settings) if dry_run else DB.of(settings) as db:
        report = importing.examine(db, lines)
        refused = bool(report.faults or (report.known and not skip_known))
        imported = 0
        if not refused and not dry_run:
            with opened.acting_operator("user import"):
                imported = importing.bring_in(db, lines)
    if as_json:
        told.as_object(_members(report, imported, dry_run=dry_run))
    elif refused:
        _tell_faults(report)
        if report.known and not skip_known:
            click.echo(
                f"{report.known:,} have an account already; --skip-known"
                " leaves those as they are",
                err=True,
            )
        click.echo("nothing was imported", err=True)
    elif dry_run:
        click.echo(f"would import {report.new:,}; nothing was imported")
    else:
        click.echo(f"imported {imported:,}")
    if refused:
        raise click.exceptions.Exit(1)


def let_out(url: str | None, form: str, output: Path | None) -> None:
    """Export all accounts to a file that its owner alone may read."""
    with opened.as_it_is(opened.settings_of(url)) as db:
        if output is None:
            with opened.acting_operator("user export"):
                exporting.write(db, sys.stdout, form)
            return
        try:
            output.touch(0o600, exist_ok=False)
        except FileExistsError:
            raise ConfigurationError(f"{output}: is there already") from None
        with (
            output.open("w", encoding="utf-8", newline="") as file,
            opened.acting_operator("user export"),
        ):
            number = exporting.write(db, file, form)
        click.echo(f"exported {number:,} to {output}")


def _lines(path: Path, source: str, project: Path | None) -> Lines:
    if source == "keycloak":
        return elsewhere.keycloak(path)
    if source == "firebase":
        if project is None:
            raise ConfigurationError(
                "--firebase-config: wants the project's hash parameters"
            )
        return elsewhere.firebase(path, project)
    return readers.open_lines(path)


def _members(
    report: Report, imported: int, *, dry_run: bool
) -> dict[str, object]:
    faults = [{"line": line, "says": says} for line, says in report.shown]
    return {
        "imported": imported,
        "dry_run": dry_run,
        "new": report.new,
        "known": report.known,
        "faults": report.faults,
        "first_faults": faults,
    }


def _tell_faults(report: Report) -> None:
    for number, reason in report.shown:
        click.echo(f"line {number}: {reason}", err=True)
    more = report.faults - len(report.shown)
    if more:
        click.echo(f"and {more:,} more", err=True)
