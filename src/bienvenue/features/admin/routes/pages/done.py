"""What a form did, told by the page that follows it.

It stands in the address, by names and numbers of ours alone, so that the
page can be loaded anew and nothing is done twice; whoever makes up such an
address makes a page say something of ours, and no more.
"""

from typing import Any

from flask import request

from bienvenue.features.admin.shapes import Bulk
from bienvenue.features.admin.verbs import (
    EVERYBODY,
    FOR_ONE,
    LETTERS,
)
from bienvenue.web import wording

_DIGITS = 18


def of(verb: str, came: Bulk | None = None) -> dict[str, Any]:
    """Return the part of an address that tells of a deed.

    Of several accounts it tells which were left, and by which code why.
    """
    told = {"done": verb} if came is None or came.done else {}
    if came is not None and came.failed:
        told["failed"] = " ".join(
            f"{number}.{code}" for number, code in came.failed.items()
        )
    return told


def told() -> dict[str, Any]:
    """Return what the address of a page tells, for its template.

    ``not_done`` has the number and, in English, the sentence of each that
    was left.
    """
    verb = request.args.get("done")
    parts = request.args.get("failed", "").split()
    pairs = (each.partition(".")[::2] for each in parts)
    failed = [
        (int(number), wording.SENTENCES[code])
        for number, code in pairs
        if code in wording.SENTENCES and is_number(number)
    ]
    known = verb in {*FOR_ONE, EVERYBODY, *LETTERS}
    return {"done": verb if known else None, "not_done": failed}


def is_number(text: str) -> bool:
    """Tell whether a text is a number of ours, as forms send it."""
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


def numbers(text: str) -> list[int]:
    """Return the numbers in a text, each once, in its order."""
    found = [int(each) for each in text.split() if is_number(each)]
    return list(dict.fromkeys(found))
