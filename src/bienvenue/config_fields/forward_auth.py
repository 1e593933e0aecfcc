"""What a proxy is told that asks who is signed in (``GET /verify``)."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from bienvenue.config_fields.group import Group


class ForwardAuth(Group):
    """What a proxy is told that asks who is signed in."""

    sign_in_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        examples=["https://accounts.example.com/sign_in"],
        description="the page that `GET /verify` sends a person to who is"
        " not signed in; the address to return to is added as `next`; unset:"
        " the service's own, below `public_url`",
    )
    return_origins: str | None = Field(
        None,
        max_length=4096,
        description="origins of the applications that a person may be sent"
        " back to after signing in, with commas between them:"
        " `https://accounts.example.com:8443`, of the host that the service"
        " has; its own always counts",
    )

    @field_validator("return_origins")
    @classmethod
    def _each_is_an_origin(cls, origins: str | None) -> str | None:
        for text in _listed(origins):
            parts = urlsplit(text)
            near = parts.hostname in ("localhost", "127.0.0.1", "::1")
            if parts.scheme != "https" and not (
                near and parts.scheme == "http"
            ):
                raise ValueError("each begins with https://")
            if text != f"{parts.scheme}://{parts.netloc}" or "@" in text:
                raise ValueError("each is a scheme, a host and a port only")
            _ = parts.port  # raises ValueError for what is none
        return origins

    @property
    def return_to(self) -> list[str]:
        """The origins of applications, one by one."""
        return _listed(self.return_origins)


def _listed(origins: str | None) -> list[str]:
    texts = (text.strip() for text in (origins or "").split(","))
    return [text for text in texts if text]
