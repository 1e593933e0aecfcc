"""The settings: whether ``serve`` would start with them."""

from collections.abc import Iterator

from bienvenue import safety
from bienvenue.config import Settings
from bienvenue.doctor.finding import Finding, failed, ok, warning

CHECK = "configuration"


def examine(settings: Settings) -> Iterator[Finding]:
    """Judge production's settings; development's may be what they are."""
    if settings.profile != "production":
        yield ok(CHECK, "can be read; development is judged by its own rules")
        return
    problems = safety.problems(settings)
    for one in problems:
        yield failed(CHECK, f"{one.setting}: {one.why}", one.fix)
    if not problems:
        yield ok(CHECK, "can be read, and is safe to serve with")
    for one in safety.advice(settings):
        yield warning(CHECK, f"{one.setting}: {one.why}", one.fix)
