"""The OpenAPI document says what there is, no less and no more."""

import re

from bienvenue.route_table import api, served
from bienvenue.web import openapi, problems

PAGES = {
    ("/openapi.json", "GET"),
    ("/docs", "GET"),
    ("/metrics", "GET"),
    ("/dev/mailbox", "GET"),
    ("/dev/mailbox/{number}.html", "GET"),
    ("/dev/gallery", "GET"),
    ("/dev/gallery/{name}", "GET"),
    ("/verify_email", "GET"),
    ("/confirm_email_change", "GET"),
    ("/undo_email_change", "GET"),
    ("/reset_password", "GET"),
    ("/account", "GET"),
    ("/account/email", "GET"),
    ("/account/password", "GET"),
    ("/account/sessions", "GET"),
    ("/account/log", "GET"),
    ("/account/not_me", "GET"),
    ("/account/delete", "GET"),
    ("/account/deleted", "GET"),
    ("/sign_in", "GET"),
    ("/admin/first", "GET"),
    ("/admin", "GET"),
    ("/admin/users", "GET"),
    ("/admin/users/csv", "GET"),
    ("/admin/users/confirm", "GET"),
    ("/admin/users/{number}", "GET"),
    ("/admin/audit", "GET"),
    ("/admin/audit/csv", "GET"),
    ("/admin/mail", "GET"),
    ("/admin/mail/confirm", "GET"),
    ("/admin/settings", "GET"),
    ("/sign_up", "GET"),
    ("/reauthenticate", "GET"),
    ("/static/bienvenue/{filename}", "GET"),
    ("/static/bienvenue/theme.css", "GET"),
    ("/static/bienvenue/theme/{filename}", "GET"),
    ("/static/bienvenue/logo", "GET"),
    ("/favicon.ico", "GET"),
    ("/robots.txt", "GET"),
    ("/.well-known/change-password", "GET"),
    ("/.well-known/security.txt", "GET"),
    ("/health/seen", "GET"),  # for our own doctor alone
}
# Bodies of which any one member will do.
LOOSE = {
    "Verify",
    "Resend",
    "ProfileChange",
    "Nothing",
    "Why",
    "Letters",
    "Return",
    "Deed",
    "LetterDeed",
}
OPTIONAL = {
    "SignIn": {"keep", "next"},
    "OwnPasswordAgain": {"next"},
    "LanguageChoice": {"next"},
}
DOCUMENT = openapi.document(api(), server="/auth")


def test_it_matches_the_routes() -> None:
    routes = {(template, method) for method, template in served()}
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
    assert len(names) == len(set(names)) == len(api().operations)
    assert all(each["summary"] for each in operations)
    assert all(each["responses"] for each in operations)


def test_bodies_are_required_in_both_forms() -> None:
    for operation in api().operations:
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
    # Whatever there is for admins, but how the first becomes one.
    console = {
        (each.method.lower(), each.template)
        for each in api().operations
        if each.template.startswith(("/admin/api/", "/acting/"))
    }
    assert len(console) >= 20
    assert secured - console == {
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
        ("post", "/account/email"),
        ("post", "/account/email/cancel"),
        ("post", "/account/not_me"),
        ("post", "/account/delete"),
        ("delete", "/users/me"),
        ("post", "/sessions/reauthentication"),
        ("post", "/reauthenticate"),
        ("post", "/admin/users"),
        ("post", "/admin/mail"),
    }
    assert secured >= console
    assert DOCUMENT["servers"] == [{"url": "/auth"}]
    assert DOCUMENT["info"]["version"] == openapi.VERSION
