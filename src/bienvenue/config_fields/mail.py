"""How mail leaves."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from bienvenue import translation
from bienvenue.config_fields.group import Group

_WEB = r"^https?://[^\s\x00-\x1f\x7f/?#\\]+([/?#][^\s\x00-\x1f\x7f\\]*)?$"


class Mail(Group):
    """How mail leaves."""

    mail: Literal["mailbox", "smtp", "off"] = Field(
        "mailbox",
        description="how mail leaves: `smtp`, `mailbox` (kept for the"
        " development mailbox page), or `off`: no reset by mail",
    )
    mail_from: str = Field(
        "Bienvenue <no-reply@localhost>",
        pattern=r"^[^\x00-\x1f\x7f]+$",
        examples=["Example <no-reply@example.com>"],
        description="sender of mails",
    )
    default_language: Literal["en", "ar", "de", "es", "fr"] = Field(
        "en",
        description="language of mails and pages for people who have chosen"
        " none",
    )
    languages: str | None = Field(
        None,
        max_length=256,
        description="languages that mails and pages are offered in, with"
        " commas between them: `en, fr`; `default_language` always is;"
        " unset: all there are",
    )
    support_url: str | None = Field(
        None,
        pattern=_WEB,
        examples=["https://example.com/help"],
        max_length=320,
        description="page where people find help; mails name it",
    )
    support_email: str | None = Field(
        None,
        pattern=r"^[^\s\x00-\x1f\x7f<>,@]+@[^\s\x00-\x1f\x7f<>,@]+$",
        examples=["help@example.com"],
        max_length=254,
        description="address where people find help; mails name it",
    )
    smtp_host: str | None = Field(
        None,
        # A port has a setting of its own; more colons are IPv6's.
        pattern=r"^([^\s/@:]+|[^\s/@]*:[^\s/@]*:[^\s/@]*)$",
        examples=["mail.example.com"],
        description="mail server",
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the connection to it is secured"
    )
    smtp_timeout_seconds: int = Field(
        30,
        ge=1,
        le=60,
        description="how long the mail server may take, to be reached and"
        " again for each mail",
    )
    smtp_username: str | None = Field(None, description="login there")
    smtp_password: SecretStr | None = Field(None, description="and password")

    @field_validator("languages")
    @classmethod
    def _each_is_there(cls, text: str | None) -> str | None:
        if not set(_tags(text)) <= set(translation.languages()):
            raise ValueError(f"of {', '.join(translation.languages())}")
        return text

    @property
    def offered(self) -> tuple[str, ...]:
        """The languages that people may choose from, English first."""
        some = {*_tags(self.languages), self.default_language}
        every = translation.languages()
        if self.languages is None:
            return every
        return tuple(tag for tag in every if tag in some)

    @field_validator("mail_from")
    @classmethod
    def _one_sender(cls, text: str) -> str:
        # 0.5 MB of grammar, for whoever chooses an address.
        from email.headerregistry import AddressHeader, HeaderRegistry

        header = HeaderRegistry()("From", text)
        assert isinstance(header, AddressHeader)
        parsed = header.addresses
        if len(parsed) != 1 or not parsed[0].username or not parsed[0].domain:
            raise ValueError("name one address: Name <no-reply@example.com>")
        return text


def _tags(text: str | None) -> list[str]:
    return [each.strip() for each in (text or "").split(",") if each.strip()]
