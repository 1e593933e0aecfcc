"""The check of themes: it names what a theme broke, and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bienvenue.web import markup, starting_theme, states, theme_check
from tests.web.conftest import Make

OURS = Path(theme_check.__file__).parents[1]
SIGN_IN = (
    OURS / "features/sign_in/templates/bienvenue/sign_in.html"
).read_text("utf-8")
API = "{# template_api = 1 #}"
# The page that is tried, and another that it must not break.
SOME = [
    state
    for state in states.all_of_them()
    if state.screen in ("sign_in", "verify_email_sent")
]
Check = Callable[[str, str], list[str]]


@pytest.fixture
def check(make: Make, tmp_path: Path) -> Check:
    """Checks a theme of one template, and returns the complaints."""

    def complaints(name: str, text: str) -> list[str]:
        folder = tmp_path / "theme"
        (folder / "templates").mkdir(parents=True)
        file = folder / "templates" / name
        file.write_text(API + text, "utf-8")
        found = theme_check.complaints(make(), make(theme_folder=folder), SOME)
        for (template, _), names in found.items():
            assert names
            if name != "skeleton.html":
                assert template == f"bienvenue/{name}"
        return [complaint for _, complaint in found]

    return complaints


def test_a_theme_that_changes_nothing_breaks_nothing(
    make: Make, tmp_path: Path
) -> None:
    starting_theme.write(tmp_path / "theme")
    themed = make(theme_folder=tmp_path / "theme", brand_accent="#7c3aed")
    assert theme_check.complaints(make(), themed) == {}


def test_a_template_of_ones_own_that_is_whole(check: Check) -> None:
    assert check("sign_in.html", SIGN_IN + "<!-- mine -->") == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "{{ password_field() }}",
            "",
            "the form to /sign_in lacks the field password",
        ),
        (
            "{{ password_field() }}",
            (
                '<label>P <input name="password" type="password" required'
                ' aria-label="P"></label>'
            ),
            'the field password is without autocomplete="current-password"',
        ),
        (
            "{{ password_field() }}",
            (
                '<input name="password" type="password" required'
                ' autocomplete="current-password">'
            ),
            "the field password has no label",
        ),
        (
            "{{ password_field() }}",
            (
                '<input name="password" aria-label="P" required'
                ' autocomplete="current-password">'
            ),
            'the field password is without type="password"',
        ),
        (
            '<button type="submit">{{ _("Sign in") }}</button>',
            '<button type="button">{{ _("Sign in") }}</button>',
            "the form to /sign_in has no button to send it",
        ),
        (
            "{{ url_for('bienvenue.sign_in') }}",
            "https://elsewhere.example/",
            "lacks the form that goes to /sign_in",
        ),
        (
            '<form method="post"',
            '<form method="get"',
            "lacks the form that goes to /sign_in",
        ),
        (
            '<form method="post"',
            '<form style="color: red" method="post"',
            "has style= on <form>",
        ),
        (
            '<form method="post"',
            '<form onsubmit="x()" method="post"',
            "has onsubmit= on <form>",
        ),
        ("{% endblock %}", "<style></style>{% endblock %}", "has <style>"),
        (
            "{% endblock %}",
            "<script>1</script>{% endblock %}",
            "has <script> without src",
        ),
        (
            "{% endblock %}",
            '<img src="https://elsewhere.example/a.png">{% endblock %}',
            "loads https://elsewhere.example/a.png from elsewhere",
        ),
        (
            "{% endblock %}",
            '<script src="//elsewhere.example/a.js"></script>{% endblock %}',
            "loads //elsewhere.example/a.js from elsewhere",
        ),
        (
            "{% endblock %}",
            "<h1>Again</h1>{% endblock %}",
            "has 2 <h1>, and one is wanted",
        ),
    ],
)
def test_what_is_broken_is_named(
    check: Check, old: str, new: str, complaint: str
) -> None:
    assert old in SIGN_IN
    first, _, last = SIGN_IN.rpartition(old)
    assert check("sign_in.html", first + new + last) == [complaint]


def test_a_page_that_tells_of_no_problem(check: Check) -> None:
    head, _, body = SIGN_IN.partition("{% block body %}")
    parts = re.findall(r"{% from .* %}", head)
    alone = (
        '{% extends "bienvenue/base.html" %}'
        + "".join(parts)
        + "{% block title %}Sign in{% endblock %}"
        "{% block content %}<h1>Sign in</h1>" + body
    )
    assert check("sign_in.html", alone) == [
        "<title> does not begin as ours",
        'what went wrong is in no role="alert"',
    ]


def test_a_page_of_one_language(check: Check) -> None:
    found = check(
        "skeleton.html",
        '<html lang="en"><title>{% block title %}{% endblock %}</title>'
        "{% block head %}{% endblock %}{% block content %}{% endblock %}",
    )
    assert set(found) == {
        "<html> has no lang= of the page's language",
        "<html> has no dir= of the page's language",
    }


def test_a_template_that_fails_is_named(check: Check) -> None:
    (found,) = check("sign_in.html", '{% extends "bienvenue/nope.html" %}')
    assert found == (
        "cannot be rendered: TemplateNotFound: bienvenue/nope.html"
    )


def test_forms_that_go_to_one_place_are_told_apart() -> None:
    form = '<form action="/x" method="post"><input name="n" value="{}"></form>'
    found = markup.Markup.of(form.format(1) + form.format(2))
    alike = found.forms_like(found.forms[1])
    assert [one.fields[0]["value"] for one in alike] == ["1", "2"]
