"""A state of a page, and what many of them have in common."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bienvenue.web import wording

EMAIL, LEAST = "jo@example.com", 15

# Errors that any form may be answered; of each, the field that it is about.
ANYWHERE: dict[str, str | None] = {
    "malformed": None,
    "busy": None,
    "cross_site": None,
    "database_unavailable": None,
    "leaving": None,
}

# What may be wrong with a new password.
NEW_PASSWORD: dict[str, str | None] = dict.fromkeys(
    (
        "invalid_password",
        "password_too_short",
        "password_too_long",
        "password_common",
        "password_context",
        "password_breached",
        "password_check_unavailable",
    ),
    "new_password",
)


@dataclass(frozen=True, slots=True)
class State:
    """One look of a page: ``name`` is its screen's, a dot, and its own."""

    name: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def screen(self) -> str:
        """The page it is a state of."""
        return self.name.partition(".")[0]


def failed(
    screen: str,
    template: str,
    errors: Mapping[str, str | None],
    **values: Any,
) -> Iterator[State]:
    """Yield a state for each error code; it maps to the field meant."""
    for code, about in errors.items():
        sentence = wording.SENTENCES[code]
        error = {"code": code, "sentence": sentence}
        told = {**values, "error": error, "error_field": about}
        yield State(f"{screen}.{code}", template, told)
