"""The schema of another release: upgraded, or refused in one line."""

import pytest
from sqlalchemy import text

from bienvenue import DB, schema
from bienvenue.errors import ConfigurationError, DatabaseUnavailable


def set_version(url: str, version: str) -> None:
    with DB(url) as db:
        change = text("UPDATE bienvenue_version SET version_num = :version")
        new = {"version": version}
        db.write(lambda unit: unit.execute(change, new).close())


def test_a_newer_release_s_database_is_refused(url: str) -> None:
    with DB(url) as db:
        db.add_user("bob@example.com", "h")
    set_version(url, "9999")
    with pytest.raises(ConfigurationError) as caught:
        DB(url)
    assert str(caught.value) == (
        "database_url: the database has schema 9999, which this release"
        f" (schema {schema.HEAD}) does not know; run the release that made"
        " it, or a newer one"
    )
    assert caught.value.__cause__ is None
    assert not isinstance(caught.value, DatabaseUnavailable)


def test_and_is_left_as_it_was(url: str) -> None:
    with DB(url) as db:
        db.add_user("bob@example.com", "h")
    set_version(url, "9999")
    with pytest.raises(ConfigurationError):
        DB(url)
    with DB(url.replace("accounts", "other")) as other:
        query = text("SELECT version_num FROM bienvenue_version")
        assert other.read(lambda unit: unit.scalar(query)) == schema.HEAD
