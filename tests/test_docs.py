"""What exists is documented, and what is documented exists."""

import ast
import pkgutil
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

import bienvenue
from bienvenue import Settings, errors, imported_hashes
from bienvenue.cli import cli
from bienvenue.errors import BienvenueError
from bienvenue.events import Event
from bienvenue.route_table import api, served
from bienvenue.server import refusal
from bienvenue.web import problems
from bienvenue.web.api import Operation
from tools import docs, fields, marks

ROOT = docs.ROOT
DOCS = ROOT / "docs"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

# Said once for all routes, above the table of each.
ANYWHERE = {413, 415, 503}

_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_STATUS = re.compile(r"^(?:\| )?([1-5]\d\d)\b", re.MULTILINE)
_CODE_ROW = re.compile(r"^\| `([a-z_]+)` \| ([^|]+) \|", re.MULTILINE)


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ("README.md", docs.FIRST),
        ("docs/configuration.md", Settings.model_fields),
    ],
)
def test_settings_stand_in_tables(document: str, names: Iterable[str]) -> None:
    text = (ROOT / document).read_text("utf-8")
    assert "<!-- settings: " in text
    assert docs.rewritten(text) == text, "run: python tools/docs.py"
    assert all(f"\n| `{name}` |" in text for name in names)


def test_the_tables_of_settings_show_defaults_and_bounds() -> None:
    text = (DOCS / "configuration.md").read_text("utf-8")
    row = next(line for line in text.splitlines() if "| `port` |" in line)
    assert "`BIENVENUE_PORT` | 1 to 65,535 | `5000`" in row
    assert "| `port` | `5000` |" in docs.brief_table()


def test_a_table_that_is_out_of_date_is_written_anew() -> None:
    stale = "a\n<!-- settings: brief -->\nold\n<!-- end -->\nb\n"
    fresh = docs.rewritten(stale)
    assert "\nold\n" not in fresh
    assert docs.rewritten(fresh) == fresh
    assert fresh.startswith("a\n")
    assert fresh.endswith("-->\nb\n")


@pytest.mark.requirement("V2.3.2")
def test_every_limit_that_is_documented_has_a_test_of_its_name() -> None:
    text = (DOCS / "limits.md").read_text("utf-8")
    names = re.findall(r"^\| `(\w+)` \| [\d,]+ \|", text, re.MULTILINE)
    assert len(names) >= 8
    found = {test.name for test in marks.read(ROOT) if test.asserts}
    assert {f"test_{name}" for name in names} <= found


@pytest.mark.requirement("V2.1.1")
def test_the_rules_of_every_member_are_written_down() -> None:
    text = (DOCS / "validation.md").read_text("utf-8")
    assert docs.rewritten(text) == text, "run: python tools/docs.py"
    for operation in api().operations:
        for name, member in _members(operation):
            route = f"`{operation.method} {operation.template}`"
            rows = [
                line
                for line in text.splitlines()
                if line.startswith(f"| `{name}` | ")
                and member["description"] in line
            ]
            assert any(route in row for row in rows), (name, route)


@pytest.mark.requirement("V2.1.1")
def test_a_member_without_a_description_cannot_be_written_down() -> None:
    with pytest.raises(ValueError, match="nickname has no type"):
        fields._rule("nickname", {"type": "string"})


def test_every_route_has_a_section_and_every_section_a_route() -> None:
    there = {f"`{method} {template}`" for method, template in served()}
    documented = set(_headings(DOCS / "http.md"))
    assert {name for name in documented if " /" in name} == there


def test_a_section_has_the_statuses_that_its_route_declares() -> None:
    text = (DOCS / "http.md").read_text("utf-8")
    for operation in api().operations:
        title = f"`{operation.method} {operation.template}`"
        found = set(map(int, _STATUS.findall(_section(text, title))))
        assert found == operation.answers.keys() - ANYWHERE, title


def test_every_command_and_option_is_documented() -> None:
    text = (DOCS / "cli.md").read_text("utf-8")
    commands = dict(_commands(cli, "bienvenue"))
    titles = {name for name in _headings(DOCS / "cli.md") if "`" in name}
    assert titles == {f"`{name}`" for name in commands}
    for name, command in commands.items():
        section = _section(text, f"`{name}`")
        for option in _options(command):
            assert f"`{option}`" in section, (name, option)
    for option in _options(cli):
        assert f"`{option}`" in text


def test_every_error_code_is_documented_with_its_status() -> None:
    documented = {
        code: cells.strip()
        for code, cells in _CODE_ROW.findall(_error_codes())
    }
    statuses = {
        kind.code: str(int(status))
        for kind, status in problems.STATUS.items()
        if issubclass(kind, BienvenueError) and kind is not BienvenueError
    } | {code: str(status) for status, code in problems._HTTP_CODES.items()}
    for code, status in (statuses | dict(_refusals())).items():
        assert documented.get(code) == status, code
    classes = {kind.code for kind in _error_classes()}
    assert set(documented) == classes | set(statuses) | set(dict(_refusals()))


