"""Rules build the URLs that Werkzeug's own build, when they are asked."""

import pytest
from werkzeug.routing import Map, Rule

from bienvenue import create_app
from bienvenue.config import Settings
from bienvenue.web.late_rule import LateRule

PATHS = {
    "plain": "/sign_in",
    "number": "/users/<int:number>/role",
    "words": "/static/<path:filename>",
}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("plain", {}),
        ("plain", {"next": "/a b&c"}),
        ("number", {"number": 7}),
        ("number", {"number": 7, "more": ["x", "y"]}),
        ("words", {"filename": "a/b c.css"}),
    ],
)
def test_urls_are_the_same(name: str, values: dict[str, object]) -> None:
    late = Map(
        [LateRule(path, endpoint=each) for each, path in PATHS.items()]
    ).bind("localhost")
    usual = Map(
        [Rule(path, endpoint=each) for each, path in PATHS.items()]
    ).bind("localhost")
    for _ in range(2):
        assert late.build(name, values) == usual.build(name, values)
        assert late.match("/users/7/role") == usual.match("/users/7/role")


def test_the_service_compiles_no_builder_as_it_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str] = []
    usual = Rule._compile_builder

    def noted(rule: Rule, append_unknown: bool = True) -> object:
        compiled.append(rule.rule)
        return usual(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", noted)
    app = create_app(Settings(database_url="sqlite://"))
    try:
        assert compiled == []
        page = app.test_client().get("/sign_in")
        assert (page.status_code, "/sign_up" in compiled) == (200, True)
    finally:
        app.extensions["bienvenue"].close()
