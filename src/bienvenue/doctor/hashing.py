"""What a password hash costs on this machine."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter

from bienvenue.config import Settings
from bienvenue.doctor.finding import Finding, ok, warning
from bienvenue.hash_pool import usable_cores
from bienvenue.passwords import PasswordHasher

CHECK = "hash cost"

_SAMPLES = 3
_QUICK, _SLOW, _AIM = 0.05, 1.0, 0.25  # seconds
_LEAST, _MOST = 10, 20


def examine(settings: Settings) -> Iterator[Finding]:
    """Hash a few passwords as the service would, and judge the time."""
    hasher = PasswordHasher(settings.bcrypt_rounds, settings.peppers)
    yield judge(settings.bcrypt_rounds, _measured(hasher), usable_cores())


def judge(rounds: int, seconds: float, cores: int) -> Finding:
    """Say what a hash of this many seconds means for people."""
    said = (
        f"bcrypt_rounds = {rounds} takes {seconds * 1000:,.0f} ms;"
        f" {cores / seconds:,.1f} logins a second on {_count(cores)}"
    )
    better = fitting(rounds, seconds)
    fix = f"export BIENVENUE_BCRYPT_ROUNDS={better}"
    if seconds > _SLOW:
        if better == rounds:  # the least that is safe
            fix = "run it on a quicker machine"
        return warning(CHECK, f"{said}: people wait for each login", fix)
    if seconds < _QUICK and better > rounds:
        return warning(CHECK, f"{said}: so do guesses at stolen hashes", fix)
    return ok(CHECK, said)


def fitting(rounds: int, seconds: float) -> int:
    """Return the highest cost that takes a quarter of a second here."""
    best = _LEAST
    for each in range(_LEAST, _MOST + 1):
        if seconds * 2.0 ** (each - rounds) <= _AIM:
            best = each
    return best


def _measured(hasher: PasswordHasher) -> float:
    def once() -> float:
        start = perf_counter()
        hasher.hash("what does one of these cost here?")
        return perf_counter() - start

    return median(once() for _ in range(_SAMPLES))


def _count(cores: int) -> str:
    return "one core" if cores == 1 else f"{cores} cores"