def test_the_tree_of_exceptions_is_drawn() -> None:
    text = (DOCS / "python.md").read_text("utf-8")
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, BienvenueError):
            assert re.search(rf"^    +{name}\b", text, re.MULTILINE), name


def test_every_public_name_of_the_use_cases_is_documented() -> None:
    text = (DOCS / "python.md").read_text("utf-8")
    for kind in (bienvenue.Auth, bienvenue.DB):
        for name, value in vars(kind).items():
            if not name.startswith("_"):
                end = "`" if isinstance(value, property) else "("
                assert f"`{name}{end}" in text, name


@pytest.mark.requirement("OWASP-CS-LOGVOCAB")
def test_every_event_is_documented_and_no_other() -> None:
    text = (DOCS / "audit.md").read_text("utf-8")
    section = _section(text, "The vocabulary")
    rows = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
    assert rows == sorted(rows, key=list(Event).index)
    assert set(rows) == set(Event)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)+", name) for name in rows)


def test_every_imported_scheme_is_documented() -> None:
    text = (DOCS / "passwords.md").read_text("utf-8")
    for form in imported_hashes.FORMS:
        assert f"`{form.scheme}`" in text


def test_every_page_and_decision_is_in_the_index() -> None:
    text = (DOCS / "README.md").read_text("utf-8")
    for page in DOCS.rglob("*.md"):
        if page.name != "README.md":
            assert f"]({page.relative_to(DOCS)})" in text


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    for link in _LINK.findall(document.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = document.parent / place if place else document
        assert target.exists(), link
        if anchor:
            slugs = {_slug(heading) for heading in _headings(target)}
            assert anchor in slugs, link


def _members(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    if operation.takes is not None:
        schema = operation.takes.model_json_schema()
        yield from schema["properties"].items()


def _headings(document: Path) -> list[str]:
    text = _FENCED.sub("", document.read_text("utf-8"))
    return _HEADING.findall(text)


def _slug(heading: str) -> str:
    """Return a heading's anchor, as GitHub and GitLab make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _section(text: str, title: str) -> str:
    """Return what stands under a heading, up to the next one."""
    _, found, rest = text.partition(f"# {title}\n")
    assert found, title
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def _error_codes() -> str:
    text = (DOCS / "http.md").read_text("utf-8")
    return text.partition("\n## Error codes\n")[2]


def _commands(
    command: click.Command, name: str
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command below a group, by its whole name."""
    if isinstance(command, click.Group):
        for child_name, child in command.commands.items():
            yield f"{name} {child_name}", child
            yield from _commands(child, f"{name} {child_name}")


def _options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        yield from (name for name in parameter.opts if name != "--help")


def _error_classes() -> set[type[BienvenueError]]:
    """Return our whole tree of exceptions, wherever they are defined."""
    for module in pkgutil.walk_packages(bienvenue.__path__, "bienvenue."):
        if not re.search(r"\.(migrations|__main__)\b", module.name):
            import_module(module.name)
    found: set[type[BienvenueError]] = {BienvenueError}
    while new := {
        kind for each in found for kind in each.__subclasses__()
    }.difference(found):
        found |= new
    return {kind for kind in found if kind.__module__.startswith("bienvenue")}


def _refusals() -> Iterator[tuple[str, str]]:
    """Yield code and status of each answer that the server itself gives."""
    tree = ast.parse(Path(refusal.__file__).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_send":
            status, code = (ast.literal_eval(arg) for arg in node.args[1:3])
            yield code, str(status)


@pytest.mark.requirement("V7.1.1")
def test_the_lifetimes_of_sessions_are_said_with_their_reasons() -> None:
    text = (DOCS / "sessions.md").read_text("utf-8")
    fields = Settings.model_fields
    day, minute = 24 * 60 * 60, 60
    for name, unit, word in (
        ("session_lifetime_seconds", day, "days"),
        ("session_idle_seconds", day, "days"),
        ("sudo_seconds", minute, "minutes"),
    ):
        said = f"| `{name}` | {fields[name].default // unit} {word} |"
        assert said in text, said
        row = next(line for line in text.splitlines() if said in line)
        assert len(row.split("|")[4]) > 40
    assert "NIST SP 800-63B-4, 2.1.3: at most 30 days" in text
    assert fields["session_lifetime_seconds"].default <= 30 * day


@pytest.mark.requirement("V7.1.2")
def test_the_cap_on_sessions_is_said() -> None:
    text = (DOCS / "sessions.md").read_text("utf-8")
    cap = Settings.model_fields["sessions_per_user"].default
    assert f"{cap} of one account at once (`sessions_per_user`)" in text
    grace = Settings.model_fields["deletion_grace_days"].default
    account = (DOCS / "account.md").read_text("utf-8")
    assert f"{grace} days later (`deletion_grace_days`" in account
