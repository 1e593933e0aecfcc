"""``bienvenue recipe``: what stands around the service, ready to be used."""

import json

import click

_ports = click.IntRange(1, 65535)


@click.command()
@click.argument("name", required=False)
@click.option("--host", help="The name people reach the service by.")
@click.option(
    "--upstream",
    "upstreams",
    multiple=True,
    metavar="HOST:PORT",
    help="A node; once for each.",
)
@click.option("--certificate", help="PEM file of the certificate chain.")
@click.option("--key", help="PEM file of its private key.")
@click.option("--https-port", type=_ports, help="Where the proxy listens.")
@click.option("--http-port", type=_ports, help="Where it sends on to https.")
@click.option("--log-folder", help="Where nginx keeps its log.")
@click.option("--program", help="Where a node finds bienvenue.")
@click.option(
    "--settings",
    is_flag=True,
    help="Print the service's settings that go with it instead.",
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def recipe(
    name: str | None, *, settings: bool, as_json: bool, **given: object
) -> None:
    """Print a deployment recipe, or list what there is.

    Such as `bienvenue recipe nginx --host accounts.example.com`.
    """
    from bienvenue import recipes
    from bienvenue.recipes.place import Place

    chosen = {key: value for key, value in given.items() if value}
    place = Place(**chosen)  # type: ignore[arg-type]  # named as its fields
    if name is None:
        _show_list(as_json=as_json)
        return
    found = recipes.named(name)
    text = recipes.render(found, place)
    lines = recipes.settings_for(found, place)
    if as_json:
        members = {
            "name": found.name,
            "target": found.target,
            "settings": lines,
            "content": text,
        }
        click.echo(json.dumps(members, indent=2, ensure_ascii=False))
    elif settings:
        click.echo("".join(f"{line}\n" for line in lines), nl=False)
    else:
        click.echo(text, nl=False)


def _show_list(*, as_json: bool) -> None:
    from bienvenue.recipes import RECIPES

    if as_json:
        rows = [
            {"name": one.name, "target": one.target, "about": one.about}
            for one in RECIPES
        ]
        click.echo(json.dumps({"recipes": rows}, indent=2))
        return
    widths = [max(len(one.name) for one in RECIPES)]
    widths.append(max(len(one.target) for one in RECIPES))
    for one in RECIPES:
        line = f"{one.name:<{widths[0]}}  {one.target:<{widths[1]}}"
        click.echo(f"{line}  {one.about}")
