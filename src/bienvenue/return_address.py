"""Where a person may be sent after signing in: a checked address.

Whoever makes somebody follow a link to our sign-in page chooses the address
in it; without a check, the person would type a password on our page and
land on the other's (CWE-601, OWASP ASVS 3.7.2).
"""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from bienvenue.config import Settings
from bienvenue.links import Links

MAX_CHARACTERS = 2048
"""Of an address to return to; a longer one is none."""


@dataclass(frozen=True, slots=True)
class ReturnAddresses:
    """Knows the origins that may be returned to."""

    origins: tuple[Links, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take the service's own origin and those in the settings."""
        own = Links.of(settings)
        return cls((own, *(Links(text) for text in settings.return_to)))

    def allows(self, address: str) -> bool:
        """Tell whether a person may be sent there.

        A whole URL of one of the origins, or a path of the service's own.
        A user name in it is refused: it makes a host look like another.
        """
        if len(address) > MAX_CHARACTERS or not address.isascii():
            return False
        if not any(origin.owns(address) for origin in self.origins):
            return False
        return "@" not in urlsplit(address).netloc
