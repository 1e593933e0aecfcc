"""Bring the catalogues up to date with what letters and pages say.

``python tools/messages.py`` adds to each catalogue the messages that are
new and marks as fuzzy those that changed; ``python tools/messages.py de``
begins one for German.  The tests fail on a catalogue that lacks something.
"""

import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "bienvenue"
CATALOGUES = PACKAGE / "translation"
_TEMPLATES = [
    ("mail_templates/**", "jinja2"),
    ("**/templates/bienvenue/*.html", "jinja2"),
    ("web/wording.py", "python"),
    ("features/account/sentences.py", "python"),
]
_STRICT = {"silent": "false", "trimmed": "true"}
_OPTIONS = {name: _STRICT for name, how in _TEMPLATES if how == "jinja2"}
_HEAD = r"""msgid ""
msgstr ""
"Language: {}\n"
"Plural-Forms: {}\n"
"Content-Type: text/plain; charset=utf-8\n"

"""


def said() -> Catalog:
    """Return every message of the templates, and where it is said."""
    catalogue = Catalog(fuzzy=False)
    for file, line, message, comments, context in extract_from_dir(
        PACKAGE, _TEMPLATES, _OPTIONS
    ):
        catalogue.add(
            message,
            locations=[(file, line)],
            auto_comments=comments,
            context=context,
        )
    return catalogue


def load(file: Path) -> Catalog:
    """Read a catalogue; a file that is not there is an empty one."""
    if not file.exists():
        return Catalog(locale=file.stem, fuzzy=False)
    with file.open("rb") as stream:
        return read_po(stream, locale=file.stem, abort_invalid=True)


def brought_up_to_date(file: Path) -> bytes:
    """Return a catalogue as it should be, less its translations to come."""
    catalogue = load(file)
    catalogue.update(said(), update_header_comment=False)
    # Without dates and places, which would differ from run to run.
    head = _HEAD.format(file.stem, catalogue.plural_forms)
    found = BytesIO()
    write_po(
        found,
        catalogue,
        width=79,
        no_location=True,
        omit_header=True,
        ignore_obsolete=True,
    )
    return head.encode() + found.getvalue().strip() + b"\n"


def main(new: Sequence[str]) -> int:
    """Write all catalogues anew, and those of new languages."""
    files = [CATALOGUES / f"{language}.po" for language in new]
    for file in [*sorted(CATALOGUES.glob("*.po")), *files]:
        file.write_bytes(brought_up_to_date(file))
        print(f"wrote {file.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
