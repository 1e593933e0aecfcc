"""A cookie, from the service to its client and back."""

import re
from collections.abc import Callable, Iterator

from bienvenue.config import Settings
from bienvenue.doctor.finding import Finding, failed, ok
from bienvenue.doctor.site import Headers, Reply

CHECK = "cookie"

Ask = Callable[[Headers], Reply]

_SET = re.compile(r"([^=;\s]+)=([0-9a-f-]{36})((?:;.*)?)", re.DOTALL)


def attributes(settings: Settings, reply: Reply) -> Iterator[Finding]:
    """See that a cookie arrives with the attributes it was sent with."""
    found = [_SET.fullmatch(each) for each in reply.all_of("set-cookie")]
    ours = next((each for each in found if each), None)
    if ours is None:
        return
    wanted = {"httponly", "path=/", "samesite=lax"}
    if settings.secure_cookies:
        wanted.add("secure")
    there = {each.strip().lower() for each in ours[3].split(";")}
    lacking = sorted(wanted - there)
    if any(each.startswith("domain=") for each in there):
        yield failed(
            CHECK,
            "a proxy adds Domain to cookies: neighbouring hosts get them",
            "take the rewriting of cookies out of the proxy's configuration",
        )
    if lacking:
        yield failed(
            CHECK,
            f"the cookie arrives without {', '.join(lacking)}",
            "take the rewriting of cookies out of the proxy's configuration,"
            " and start the service by `bienvenue serve`",
        )


def round_trip(plain: Reply, ask: Ask) -> Iterator[Finding]:
    """Bring the cookie of an answer back; raises ``NotReached``."""
    found = [_SET.fullmatch(each) for each in plain.all_of("set-cookie")]
    ours = next((each for each in found if each), None)
    if ours is None:
        yield failed(
            CHECK,
            "the service's cookie did not arrive",
            "have the proxy hand on Set-Cookie, and cache nothing",
        )
        return
    back = ask({"Cookie": f"{ours[1]}={ours[2]}"}).members()
    if back.get("cookie") == ours[2]:
        yield ok(CHECK, "one was set, brought back and recognised")
    else:
        yield failed(
            CHECK,
            "one was set and brought back, and did not reach the service",
            "have the proxy hand on Cookie as it came",
        )
