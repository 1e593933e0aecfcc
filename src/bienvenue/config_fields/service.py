"""How the service runs, and who can reach it."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from bienvenue.config_fields.group import Group
from bienvenue.config_fields.secret_list import each_long, listed

DEFAULT_DATABASE_URL = "sqlite:///bienvenue.db"

LEAST = 32
"""Characters of a secret key."""

Profile = Literal["development", "production"]


class Service(Group):
    """How the service runs, and who can reach it."""

    profile: Profile = Field(
        "development",
        description="`development` listens on this machine only and puts"
        " reset tokens into answers to it; `production` does neither",
    )
    strict: bool = Field(
        False,
        description="production's rules in the development profile: no"
        " tokens in answers, the password policy",
    )
    service_name: str = Field(
        "Bienvenue",
        min_length=1,
        max_length=64,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$",
        examples=["Example"],
        description="what people know the service as: in mails and pages,"
        " and never a password",
    )
    database_url: str = Field(
        DEFAULT_DATABASE_URL,
        repr=False,  # it may hold a password
        description="where accounts are kept: `sqlite:///FILE`,"
        " `postgresql://…` or `mariadb://…`",
    )
    host: str = Field(
        "localhost",
        description="address to listen on; `localhost` is 127.0.0.1 and ::1",
    )
    port: int = Field(5000, ge=1, le=65535, description="port to listen on")
    allow_remote: bool = Field(
        False,
        description="let the development profile listen and answer beyond"
        " this machine",
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        examples=["https://accounts.example.com"],
        description="the URL people reach the service by; pages of another"
        " origin may not write",
    )
    secret_key: SecretStr | None = Field(
        None,
        min_length=LEAST,
        description="at least 32 random characters, kept out of the"
        " database; signs device cookies and the audit log",
    )
    node_name: str = Field(
        "main",
        pattern=r"^[a-z0-9_-]{1,32}$",
        examples=["node-1"],
        description="names this node's strand of the audit log; nodes with"
        " names of their own do not wait for each other to write it",
    )
    secret_keys_old: SecretStr | None = Field(
        None,
        description="secret keys that were in force before, with commas"
        " between them; what they signed still counts",
    )
    tls_proxy: bool = Field(
        False,
        description="a proxy in front of the service ends TLS; without it"
        " production wants `tls_certificate` and `tls_key`",
    )
    trusted_hops: int = Field(
        0,
        ge=0,
        le=16,
        description="how many proxies of yours a request passes; the client"
        " is who the first of them says, in `X-Forwarded-For`",
    )
    tls_certificate: Path | None = Field(
        None, description="PEM file of the certificate chain"
    )
    tls_key: Path | None = Field(
        None, description="PEM file of the private key (PKCS#8)"
    )
    max_body_bytes: int = Field(
        64 * 1024,
        ge=1024,
        le=1024 * 1024,
        description="largest request body; a larger one is answered 413",
    )
    drain_delay_seconds: int = Field(
        0,
        ge=0,
        le=300,
        description="how long a node that is told to stop still takes"
        " requests, while `/health/ready` says 503 and proxies look away",
    )
    workers: int = Field(1, ge=1, le=64, description="server processes")
    threads: int = Field(
        16,
        ge=1,
        le=256,
        description="requests at once in a process, beside those that hash"
        " a password",
    )
    hash_queue: int = Field(
        64,
        ge=0,
        le=1024,
        description="requests that may wait for their turn to hash a"
        " password; one more is answered 503 at once",
    )

    @field_validator("secret_keys_old")
    @classmethod
    def _each_secret_is_long(cls, keys: SecretStr | None) -> SecretStr | None:
        return each_long(keys, LEAST)

    @property
    def older_secret_keys(self) -> list[str]:
        """The secret keys that were in force before, one by one."""
        return listed(self.secret_keys_old)
