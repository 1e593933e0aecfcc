"""Which field an error is about, and that a page leads there."""

import pytest
from flask.testing import FlaskClient

from bienvenue import errors
from bienvenue.errors import BienvenueError
from bienvenue.web import error_field
from bienvenue.web.problems import Malformed
from tests.features.pages import BROWSER
from tests.web.test_pages import Tags

LOGIN = frozenset({"email", "password", "next"})
CHANGE = frozenset({"current_password", "new_password"})
CODE = frozenset({"email", "code", "password"})


@pytest.mark.parametrize(
    ("error", "sent", "field"),
    [
        (errors.InvalidAddress(), LOGIN, "email"),
        (errors.InvalidAddress(), frozenset({"new_email"}), "new_email"),
        (errors.EmailTaken("e"), LOGIN, "email"),
        (errors.InvalidPassword(), LOGIN, "password"),
        (errors.PasswordTooLong(), CHANGE, "new_password"),
        (errors.PasswordTooShort(), CHANGE, "new_password"),
        (errors.PasswordCommon(), CHANGE, "new_password"),
        (errors.PasswordContext(), LOGIN, "password"),
        (errors.PasswordBreached(), CHANGE, "new_password"),
        (errors.WrongPassword(), CHANGE, "current_password"),
        (errors.WrongPassword(), frozenset({"password"}), "password"),
        (errors.InvalidToken(), CODE, "code"),
        (errors.InvalidToken(), frozenset({"token"}), None),
        (Malformed("password is empty"), LOGIN, "password"),
        (Malformed("the body is not UTF-8"), LOGIN, None),
        (errors.InvalidCredentials(), LOGIN, None),
        (errors.TooManyAttempts(9), LOGIN, None),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_the_field_of_an_error(
    error: BienvenueError, sent: frozenset[str], field: str | None
) -> None:
    assert error_field.among(error, sent) == field


def test_a_page_leads_to_the_field(client: FlaskClient) -> None:
    typed = {"email": "no address", "password": "b4l0u"}
    page = client.post("/sign_in", data=typed, headers=BROWSER)
    assert page.status_code == 400
    tags = Tags(page.text).tags
    (field,) = (each for tag, each in tags if each.get("id") == "email")
    assert field["aria-invalid"] == "true"
    assert (field["aria-describedby"] or "").split() == ["email-problem"]
    assert "#email" in [each.get("href") for tag, each in tags if tag == "a"]
    # Above the form, and beside the field.
    assert page.text.count("This is not a valid e-mail address.") == 2
    (box,) = (each for _, each in tags if each.get("role") == "alert")
    assert box.keys() >= {"autofocus", "tabindex"}


def test_what_is_about_no_field_leads_nowhere(client: FlaskClient) -> None:
    typed = {"email": "bob@example.com", "password": "wrong"}
    page = client.post("/sign_in", data=typed, headers=BROWSER)
    assert page.status_code == 401
    tags = Tags(page.text).tags
    assert not any("aria-invalid" in each for _, each in tags)
    hrefs = [each["href"] or "" for tag, each in tags if tag == "a"]
    assert [each for each in hrefs if each[:1] == "#"] == ["#main"]
