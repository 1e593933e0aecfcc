"""What proxies make of a request: whom the service sees as the client.

The service says what it saw to whoever signs with its secret key, see
``probe_token``.  192.0.2.66 is nobody's (RFC 5737): a service that takes it
for a client's address believes whatever a client says.
"""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from bienvenue import clock, probe_token
from bienvenue.config import Settings
from bienvenue.doctor import clocks, cookie
from bienvenue.doctor.finding import Finding, failed, ok, skipped, warning
from bienvenue.doctor.site import Headers, Reply, Site

CHECK = "proxy"

FORGED = "192.0.2.66"

_PATH = "/health/seen"


def examine(settings: Settings, site: Site) -> Iterator[Finding]:
    """Ask what the service sees; raises ``NotReached``."""
    if settings.secret_key is None:
        yield skipped(CHECK, "without secret_key the service tells nobody")
        return
    key = settings.secret_key.get_secret_value()

    def ask(more: Headers) -> Reply:
        note = {probe_token.HEADER: probe_token.make(key)}
        return site.get(_PATH, note | more)

    plain = ask({})
    if plain.status != HTTPStatus.OK:
        yield _unknown(plain)
        return
    seen = plain.members()
    yield from _release(seen)
    forged = ask({"X-Forwarded-For": FORGED}).members()
    yield from addresses(seen, forged, plain.source)
    yield from _scheme(settings, site, seen)
    yield from _clock(seen)
    yield from cookie.attributes(settings, plain)
    yield from cookie.round_trip(plain, ask)


def addresses(
    seen: dict[str, Any], forged: dict[str, Any], source: str
) -> Iterator[Finding]:
    """Judge whom the service takes its client to be.

    ``forged`` is what it saw of a request that said it came from
    ``FORGED``; ``source`` is where this machine asked from.
    """
    hops, chain = seen["trusted_hops"], forged["forwarded_for"]
    behind = _proxies(chain)
    if forged["address"] == FORGED:
        yield failed(
            CHECK,
            "a client chooses its own address, and with it its own limits:"
            f" trusted_hops is {hops}, and {behind} of your proxies"
            f" {'adds' if behind == 1 else 'add'} to X-Forwarded-For",
            _hops(behind)
            if behind
            else "have the proxy add the client's address to"
            " X-Forwarded-For; with none in front: export"
            " BIENVENUE_TRUSTED_HOPS=0",
        )
    elif hops and not seen["forwarded_for"]:
        yield failed(
            CHECK,
            "everybody seems to be the proxy: it sends no X-Forwarded-For",
            "have the proxy add the client's address to X-Forwarded-For",
        )
    elif behind > hops:
        yield failed(
            CHECK,
            f"everybody seems to be {forged['address']}: {behind} of your"
            f" proxies add to X-Forwarded-For, and trusted_hops is {hops}",
            _hops(behind),
        )
    else:
        same = " (this machine)" if seen["address"] == source else ""
        yield ok(
            CHECK,
            f"the service sees the client as {seen['address']}{same}, and"
            " believes no forged address",
        )


def _proxies(chain: list[str]) -> int:
    """Return how many proxies added to what was forged, or replaced it."""
    if FORGED not in chain:
        return len(chain)
    return len(chain) - 1 - chain.index(FORGED)


def _hops(number: int) -> str:
    proxy = " BIENVENUE_TLS_PROXY=true" if number else ""
    return f"export BIENVENUE_TRUSTED_HOPS={number}{proxy}"


def _unknown(reply: Reply) -> Finding:
    if reply.status == HTTPStatus.NOT_FOUND:
        return failed(
            CHECK,
            "the service does not know this doctor",
            "run it with the settings of the service: the same secret_key,"
            " the same release, and clocks that agree within a minute",
        )
    return failed(
        CHECK,
        f"GET {_PATH} is answered {reply.status}",
        "have the proxy hand this path on, and its headers",
    )


def _release(seen: dict[str, Any]) -> Iterator[Finding]:
    mine = version("bienvenue")
    if seen["version"] != mine:
        yield warning(
            "service",
            f"runs release {seen['version']}, and this is {mine}",
            "restart the service after an upgrade",
        )


def _scheme(
    settings: Settings, site: Site, seen: dict[str, Any]
) -> Iterator[Finding]:
    claimed = seen["forwarded_proto"]
    if site.secure and settings.tls_proxy and claimed == "http":
        yield warning(
            CHECK,
            "the proxy says X-Forwarded-Proto: http of an https request",
            "have it say the scheme that the client used",
        )
    host = str(seen["host"]).partition(":")[0].lower()
    if host != site.host.lower():
        yield warning(
            CHECK,
            f"the service sees the host as {seen['host']}, and it is"
            f" {site.host}",
            "have the proxy hand on Host (nginx: proxy_set_header Host $host)",
        )


def _clock(seen: dict[str, Any]) -> Iterator[Finding]:
    theirs = datetime.fromisoformat(seen["time"])
    yield clocks.judge("the service", (theirs - clock.now()).total_seconds())
