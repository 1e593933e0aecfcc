"""What importing the package does not load (subprocesses, sys.modules)."""

import subprocess
import sys

import pytest

HEAVY = ("flask", "werkzeug", "granian", "alembic", "click", "jinja2")

LATER = (
    "alembic",
    "argon2",
    "bienvenue.features.admin.routes",
    "email.headerregistry",
    "email_validator",
    "idna",
    "redis",
    "rich",
    "psycopg",
    "pymysql",
    "opentelemetry",
    "prometheus_client",
    "unittest",
    "xml.sax",
)
"""What a service on SQLite that nobody has asked anything has no use for."""

START = """
from bienvenue import Settings
from bienvenue.commands import service
app = service.make_app(Settings(database_url="sqlite://"))
service.make_door(app)
import sys
print(*sys.modules)
"""

USE = """
from bienvenue import Auth, DB, Settings
auth = Auth(DB("sqlite://"), Settings(bcrypt_rounds=4))
auth.register_user("bob@example.com", "b4l0u")
assert auth.check_session(auth.log_in("bob@example.com", "b4l0u"))
auth.close()
"""


ALONE = """
import importlib, pkgutil, sys
import bienvenue

found = pkgutil.walk_packages(bienvenue.__path__, "bienvenue.")
for name in [one.name for one in found]:
    if name.endswith("__main__") or ".versions" in name or "env" in name:
        continue  # these do something
    for loaded in [one for one in sys.modules if one.startswith("bienvenue")]:
        del sys.modules[loaded]
    importlib.import_module(name)
"""


def test_each_module_can_be_the_first_to_be_imported() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], check=False)
    assert done.returncode == 0


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


def test_a_service_starts_without_what_it_may_need_later() -> None:
    found = subprocess.run(
        [sys.executable, "-c", START],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert {"flask", "granian"} <= set(found)
    assert [name for name in LATER if name in found] == []


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


@pytest.mark.parametrize(
    "code",
    [
        "from bienvenue import User; User.session_id; User.reset_token",
        "import bienvenue; bienvenue.errors.EmailTaken; bienvenue.db.DB",
    ],
)
def test_names_are_whole_whichever_comes_first(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0
