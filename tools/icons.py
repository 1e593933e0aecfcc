"""Draw the sign of the service: ``python -m tools.icons``.

An open door in a square.  It is drawn once, as shapes, and written as SVG,
as PNG and as ICO; the tests compare the files with what this draws.
"""

import math
import struct
import sys
import zlib
from bisect import bisect
from collections.abc import Iterator
from pathlib import Path

from tools import png_file

STATIC = Path(__file__).resolve().parent.parent / "src/bienvenue/web/static"

Point = tuple[float, float]
Shape = tuple[str, list[Point]]

SIDE = 32
_SAMPLES = 4  # a side of each pixel


def shapes() -> list[Shape]:
    """Return the drawing, the lowest first: a colour and an outline."""
    return [
        ("#1f5fbf", [*_square(8)]),
        ("#ffffff", [(10, 26), *_arc((16, 13), 6, 180, 360), (22, 26)]),
        ("#9cc2ff", [(10, 26), *_arc((16, 13), 6, 180, 254), (14.4, 28.2)]),
        ("#1f5fbf", [*_arc((12.9, 19.2), 0.75, 0, 360)]),
    ]


def svg() -> bytes:
    """Return the sign as SVG."""
    lines = [
        f'<path fill="{colour}" d="{_path(points)}"/>'
        for colour, points in shapes()
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
    )
    return "\n".join([head, *lines, "</svg>", ""]).encode()


def png(side: int, *, square: bool = False) -> bytes:
    """Return the sign as PNG, ``side`` pixels wide (ISO/IEC 15948).

    ``square`` leaves the corners to whoever shows it, as telephones do.
    """
    drawn = shapes()
    if square:
        drawn[0] = (drawn[0][0], [*_square(0)])
    rows = [b"\0" + _row(drawn, y, side) for y in range(side)]
    packed = zlib.compress(b"".join(rows), 9)
    return png_file.written(side, side, png_file.RGBA, (b"IDAT", packed))


def ico(side: int = SIDE) -> bytes:
    """Return the sign as an ICO file with one PNG in it."""
    content = png(side)
    entry = struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(content), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + content


def files() -> dict[str, bytes]:
    """Return every file of the sign by its name."""
    return {
        "icon.svg": svg(),
        "icon.png": png(180, square=True),
        "favicon.ico": ico(),
    }


def main() -> int:
    """Write all of them."""
    for name, content in files().items():
        (STATIC / name).write_bytes(content)
        print(f"wrote {name}")
    return 0


def _square(radius: float) -> Iterator[Point]:
    near, far = radius, SIDE - radius
    for (x, y), start in zip(
        ((near, near), (far, near), (far, far), (near, far)),
        (180, 270, 360, 450),
        strict=True,
    ):
        yield from _arc((x, y), radius, start, start + 90)


def _arc(
    centre: Point, radius: float, start: int, end: int
) -> Iterator[Point]:
    """Yield points on a circle, clockwise, in degrees from the right."""
    steps = max(1, round(abs(end - start) / 6)) if radius else 1
    for step in range(steps + 1):
        angle = math.radians(start + (end - start) * step / steps)
        x = centre[0] + radius * math.cos(angle)
        y = centre[1] + radius * math.sin(angle)
        yield round(x, 2), round(y, 2)


def _path(points: list[Point]) -> str:
    return "M" + " ".join(f"{x:g},{y:g}" for x, y in points) + "z"


def _row(drawn: list[Shape], y: int, side: int) -> bytes:
    """Return a row of pixels: each the mean of samples spread over it."""
    share = SIDE / side / _SAMPLES
    lines = [
        _line(drawn, (y * _SAMPLES + down + 0.5) * share)
        for down in range(_SAMPLES)
    ]
    found = bytearray()
    for x in range(side):
        samples = [
            _seen(line, (x * _SAMPLES + across + 0.5) * share)
            for line in lines
            for across in range(_SAMPLES)
        ]
        opaque = [one for one in samples if one]
        parts = zip(*opaque, strict=True) if opaque else [(0,)] * 3
        found += bytes(round(sum(one) / len(one)) for one in map(list, parts))
        found.append(round(255 * len(opaque) / len(samples)))
    return bytes(found)


def _line(drawn: list[Shape], y: float) -> list[tuple[bytes, list[float]]]:
    """Return where a line across crosses each outline, the highest first."""
    return [
        (bytes.fromhex(colour[1:]), sorted(_crossings(points, y)))
        for colour, points in reversed(drawn)
    ]


def _crossings(points: list[Point], y: float) -> Iterator[float]:
    following = [*points[1:], points[0]]
    for (x1, y1), (x2, y2) in zip(points, following, strict=True):
        if (y1 > y) != (y2 > y):
            yield x1 + (y - y1) * (x2 - x1) / (y2 - y1)


def _seen(line: list[tuple[bytes, list[float]]], x: float) -> bytes:
    """Return the colour of the highest shape at a point, or nothing.

    A point is inside what lies an odd number of crossings before it.
    """
    for colour, crossings in line:
        if bisect(crossings, x) % 2:
            return colour
    return b""


if __name__ == "__main__":
    sys.exit(main())
