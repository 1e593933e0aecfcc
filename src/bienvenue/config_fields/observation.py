"""What can be seen of the service from outside; docs/observability.md."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from bienvenue.config_fields.group import Group

LEAST = 32
"""Characters of the token that opens the metrics."""


class Observation(Group):
    """What can be seen of the service from outside."""

    metrics_address: str | None = Field(
        None,
        pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):[0-9]{1,5}$",
        examples=["127.0.0.1:9100"],
        description="where Prometheus finds `/metrics` on a port of its own,"
        " such as `127.0.0.1:9464`; unset: nowhere",
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=LEAST,
        description="at least 32 random characters; whoever brings them as"
        " `Authorization: Bearer` reads `/metrics` on the service's own port,"
        " and nobody else reads `metrics_address`",
    )
    metrics_folder: Path | None = Field(
        None,
        description="folder in which processes add up their metrics where"
        " another server than `bienvenue serve` starts them; for nothing"
        " else",
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        description="how the log is written: lines for people, or one JSON"
        " object a line",
    )
    log_requests: bool = Field(
        False,
        description="write every answered request to the log",
    )
    otlp_endpoint: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$",
        examples=["http://localhost:4318"],
        description="OpenTelemetry collector that takes traces by OTLP over"
        " HTTP, such as `http://127.0.0.1:4318`; needs the extra `otel`",
    )
    otlp_headers: SecretStr | None = Field(
        None,
        description="header fields for it: `name=value`, with commas between"
        " them",
    )
    trace_percent: int = Field(
        100,
        ge=0,
        le=100,
        description="how many of a hundred requests are traced, where the"
        " caller has not decided it",
    )

    @field_validator("metrics_address")
    @classmethod
    def _port_is_one(cls, address: str | None) -> str | None:
        if address is not None and not 1 <= place_of(address)[1] <= 65535:
            raise ValueError("the port is 1 to 65535")
        return address

    @field_validator("otlp_headers")
    @classmethod
    def _headers_are_pairs(cls, text: SecretStr | None) -> SecretStr | None:
        if text is not None:
            pairs_of(text)
        return text

    @property
    def counts(self) -> bool:
        """Whether anything is counted, because somebody can read it."""
        return bool(self.metrics_address or self.metrics_token)


def place_of(address: str) -> tuple[str, int]:
    """Return host and port of an address that was checked."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def pairs_of(text: SecretStr) -> dict[str, str]:
    """Return header fields by name; raises ``ValueError`` for others."""
    found = {}
    for pair in text.get_secret_value().split(","):
        name, sign, value = pair.partition("=")
        if not sign or not name.strip() or not value.isprintable():
            raise ValueError("write name=value, with commas between them")
        found[name.strip().lower()] = value.strip()
    return found
