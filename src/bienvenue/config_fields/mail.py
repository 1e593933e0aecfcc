"""How mail leaves."""

from email.headerregistry import AddressHeader, HeaderRegistry
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

_WEB = r"^https?://[^\s\x00-\x1f\x7f/?#\\]+([/?#][^\s\x00-\x1f\x7f\\]*)?$"


class Mail(BaseModel):
    """How mail leaves."""

    mail: Literal["mailbox", "smtp", "off"] = Field(
        "mailbox",
        description="how mail leaves: `smtp`, `mailbox` (kept for the"
        " development mailbox page), or `off`: no reset by mail",
    )
    mail_from: str = Field(
        "Bienvenue <no-reply@localhost>",
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="sender of mails",
    )
    default_language: Literal["en", "fr"] = Field(
        "en",
        description="language of mails and pages for people who have chosen"
        " none",
    )
    support_url: str | None = Field(
        None,
        pattern=_WEB,
        max_length=320,
        description="page where people find help; mails name it",
    )
    support_email: str | None = Field(
        None,
        pattern=r"^[^\s\x00-\x1f\x7f<>,@]+@[^\s\x00-\x1f\x7f<>,@]+$",
        max_length=254,
        description="address where people find help; mails name it",
    )
    smtp_host: str | None = Field(None, description="mail server")
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

    @field_validator("mail_from")
    @classmethod
    def _one_sender(cls, text: str) -> str:
        header = HeaderRegistry()("From", text)
        assert isinstance(header, AddressHeader)
        parsed = header.addresses
        if len(parsed) != 1 or not parsed[0].username or not parsed[0].domain:
            raise ValueError("name one address: Name <no-reply@example.com>")
        return text
