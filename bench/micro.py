"""Where the microseconds of one session check go.

The parts are the code that runs, called in this process on one core; what
a whole request costs the server's process is measured over HTTP.  CPU time
throughout, which other processes disturb little.
"""

import tempfile
from pathlib import Path

from bench import load, machine, people
from bench.machine import Watch
from bench.parts import parts
from bench.rounds import on_core
from bench.servers import started


def over_http(file: Path, cookies: Path, seconds: int) -> dict[str, float]:
    """Return what a request costs the server's process in CPU seconds."""
    names = {
        "constant": "whole request, constant answer",
        "door": "whole request, session check",
        "bare": "whole request, bare Flask route",
    }
    server_core, core = machine.cores()
    found = {}
    for target, name in names.items():
        with started(target, file, [server_core]) as server:
            load.ask(server.port, cookies, 1, core)
            with Watch(server.pid, []) as watch:
                got = load.ask(server.port, cookies, seconds, core)
            found[name] = watch.server_seconds / got.requests
    return found


def measure(*, quick: bool) -> dict[str, float]:
    """Return the list: CPU seconds by name."""
    server_core, _ = machine.cores()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file, cookies = Path(folder, "bench.db"), Path(folder, "session_ids")
        accounts, sessions = (100, 50) if quick else (10_000, 2_000)
        url = f"sqlite:///{file}"
        signed_in = people.populate(url, accounts, sessions)
        ids = [person.session_id for person in signed_in]
        people.keep_cookies(cookies, ids)
        with on_core(server_core):
            found = parts(file, ids, 200 if quick else 10_000)
        return found | over_http(file, cookies, 1 if quick else 3)
