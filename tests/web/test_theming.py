"""Themes: a brand's name, sign and colour, and a folder over our pages."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bienvenue import Settings, create_app
from bienvenue.errors import ConfigurationError
from bienvenue.web import headers, starting_theme
from bienvenue.web.extension import KEY, Extension
from bienvenue.web.theming import Theme
from tests.web.conftest import Make
from tests.web.test_pages import Tags
from tools import icons

SVG = (
    b'<?xml version="1.0"?>\n<!-- ours -->\n'
    b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
SHEET = "/static/bienvenue/theme.css"
API = "{% set template_api = 1 %}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A theme's folder, with nothing in it."""
    found = tmp_path / "theme"
    (found / "templates").mkdir(parents=True)
    (found / "assets").mkdir()
    return found


def sheets(client: FlaskClient, path: str = "/sign_in") -> list[str]:
    return [
        given["href"] or ""
        for tag, given in Tags(client.get(path).text).tags
        if given.get("rel") == "stylesheet"
    ]


def test_a_name(make: Make) -> None:
    plain = make(service_name="Accounts & more").test_client()
    assert " Accounts &amp; more</title>" in plain.get("/sign_in").text
    named = make(service_name="Accounts", brand_name="Tea <3").test_client()
    page = named.get("/sign_in").text
    assert " Tea &lt;3</title>" in page
    assert "Accounts" not in page


def test_without_a_theme_there_is_no_sheet_of_one(
    client: FlaskClient,
) -> None:
    assert sheets(client) == ["/static/bienvenue/pages.css"]
    for name in ("theme.css", "theme/photo.webp", "logo"):
        answer = client.get(f"/static/bienvenue/{name}")
        assert answer.status_code == 404
        assert answer.get_json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(SVG, "image/svg+xml"), (icons.png(8), "image/png")],
    ids=["svg", "png"],
)
def test_a_sign(make: Make, tmp_path: Path, content: bytes, kind: str) -> None:
    file = tmp_path / "sign.of.ours"
    file.write_bytes(content)
    client = make(brand_logo=file).test_client()
    shown = Tags(client.get("/sign_in").text).tags
    places = [given["src"] for tag, given in shown if tag == "img"]
    assert places == ["/static/bienvenue/logo"]
    answer = client.get(places[0] or "")
    assert answer.data == content
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    # It is a picture: opened as a page of its own it runs nothing.
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    kept = {"If-None-Match": answer.headers["ETag"]}
    again = client.get(places[0] or "", headers=kept)
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"", "neither SVG nor PNG"),
        (b"GIF89a", "neither SVG nor PNG"),
        (b"<html><svg></svg></html>", "neither SVG nor PNG"),
        (b"<svg>" + b" " * 256 * 1024, "larger than 256 KiB"),
    ],
)
def test_a_sign_that_is_none(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "sign.svg"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"^brand_logo: .*{reason}"):
        Theme.of(Settings(brand_logo=file))


def test_a_colour(make: Make) -> None:
    client = make(brand_accent="#7c3aed").test_client()
    assert sheets(client) == ["/static/bienvenue/pages.css", SHEET]
    answer = client.get(SHEET)
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.text.startswith("@layer theme {")
    assert "--auth-accent: light-dark(#7c3aed, " in answer.text
    page = client.get("/sign_in")
    assert page.headers["Content-Security-Policy"] == headers.PAGE_POLICY


def test_a_sheet_comes_after_ours(make: Make, folder: Path) -> None:
    (folder / "custom.css").write_text("h1 { color: teal }", "utf-8")
    client = make(theme_folder=folder, brand_accent="#7c3aed").test_client()
    assert sheets(client) == ["/static/bienvenue/pages.css", SHEET]
    text = client.get(SHEET).text
    # Over the brand's colour too, whose rule is of the same layer.
    assert text.index("#7c3aed") < text.index("teal")
    assert "@layer theme {\nh1 { color: teal }\n}" in text


def test_pictures_and_fonts(make: Make, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"s")
    (folder / "secret.png").write_bytes(b"s")
    for name in ("photo.WEBP", "a.svg", "page.html", "README", "run.js"):
        (folder / "assets" / name).write_bytes(b"x")
    client = make(theme_folder=folder).test_client()
    place = "/static/bienvenue/theme"
    found = client.get(f"{place}/photo.WEBP", buffered=True)
    assert (found.data, found.mimetype) == (b"x", "image/webp")
    drawn = client.get(f"{place}/a.svg", buffered=True)
    assert "sandbox" in drawn.headers["Content-Security-Policy"]
    for name in (
        "page.html",
        "README",
        "run.js",
        "none.png",
        "../secret.png",
        "..%2fsecret.png",
        "%2e%2e/%2e%2e/secret.png",
        "x%00.png",
    ):
        answer = client.get(f"{place}/{name}", buffered=True)
        assert answer.status_code == 404, name


