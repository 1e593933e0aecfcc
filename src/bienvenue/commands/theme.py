"""``bienvenue theme``: a folder that changes how pages look."""

from pathlib import Path

import click

_folder = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default="theme"
)


@click.group()
def theme() -> None:
    """Change how pages look."""


@theme.command("init")
@_folder
def init(folder: Path) -> None:
    """Write a folder to begin a theme with; it overwrites nothing."""
    from bienvenue.web import starting_theme

    for file in starting_theme.write(folder):
        click.echo(f"wrote {file}")
    click.echo(
        "Try next:\n"
        f"  bienvenue theme check {folder}\n"
        f"  BIENVENUE_THEME_FOLDER={folder} bienvenue dev"
    )


@theme.command("check")
@_folder
def check(folder: Path) -> None:
    """Render every page in every state, and name what a theme broke.

    Exits 1 when something is.
    """
    from bienvenue.commands import theme_check

    theme_check.run(folder)
