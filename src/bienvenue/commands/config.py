"""``bienvenue config``: every setting, its value, and who set it."""

import json

import click

from bienvenue import shown
from bienvenue.config import Settings


def show(*, as_json: bool) -> None:
    """Print the settings; secrets are masked."""
    settings = Settings.load()
    rows = {
        name: (shown.value(settings, name), shown.source(settings, name))
        for name in Settings.model_fields
    }
    if as_json:
        found = {
            name: {"value": value, "source": source}
            for name, (value, source) in rows.items()
        }
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    texts = {name: _text(value) for name, (value, _) in rows.items()}
    names, values = max(map(len, texts)), max(map(len, texts.values()))
    for name, (_, source) in rows.items():
        text = f"{name:<{names}}  {texts[name]:<{values}}  {source}"
        chosen = settings.source_of(name) != "default"
        click.echo(click.style(text, bold=chosen or None))


def _text(value: shown.Shown) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return str(value).lower()
        case _:
            return str(value)
