"""Where a recipe is used: names, addresses, paths and ports."""

import re
from dataclasses import dataclass
from functools import cached_property

from bienvenue.errors import ConfigurationError

_HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    r"(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*",
    re.ASCII | re.IGNORECASE,
)
_UPSTREAM = re.compile(
    r"(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\]):"
    r"(?P<port>[0-9]{1,5})"
)
# No space, quote, brace or semicolon: it stays one word in every file. No
# percent sign either, which systemd reads as the beginning of something.
_PATH = re.compile(r"/[A-Za-z0-9._/@+=,-]{0,4095}")


class UnfitPlace(ConfigurationError):
    """A name, address or path that cannot stand in a recipe."""


@dataclass(frozen=True)
class Place:
    """What differs between places; raises ``UnfitPlace``.

    ``host`` is the name people reach the service by; ``upstreams`` are
    its nodes, each ``HOST:PORT``; ``https_port`` and ``http_port`` are
    where the proxy listens; ``certificate`` and ``key`` are absolute
    paths of PEM files; where a program wants both in one file, it is
    ``certificate`` and ``key`` is not used.  ``log_folder`` is where a
    proxy keeps its log, if it writes files; ``program`` is where a node
    finds ``bienvenue``.  The first upstream says where a node listens.
    """

    host: str = "accounts.example.com"
    upstreams: tuple[str, ...] = ("127.0.0.1:5000",)
    certificate: str = "/etc/ssl/bienvenue/fullchain.pem"
    key: str = "/etc/ssl/bienvenue/privkey.pem"
    https_port: int = 443
    http_port: int = 80
    log_folder: str = "/var/log/nginx"
    program: str = "/opt/bienvenue/bin/bienvenue"

    def __post_init__(self) -> None:
        """Refuse what would not stay in its hole."""
        if not _HOST.fullmatch(self.host):
            raise UnfitPlace(
                f"{self.host!r} is no host name: give one such as"
                " accounts.example.com, without scheme or port"
            )
        if not self.upstreams:
            raise UnfitPlace("name one node at least, as HOST:PORT")
        for upstream in self.upstreams:
            _require_upstream(upstream)
        for path in (
            self.certificate,
            self.key,
            self.log_folder,
            self.program,
        ):
            if not _PATH.fullmatch(path):
                raise UnfitPlace(
                    f"{path!r} is no absolute path in letters, digits and"
                    " ._/@+=,-"
                )

    @cached_property
    def authority(self) -> str:
        """Host, and port where it is not the usual one (RFC 3986 3.2)."""
        if self.https_port == 443:
            return self.host
        return f"{self.host}:{self.https_port}"

    @property
    def values(self) -> dict[str, object]:
        """What the holes are filled with."""
        node_host, _, node_port = self.upstreams[0].rpartition(":")
        return {
            "host": self.host,
            "authority": self.authority,
            "upstreams": self.upstreams,
            "certificate": self.certificate,
            "key": self.key,
            "https_port": self.https_port,
            "http_port": self.http_port,
            "log_folder": self.log_folder,
            "program": self.program,
            "node_host": node_host.strip("[]"),
            "node_port": node_port,
        }


def _require_upstream(upstream: str) -> None:
    found = _UPSTREAM.fullmatch(upstream)
    if not found or not 1 <= int(found["port"]) <= 65535:
        raise UnfitPlace(
            f"{upstream!r} is no node: give HOST:PORT, such as 10.0.0.5:5000"
        )
