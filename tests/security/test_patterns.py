"""No pattern, and no parser, takes long over any text (ASVS 1.3.12)."""

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import bienvenue
from bienvenue import Settings, address, imported_hashes, passwords
from bienvenue.device import DeviceSigner
from bienvenue.errors import BienvenueError
from bienvenue.web import body, door, schemas

SIZE = 64 * 1024
AT_MOST = 10
"""Times as long as looking at each character of as long a text once."""
UNITS = [
    "a",
    "0",
    " ",
    "-",
    ".",
    "@",
    "a@",
    "a.",
    "a-",
    "$",
    "=",
    "; ",
    "%2e",
    "session_id=",
    "<int:a",
    "$2b$12$",
    "$pbkdf2$1$",
    "http://a/",
    "\u0301",
    "\u0130",
    "\0",
    "aA0-_.:/+",
    "0f9f7c52-6d0c-c3a4-",
]
SOURCE = "".join(
    file.read_text("utf-8")
    for file in Path(bienvenue.__file__).parent.rglob("*.py")
)
HOSTILE = [
    text[:SIZE]
    for unit in UNITS
    for text in (
        unit * SIZE,
        unit * (SIZE // len(unit) - 1) + "!",
        "x" + unit * SIZE,
        "session_id=" + unit * SIZE,
        "$2b$12$" + unit * SIZE,
        "$argon2id$v=19$m=1,t=1,p=1$" + unit * SIZE,
    )
]


def modules() -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the name of each module of the package, and what it holds."""
    for found in pkgutil.walk_packages(bienvenue.__path__, "bienvenue."):
        if not re.search(r"\.(migrations|__main__)\b", found.name):
            yield found.name, vars(importlib.import_module(found.name))


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield every pattern that the package holds, by its name."""
    for module, held in modules():
        for name, value in held.items():
            if isinstance(value, re.Pattern):
                yield f"{module}.{name}", value
    for form in imported_hashes.FORMS:
        yield f"the form {form.scheme}", form.pattern
    for name, field in Settings.model_fields.items():
        for each in field.metadata:
            pattern = getattr(each, "pattern", None)
            if pattern is not None:
                yield f"the setting {name}", re.compile(pattern)


PATTERNS = dict(patterns())


def seconds(work: Callable[[], object]) -> float:
    """Return what some work takes of this thread's time."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def look() -> object:
    """Look at each character of a long text once."""
    return sum(1 for _ in "a" * SIZE)


ONE_LOOK = min(seconds(look) for _ in range(5))


def is_quick(work: Callable[[], object], most: float) -> bool:
    """Tell whether it takes so many times as long as one look at most.

    What seems to take longer is asked again, beside a look: the machine may
    be busy, and a pattern that backtracks is slow each time.
    """
    return seconds(work) < most * ONE_LOOK or any(
        seconds(work) < most * seconds(look) for _ in range(3)
    )


@pytest.mark.requirement("V1.3.12")
def test_the_patterns_are_found() -> None:
    assert "bienvenue.web.door._COOKIE" in PATTERNS
    assert "the setting public_url" in PATTERNS
    assert len(PATTERNS) >= 15


def ways(name: str) -> set[str]:
    """Return how the package asks a pattern; all ways where it is unclear."""
    asked = re.findall(
        rf"\b{name.rpartition('.')[2]}\.(search|match|fullmatch)\(", SOURCE
    )
    return set(asked) or {"search", "match", "fullmatch"}


@pytest.mark.requirement("V1.3.12")
@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_backtracks(name: str) -> None:
    pattern = PATTERNS[name]
    asked = [getattr(pattern, way) for way in ways(name)]
    for text in HOSTILE:
        given = text if isinstance(pattern.pattern, str) else text.encode()
        for ask in asked:
            assert is_quick(partial(ask, given), AT_MOST), text[:40]


def parsers() -> dict[str, Callable[[str], object]]:
    """Return what reads text that a client sent, before anything else."""
    signer = DeviceSigner(b"k" * 32)
    return {
        "address.parse": address.parse,
        "passwords.prepare": passwords.prepare,
        "schemas": lambda text: schemas.check(
            schemas.Credentials, {"email": text, "password": text}
        ),
        "JSON": body._read_json,
        "a form": body._read_form,
        "the device cookie": lambda text: signer.find(text, "bob"),
        "a hash": imported_hashes.identify,
        "the cookie": door._COOKIE.search,
    }


@pytest.mark.requirement("V1.3.12", "OWASP-CS-PWSTORE-2")
@pytest.mark.parametrize("name", parsers())
def test_no_parser_takes_long(name: str) -> None:
    parse = parsers()[name]

    def work(text: str) -> None:
        try:
            parse(text)
        except BienvenueError:
            return

    for text in [*HOSTILE, "[" * SIZE, '{"a":' * (SIZE // 5), "a=b&" * 9999]:
        assert is_quick(partial(work, text), 3 * AT_MOST), text[:40]
