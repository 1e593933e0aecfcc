"""How pages look, and what stands around the service."""

from pathlib import Path

from pydantic import Field, field_validator

from bienvenue.colour import Accent
from bienvenue.config_fields.group import Group


class Brand(Group):
    """How pages look, and what stands around the service."""

    brand_name: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$",
        examples=["Example"],
        description="the name on top of pages; `service_name` unless set",
    )
    brand_logo: Path | None = Field(
        None,
        description="an SVG or PNG file of at most 256 KiB, shown on top of"
        " pages in place of our own sign",
    )
    brand_accent: str | None = Field(
        None,
        description="the colour of buttons and links, `#rrggbb`; one that"
        " cannot be read on a light page is refused, and the dark theme has"
        " a lighter shade of it",
    )
    theme_folder: Path | None = Field(
        None,
        description="a folder with `custom.css`, `assets` and `templates`"
        " over ours; `bienvenue theme init` writes one",
    )
    base_template: str | None = Field(
        None,
        min_length=1,
        description="in an application of yours: the template of it that"
        " pages stand in, with the blocks `title`, `head` and `content`",
    )
    security_contact: str | None = Field(
        None,
        pattern=r"^(mailto:|tel:|https://)[\x21-\x7e]+$",
        examples=["mailto:security@example.com"],
        description="where to report a weakness, `mailto:…` or `https://…`;"
        " makes `/.well-known/security.txt` (RFC 9116)",
    )
    security_policy_url: str | None = Field(
        None,
        pattern=r"^https://[\x21-\x7e]+$",
        examples=["https://example.com/security"],
        description="how reports of weaknesses are dealt with: a link in"
        " `security.txt`",
    )

    @field_validator("brand_accent")
    @classmethod
    def _can_be_read(cls, colour: str | None) -> str | None:
        if colour is not None:
            Accent.of(colour)
        return colour
