"""What only reads makes no file."""

from pathlib import Path

import pytest

from bienvenue import database_file
from bienvenue.errors import ConfigurationError, DatabaseUnavailable


def test_the_file_of_a_url() -> None:
    assert database_file.of("sqlite:///a.db") == Path("a.db")
    assert database_file.of("sqlite:////srv/a.db") == Path("/srv/a.db")
    assert database_file.of("sqlite://") is None
    assert database_file.of("postgresql://db/accounts") is None
    with pytest.raises(ConfigurationError):
        database_file.of("nonsense")


def test_a_file_that_is_missing_is_told_and_not_made(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with pytest.raises(DatabaseUnavailable, match="there is no database file"):
        database_file.require(f"sqlite:///{file}")
    assert not file.exists()
    file.touch()
    database_file.require(f"sqlite:///{file}")
    database_file.require("mariadb://db/accounts")
