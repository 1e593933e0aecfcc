"""Files on this machine: who may read secrets, and where there is room."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from bienvenue import database_file
from bienvenue.config import Settings
from bienvenue.doctor.finding import Finding, failed, ok, skipped, warning
from bienvenue.engine import parse_url

CHECK = "files"

_LITTLE, _TOO_LITTLE = 1024**3, 100 * 1024**2
_OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP
# Where the locks and the shared memory of SQLite's log do not hold.
_REMOTE = frozenset(
    "nfs nfs4 cifs smb3 smbfs 9p fuse.sshfs afs ceph glusterfs".split()
)
_NOT_FILES = frozenset({"default", "environment", "command line"})


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at the modes of secret files, then at the database's folder."""
    secrets = secret_files(settings)
    yield from _modes(secrets)
    file = database_file.of(settings.database_url)
    if file is None:
        yield skipped(CHECK, "the database is no file of this machine")
    else:
        yield from _folder(file)


def secret_files(settings: Settings) -> dict[Path, str]:
    """Return the files that hold secrets, and what is in each."""
    found: dict[Path, str] = {}
    for name in type(settings).model_fields:
        source = settings.source_of(name)
        if source not in _NOT_FILES and _is_secret(settings, name):
            found.setdefault(Path(source), name)
    if settings.tls_key is not None:
        found[settings.tls_key] = "tls_key"
    file = database_file.of(settings.database_url)
    if file is not None:
        found[file] = "password hashes"
    return {path: what for path, what in found.items() if path.exists()}


def _is_secret(settings: Settings, name: str) -> bool:
    if name == "database_url":
        return parse_url(settings.database_url).password is not None
    return isinstance(getattr(settings, name), SecretStr)


def _modes(files: dict[Path, str]) -> Iterator[Finding]:
    loose = {
        path: what
        for path, what in files.items()
        if stat.S_IMODE(path.stat().st_mode) & _OTHERS
    }
    for path, what in loose.items():
        mode = stat.S_IMODE(path.stat().st_mode)
        yield failed(
            CHECK,
            f"{path} holds {what} and is open to others (mode {mode:04o})",
            f"chmod 600 {path}",
        )
    if files and not loose:
        names = ", ".join(map(str, files))
        yield ok(CHECK, f"closed to others: {names}")


def _folder(file: Path) -> Iterator[Finding]:
    folder = file.absolute().parent
    if not folder.is_dir():
        yield failed(
            CHECK, f"there is no folder {folder}", f"mkdir -p {folder}"
        )
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield failed(
            CHECK,
            f"{folder} is not ours to write to, and SQLite keeps its log"
            " beside the file",
            f"chown {_user()} {folder}",
        )
    if file.exists() and file.stat().st_uid != os.geteuid():
        yield warning(
            CHECK,
            f"{file} is another user's, and only what this one may do was"
            " tried",
            "run it as the user that the service runs as: sudo -u"
            f" '#{file.stat().st_uid}' bienvenue doctor",
        )
    yield from _room(folder)
    kind = filesystem(folder, Path("/proc/self/mounts"))
    if kind in _REMOTE:
        yield failed(
            CHECK,
            f"{folder} is on another machine ({kind}), where SQLite's log"
            " does not hold",
            "move the file to a disk of this machine, or the accounts to a"
            " server: bienvenue db copy --to postgresql://...",
        )


def _room(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    said = f"{folder} has {free / 1024**3:.1f} GiB free"
    fix = f"make room, or move the database; see: du -xh {folder} | sort -h"
    if free < _TOO_LITTLE:
        yield failed(CHECK, f"{said}: writing will soon fail", fix)
    elif free < _LITTLE:
        yield warning(CHECK, said, fix)
    else:
        yield ok(CHECK, said)


def filesystem(folder: Path, mounts: Path) -> str | None:
    """Return the kind of file system a folder is on, where that is known.

    ``mounts`` lists them as Linux does: the longest that holds the folder.
    """
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    rows = [line.split() for line in lines]
    held = [
        (len(row[1]), row[2])
        for row in rows
        if len(row) > 2 and folder.resolve().is_relative_to(row[1])
    ]
    return max(held)[1] if held else None


def _user() -> str:
    return str(os.geteuid())
