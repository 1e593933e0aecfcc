"""A folder to begin a theme with: every file says what it is for."""

import re
from pathlib import Path

from bienvenue.errors import ConfigurationError

_HERE = Path(__file__).parent
_STARTER = _HERE / "starter"
_VARIABLE = re.compile(r"^    (--auth-[\w-]+: .*;)$", re.MULTILINE)


def write(folder: Path) -> list[Path]:
    """Write the files into a folder, made where it is not there.

    Returns their paths.  Raises ``ConfigurationError`` where one of them is
    there already, and writes none then.
    """
    files = {
        file.relative_to(_STARTER): _filled(file.read_text("utf-8"))
        for file in sorted(_STARTER.rglob("*.*"))
    }
    for name in files:
        if (folder / name).exists():
            raise ConfigurationError(
                f"{folder / name} is there already; name another folder"
            )
    try:
        for name, text in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as stream:
                stream.write(text)
    except OSError as error:
        reason = error.strerror or "it cannot be written to"
        raise ConfigurationError(f"{folder}: {reason}") from None
    return [folder / name for name in files]


def variables() -> list[str]:
    """Return the variables that a theme may set, as our sheet sets them."""
    sheet = (_HERE / "static" / "pages.css").read_text("utf-8")
    return _VARIABLE.findall(sheet)


def _filled(text: str) -> str:
    lines = "\n".join(f"  {each}" for each in variables())
    return text.replace("@variables@", lines)
