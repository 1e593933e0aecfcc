"""The OpenAPI document says what there is, no less and no more."""

import re

from flask import Flask

from bienvenue.app import api
from bienvenue.web import openapi, problems

PAGES = {
    ("/openapi.json", "GET"),
    ("/docs", "GET"),
    ("/metrics", "GET"),
    ("/dev/mailbox", "GET"),
    ("/dev/mailbox/{number}.html", "GET"),
    ("/verify_email", "GET"),
    ("/confirm_email_change", "GET"),
    ("/undo_email_change", "GET"),
    ("/reset_password", "GET"),
    ("/account", "GET"),
    ("/sign_in", "GET"),
    ("/sign_up", "GET"),
    ("/static/bienvenue/{filename}", "GET"),
    ("/health/seen", "GET"),  # for our own doctor alone
}
# Bodies of which any one member will do.
LOOSE = {"Verify", "Resend", "ProfileChange", "Nothing"}
OPTIONAL = {"SignIn": {"next"}}
DOCUMENT = openapi.document(api, server="/auth")


def test_it_matches_the_routes(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    documented = {
        (path, method.upper())
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    assert documented == routes - PAGES
    assert routes >= PAGES


def test_every_reference_leads_somewhere() -> None:
    references = set(re.findall(r"'\$ref': '([^']+)'", str(DOCUMENT)))
    schemas = DOCUMENT["components"]["schemas"]
    assert references == {f"#/components/schemas/{name}" for name in schemas}


def test_operations_are_told_apart_and_described() -> None:
    operations = [
        operation
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
    ]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names)) == len(api.operations)
    assert all(each["summary"] for each in operations)
    assert all(each["responses"] for each in operations)


def test_bodies_are_required_in_both_forms() -> None:
    for operation in api.operations:
        if operation.takes is None:
            continue
        methods = DOCUMENT["paths"][operation.template]
        body = methods[operation.method.lower()]["requestBody"]
        assert body["required"] is True
        assert set(body["content"]) == {
            "application/json",
            "application/x-www-form-urlencoded",
        }
        schema = DOCUMENT["components"]["schemas"][operation.takes.__name__]
        if operation.takes.__name__ in LOOSE:
            assert "required" not in schema
        else:
            optional = OPTIONAL.get(operation.takes.__name__, set())
            required = set(schema["properties"]) - optional
            assert set(schema["required"]) == required


def test_errors_are_problems() -> None:
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert problems.PROBLEM in answer["content"]


def test_the_session_is_a_cookie() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert schemes == {
        "session": {"type": "apiKey", "in": "cookie", "name": "session_id"}
    }
    secured = {
        (method, path)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if "security" in operation
    }
    assert secured == {
        ("get", "/profile"),
        ("patch", "/profile"),
        ("delete", "/sessions"),
        ("get", "/sessions"),
        ("delete", "/sessions/others"),
        ("delete", "/sessions/{number}"),
        ("put", "/password"),
        ("get", "/users/me/export"),
        ("get", "/verify"),
        ("post", "/account/password"),
        ("post", "/account/sessions/end"),
        ("post", "/account/sessions/end_others"),
        ("delete", "/users/me"),
        ("post", "/sessions/reauthentication"),
    }
    assert DOCUMENT["servers"] == [{"url": "/auth"}]
    assert DOCUMENT["info"]["version"] == openapi.VERSION
