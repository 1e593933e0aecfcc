"""Passwords, sessions, and the tokens that stand in for them."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from bienvenue.config_fields.group import Group
from bienvenue.config_fields.secret_list import each_long, listed
from bienvenue.pepper import LEAST, Peppers

DAY = 24 * 60 * 60


class SignIn(Group):
    """Passwords, sessions, and the tokens that stand in for them."""

    bcrypt_rounds: int = Field(
        12,
        ge=4,
        le=20,
        description="cost of a password hash; one more doubles the time",
    )
    password_min_length: int = Field(
        15,
        ge=8,
        le=64,
        description="shortest password, in code points, that production"
        " takes (NIST SP 800-63B-4); development takes any",
    )
    password_context_words: str | None = Field(
        None,
        max_length=4096,
        description="more names that a new password may not be made of,"
        " with commas between them",
    )
    breach_file: Path | None = Field(
        None,
        description="file of SHA-1 digests of breached passwords, sorted,"
        " `SHA1:COUNT` a line; while it cannot be read no new password is"
        " accepted",
    )
    breach_check_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        examples=["https://api.example.com/range"],
        description="where to ask for breached passwords by the first five"
        " digits of a SHA-1; https, and none is asked while unset",
    )
    password_pepper: SecretStr | None = Field(
        None,
        min_length=LEAST,
        description="at least 32 random characters, kept out of the"
        " database, without which no password verifies; lose it and every"
        " password is lost",
    )
    password_peppers_old: SecretStr | None = Field(
        None,
        description="peppers that were in force before, with commas between"
        " them; hashes made with one are made anew at their owner's login",
    )
    session_lifetime_seconds: int = Field(
        30 * DAY,
        ge=60,
        le=400 * DAY,
        description="how long a login lasts, whatever its use",
    )
    session_idle_seconds: int = Field(
        7 * DAY,
        ge=60,
        le=400 * DAY,
        description="how long a login lasts without being used",
    )
    session_unkept_seconds: int = Field(
        12 * 60 * 60,
        ge=60,
        le=400 * DAY,
        description="how long a login lasts at most whose browser is to"
        " forget it when it is closed",
    )
    reset_token_lifetime_seconds: int = Field(
        60 * 60,
        ge=60,
        le=DAY,
        description="how long a reset token counts",
    )
    tokens_in_answers: bool | None = Field(
        None,
        description="put reset tokens into answers; unset: in the"
        " development profile only",
    )
    logout_response: Literal["redirect", "no_content"] = Field(
        "redirect",
        description="answer of `DELETE /sessions` to a client that does not"
        " ask for JSON: 302 to `/`, or 204",
    )

    @field_validator("breach_check_url")
    @classmethod
    def _ask_nobody_in_the_clear(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "https://")
        near = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "https" and not near:
            raise ValueError("https is needed beyond this machine")
        return url

    @field_validator("password_pepper")
    @classmethod
    def _can_belisted(cls, key: SecretStr | None) -> SecretStr | None:
        """Refuse what could not stand among the old ones some day."""
        text = key.get_secret_value() if key else ""
        if text.strip() != text or "," in text:
            raise ValueError("no comma, and no space at either end")
        return key

    @field_validator("password_peppers_old")
    @classmethod
    def _each_is_long(cls, keys: SecretStr | None) -> SecretStr | None:
        return each_long(keys, LEAST)

    @property
    def peppers(self) -> Peppers:
        """What passwords are put through before they are hashed."""
        current = self.password_pepper
        return Peppers(
            current.get_secret_value() if current else None,
            listed(self.password_peppers_old),
        )
