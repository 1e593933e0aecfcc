"""The production profile as operators run it: workers, Redis and SMTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.redis_server import started as started_redis
from tests.service import Service, started
from tests.services.post import Post

# The limits at their highest: these tests are about something else.
LIMITS = {
    "BIENVENUE_LOGIN_FAILURES_PER_NETWORK": "10000",
    "BIENVENUE_LOGIN_FAILURES_PER_ACCOUNT": "100",
    "BIENVENUE_LOGIN_FAILURES_PER_DEVICE": "100",
    "BIENVENUE_REGISTRATIONS_PER_NETWORK": "10000",
    "BIENVENUE_RESET_REQUESTS_PER_NETWORK": "10000",
    "BIENVENUE_RESET_MAILS_PER_ACCOUNT": "100",
    "BIENVENUE_RESET_FAILURES_PER_NETWORK": "10000",
    "BIENVENUE_VERIFICATION_REQUESTS_PER_NETWORK": "10000",
    "BIENVENUE_VERIFICATION_MAILS_PER_ACCOUNT": "100",
    "BIENVENUE_VERIFICATION_FAILURES_PER_NETWORK": "10000",
    "BIENVENUE_VERIFICATION_FAILURES_PER_ACCOUNT": "100",
    "BIENVENUE_EMAIL_CHANGES_PER_ACCOUNT": "100",
}


@contextmanager
def production(
    folder: Path, post: Post, *, workers: int = 3, port: int | None = None
) -> Iterator[Service]:
    """Run ``bienvenue serve`` behind a proxy that is said to end TLS.

    ``post`` must be listening.
    """
    arguments = [] if port is None else ["--port", str(port)]
    with started_redis() as redis:
        env = {
            **LIMITS,
            "BIENVENUE_SECRET_KEY": "k" * 32,
            "BIENVENUE_TLS_PROXY": "true",
            "BIENVENUE_TRUSTED_HOPS": "1",
            "BIENVENUE_PUBLIC_URL": "https://accounts.example.com",
            "BIENVENUE_BCRYPT_ROUNDS": "10",
            "BIENVENUE_REDIS_URL": redis.url,
            "BIENVENUE_WORKERS": str(workers),
            "BIENVENUE_MAIL": "smtp",
            "BIENVENUE_MAIL_FROM": "no-reply@example.com",
            "BIENVENUE_SMTP_HOST": "127.0.0.1",
            "BIENVENUE_SMTP_PORT": str(post.port),
            "BIENVENUE_SMTP_SECURITY": "none",
        }
        with started(
            folder, *arguments, command="serve", env=env
        ) as service:
            yield service
