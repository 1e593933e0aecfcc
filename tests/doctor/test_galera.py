"""The doctor at a node of a real Galera cluster: one that is alone."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from bienvenue import DB, Settings
from bienvenue.doctor import database
from tests import database_servers, installed
from tests.doctor.support import failures, warnings
from tests.service import PATIENCE, finished, free_port

_PROVIDERS = (
    "/usr/lib/galera/libgalera_smm.so",
    "/usr/lib64/galera-4/libgalera_smm.so",
)


@pytest.fixture
def lonely() -> Iterator[str]:
    """Names a database on a cluster of one node."""
    provider = next(filter(os.path.exists, _PROVIDERS), None)
    if provider is None:
        installed.lacking("galera-4 is not installed")
    program = installed.program("mariadbd")
    install = installed.program("mariadb-install-db")
    with tempfile.TemporaryDirectory(prefix="bv") as name:
        folder, socket = Path(name), Path(name, "s")
        place = f"--no-defaults --datadir={folder / 'data'}"
        if os.geteuid() == 0:
            place += " --user=root"
        make = "--skip-test-db --auth-root-authentication-method=normal"
        database_servers._run([install, *place.split(), *make.split()])
        port = free_port()
        options = (
            f"--socket={socket} --pid-file={folder / 'pid'} --skip-networking"
            " --binlog-format=ROW --innodb-autoinc-lock-mode=2 --wsrep-on=ON"
            f" --wsrep-provider={provider} --wsrep-new-cluster"
            " --wsrep-cluster-address=gcomm://"
            " --wsrep-node-address=127.0.0.1"
            " --wsrep-provider-options="
            f"gmcast.listen_addr=tcp://127.0.0.1:{port};gcache.size=1M"
        )
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [program, *place.split(), *options.split()],
                stdout=log,
                stderr=log,
            )
        try:
            database_servers._wait_for(socket, process)
            url = f"mariadb+pymysql://root@localhost/{{}}?unix_socket={socket}"
            _make_database(url.format("mysql"))
            yield f"{url.format('accounts')}&charset=utf8mb4"
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _make_database(url: str) -> None:
    """Make one, once the node is ready: it listens before it is."""
    for _ in range(int(PATIENCE / 0.1)):
        engine = create_engine(url, poolclass=NullPool)
        try:
            with engine.connect() as connection:
                connection.execute(text("CREATE DATABASE accounts"))
        except OperationalError:
            Event().wait(0.1)
        else:
            return
    raise AssertionError("the node did not become ready")


def test_a_cluster_of_one_is_warned_of(lonely: str) -> None:
    DB(lonely).close()
    found = list(database.examine(Settings(database_url=lonely)))
    assert failures(found) == []
    said = [each.said for each in warnings(found)]
    assert any("the Galera cluster has one node" in each for each in said)
    assert "a row was written, read back and rolled back" in (
        each.said for each in found
    )


def test_a_node_that_lost_the_others_fails(
    lonely: str, tmp_path: Path
) -> None:
    DB(lonely).close()
    engine = create_engine(lonely)
    nowhere = f"gcomm://127.0.0.1:{free_port()}?pc.wait_prim=no"
    with engine.connect() as connection:
        connection.execute(
            text(f"SET GLOBAL wsrep_cluster_address = '{nowhere}'")
        )
        connection.invalidate()
    engine.dispose()
    env = {"BIENVENUE_DATABASE_URL": lonely}
    done = finished(tmp_path, "doctor", "--json", env=env)
    assert (done.returncode, done.stderr) == (1, "")
    (one,) = [
        each
        for each in json.loads(done.stdout)["findings"]
        if each["state"] == "failed"
    ]
    assert "WSREP has not yet prepared node" in one["said"]
    assert "bring the other nodes" in one["fix"]
