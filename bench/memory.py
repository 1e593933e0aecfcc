"""How much memory the service takes: idle, and after ten thousand requests.

Of the whole process tree, from ``/proc``.  ``own`` is what the service's
processes share with nobody and would be given back if they ended.  ``PSS``
adds their part of the pages they share with other programs, such as the
interpreter and libraries that others run too.  ``RSS`` counts those pages
whole: what it takes on a machine where nothing else uses them.
"""

import http.client
import json
import select
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import machine, people
from bench.claims import Claim
from bench.servers import ROOT, Failed, Server, started

RESULTS = ROOT / "bench" / "results" / "memory.json"
REQUESTS = 10_000
AIM_MB = 60

_SETTLING_SECONDS = 3.0
_FIELDS = {"Rss:": "rss", "Pss:": "pss"}
_OWN = ("Private_Clean:", "Private_Dirty:")
_KB, _MB = 1024, 1024 * 1024
_WATCHED = {
    "BIENVENUE_METRICS_TOKEN": "a token for a measurement and nothing else",
    "BIENVENUE_LOG_FORMAT": "json",
}


@dataclass(frozen=True)
class Memory:
    """Memory of a process tree in bytes; ``processes`` is how many."""

    what: str
    pss: int
    own: int
    rss: int
    processes: int


def of_tree(what: str, pid: int) -> Memory:
    """Return the memory of a process and all below it.

    Raises ``Failed`` where the kernel does not tell.
    """
    sums, waiting, processes = (
        dict.fromkeys(("pss", "own", "rss"), 0),
        [pid],
        0,
    )
    while waiting:
        place = Path("/proc") / str(waiting.pop())
        try:
            lines = (place / "smaps_rollup").read_text().splitlines()
            for task in (place / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError as error:
            raise Failed(f"{place}: {error.strerror}") from None
        processes += 1
        for line in lines[1:]:
            field, size, *_ = line.split()
            name = "own" if field in _OWN else _FIELDS.get(field)
            if name:
                sums[name] += int(size) * _KB
    return Memory(what, **sums, processes=processes)


def measure(*, quick: bool) -> list[Memory]:
    """Measure the service, watched and not."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder, "bench.db")
        signed_in = people.populate(f"sqlite:///{file}", 100, 50)
        cookies = [one.session_id for one in signed_in]
        times = REQUESTS // 50 if quick else REQUESTS

        def of_service(name: str, env: dict[str, str]) -> list[Memory]:
            def use(server: Server) -> None:
                _use(server.port, cookies, times)

            return _measured("door", name, file, env, use)

        return [
            *of_service("service", {}),
            *of_service("service, metrics and JSON log", _WATCHED),
        ]


def _measured(
    target: str,
    name: str,
    file: Path,
    env: dict[str, str],
    use: Callable[[Server], None],
) -> list[Memory]:
    with started(target, file, machine.cores(), env=env) as server:
        _settle()
        idle = of_tree(f"{name}, idle", server.pid)
        use(server)
        _settle()
        return [idle, of_tree(f"{name}, after use", server.pid)]


def _settle() -> None:
    """Let threads end what they began with."""
    select.select([], [], [], _SETTLING_SECONDS)


def _use(port: int, cookies: list[str], times: int) -> None:
    """Ask as applications and people do: checks, refusals, logins."""
    _ask(port, "/profile", cookies, times * 8 // 10)
    _ask(port, "/profile", [""], times * 2 // 10)
    body = {"email": "u1@example.com", "password": people.PASSWORD}
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as link:
        for _ in range(10):
            link.request(
                "POST",
                "/sessions",
                json.dumps(body),
                {"Content-Type": "application/json"},
            )
            answer = link.getresponse()
            answer.read()
            if answer.status != 200:
                raise Failed(f"a login was answered {answer.status}")


def _ask(port: int, path: str, cookies: list[str], times: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as link:
        for number in range(times):
            cookie = f"session_id={cookies[number % len(cookies)]}"
            link.request("GET", path, headers={"Cookie": cookie})
            answer = link.getresponse()
            answer.read()
            if answer.status not in (200, 403):
                raise Failed(f"{path} was answered {answer.status}")


def table(found: list[Memory], *, markdown: bool) -> str:
    """Return the figures in MB (of 1,048,576 bytes)."""
    rows = [["", "PSS", "own", "RSS", "processes"]]
    rows += [
        [
            one.what,
            *(f"{size / _MB:.1f} MB" for size in (one.pss, one.own, one.rss)),
            str(one.processes),
        ]
        for one in found
    ]
    if markdown:
        rows.insert(1, ["---"] * 5)
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)
    wide = max(len(row[0]) for row in rows)
    return "\n".join(
        row[0].ljust(wide) + "".join(cell.rjust(11) for cell in row[1:])
        for row in rows
    )


def claim(found: list[Memory]) -> Claim:
    """Return what the service takes when it has been used, all pages."""
    used = found[1]
    words = f"RSS; PSS {used.pss / _MB:.0f} MB, own {used.own / _MB:.0f} MB"
    return Claim("memory", used.rss / _MB, note=words)


def verdict(found: list[Memory]) -> str:
    """Say whether the idle service stays below what is aimed for."""
    idle = found[0].pss / _MB
    word = "below" if idle < AIM_MB else "NOT below"
    return f"idle service: {idle:.1f} MB (PSS), {word} {AIM_MB} MB"


def main(*, quick: bool, markdown: bool) -> list[Memory]:
    """Measure, print, keep what a whole run gave, and return it."""
    found = measure(quick=quick)
    facts = machine.facts()
    print(table(found, markdown=markdown))
    print()
    print(verdict(found))
    if not quick:
        results = {
            "machine": facts,
            "requests": REQUESTS,
            "rows": [asdict(one) for one in found],
        }
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    return found
