"""``bienvenue openapi``: the document that ``/openapi.json`` serves."""

import json

import click

from bienvenue.route_table import api
from bienvenue.web import openapi


def show() -> None:
    """Print the document; no database is opened for it."""
    document = openapi.document(api(), server="/")
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
