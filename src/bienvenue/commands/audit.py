"""``bienvenue audit ...``: what there is to type.

What it does is in ``audit_log``, and loaded when it runs.
"""

from pathlib import Path

import click

from bienvenue.commands import options


@click.group()
def audit() -> None:
    """Look at the log of security events."""


@audit.command()
@options.database_url
@click.option(
    "--expect",
    metavar="FILE|SEQ:MAC",
    help="What was noted elsewhere: an export, or an event's number and mac.",
)
@click.option(
    "--archived",
    metavar="FILE|SEQ:MAC",
    help="The same, of events that were archived and deleted here.",
)
@click.option(
    "--old-keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of former secret keys, one a line; a line of - for none.",
)
@options.as_json
def verify(
    database_url: str | None,
    expect: str | None,
    archived: str | None,
    old_keys: Path | None,
    *,
    as_json: bool,
) -> None:
    """Check that nothing was changed, removed or inserted; exit 1 if so."""
    from bienvenue.commands import audit_log

    audit_log.verify(
        database_url,
        expect=expect,
        archived=archived,
        old_keys=old_keys,
        as_json=as_json,
    )


@audit.command()
@options.database_url
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(1, 10_000),
    default=20,
    help="How many.",
)
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def tail(database_url: str | None, lines: int, *, as_json: bool) -> None:
    """Show the latest events."""
    from bienvenue.commands import audit_log

    audit_log.tail(database_url, lines, as_json=as_json)


@audit.command()
@options.database_url
@click.option("--strand", help="Only this strand.")
@click.option(
    "--after", type=int, default=0, help="Only events after this number."
)
def export(database_url: str | None, strand: str | None, after: int) -> None:
    """Print the events as JSON, one a line."""
    from bienvenue.commands import audit_log

    audit_log.export(database_url, strand, after)
