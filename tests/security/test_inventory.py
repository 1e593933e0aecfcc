"""The pages that list data and secrets list all of them."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

import bienvenue.app  # noqa: F401 - brings every table along
from bienvenue import Settings
from bienvenue.columns import Base

FOLDER = Path(__file__).parents[2] / "docs" / "security"
CLASSES = {"secret", "personal", "plain"}


def rows(page: str) -> list[list[str]]:
    """Return the cells of a page's only table, less its head."""
    lines = (FOLDER / page).read_text("utf-8").splitlines()
    table = [line for line in lines if line.startswith("|")]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in table[2:]
    ]


@pytest.mark.requirement("V14.1.1")
def test_every_column_is_classified_once() -> None:
    listed = [
        name
        for cells in rows("data.md")
        for name in re.findall(r"`([^`]+)`", cells[0])
    ]
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
    }
    assert len(listed) == len(set(listed))
    assert set(listed) == columns
    for cells in rows("data.md"):
        assert cells[1] in CLASSES
        assert cells[2]


@pytest.mark.requirement("V14.1.1")
def test_what_is_a_digest_is_a_secret() -> None:
    secret = {
        name
        for cells in rows("data.md")
        if cells[1] == "secret"
        for name in re.findall(r"`([^`]+)`", cells[0])
    }
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if "digest" in column.name or "password" in column.name:
                assert f"{table.name}.{column.name}" in secret


@pytest.mark.requirement("V13.1.4")
def test_every_secret_setting_has_its_row() -> None:
    listed = [cells[0].strip("`") for cells in rows("secrets.md")]
    secrets = [
        name
        for name, field in Settings.model_fields.items()
        if SecretStr.__name__ in str(field.annotation)
    ]
    assert sorted(listed) == sorted(secrets)
    for cells in rows("secrets.md"):
        assert len(cells) == 4
        assert cells[3]
