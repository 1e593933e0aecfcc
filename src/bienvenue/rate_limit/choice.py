"""The limiter that the settings ask for."""

from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError
from bienvenue.rate_limit import Limiter, NullLimiter
from bienvenue.rate_limit.memory import MemoryLimiter


def limiter_for(settings: Settings) -> Limiter:
    """Return a limiter; raises ``ConfigurationError`` for no usable Redis."""
    if not settings.throttled:
        return NullLimiter()
    if settings.redis_url is None:
        return MemoryLimiter()
    if settings.secret_key is None:
        raise ConfigurationError(
            "redis_url: needs secret_key, which all that share it agree on"
        )
    try:
        from bienvenue.rate_limit.redis import RedisLimiter
    except ImportError:
        raise ConfigurationError(
            "redis_url: needs the extra: pip install 'bienvenue[redis]'"
        ) from None
    return RedisLimiter(settings.redis_url.get_secret_value())
