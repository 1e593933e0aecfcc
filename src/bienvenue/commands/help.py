"""How ``bienvenue --help`` reads: commands by what they are for."""

from collections.abc import Iterator

import click

# What is not named here stands under the last title, so none is ever lost.
_SECTIONS = {
    "Begin": ("dev", "init"),
    "Run": ("check", "doctor", "serve", "recipe", "config", "theme"),
    "Look after": (
        "user",
        "admin",
        "session",
        "explain",
        "mail",
        "db",
        "audit",
    ),
    "Other": (),
}


class Grouped(click.Group):
    """A group whose help names its commands under titles, in an order."""

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write each section with its commands, their texts in line."""
        shown = {
            name: command
            for name, command in self.commands.items()
            if not command.hidden
        }
        width = max(map(len, shown), default=0)
        limit = formatter.width - 6 - width
        for title, names in self._sections(shown):
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (
                            name.ljust(width),
                            shown[name].get_short_help_str(limit),
                        )
                        for name in names
                    ]
                )

    @staticmethod
    def _sections(
        shown: dict[str, click.Command],
    ) -> Iterator[tuple[str, list[str]]]:
        placed = {each for names in _SECTIONS.values() for each in names}
        *titles, last = _SECTIONS
        for title in titles:
            names = [name for name in _SECTIONS[title] if name in shown]
            if names:
                yield title, names
        rest = sorted(set(shown) - placed)
        if rest:
            yield last, rest
