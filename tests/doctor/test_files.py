"""The doctor looks at files: who may read them, where they are."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from bienvenue import DB, Settings
from bienvenue.doctor import files
from bienvenue.doctor.finding import State
from tests.doctor.support import the_failure, warnings
from tests.service import finished, unwritable_folder

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def here(tmp_path: Path) -> str:
    """A database of ours."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    DB(url).close()
    return url


def load(tmp_path: Path, text: str, mode: int, **environ: str) -> Settings:
    """Read a settings file that has this mode."""
    file = tmp_path / "bienvenue.toml"
    file.write_text(text)
    file.chmod(mode)
    return Settings.load(environ=environ, file=file)


def test_what_we_make_ourselves_is_closed(here: str) -> None:
    found = list(files.examine(Settings(database_url=here)))
    assert {each.state for each in found} == {State.OK}
    assert "closed to others" in found[0].said


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o606, 0o622])
def test_a_database_open_to_others_is_told(
    tmp_path: Path, here: str, mode: int
) -> None:
    (tmp_path / "a.db").chmod(mode)
    one = the_failure(files.examine(Settings(database_url=here)))
    assert (
        f"holds password hashes and is open to others (mode {mode:04o})"
        in (one.said)
    )
    assert one.fix == f"chmod 600 {tmp_path / 'a.db'}"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f'secret_key = "{"k" * 32}"', "secret_key"),
        ('smtp_password = "hidden"', "smtp_password"),
        ('database_url = "postgresql://me:hidden@db/a"', "database_url"),
    ],
)
def test_a_settings_file_with_a_secret_is_its_owners(
    tmp_path: Path, text: str, secret: str
) -> None:
    one = the_failure(files.examine(load(tmp_path, text, 0o644)))
    assert f"bienvenue.toml holds {secret} " in one.said
    assert "hidden" not in one.said
    for mode in (0o600, 0o640, 0o400):
        settings = load(tmp_path, text, mode)
        assert all(
            each.state is not State.FAILED for each in files.examine(settings)
        )


def test_a_settings_file_without_one_may_be_read(tmp_path: Path) -> None:
    text = 'port = 8000\ndatabase_url = "postgresql://me@db/a"'
    settings = load(tmp_path, text, 0o644, BIENVENUE_SECRET_KEY="k" * 32)
    assert files.secret_files(settings) == {}


def test_the_tls_key_is_its_owners(tmp_path: Path, here: str) -> None:
    key = tmp_path / "tls.key"
    key.touch(0o644)
    one = the_failure(files.examine(Settings(database_url=here, tls_key=key)))
    assert "holds tls_key" in one.said


@pytest.mark.parametrize(
    ("free", "state"),
    [(2**30, State.OK), (2**29, State.WARNING), (2**20, State.FAILED)],
)
def test_a_disk_that_fills_is_told(
    here: str, monkeypatch: pytest.MonkeyPatch, free: int, state: State
) -> None:
    usage = Usage(2**40, 2**40 - free, free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = list(files.examine(Settings(database_url=here)))
    assert found[-1].state is state
    assert "GiB free" in found[-1].said


def test_whoever_is_not_the_service_is_told(
    here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    (one,) = warnings(files.examine(Settings(database_url=here)))
    assert "is another user's" in one.said
    assert f"sudo -u '#{me}' bienvenue doctor" in (one.fix or "")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/no/a.db"
    one = the_failure(files.examine(Settings(database_url=url)))
    assert one.fix == f"mkdir -p {tmp_path}/no"


def test_a_folder_that_cannot_be_written_to() -> None:
    with unwritable_folder() as folder:
        url = f"sqlite:///{folder}/a.db"
        done = finished(folder, "doctor", "--database-url", url, mortal=True)
    assert done.returncode == 1
    assert f"{folder} is not ours to write to" in done.stdout


MOUNTS = """\
/dev/vda1 / ext4 rw 0 0
proc /proc proc rw 0 0
nas:/export {folder}/far nfs4 rw 0 0
/dev/vdb1 {folder}/far/near ext4 rw 0 0
"""


def test_a_disk_of_another_machine_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS.format(folder=tmp_path))
    for name, kind in (
        ("", "ext4"),
        ("far", "nfs4"),
        ("far/deep", "nfs4"),
        ("far/near", "ext4"),
        ("farther", "ext4"),
    ):
        assert files.filesystem(tmp_path / name, mounts) == kind
    assert files.filesystem(tmp_path, tmp_path / "none") is None
    monkeypatch.setattr(files, "filesystem", lambda *_: "nfs4")
    url = f"sqlite:///{tmp_path}/a.db"
    one = the_failure(files.examine(Settings(database_url=url)))
    assert "on another machine (nfs4)" in one.said
    assert "db copy" in (one.fix or "")
    assert warnings([one]) == []
