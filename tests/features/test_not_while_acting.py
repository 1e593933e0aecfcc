"""What an admin may not do in a user's name is written down, and only that."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue.route_table import api
from bienvenue.web.api import Operation
from tests.features.consoles import BOB, auth_of, number_of, with_console
from tests.web.conftest import Make
from tests.web.support import body_of, name_of, path_of

TEXT = (Path(__file__).parents[2] / "docs" / "http.md").read_text("utf-8")
OWN = [e for e in api().operations if not e.template.startswith("/admin")]
FITTING = {"language": "fr", "next": "", "query": "", "number": "1"}


@pytest.fixture
def app(make: Make) -> Flask:
    """A service whose admin may act as Bob."""
    return with_console(make, BOB, acting_as_user=True)


def section(operation: Operation) -> str:
    """Return what is written of an operation."""
    _, found, rest = TEXT.partition(f"\n### `{name_of(operation)}`\n")
    assert found, name_of(operation)
    return rest.partition("\n### ")[0].partition("\n## ")[0]


@pytest.mark.parametrize("operation", OWN, ids=name_of)
def test_it_is_written_where_it_is_answered(
    app: Flask, ada: FlaskClient, operation: Operation
) -> None:
    user = number_of(auth_of(app), BOB)
    place = f"/admin/api/users/{user}/acting"
    assert ada.post(place, json={"reason": "4711"}).status_code == 200
    sent = body_of(operation)
    sent |= {name: FITTING[name] for name in sent.keys() & FITTING.keys()}
    path = path_of(operation).replace("/1", f"/{user}")
    answer = ada.open(
        path,
        method=operation.method,
        json=sent if operation.takes else None,
        headers={"Accept": "application/json"},
    )
    refused = (answer.get_json(silent=True) or {}).get("code")
    written = "`not_while_acting`" in section(operation)
    assert (refused == "not_while_acting") == written, answer.text


def test_there_is_something_to_refuse() -> None:
    assert len([e for e in OWN if "`not_while_acting`" in section(e)]) >= 8
