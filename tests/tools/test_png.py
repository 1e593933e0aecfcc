"""Pictures are made lighter, and stay what they show."""

import struct
import zlib

import pytest

from tools import png, png_file

# Rows of two pixels, each under the filter of its number.
FILTERED = [
    bytes([0, 9, 21, 30, 9, 21, 30]),
    bytes([1, 9, 21, 30, 0, 0, 0]),
    bytes([2, 3, 3, 3, 3, 3, 3]),
    bytes([3, 6, 12, 17, 0, 0, 0]),
    bytes([4, 0, 0, 0, 0, 0, 0]),
]


def picture(rows: list[bytes], width: int, *, colours: int = 2) -> bytes:
    """Write a PNG of 8-bit RGB from rows that are filtered already."""
    packed = zlib.compress(b"".join(rows))
    parts = (b"IDAT", packed[:9]), (b"IDAT", packed[9:])
    return png_file.written(width, len(rows), colours, *parts)


def pixels(light: bytes) -> list[tuple[int, ...]]:
    """Read a PNG with a palette whose rows have no filter."""
    chunks = list(png_file.chunks(light))
    body = dict(chunks)
    width, height, *kind = struct.unpack(">IIBBBBB", body[b"IHDR"])
    assert kind == [8, 3, 0, 0, 0]
    data, colours = zlib.decompress(body[b"IDAT"]), body[b"PLTE"]
    assert len(data) == height * (width + 1)
    palette = list(
        zip(colours[::3], colours[1::3], colours[2::3], strict=True)
    )
    ends = range(width + 1, len(data) + 1, width + 1)
    return [
        palette[place]
        for end in ends
        for place in data[slice(end - width, end)]
    ]


def test_every_filter_is_undone() -> None:
    one, other = (9, 21, 30), (12, 24, 33)
    found = pixels(png.lighter(picture(FILTERED, 2)))
    assert found == [one] * 4 + [other] * 6


def test_few_colours_stay_nearly_as_they_are() -> None:
    shades = [bytes([0, *(each, 0, 255 - each) * 2]) for each in range(256)]
    found = pixels(png.lighter(picture(shades, 2)))[::2]
    for each, (red, green, blue) in enumerate(found):
        assert abs(red - each) <= 1
        assert (green, abs(blue - (255 - each)) <= 1) == (0, True)


def test_a_rare_colour_becomes_its_neighbour() -> None:
    greens = [bytes([0, *(0, 3 * each, 0) * 2]) for each in range(86)]
    reds = [bytes([0, *(3 * each, 0, 255) * 2]) for each in range(86)]
    blues = [bytes([0, *(255, 255, 3 * each) * 2]) for each in range(84)]
    rare = bytes([0, 3, 90, 0, 0, 33, 0])
    found = pixels(png.lighter(picture([*greens, *reds, *blues, rare], 2)))
    assert found[-2:] == [(0, 90, 0), (0, 33, 0)]


def test_another_kind_of_picture_is_refused() -> None:
    for wrong in (b"GIF89a, or so", picture(FILTERED, 2, colours=6)):
        with pytest.raises(ValueError, match="not a PNG"):
            png.lighter(wrong)
