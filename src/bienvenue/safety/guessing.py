"""What is between an account and whoever guesses or steals."""

import os
from collections.abc import Iterator

from bienvenue.config import Settings
from bienvenue.safety.problem import Problem

_LEAST_ROUNDS = 10  # OWASP Password Storage Cheat Sheet


def profile(settings: Settings) -> Iterator[Problem]:
    """Find rules that are development's."""
    if settings.profile != "production":
        yield Problem(
            "profile",
            "development's rules are for one machine and one person",
            "export BIENVENUE_PROFILE=production",
        )
    if settings.echo_tokens:
        yield Problem(
            "tokens_in_answers",
            "whoever knows an address could take over its account",
            "export BIENVENUE_TOKENS_IN_ANSWERS=false",
        )


def secrets(settings: Settings) -> Iterator[Problem]:
    """Find keys that are missing, and hashes that are weak."""
    if settings.secret_key is None:
        yield Problem(
            "secret_key",
            "there is none; make one, once, and keep it safe",
            "export BIENVENUE_SECRET_KEY=$(python3 -c"
            " 'import secrets; print(secrets.token_urlsafe(32))')",
        )
    if settings.bcrypt_rounds < _LEAST_ROUNDS:
        yield Problem(
            "bcrypt_rounds",
            f"below {_LEAST_ROUNDS}, stolen hashes are soon guessed",
            "export BIENVENUE_BCRYPT_ROUNDS=12",
        )


def corpus(settings: Settings) -> Iterator[Problem]:
    """OWASP ASVS V16.5.3: it would fail closed, and nobody could join."""
    file = settings.breach_file
    if file is not None and not os.access(file, os.R_OK):
        yield Problem(
            "breach_file",
            "it cannot be read, so no new password would be accepted; name"
            " the file, or an empty one",
            "export BIENVENUE_BREACH_FILE=/dev/null",
        )


def throttling(settings: Settings) -> Iterator[Problem]:
    """OWASP ASVS V6.3.1: guessing has limits, and they are exact."""
    if not settings.throttled:
        yield Problem(
            "throttle",
            "anybody could guess passwords for as long as they like",
            "export BIENVENUE_THROTTLE=true",
        )
    elif settings.workers > 1 and settings.redis_url is None:
        yield Problem(
            "redis_url",
            "each worker would count guesses for itself; count them in one"
            " Redis, or set workers to 1",
            "export BIENVENUE_REDIS_URL=redis://127.0.0.1:6379/0",
        )
