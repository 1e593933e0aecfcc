"""Peers: other ways to have sessions, each asked by its own session check.

Each has a folder in ``bench/peers/`` with a small program and the versions
it needs.  They are installed when they are first measured, into folders of
their own below ``build/``, which ``make clean`` removes.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import answers
from bench.rounds import Plan, Target
from bench.servers import ROOT, Failed

SESSIONS = 64
"""How many accounts a peer has, each with one session.

Few: the plain exercise looks at all of them for each request.
"""

_HERE = ROOT / "bench" / "peers"
_BUILD = ROOT / "build" / "peers"
_PATIENCE = 900
_GRANIAN = (
    *("{bin}/python", "-m", "granian", "--interface", "wsgi", "--no-ws"),
    *("--workers", "1", "--blocking-threads", "4", "--no-log"),
    *("--host", "127.0.0.1", "--port", "{port}"),
    *("--working-dir", "{folder}", "app:app"),
)
_UVICORN = (
    *("{bin}/python", "-m", "uvicorn", "--app-dir", "{folder}"),
    *("--host", "127.0.0.1", "--port", "{port}", "--loop", "uvloop"),
    *("--http", "httptools", "--log-level", "warning", "--no-access-log"),
    "app:app",
)


@dataclass(frozen=True)
class Peer:
    """A peer: its folder's name, its path for checks, how it is served."""

    name: str
    title: str
    path: str
    serve: tuple[str, ...]
    seed: tuple[str, ...] = ("{bin}/python", "app.py")

    @property
    def source(self) -> Path:
        """The folder of its program and its versions."""
        return _HERE / self.name

    @property
    def home(self) -> Path:
        """The folder it is installed in."""
        return _BUILD / self.name

    def filled(self, command: Sequence[str]) -> list[str]:
        """Return a command with its places filled, but for the port."""
        own = self.home if self.needs else Path(sys.prefix)
        at = self.home if self.needs == "package.json" else self.source
        places = {"{bin}": str(own / "bin"), "{folder}": str(at)}
        for name, place in places.items():
            command = [part.replace(name, place) for part in command]
        return list(command)

    @property
    def needs(self) -> str | None:
        """The file of the versions it needs; None: only the project's."""
        names = ("requirements.txt", "package.json")
        return next((n for n in names if (self.source / n).exists()), None)


PEERS = (
    Peer("plain", "the plain exercise", "/profile", _GRANIAN),
    Peer("flask_security_too", "Flask-Security-Too", "/profile", _GRANIAN),
    Peer(
        "allauth_headless",
        "django-allauth, headless",
        "/_allauth/browser/v1/auth/session",
        _GRANIAN,
    ),
    Peer("fastapi_users_db", "fastapi-users", "/users/me", _UVICORN),
    Peer(
        "better_auth",
        "better-auth",
        "/api/auth/get-session",
        ("node", "{folder}/app.mjs"),
        ("node", "{folder}/app.mjs"),
    ),
)


def install(peer: Peer, *, may: bool = True) -> None:
    """Install what a peer needs, unless it is there, if that ``may`` be.

    Raises ``Failed``.
    """
    if peer.needs is None:
        return
    wanted = (peer.source / peer.needs).read_text()
    done = peer.home / "installed"
    if not done.exists() or done.read_text() != wanted:
        if not may:
            raise Failed(f"{peer.title} is not installed yet")
        print(f"installing {peer.title} ...", file=sys.stderr)
        shutil.rmtree(peer.home, ignore_errors=True)
        _INSTALL[peer.needs](peer)
        done.write_text(wanted)
    if peer.needs == "package.json":
        shutil.copy(peer.source / "app.mjs", peer.home)


def _with_python(peer: Peer) -> None:
    uv, home = str(Path(sys.executable).with_name("uv")), str(peer.home)
    _run(peer, [uv, "venv", "-q", "--python", sys.executable, home])
    versions = str(peer.source / "requirements.txt")
    into = ["--python", f"{home}/bin/python", "-r", versions]
    _run(peer, [uv, "pip", "install", "-q", *into])


def _with_node(peer: Peer) -> None:
    peer.home.mkdir(parents=True)
    shutil.copy(peer.source / "package.json", peer.home)
    _run(peer, ["npm", "install", "--no-audit", "--no-fund"])


_INSTALL = {"requirements.txt": _with_python, "package.json": _with_node}


def prepare(peer: Peer, plan: Plan) -> Target:
    """Install a peer, sign people in, check its answers.

    A short run installs nothing.  Raises ``Failed`` when it cannot be had,
    or answers wrongly.
    """
    install(peer, may=plan.warm)
    folder = plan.database.parent
    database = folder / f"{peer.name}.db"
    env = {"PEER_DATABASE": str(database), "PYTHONPATH": ""}
    seed = [*peer.filled(peer.seed), str(SESSIONS)]
    said = _run(peer, seed, env, peer.source)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    people = folder / f"{peer.name}.people"
    people.write_text(said)
    cookies = folder / f"{peer.name}.cookies"
    lines = (line.split("\t")[1] for line in said.splitlines())
    cookies.write_text("".join(f"{line}\n" for line in lines))
    target = Target(
        peer.name,
        {peer.name: peer.path},
        cookies,
        env=env | {"PORT": "{port}"},
        command=peer.filled(peer.serve),
    )
    with target.started(plan, plan.cores[:1]) as server:
        answers.verify_peer(peer.title, server.port, peer.path, people)
    return target


def _run(
    peer: Peer,
    command: Sequence[str],
    env: dict[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Run a command and return what it prints.  Raises ``Failed``."""
    try:
        done = subprocess.run(
            command,
            cwd=folder or (peer.home if peer.home.exists() else ROOT),
            env=os.environ | (env or {}),
            stdin=subprocess.DEVNULL,
            check=False,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"{peer.title}: {error}") from None
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no word of it"])[-1]
        raise Failed(f"{peer.title}: {why[:200]}")
    return done.stdout
