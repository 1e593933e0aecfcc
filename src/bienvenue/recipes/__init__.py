"""Deployment recipes: what stands around the service, ready to be used.

A recipe is a file of another program, in ``recipes/files/``, with holes for
what differs between places.  What is printed is what the tests start.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bienvenue.errors import ConfigurationError
from bienvenue.recipes.place import Place

if TYPE_CHECKING:
    from jinja2 import Environment

PROXIED = (
    "BIENVENUE_PUBLIC_URL=https://[[ authority ]]",
    "BIENVENUE_TLS_PROXY=true",
    "BIENVENUE_TRUSTED_HOPS=1",
    "BIENVENUE_DRAIN_DELAY_SECONDS=5",
)
"""What the service is told of a proxy that is one of these recipes."""


class UnknownRecipe(ConfigurationError):
    """There is no recipe of that name."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One file: its name, where it is put, what it does.

    ``settings`` are those of the service that go with it, each in the form
    of an environment variable, with the same holes as the file.
    """

    name: str
    target: str
    about: str
    settings: tuple[str, ...] = ()


RECIPES = (
    Recipe(
        "nginx",
        "/etc/nginx/conf.d/bienvenue.conf",
        "nginx in front: TLS, several nodes",
        PROXIED,
    ),
    Recipe(
        "caddy",
        "/etc/caddy/Caddyfile",
        "Caddy in front, with certificates of its own or yours",
        PROXIED,
    ),
    Recipe(
        "haproxy",
        "/etc/haproxy/haproxy.cfg",
        "HAProxy in front, which looks after its nodes",
        PROXIED,
    ),
    Recipe(
        "systemd",
        "/etc/systemd/system/bienvenue.service",
        "one node as a service of the system, bound tightly",
    ),
    Recipe(
        "dockerfile",
        "Dockerfile",
        "one node as an image, without root",
    ),
    Recipe(
        "compose",
        "compose.yaml",
        "two nodes, PostgreSQL, Valkey and Caddy on one machine",
        PROXIED,
    ),
)
"""Every recipe there is, in the order in which they are listed."""


def named(name: str) -> Recipe:
    """Return the recipe of a name; raises ``UnknownRecipe``."""
    for recipe in RECIPES:
        if recipe.name == name:
            return recipe
    there = ", ".join(each.name for each in RECIPES)
    raise UnknownRecipe(f"no recipe is called {name!r}: there are {there}")


def settings_for(recipe: Recipe, place: Place) -> list[str]:
    """Return the settings that go with a recipe, its holes filled."""
    from_text = _environment().from_string
    return [from_text(line).render(place.values) for line in recipe.settings]


def render(recipe: Recipe, place: Place) -> str:
    """Return a recipe as a file, its holes filled."""
    template = _environment().get_template(recipe.name)
    settings = settings_for(recipe, place)
    return template.render(
        place.values, target=recipe.target, settings=settings
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # The marks are those that none of the files' own languages has. What is
    # made is no HTML; Place has refused what could leave its hole.
    return Environment(
        loader=PackageLoader("bienvenue", "recipes/files"),
        autoescape=False,  # noqa: S701 - configuration files, no HTML
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
    )
