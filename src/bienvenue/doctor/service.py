"""The running service, asked as a client would: health, TLS, headers."""

from collections.abc import Iterator
from http import HTTPStatus

from bienvenue.config import Settings
from bienvenue.doctor import proxy
from bienvenue.doctor.finding import Finding, failed, ok, warning
from bienvenue.doctor.site import NotReached, Reply, Site
from bienvenue.web import headers

CHECK = "service"

_SOON = 14  # days
_PLAIN_PORTS = (None, 443)
_MOVED = frozenset({301, 302, 303, 307, 308})


def examine(settings: Settings, url: str) -> Iterator[Finding]:
    """Ask the service at a URL; makes no account and no session.

    Raises ``ConfigurationError`` for what is no URL.
    """
    site = Site(url)
    try:
        live = site.get("/health/live")
        yield _health(live, "live")
        if live.status != HTTPStatus.OK:
            return
        yield _health(site.get("/health/ready"), "ready")
        yield from _certificate(live)
        yield from _headers(settings, live)
        yield from proxy.examine(settings, site)
    except NotReached as error:
        yield failed(CHECK, f"{site.host}: {error}", error.fix)
        return
    yield from _plain(site)


def _health(reply: Reply, wanted: str) -> Finding:
    if reply.members().get("status") == wanted:
        return ok(CHECK, f"is {wanted}")
    said = f"GET /health/{wanted} is answered {reply.status}"
    if reply.members().get("code") == "database_unavailable":
        return failed(
            CHECK,
            f"{said}: it lives, and its database is away or of another"
            " release",
            "see the findings about the database; then bienvenue db status",
        )
    if reply.members():
        fix = "see that --url has the path that the service is mounted at"
    else:
        fix = (
            "see that the proxy hands requests on to the service, and that"
            " the service runs: systemctl status bienvenue"
        )
    return failed(CHECK, said, fix)


def _certificate(reply: Reply) -> Iterator[Finding]:
    if reply.days is None:
        return
    said = f"the certificate is good for {reply.days:.0f} more days"
    if reply.days < _SOON:
        yield warning("tls", said, "renew it now, and see why nothing did")
    else:
        yield ok("tls", said)


def _headers(settings: Settings, reply: Reply) -> Iterator[Finding]:
    """See that every header arrives as it was sent, once."""
    wrong = False
    for name, text in headers.for_all(settings).items():
        found = reply.all_of(name)
        if _arrived(name, text, found):
            continue
        wrong = True
        if name == "Strict-Transport-Security" and not found:
            yield failed(
                "headers",
                f"{name} is missing, so it runs in the development profile,"
                " or a proxy took it away",
                "start it by `bienvenue serve`",
            )
            continue
        how = "is missing" if not found else f"arrives as {'; '.join(found)}"
        yield failed(
            "headers",
            f"{name} {how}, and the service sends {text}",
            f"take {name} out of the proxy's configuration: the service"
            " sends its own",
        )
    if not wrong:
        yield ok("headers", "all security headers arrive as they were sent")


def _arrived(name: str, wanted: str, found: list[str]) -> bool:
    if name == "Vary":  # a proxy that compresses adds to it
        return wanted.lower() in ",".join(found).lower()
    return found == [wanted]


def _plain(site: Site) -> Iterator[Finding]:
    """See what becomes of somebody who types the name without https."""
    if not site.secure or site.port not in _PLAIN_PORTS:
        return
    yield in_the_clear(site.in_the_clear())


def in_the_clear(site: Site) -> Finding:
    """Judge what a place answers that is reached without TLS."""
    try:
        reply = site.get("/health/live")
    except NotReached:
        return ok("tls", "nobody listens for plain HTTP")
    places = reply.all_of("location")
    if reply.status in _MOVED and places and _is_https(places[0]):
        return ok("tls", "plain HTTP is sent on to HTTPS")
    if reply.status >= HTTPStatus.BAD_REQUEST:
        return ok("tls", "plain HTTP is refused")
    return failed(
        "tls",
        "plain HTTP is answered: passwords could cross the network in the"
        " clear",
        "have the proxy answer port 80 with a redirect to https",
    )


def _is_https(place: str) -> bool:
    return place.lower().startswith("https://")