def test_blocks(make: Make, folder: Path) -> None:
    """Around every page; the forms stay ours."""
    (folder / "templates" / "base.html").write_text(
        API + '{% extends "original/base.html" %}'
        "{% block head %}{{ super() }}"
        '<meta name="x" content="y">{% endblock %}'
        "{% block brand %}<p>our brand</p>{% endblock %}"
        "{% block form_before %}<p>before</p>{% endblock %}"
        "{% block form_after %}<p>after</p>{% endblock %}"
        "{% block footer %}<p>foot of {{ brand.name }}</p>{% endblock %}",
        "utf-8",
    )
    client = make(theme_folder=folder, service_name="Tea").test_client()
    for path in ("/sign_in", "/sign_up", "/reset_password"):
        text = client.get(path).text
        inside = text.partition("<main")[2].partition("</main>")[0]
        before, _, after = inside.partition("<form")
        assert "<p>before</p>" in before
        assert "<p>after</p>" in after.rpartition("</form>")[2]
        assert "<p>our brand</p>" in text.partition("<main")[0]
        assert "<p>foot of Tea</p>" in text.rpartition("</main>")[2]
        assert '<meta name="x" content="y">' in text.partition("<body")[0]
        assert sheets(client, path) == ["/static/bienvenue/pages.css"]
        assert 'alt=""' not in text  # our own sign


def test_a_whole_template_may_build_on_ours(make: Make, folder: Path) -> None:
    (folder / "templates" / "_motto.html").write_text(API + "Drink!", "utf-8")
    (folder / "templates" / "sign_in.html").write_text(
        "{# template_api = 1 #}"
        '{% extends "original/sign_in.html" %}'
        '{% block form_before %}{% include "bienvenue/_motto.html" %}'
        "{% endblock %}",
        "utf-8",
    )
    client = make(theme_folder=folder).test_client()
    page = client.get("/sign_in").text
    assert "Drink!" in page
    assert 'name="password"' in page
    assert "Drink!" not in client.get("/sign_up").text


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("sign_in.html", "<p>", "does not say {% set template_api = 1 %}"),
        (
            "sign_in.html",
            "{# template_api = 2 #}",
            "for template_api 2, and this is 1",
        ),
        ("sing_in.html", API, "no such template; sign_in.html is near it"),
        ("sign_in.html", API + "\n{% block %}", "sign_in.html: line 3: "),
        ("sign_in.html", "\udcff", "cannot be read as UTF-8"),
    ],
)
def test_a_template_that_is_unfit_is_told_at_the_start(
    folder: Path, name: str, text: str, reason: str
) -> None:
    file = folder / "templates" / name
    file.write_text(text, "utf-8", errors="surrogateescape")
    settings = Settings(database_url="sqlite://", theme_folder=folder)
    with pytest.raises(ConfigurationError) as caught:
        create_app(settings)
    assert str(caught.value).startswith("theme_folder: ")
    assert reason in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^theme_folder: there"):
        Theme.of(Settings(theme_folder=tmp_path / "theme"))


def test_a_page_of_the_gallery_has_the_theme(make: Make) -> None:
    client = make(brand_accent="#7c3aed").test_client()
    assert SHEET in sheets(client, "/dev/gallery/sign_in.empty")


def test_a_theme_to_begin_with_changes_nothing(
    make: Make, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "theme"
    written = starting_theme.write(folder)
    assert {file.name for file in written} == {
        "README.txt",
        "base.html",
        "custom.css",
    }
    plain = make().test_client().get("/sign_in").text
    themed = make(theme_folder=folder).test_client()
    sheet = '<link rel="stylesheet" href="/static/bienvenue/theme.css">\n'
    assert sheet in themed.get("/sign_in").text
    assert themed.get("/sign_in").text.replace(sheet, "") == plain


def test_a_theme_to_begin_with_names_every_variable(tmp_path: Path) -> None:
    starting_theme.write(tmp_path / "theme")
    text = (tmp_path / "theme" / "custom.css").read_text("utf-8")
    ours = (icons.STATIC / "pages.css").read_text("utf-8")
    for line in ours.splitlines():
        if line.startswith("    --auth-"):
            assert line.strip() in text
    assert text.count("--auth-") >= 30
    docs = Path(__file__).parents[2] / "docs" / "theming.md"
    for each in starting_theme.variables():
        assert f"`{each.partition(':')[0]}`" in docs.read_text("utf-8")


def test_beginning_a_theme_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "custom.css").write_text("mine", "utf-8")
    with pytest.raises(ConfigurationError, match="there already"):
        starting_theme.write(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["custom.css"]
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="Not a directory"):
        starting_theme.write(tmp_path / "file")


def test_an_application_has_one_theme(make: Make) -> None:
    """Read once: a page waits for no disk."""
    extension: Extension = make(brand_name="A").extensions[KEY]
    assert extension.theme is extension.theme
    assert extension.theme.name == "A"
