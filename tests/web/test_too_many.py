"""How long to wait, in words."""

from gettext import NullTranslations

import pytest

from bienvenue.web import wording


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 minute,"),
        (60, "1 minute,"),
        (61, "2 minutes,"),
        (900, "15 minutes,"),
        (3600, "60 minutes,"),
        (3601, "2 hours,"),
        (86400, "24 hours,"),
    ],
)
def test_how_long_to_wait(seconds: int, words: str) -> None:
    """Rounded up: whoever waits so long need not wait again."""
    said = wording.wait(seconds, NullTranslations().ngettext)
    assert said == f"Please wait {words} then try again."
