"""A service to start, signal and kill: ``python -m tests.server.served``.

Takes ``serve``'s arguments as JSON.  Prints the addresses when it is ready
and ``held`` when a request is inside ``/hold``, which ends with a line on
standard input.
"""

import json
import logging
import os
import sys
import threading
from typing import Any

from bienvenue.errors import BienvenueError
from bienvenue.server import Limits, Options, leave, serve

FAULTS = [RuntimeError, KeyError, MemoryError, RecursionError, SystemExit]


def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer with the process id; hold, hang, fail or end when asked to."""
    match environ["PATH_INFO"]:
        case "/hold":
            print("held", flush=True)  # noqa: T201 - the protocol
            sys.stdin.readline()
        case "/hang":
            print("held", flush=True)  # noqa: T201 - the protocol
            threading.Event().wait()
        case "/fail":
            raise FAULTS[int(environ["QUERY_STRING"]) % len(FAULTS)]
        case "/end":
            os._exit(9)
        case _:
            pass
    start_response("200 OK", [("X-Multi", str(environ["wsgi.multiprocess"]))])
    return [str(os.getpid()).encode()]


def make_app() -> Any:
    """Return the application; importable, as workers need it."""
    return app


def make_nothing() -> Any:
    """Fail as an application does whose settings are wrong."""
    raise BienvenueError("the settings are wrong")


def ready(addresses: list[str]) -> None:
    """Say where the service is."""
    print(json.dumps(addresses), flush=True)  # noqa: T201 - the protocol


def main() -> None:
    """Serve as the arguments say."""
    logging.basicConfig()
    wanted = json.loads(sys.argv[1])
    factory = make_nothing if wanted.pop("broken", False) else make_app
    options = Options(
        threads=2, limits=Limits(), drain=wanted.pop("drain", 10.0)
    )
    try:
        serve(factory, on_ready=ready, options=options, **wanted)
    except BienvenueError as error:
        raise SystemExit(str(error)) from None
    leave()


if __name__ == "__main__":
    main()
