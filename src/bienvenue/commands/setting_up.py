"""``bienvenue init`` and ``bienvenue doctor``: what there is to type.

As in ``cli``, what a command does is loaded when it runs.
"""

import click

from bienvenue.commands import options


@click.command()
@options.database_url
@click.option("--url", help="Ask the running service too, as clients do.")
@click.option(
    "--send-to", metavar="ADDRESS", help="Send a letter there; else none."
)
@click.option(
    "--deploy", is_flag=True, help="By production's rules, as `serve` would."
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_context
def doctor(
    context: click.Context,
    database_url: str | None,
    url: str | None,
    send_to: str | None,
    *,
    deploy: bool,
    as_json: bool,
) -> None:
    """Try the live things; each failure names its fix.

    Settings, files, clock, database, migrations, Redis, mail, what a
    password hash costs here; with --url also what the service sees through
    its proxies. Leaves nothing behind. Exits 1 when something failed.
    """
    from bienvenue.commands import doctor as done
    from bienvenue.doctor import Asked

    debug = bool(context.find_root().params.get("debug"))
    asked = Asked(send_to=send_to, url=url, debug=debug)
    done.run(database_url, asked, deploy=deploy, as_json=as_json)
