"""Routes that a service learns when somebody asks for one of them."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError

from bienvenue import Bienvenue, create_app
from bienvenue.config import Settings
from bienvenue.route_table import CONSOLE, api, at_start
from bienvenue.web.late_routes import LateFlask

SETTINGS = {"database_url": "sqlite://", "bcrypt_rounds": 4}

USE = """
import sys
from bienvenue import Settings, create_app
app = create_app(Settings(database_url="sqlite://", bcrypt_rounds=4))
visitor = app.test_client()

def known():
    return any("admin.routes" in name for name in sys.modules)

body = {"email": "bob@example.com", "password": "b4l0u"}
assert visitor.post("/users", json=body).status_code == 200
assert visitor.post("/sessions", json=body).status_code == 200
assert visitor.get("/profile").status_code == 200
assert visitor.get("/account").status_code == 200
assert visitor.get("/administrator").status_code == 404
assert not known()
print(visitor.get("/admin").status_code, known())
"""


@pytest.fixture
def app() -> Iterator[LateFlask]:
    """A service that nobody has asked for the console."""
    made = create_app(Settings(**SETTINGS))
    assert isinstance(made, LateFlask)
    yield made
    made.extensions["bienvenue"].close()


def rules(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules()}


def late(app: Flask) -> list[str]:
    return [rule for rule in rules(app) if rule.startswith(CONSOLE)]


def test_the_console_is_imported_when_it_is_asked_for() -> None:
    said = subprocess.run(
        [sys.executable, "-c", USE], check=True, capture_output=True, text=True
    ).stdout.split()
    assert said == ["403", "True"]  # bob is no admin


EVIL = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
PEOPLE = {"Accept": "text/html"}


def told(app: Flask, method: str, path: str, **more: Any) -> tuple[Any, ...]:
    """Return all of an answer but the id of the request."""
    answer = app.test_client().open(path, method=method, **more)
    own = answer.headers.get("X-Request-ID", "none")
    fields = sorted(
        (name, text.replace(own, "ID")) for name, text in answer.headers
    )
    return answer.status_code, fields, answer.text.replace(own, "ID")


@pytest.mark.parametrize("headers", [{}, PEOPLE, EVIL])
@pytest.mark.parametrize("below", ["", "/below"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/admin", 303),
        ("GET", "/admin/", 303),
        ("GET", "//admin", 303),
        ("GET", "/admin/api/users", 403),
        ("HEAD", "/admin/users", 303),
        ("POST", "/acting/end", 403),
        ("PATCH", "/admin/users", 405),
        ("OPTIONS", "/admin/users", 200),
        ("GET", "/admin/nowhere", 404),
    ],
)
def test_the_first_request_is_answered_as_any(
    app: LateFlask,
    method: str,
    path: str,
    status: int,
    below: str,
    headers: dict[str, str],
) -> None:
    assert late(app) == []
    asked: dict[str, Any] = {"headers": headers}
    asked["environ_overrides"] = {"SCRIPT_NAME": below, "PATH_INFO": path}
    first = told(app, method, path, **asked)
    assert late(app) != []
    assert told(app, method, path, **asked) == first
    whole = create_app(Settings(**SETTINGS))
    assert isinstance(whole, LateFlask)
    whole.complete()
    assert told(whole, method, path, **asked) == first
    whole.extensions["bienvenue"].close()
    assert first[0] == status


def test_a_console_that_is_switched_off_is_not_there() -> None:
    app = create_app(Settings(**SETTINGS, admin=False))
    for path in ("/admin", "/admin/api/users", "/acting"):
        assert told(app, "GET", path)[0] == 404
        assert told(app, "GET", path) == told(app, "GET", path)
    app.extensions["bienvenue"].close()


def test_other_routes_are_what_they_were(app: LateFlask) -> None:
    before = rules(app)
    views = dict(app.view_functions)
    app.complete()
    assert rules(app) > before
    assert all(rule.startswith(CONSOLE) for rule in rules(app) - before)
    assert app.view_functions.items() >= views.items()


def test_everything_late_stands_where_it_is_said() -> None:
    console = api()._included[-1]
    paths = [each.path for each in console.operations]
    paths += [path for path, _ in console.pages]
    assert len(paths) > 30
    below = tuple(f"{late}/" for late in CONSOLE)
    assert all(f"{path}/".startswith(below) for path in paths)
    early = [each.path for each in at_start.operations]
    early += [path for path, _ in at_start.pages]
    assert not any(f"{path}/".startswith(below) for path in early)


def test_a_link_to_it_can_be_written(app: LateFlask) -> None:
    with app.test_request_context("/sign_in"):
        for _ in range(2):
            path = url_for("bienvenue.admin_user_page", number=7)
            assert path == "/admin/users/7"
        with pytest.raises(BuildError):
            url_for("bienvenue.nowhere")


def test_a_whole_link_to_it_can_be_written(app: LateFlask) -> None:
    asked: dict[str, Any] = {"_external": True, "_scheme": "https"}
    asked["_anchor"] = "a b"
    with app.test_request_context("/sign_in"):
        early = url_for("bienvenue.admin_page", **asked)
    with app.test_request_context("/sign_in"):
        assert url_for("bienvenue.admin_page", **asked) == early
    assert early == "https://localhost/admin#a%20b"


def test_what_others_added_stays(app: LateFlask) -> None:
    app.add_url_rule("/own/<int:number>", "own", lambda number: f"{number}")
    visitor = app.test_client()
    assert visitor.get("/own/7").text == "7"
    assert visitor.get("/admin").status_code == 303
    assert visitor.get("/own/7").text == "7"
    options = visitor.options("/own/7")
    assert (options.text, "GET" in options.headers["Allow"]) == ("", True)


def test_a_console_that_cannot_be_imported_is_a_fault_like_any(
    app: LateFlask, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_whole: Flask) -> None:
        raise ImportError("somewhere")

    app.put_off(CONSOLE, fail)
    answer = app.test_client().get("/admin/api/users")
    assert answer.status_code == 500
    assert answer.get_json()["code"] == "internal_error"
    assert "X-Request-ID" in answer.headers
    assert "late routes" in caplog.text
    assert app.test_client().get("/sign_in").status_code == 200


def test_many_may_ask_first_at_once(app: LateFlask) -> None:
    together = Barrier(8)

    def ask(number: int) -> int:
        path = "/admin" if number % 2 else "/sign_in"
        visitor = app.test_client()
        together.wait()
        return visitor.get(path).status_code

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(ask, range(8)))
    assert found == [200, 303] * 4


def test_an_application_that_embeds_knows_all_at_once() -> None:
    host = Flask("host")
    own = Bienvenue(host, settings=Settings(**SETTINGS))
    assert "/auth/admin" in rules(host)
    own.auth.close()
