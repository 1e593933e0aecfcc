"""Cells of a CSV file that a spreadsheet takes for what they are."""

import re

# At the beginning, and after what may part cells where the reader is: a
# spreadsheet that parts them by semicolons finds one within our cell.
_FORMULA = re.compile(r"(^|[;\t]\s*)(?=[=+\-@\t\r\0])")


def harmless(cell: object) -> object:
    """Return what a spreadsheet takes for text (OWASP ASVS 1.2.10).

    An address may begin as a formula does, and whoever registers chooses
    it; the same goes for the name of a browser.
    """
    return _FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell
