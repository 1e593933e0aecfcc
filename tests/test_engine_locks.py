"""Opening a database twice in a process leaves its locks in place."""

import subprocess
import sys
from pathlib import Path

from bienvenue import DB

# The last one out takes the write-ahead log away: if it may believe that it
# is the last, the other's log is gone, and its next commit with it.
NEIGHBOUR = """
import sqlite3, sys
link = sqlite3.connect(sys.argv[1])
link.execute("UPDATE users SET hashed_password = 'by a neighbour'")
link.commit()
link.close()
"""


def test_another_process_never_takes_the_log_away(tmp_path: Path) -> None:
    file = tmp_path / "shared.db"
    with DB(f"sqlite:///{file}") as db, DB(f"sqlite:///{file}"):
        db.add_user("bob@example.com", "h")
        subprocess.run([sys.executable, "-c", NEIGHBOUR, file], check=True)
        assert Path(f"{file}-wal").exists()
        db.add_user("eve@example.com", "h")
        found = db.find_user_by(email="bob@example.com")
        assert found.hashed_password == "by a neighbour"
    with DB(f"sqlite:///{file}") as db:
        assert db.find_user_by(email="eve@example.com").id == 2
