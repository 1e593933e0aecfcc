"""``bienvenue theme``: beginning one, and checking it."""

from pathlib import Path

from tests.service import finished


def test_begin_and_check(tmp_path: Path) -> None:
    begun = finished(tmp_path, "theme", "init")
    assert begun.returncode == 0, begun.stderr
    assert "wrote theme/custom.css\n" in begun.stdout
    assert "bienvenue theme check theme" in begun.stdout
    checked = finished(tmp_path, "theme", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.endswith(" states of pages are whole\n")
    assert not list(tmp_path.glob("*.db"))


def test_again_is_refused(tmp_path: Path) -> None:
    assert finished(tmp_path, "theme", "init", "mine").returncode == 0
    again = finished(tmp_path, "theme", "init", "mine")
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "is there already" in again.stderr


def test_what_is_broken_is_printed(tmp_path: Path) -> None:
    templates = tmp_path / "theme" / "templates"
    templates.mkdir(parents=True)
    (templates / "sign_in.html").write_text(
        '{% set template_api = 1 %}{% extends "bienvenue/landing.html" %}'
        "{% block heading %}Sign in{% endblock %}",
        "utf-8",
    )
    done = finished(tmp_path, "theme", "check")
    assert done.returncode == 1
    assert (
        "sign_in.html: lacks the form that goes to /sign_in (in "
        in done.stdout
    )
    assert " states, such as sign_in.empty)\n" in done.stdout
    assert done.stderr == ""


def test_a_folder_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    for words in (["nowhere"], ["file"]):
        (tmp_path / "file").touch()
        done = finished(tmp_path, "theme", "check", *words)
        assert done.returncode in (1, 2)
        assert "Traceback" not in done.stderr
    (tmp_path / "theme" / "templates").mkdir(parents=True)
    (tmp_path / "theme" / "templates" / "sing_in.html").touch()
    done = finished(tmp_path, "theme", "check")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "bienvenue: theme_folder: templates/sing_in.html: "
    )
    assert done.stderr.count("\n") == 1
