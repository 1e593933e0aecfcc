"""Passwords that the policy of production takes, and may be cut to length."""

ASCII = "quiet mornings with green tea and rye bread"
COMPOSED = "".join(letter + "\u0301" for letter in "racelnisozukpmgwy")
"""Each pair is one code point in NFC."""
EMOJI = "".join(map(chr, range(0x1F400, 0x1F500, 7)))


def cut(phrase: str, length: int) -> str:
    """Return as many code points of it, counted after NFC."""
    units = phrase if phrase != COMPOSED else _pairs(phrase)
    return "".join(units[:length])


def _pairs(text: str) -> list[str]:
    return [text[at] + text[at + 1] for at in range(0, len(text), 2)]
