"""Make a screenshot light: the same picture in at most 256 colours.

Chromium writes every shade of a gradient, in three bytes a pixel. A page has
few colours that matter.  Shades that cannot be told apart are made one, what
most pixels have is kept, and the rest become their nearest neighbour.
(Portable Network Graphics, third edition.)
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from tools import png_file
from tools.png_file import PALETTE, RGB

_COLOURS = 256
_STEP = 3
_SHADES = bytes(round(each / _STEP) * _STEP for each in range(256))

Colour = tuple[int, int, int]


def lighter(picture: bytes) -> bytes:
    """Return a PNG of 8-bit RGB anew, with a palette.

    Raises ``ValueError`` for any other kind of PNG.
    """
    chunks = list(png_file.chunks(picture))
    width, height = png_file.size(chunks[0][1], RGB)
    packed = b"".join(body for name, body in chunks if name == b"IDAT")
    data = zlib.decompress(packed)
    rows = [list(_colours(row)) for row in _unfiltered(data, width * 3)]
    palette = _palette(colour for row in rows for colour in row)
    index = _nearest(palette, {colour for row in rows for colour in row})
    lines = b"".join(
        b"\0" + bytes(index[colour] for colour in row) for row in rows
    )
    return png_file.written(
        width,
        height,
        PALETTE,
        (b"PLTE", bytes(part for colour in palette for part in colour)),
        (b"IDAT", zlib.compress(lines, 9)),
    )


def _unfiltered(data: bytes, width: int) -> Iterator[bytes]:
    """Yield the rows of an image whose pixels have three bytes."""
    above = bytes(width)
    for start in range(0, len(data), width + 1):
        first, end = start + 1, start + 1 + width
        row = bytearray(data[first:end])
        guess = _GUESSES[data[start]]
        for place in range(width):
            before = place - 3
            left, corner = (
                (row[before], above[before]) if before >= 0 else (0, 0)
            )
            row[place] = (row[place] + guess(left, above[place], corner)) % 256
        yield bytes(row)
        above = bytes(row)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))


# By the number of a row's filter: what its bytes are told from.
_GUESSES: tuple[Callable[[int, int, int], int], ...] = (
    lambda _left, _up, _corner: 0,
    lambda left, _up, _corner: left,
    lambda _left, up, _corner: up,
    lambda left, up, _corner: (left + up) // 2,
    _paeth,
)


def _colours(row: bytes) -> Iterator[Colour]:
    even = row.translate(_SHADES)
    return zip(even[::3], even[1::3], even[2::3], strict=True)


def _palette(pixels: Iterable[Colour]) -> list[Colour]:
    return [colour for colour, _ in Counter(pixels).most_common(_COLOURS)]


def _nearest(
    palette: list[Colour], colours: Iterable[Colour]
) -> dict[Colour, int]:
    kept = {colour: place for place, colour in enumerate(palette)}

    def nearest(colour: Colour) -> int:
        found = min(palette, key=lambda each: _distance(each, colour))
        return kept[found]

    return {
        colour: kept[colour] if colour in kept else nearest(colour)
        for colour in colours
    }


def _distance(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
