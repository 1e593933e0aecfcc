"""A question at the terminal, about one setting.

An answer that does not fit is told why, and asked for again at once.
"""

from functools import partial

import click

from bienvenue import engine, safety
from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError

Chosen = dict[str, object]
"""What was chosen so far, by the names of settings."""


def ask_for(
    chosen: Chosen, name: str, question: str, default: str | None = None
) -> None:
    """Ask until the answer is one that the setting takes, unless it is there.

    Without a ``default`` it has to be something; one that is empty can be
    left so.
    """
    if name not in chosen:
        needed = default is None
        chosen[name] = click.prompt(
            question,
            default or "",  # click would ask again without a word
            show_default=bool(default),
            value_proc=partial(_fitting, chosen, name, needed=needed),
            err=True,
        )


def _fitting(
    chosen: Chosen, name: str, answer: str, *, needed: bool
) -> object:
    """Return an answer as the setting has it, or have it asked for again.

    Nothing is one where nothing is ``needed``.
    """
    if not answer and not needed:
        return answer
    _refuse_nothing(answer, name)
    try:
        settings = Settings(**{**chosen, name: answer})
        engine.parse_url(settings.database_url)
    except ConfigurationError as error:
        # All the others fit: the caller has looked.
        raise click.UsageError(str(error)) from None
    # What it lacks beside it is asked for next.
    if name in (wrong := unsafe(settings)):
        raise click.UsageError(wrong[name])
    found: object = getattr(settings, name)
    return found


def typed(question: str, name: str, *, hide_input: bool = False) -> str:
    """Ask until there is a text for a setting; take it as it was typed."""

    def some(answer: str) -> str:
        _refuse_nothing(answer, name)
        return answer

    found: str = click.prompt(
        question,
        "",
        hide_input=hide_input,
        show_default=False,
        value_proc=some,
        err=True,
    )
    return found


def _refuse_nothing(answer: str, name: str) -> None:
    if answer:
        return
    examples = Settings.model_fields[name].examples
    such = f", as in: {examples[0]}" if examples else ""
    raise click.UsageError(f"nothing was typed, and {name} is needed{such}")


def unsafe(settings: Settings) -> dict[str, str]:
    """Return why production refuses each setting that it does."""
    if settings.profile != "production":
        return {}
    return {one.setting: one.why for one in safety.problems(settings)}
