"""The code of other releases, to be run beside this one.

The one before is taken from the history of the repository; the one after is
this one with one more step of the schema.
"""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from bienvenue import schema
from tests import installed

ROOT = Path(__file__).resolve().parent.parent

_PLANTED = '''
"""A step of a release that is not written yet."""
import sqlalchemy as sa
from alembic import op
revision = "{revision}"
down_revision = "{head}"
branch_labels = None
depends_on = None
def upgrade():
    op.add_column("users", sa.Column("planted", sa.String(9)))
    op.add_column("sessions", sa.Column(
        "planted", sa.Integer(), nullable=False, server_default="7"))
    op.create_index("ix_users_planted", "users", ["planted"])
    op.create_table(
        "planted",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey(
            "users.id", ondelete="CASCADE", name="fk_planted_user_id"),
            nullable=False),
    )
    op.execute("INSERT INTO planted (user_id) SELECT id FROM users")
'''


def previous() -> str:
    """Name the commit of the release before this one."""
    return (ROOT / "tests/previous_release.txt").read_text().strip()


def archived(commit: str, folder: Path) -> Path:
    """Put the code of a commit into a folder, to be a PYTHONPATH.

    Where there is no history the test is skipped, and fails under CI.
    """
    done = subprocess.run(
        ["git", "archive", commit, "src"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode().strip()
        installed.lacking(f"no git history back to {commit[:12]}: {said}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "src"


def this() -> Path:
    """Return where this release's own code is."""
    return ROOT / "src"


def planted(folder: Path, revision: str) -> Path:
    """Make a release that has one more step; return its PYTHONPATH."""
    code = folder / "src"
    shutil.copytree(this(), code)
    package = code / "bienvenue"
    step = package / "migrations/versions" / f"{revision}_planted.py"
    step.write_text(_PLANTED.format(revision=revision, head=schema.HEAD))
    source = (package / "schema.py").read_text()
    said = f'HEAD = "{schema.HEAD}"'
    assert said in source
    changed = source.replace(said, f'HEAD = "{revision}"')
    (package / "schema.py").write_text(changed)
    return code


def schema_of(code: Path) -> str:
    """Return the revision that the code of a release speaks."""
    source = (code / "bienvenue/schema.py").read_text()
    return source.partition('HEAD = "')[2].partition('"')[0]
