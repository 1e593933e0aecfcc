"""``python -m deploy.patroni``: run the cluster until Ctrl-C."""

import signal
import sys
from typing import NoReturn

from deploy.patroni.cluster import running
from deploy.patroni.processes import MissingProgram


def main() -> int:
    """Bring it up, say how to reach it, and wait to be stopped."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        with running() as cluster:
            print(f"BIENVENUE_DATABASE_URL='{cluster.url}'")
            for node in cluster.nodes:
                place = node.place
                print(
                    f"{place.name}: PostgreSQL {place.port}, Patroni"
                    f" {place.rest}, {place.folder}"
                )
            print("Ctrl-C ends it and throws it away", flush=True)
            signal.pause()
    except MissingProgram as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _leave(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
