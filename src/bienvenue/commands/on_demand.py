"""Commands that are imported when somebody types them, or asks for help.

A service that runs for months holds no options of commands that nobody calls
in its process.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class OnDemand(MutableMapping[str, click.Command]):
    """Commands by name, of which some are still in their modules."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        """Find each command in a module, under the command's name."""
        self._modules = dict(modules)
        self._there: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        """Return a command; raises ``KeyError`` where there is none."""
        if name not in self._there:
            module = import_module(self._modules[name])
            self._there[name] = getattr(module, name)
        return self._there[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        """Add a command, or put one in the place of another."""
        self._there[name] = command

    def __delitem__(self, name: str) -> None:
        """Take a command out; raises ``KeyError`` where there is none."""
        if name not in self:
            raise KeyError(name)
        self._modules.pop(name, None)
        self._there.pop(name, None)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a command; imports nothing."""
        return name in self._modules or name in self._there

    def __iter__(self) -> Iterator[str]:
        """Go through all names; imports nothing."""
        return iter({**self._modules, **self._there})

    def __len__(self) -> int:
        """Return how many there are."""
        return len({**self._modules, **self._there})
