"""What to type once the first settings are written."""

from collections.abc import Mapping
from pathlib import Path


def after_init(
    path: Path, commands: Mapping[str, object], *, production: bool
) -> str:
    """Return what to type now, of the commands there are."""
    steps = [("bienvenue dev", "serve on this machine")]
    if production:
        steps = [
            ("bienvenue check --deploy", "see that nothing is unsafe"),
            ("bienvenue db upgrade", "make the database"),
            ("bienvenue doctor", "try database, mail and the rest"),
            ("bienvenue serve", "serve everyone"),
            ("bienvenue recipe", "systemd, containers, proxies"),
        ]
    known = [each for each in steps if each[0].split()[1] in commands]
    lines = [f"  {words:26}{why}" for words, why in known]
    where = ""
    if path.absolute() != Path("bienvenue.toml").absolute():
        where = f"\n  export BIENVENUE_CONFIG={path}"
    return "\n".join(
        [
            f"{path}: written; secrets are in it, and only you can read it.",
            "",
            f"Next:{where}",
            *lines,
        ]
    )
