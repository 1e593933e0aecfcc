"""What importing the package does not load (subprocesses, sys.modules)."""

import subprocess
import sys

import pytest

HEAVY = ("flask", "werkzeug", "granian", "alembic", "click", "jinja2")

USE = """
from bienvenue import Auth, DB, Settings
auth = Auth(DB("sqlite://"), Settings(bcrypt_rounds=4))
auth.register_user("bob@example.com", "b4l0u")
assert auth.check_session(auth.log_in("bob@example.com", "b4l0u"))
auth.close()
"""


@pytest.mark.parametrize("code", ["import bienvenue", USE])
def test_the_library_loads_neither_flask_nor_a_server(code: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "bienvenue" in found
    assert not set(HEAVY) & set(found)


def test_the_flask_side_is_fetched_when_asked_for() -> None:
    code = "from bienvenue import Bienvenue; import sys; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "flask" in found
    assert "granian" not in found


def test_an_unknown_name_is_an_attribute_error() -> None:
    import bienvenue

    with pytest.raises(AttributeError, match="Nonsense"):
        bienvenue.Nonsense  # noqa: B018 - the look-up is the test
