"""A server may make the application first and fork its workers then."""

import os
import subprocess
import sys

import pytest

# Everything is used before the fork and after it, on both sides of it.
PROGRAM = """
import os, sys, threading
from bienvenue import Auth, Settings, clock
from bienvenue.background import Background

auth = Auth(settings=Settings(database_url=sys.argv[1], bcrypt_rounds=4))
auth.register_user("ann@example.com", "b4l0u")
session_id = auth.log_in("ann@example.com", "b4l0u")
assert auth.check_session(session_id)
held = threading.Event()
for _ in range(auth.hasher.at_once):
    auth.hasher._crew.submit(held.wait)  # in threads that the child lacks
auth.db._units._writing.__enter__()
child = os.fork()
if not child:
    for number in range(20):
        assert auth.check_session(session_id)
        auth.register_user(f"{number}@child.example.com", "b4l0u")
    with clock.frozen() as frozen:
        frozen.advance(minutes=2)
        assert auth.check_session(session_id)
        auth._last_seen.stop()
    print("child", flush=True)
    os._exit(0)
held.set()
auth.db._units._writing.__exit__(None, None, None)
for number in range(20):
    assert auth.check_session(session_id)
    auth.register_user(f"{number}@parent.example.com", "b4l0u")
assert os.waitpid(child, 0)[1] == 0
for number in range(20):
    for side in ("child", "parent"):
        auth.db.find_user_by(email=f"{number}@{side}.example.com")
seen = auth.db.check_session(session_id).last_seen_us
assert clock.now_us() < seen < clock.now_us() + 130_000_000, seen
auth.close()
print("parent")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_works_beside_its_parent(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, url],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "child\nparent\n"), (
        done.stderr
    )
