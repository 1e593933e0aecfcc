"""The snippets whose fence says ``run`` do what the documents say."""

import doctest
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests.service import PATIENCE, environment, started
from tools.docs import ROOT

UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BIN = Path(sys.executable).parent
BOB = {"email": "bob@example.com", "password": "b4l0u"}

RUN_HERE = {
    "README.md": {"console", "pycon", "python"},
    "docs/cli.md": {"console"},
    "docs/databases.md": {"console"},
    "docs/deployment.md": {"console"},
    "docs/flask.md": {"python"},
    "docs/python.md": {"pycon"},
    "docs/testing.md": {"pycon"},
}
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]

_OPENING = re.compile(r"^```(\w+)( run)?$", re.MULTILINE)
_FENCE = re.compile(r"^```(\w+) run\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_MARK = "=== command ==="
_PLACE = "localhost:5000"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working folder without settings of the caller's."""
    monkeypatch.chdir(tmp_path)
    for name in set(os.environ) - environment().keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("BIENVENUE_BCRYPT_ROUNDS", "4")
    return tmp_path


def test_every_snippet_is_run_and_run_here() -> None:
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        fences = _OPENING.findall(text)
        assert all(marked for _, marked in fences), document
        kinds = {kind for kind, _ in fences}
        name = str(document.relative_to(ROOT))
        assert kinds == RUN_HERE.get(name, set()), document


def test_the_tour_gives_the_answers_it_shows(folder: Path) -> None:
    tour = blocks("README.md", "console")
    assert len(tour) >= 5
    with started(folder) as service:
        check_console(tour, folder, f"localhost:{service.port}")


@pytest.mark.parametrize(
    "page", ["docs/cli.md", "docs/databases.md", "docs/deployment.md"]
)
def test_the_commands_print_what_they_are_said_to(
    folder: Path, page: str
) -> None:
    found = blocks(page, "console")
    assert found
    check_console(found, folder)


@pytest.mark.parametrize(
    "document", ["README.md", "docs/python.md", "docs/testing.md"]
)
def test_the_python_sessions_go_as_shown(document: str, folder: Path) -> None:
    text = "\n".join(snippets(document, "pycon"))
    parsed = doctest.DocTestParser().get_doctest(
        text, {}, document, document, 0
    )
    assert parsed.examples
    complaints: list[str] = []
    runner = doctest.DocTestRunner(checker=Masked(), verbose=False)
    runner.run(parsed, out=complaints.append)
    assert not complaints, "".join(complaints)


def test_the_ten_lines_of_the_readme_guard_a_view(folder: Path) -> None:
    (code,) = snippets("README.md", "python")
    assert len([line for line in code.splitlines() if line]) <= 10
    with running(code, folder) as app:
        client = app.test_client()
        assert client.get("/secret").status_code == 403
        assert client.post("/auth/users", data=BOB).status_code == 200
        assert client.post("/auth/sessions", data=BOB).status_code == 200
        assert client.get("/secret").text == BOB["email"]


def test_an_application_factory_has_its_own_prefix(folder: Path) -> None:
    with running(flask_snippet("init_app"), folder) as app:
        client = app.test_client()
        assert client.post("/accounts/users", data=BOB).status_code == 200
        answer = client.post("/accounts/sessions", data=BOB)
        assert "Max-Age=3600" in answer.headers["Set-Cookie"]


def test_current_user_is_false_when_nobody_is_there(folder: Path) -> None:
    with running(flask_snippet("Hello stranger"), folder) as app:
        client = app.test_client()
        assert client.get("/").text == "Hello stranger"
        assert client.get("/secret").status_code == 403
        client.post("/auth/users", data=BOB)
        client.post("/auth/sessions", data=BOB)
        assert client.get("/").text == "Hello bob@example.com"
        assert client.get("/secret").text == BOB["email"]


def test_an_application_answers_a_missing_session_itself(
    folder: Path,
) -> None:
    with running(flask_snippet("please_log_in"), folder) as app:
        client = app.test_client()
        answer = client.get("/secret")
        assert (answer.status_code, answer.location) == (302, "/login")


class Masked(doctest.OutputChecker):
    """Compares outputs with the ids in them left aside."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Tell whether the outputs are equal but for ids."""
        return super().check_output(masked(want), masked(got), optionflags)


def masked(text: str) -> str:
    """Return a text with the same id in place of each."""
    return UUID.sub("<id>", text)


def snippets(document: str, language: str) -> list[str]:
    """Return the snippets of a document that are to be run."""
    text = (ROOT / document).read_text("utf-8")
    return [body for kind, body in _FENCE.findall(text) if kind == language]


def flask_snippet(word: str) -> str:
    """Return the snippet of docs/flask.md that has a word in it."""
    found = snippets("docs/flask.md", "python")
    (one,) = [code for code in found if word in code]
    return one


def blocks(document: str, language: str) -> list[tuple[str, str]]:
    """Return each shell command of a document and what it prints."""
    found: list[tuple[str, str]] = []
    for line in "".join(snippets(document, language)).splitlines():
        command, said = found.pop() if found else ("", "")
        if line.startswith("$ "):
            found += [(command, said)] * bool(command)
            found.append((line[2:], ""))
        elif command.endswith("\\"):
            found.append((f"{command}\n{line}", ""))
        else:
            found.append((command, f"{said}{line}\n"))
    return found


def check_console(
    commands: list[tuple[str, str]], folder: Path, place: str = _PLACE
) -> None:
    """Run commands in one shell and compare what each of them prints.

    The service is at ``place``, and in the document where it always is.
    """
    # On a terminal, which this is not, curl shows no progress.
    (folder / ".curlrc").write_text("no-progress-meter\n")
    mark = f"printf '{_MARK}'"
    script = "\n".join(f"{mark}\n{command}" for command, _ in commands)
    done = subprocess.run(
        ["bash", "-c", script.replace(_PLACE, place)],
        cwd=folder,
        env=environment(
            {
                "HOME": str(folder),
                "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            }
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE * len(commands),
        check=False,
    )
    said = done.stdout.replace(place, _PLACE).split(_MARK)[1:]
    shown = [(command, masked(text)) for command, text in commands]
    assert [
        (command, masked(text))
        for (command, _), text in zip(commands, said, strict=True)
    ] == shown


@contextmanager
def running(code: str, folder: Path) -> Iterator[Flask]:
    """Run a snippet as the program ``hello.py``; give its application."""
    program = folder / "hello.py"
    program.write_text(code, "utf-8")
    app = runpy.run_path(str(program))["app"]
    assert isinstance(app, Flask)
    app.testing = True
    try:
        yield app
    finally:
        app.extensions["bienvenue"].close()
