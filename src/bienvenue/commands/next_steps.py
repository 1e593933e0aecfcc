"""What to know, and to type, once the first settings are written."""

import shlex
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from bienvenue.config import Settings

_WIDTH = 26
_SOMEWHERE = "https://accounts.example.com"

Step = tuple[str, str]


def after_init(
    path: Path, settings: Settings, known: Container[str], note: str = ""
) -> str:
    """Return what to type now, of the commands that are ``known``.

    ``settings`` are those that were written to ``path``; ``note`` is what
    somebody should know of them first.
    """
    steps = [("bienvenue dev", "serve on this machine")]
    if settings.profile == "production":
        steps = _to_production(settings)
    where = ""
    if path.absolute() != Path("bienvenue.toml").absolute():
        where = f"\n  export BIENVENUE_CONFIG={shlex.quote(str(path))}"
    return "\n".join(
        [
            f"{path}: written; secrets are in it, and only you can read it.",
            *([note] if note else []),
            "",
            f"Next:{where}",
            *_lines([each for each in steps if each[0].split()[1] in known]),
        ]
    )


def _to_production(settings: Settings) -> list[Step]:
    url = shlex.quote(settings.public_url or _SOMEWHERE)
    return [
        ("bienvenue check --deploy", "see that nothing is unsafe"),
        ("bienvenue db upgrade", "make the database"),
        ("bienvenue doctor", "try database, mail and the rest"),
        ("bienvenue serve", "serve everyone"),
        (f"bienvenue doctor --url {url}", "ask it meanwhile, as people do"),
        ("bienvenue recipe", "systemd, containers, proxies"),
    ]


def _lines(steps: Sequence[Step]) -> Iterator[str]:
    for words, why in steps:
        if len(words) < _WIDTH:
            yield f"  {words:{_WIDTH}}{why}"
        else:  # beside it there is no room
            yield f"  {words}"
            yield f"  {'':{_WIDTH}}{why}"
