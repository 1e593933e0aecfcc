"""What bodies hold: the one description that validates and documents.

Types are strict: ``true`` or ``1`` is no password.  Members that are not
named here are ignored, never bound (OWASP ASVS 15.3.3).
"""

import re
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import ErrorDetails

from bienvenue import address
from bienvenue.errors import InvalidAddress
from bienvenue.web.problems import Malformed


def _storable(text: str) -> str:
    """Refuse what no database or hash takes alike: NUL, half a pair."""
    if "\0" in text or (not text.isascii() and _has_surrogate(text)):
        raise ValueError("text")
    return text


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _an_address(text: str) -> str:
    """Refuse what is no address; what was sent is what is answered."""
    address.parse(text)
    return text


Storable = Annotated[str, AfterValidator(_storable)]
Text = Annotated[str, Field(min_length=1), AfterValidator(_storable)]
Email = Annotated[
    Text,
    AfterValidator(_an_address),
    Field(
        max_length=254,
        description="an e-mail address (RFC 5321), in any letter case",
        json_schema_extra={"format": "email"},
        examples=["bob@example.com"],
    ),
]
Password = Annotated[
    Text,
    Field(
        description="Unicode text of at most 1,024 characters; the profile"
        " in force may ask for a least length",
        json_schema_extra={"format": "password"},
        examples=["a long and quiet morning"],
    ),
]
Token = Annotated[
    str,
    AfterValidator(_storable),
    Field(
        description="128 random bits in the text form of a UUID",
        json_schema_extra={"minLength": 1},
        examples=["5b3f0d0e-7a52-9d5c-c1c4-0f6f8f0a3b2e"],
    ),
]
Code = Annotated[
    str,
    AfterValidator(_storable),
    Field(
        min_length=1,
        max_length=32,
        description="six digits that were mailed",
        examples=["042917"],
    ),
]


class Body(BaseModel):
    """The root of what is received and answered.

    A validator is built at its first use, under Pydantic's lock (2.14): a
    start needs none, and most are for administrators.
    """

    model_config = ConfigDict(
        strict=True, hide_input_in_errors=True, defer_build=True
    )


T = TypeVar("T", bound=Body)


def _without_defaults(schema: dict[str, Any]) -> None:
    for member in schema["properties"].values():
        member.pop("default", None)


class Loose(Body):
    """A body whose members may be left out; they are then empty.

    Which of them are needed together, the route says.
    """

    model_config = ConfigDict(json_schema_extra=_without_defaults)


class Nothing(Loose):
    """A form without fields."""


class Credentials(Body):
    """An address and its password."""

    email: Email
    password: Password


class ResetRequest(Body):
    """The address whose password was forgotten."""

    email: Email


def _ask_for_token(schema: dict[str, Any]) -> None:
    del schema["properties"]["reset_token"]["default"]
    schema["required"] = list(schema["properties"])


class NewPassword(Body):
    """A reset token, whose it is, and the password it is spent on."""

    # The contract answers a missing token as a wrong one, with 403: it is
    # asked for in the document, and left to ``Auth`` to refuse.
    model_config = ConfigDict(json_schema_extra=_ask_for_token)

    email: Email
    reset_token: Token = ""
    new_password: Password


class Message(Body):
    """A sentence."""

    message: str


class EmailMessage(Body):
    """An address, and what became of it."""

    email: str
    message: str


class Profile(Body):
    """Who is signed in."""

    email: str


class ResetToken(Body):
    """A reset token, handed out by the development profile only."""

    email: str
    reset_token: str


class ResetAnswer(Body):
    """Either answer to a request for a reset, by profile."""

    email: str
    reset_token: str | None = None
    message: str | None = None


class Problem(Body):
    """An error (RFC 9457), with the contract's ``message``."""

    message: str
    code: str
    type: str
    title: str
    status: int
    detail: str


class Taken(Body):
    """Stands for the two forms of "email already registered"."""


class Csv(Body):
    """Stands for a table of comma-separated values (RFC 4180)."""


# What a pattern of a few words looks like; it is told in words.
_CHOICES = re.compile(r"\^\(([a-z]+(?:\|[a-z]+)+)\)\$")


def check(schema: type[T], members: dict[str, object]) -> T:
    """Fit the members of a body into its schema; raises ``Malformed``.

    The text names the first member that does not fit, never its value.
    Raises ``InvalidAddress`` for an address that is none.
    """
    try:
        return schema.model_validate(members)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, InvalidAddress):
            raise InvalidAddress from None
        raise Malformed(_explain(str(first["loc"][0]), first)) from None


def _explain(name: str, error: ErrorDetails) -> str:
    reasons = {
        "missing": "is missing",
        "string_type": "is not a text",
        "string_too_short": "is empty",
        "string_too_long": "is too long",
    }
    reason = reasons.get(error["type"], "is not valid text")
    choices = _CHOICES.fullmatch(error.get("ctx", {}).get("pattern", ""))
    if choices is not None:
        reason = f"is not one of {choices[1].replace('|', ', ')}"
    return f"{name} {reason}"
