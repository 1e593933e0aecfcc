"""The table of input rules, from the schemas that check each request."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bienvenue.route_table import api


class Rule(NamedTuple):
    """What one member of a body must be."""

    name: str
    type: str
    length: str
    form: str
    meaning: str


def table() -> str:
    """Return one row for each rule, with the routes that have it."""
    found: dict[Rule, list[str]] = {}
    for rule, route in _rules():
        found.setdefault(rule, []).append(route)
    lines = [
        "| member | type | length | form | what it is | of |",
        "|---|---|---|---|---|---|",
    ]
    for rule, routes in sorted(found.items()):
        where = "<br>".join(f"`{route}`" for route in routes)
        cells = (f"`{rule.name}`", *rule[1:], where)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _rules() -> Iterator[tuple[Rule, str]]:
    for operation in api().operations:
        if operation.takes is None:
            continue
        schema = operation.takes.model_json_schema()
        for name, member in schema["properties"].items():
            route = f"{operation.method} {operation.template}"
            yield _rule(name, member), route


def _rule(name: str, member: Mapping[str, Any]) -> Rule:
    """Read a member's rule; raises ``ValueError`` where it has none."""
    choices = member.get("anyOf", [member])  # several where null is one
    types = [each["type"] for each in choices if "type" in each]
    if "description" not in member or not types:
        raise ValueError(f"{name} has no type or no description")
    least, most = member.get("minLength"), member.get("maxLength")
    bounds = [f"from {least}"] if least else []
    bounds += [f"to {most}"] if most else []
    form = member.get("format") or member.get("pattern")
    return Rule(
        name,
        " or ".join(types),
        " ".join(bounds) or "any",
        form or "text",
        member["description"],
    )
