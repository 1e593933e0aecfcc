"""What nearly every test needs: a database file, and accounts in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bienvenue import DB, Auth, Settings


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Names a database file that is not there yet."""
    return f"sqlite:///{tmp_path / 'accounts.db'}"


@pytest.fixture
def db(url: str) -> Iterator[DB]:
    """An open database."""
    with DB(url) as opened:
        yield opened


@pytest.fixture
def auth(db: DB) -> Auth:
    """The use cases over that database, with the cheapest hashes."""
    return Auth(db, Settings(bcrypt_rounds=4))
