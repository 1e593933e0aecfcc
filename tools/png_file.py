"""What a PNG file is made of: a header and chunks (ISO/IEC 15948)."""

import struct
import zlib
from collections.abc import Iterator

RGB, PALETTE, RGBA = 2, 3, 6
"""Kinds of colour; each has eight bits here."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
"""How every file begins."""

_HEADER = struct.Struct(">IIBBBBB")


def written(
    width: int, height: int, colour: int, *chunks: tuple[bytes, bytes]
) -> bytes:
    """Return a file of 8 bits that is not interlaced, from its chunks."""
    header = _HEADER.pack(width, height, 8, colour, 0, 0, 0)
    every = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(*each) for each in every)


def chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the body of each chunk, the header's first.

    Raises ``ValueError`` for what is no PNG.
    """
    if picture[:8] != SIGNATURE:
        raise ValueError("not a PNG")
    place = 8
    while place < len(picture):
        (length,) = struct.unpack_from(">I", picture, place)
        name, body = place + 4, place + 8
        end = body + length
        yield picture[name:body], picture[body:end]
        place = end + 4


def size(header: bytes, colour: int) -> tuple[int, int]:
    """Return width and height as the header tells them.

    Raises ``ValueError`` for any other kind of colour, and for what
    ``written`` would not write.
    """
    width, height, *kind = _HEADER.unpack(header)
    if kind != [8, colour, 0, 0, 0]:
        raise ValueError("not a PNG of 8 bits, of that kind, not interlaced")
    return width, height


def _chunk(name: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + check
