"""What a password is plainly made from, and how much of it was chosen.

Guessers try a word, then the word with a capital, with digits around it, in
"leet", backwards and twice over.  The functions here take those steps back,
so that lists need not hold every result (NIST SP 800-63B-4, 3.1.1.2, on
obvious derivatives).
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

LONGEST = 128
"""Code points beyond which nothing is derived, which bounds the time."""

_MOST_PADDING = 8  # characters chosen beside the word they dress up

_YEAR = r"(?:19|20)[0-9]{2}"
_RUN = re.compile(f"{_YEAR}|[0-9]+|[^0-9]+")
_YEAR_CHOICES = 2  # of a hundred or two, like two digits

_LEET = str.maketrans("013457@$!+", "oieastasit")
_LEET_L = str.maketrans("013457@$!|", "oleastasll")

# What fingers and counting do by themselves, on the keyboards of the
# languages that mails are written in.
_WALKS = """
abcdefghijklmnopqrstuvwxyz 01234567890
qwertyuiop asdfghjkl zxcvbnm azertyuiop qsdfghjklm wxcvbn qwertzuiop yxcvbnm
1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik, 9ol. 0p;/
1aqw 2zsx 1qay !@#$%^&*() zaq1 xsw2 cde3 vfr4 bgt5 nhy6 mju7 2w 3e 4r 5t 6y
7u 8i 9o xc cd de
""".split()
_STEPS = frozenset(
    pair
    for walk in _WALKS
    for one, other in pairwise(walk)
    for pair in (one + other, other + one)
)


def fold(text: str) -> str:
    """Return the text without letter case, in NFC."""
    return unicodedata.normalize("NFC", text.casefold())


def letters(text: str) -> str:
    """Return the letters of a text, of any script, and nothing else."""
    return "".join(filter(str.isalpha, text))


def squash(text: str) -> str:
    """Return the letters and digits of a text, and nothing else."""
    return "".join(filter(str.isalnum, text))


def cores(text: str) -> tuple[str, ...]:
    """Return what a password may have been made from, itself first.

    Folded.  Taken away are separators, padding and repetition; put back are
    letters for their lookalikes, and the order of what was reversed.
    """
    whole = fold(text)
    found = {whole: None}
    if len(whole) <= LONGEST:
        for form in _dressed(whole):
            for core in (form, unit(form, 2 * len(form) // 3)):
                found |= {core: None, core[::-1]: None}
    else:
        found[squash(unit(whole))] = None
    return tuple(core for core in found if core)


def unit(text: str, most: int | None = None) -> str:
    """Return what a text repeats, the last time perhaps cut off.

    The text itself if it repeats nothing of up to ``most`` characters,
    which is half of it when left out.
    """
    for size in range(1, (len(text) // 2 if most is None else most) + 1):
        if text[size:] == text[:-size]:
            return text[:size]
    return text


def choices(text: str) -> int:
    """Return how many characters of a folded text do not follow by rote.

    The first of ``aaaa``, ``1234``, ``qwerty`` or ``abcabc`` was chosen,
    and the rest comes by itself.
    """
    part = unit(text)
    return sum(
        not index or not _follows(part[index - 1], character)
        for index, character in enumerate(part)
    )


def is_padding(text: str) -> bool:
    """Tell whether a text is digits alone, or nothing, and few of choice."""
    return not text.strip("0123456789") and _is_little(text)


def _is_little(removed: str) -> bool:
    chosen = (
        _YEAR_CHOICES if re.fullmatch(_YEAR, run) else choices(run)
        for run in _RUN.findall(removed)
    )
    return sum(chosen) <= _MOST_PADDING


def _dressed(whole: str) -> Iterator[str]:
    """Yield the words that padding and lookalikes may hide."""
    yield squash(whole)
    if not letters(whole):
        return
    bare = whole.strip("".join(c for c in set(whole) if not c.isalpha()))
    padding = whole.replace(bare, "", 1)
    plain = squash(bare)
    for form, around in (
        (bare, padding),
        (plain.translate(_LEET), padding),
        (plain.translate(_LEET_L), padding),
        (bare.translate(_LEET), padding),
        (bare.translate(_LEET_L), padding),
        (whole.translate(_LEET), ""),
        (whole.translate(_LEET_L), ""),
    ):
        removed = around + "".join(c for c in form if not c.isalpha())
        if _is_little(removed):
            yield letters(form)


def _follows(one: str, other: str) -> bool:
    return one == other or one + other in _STEPS
