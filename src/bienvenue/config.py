"""Settings: one frozen object, read once, that knows where it came from.

Every setting is a field here, a key of ``bienvenue.toml`` and, as
``BIENVENUE_<NAME>``, an environment variable.  The field's description is
its documentation: ``docs/configuration.md`` is checked against it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
)

from bienvenue import config_sources
from bienvenue.errors import ConfigurationError

DAY = 24 * 60 * 60
DEFAULT_DATABASE_URL = "sqlite:///bienvenue.db"

Profile = Literal["development", "production"]


class Settings(BaseModel):
    """What an operator can choose; ``Settings.load()`` reads it.

    Raises ``ConfigurationError`` for an unknown name or a value that does
    not fit; the text names the setting and never repeats the value, which
    may be a secret.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True
    )

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
        description="the URL people reach the service by; pages of another"
        " origin may not write",
    )
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="at least 32 random characters, kept out of the"
        " database; signs device cookies",
    )
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
    smtp_host: str | None = Field(None, description="mail server")
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the connection to it is secured"
    )
    smtp_username: str | None = Field(None, description="login there")
    smtp_password: SecretStr | None = Field(None, description="and password")
    max_body_bytes: int = Field(
        64 * 1024,
        ge=1024,
        le=1024 * 1024,
        description="largest request body; a larger one is answered 413",
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
    throttle: bool | None = Field(
        None,
        description="limit how often people may try; unset: where"
        " production's rules hold",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="Redis that several processes count the limits in;"
        " without it each counts for itself",
    )
    login_failures_per_network: int = Field(
        50,
        ge=1,
        le=10_000,
        description="wrong passwords of one client network in 15 minutes",
    )
    login_failures_per_account: int = Field(
        10,
        ge=1,
        le=100,
        description="wrong passwords for one account in 15 minutes, from"
        " devices it does not know",
    )
    login_failures_per_device: int = Field(
        10,
        ge=1,
        le=100,
        description="wrong passwords in 15 minutes of a device that has"
        " logged in to the account before",
    )
    login_failures_in_a_row: int = Field(
        100,
        ge=1,
        le=100,
        description="wrong passwords in a row, whatever their source, after"
        " which only a known device or a reset gets in (NIST SP 800-63B-4)",
    )
    registrations_per_network: int = Field(
        20,
        ge=1,
        le=10_000,
        description="registrations tried by one client network in an hour",
    )
    reset_requests_per_network: int = Field(
        20,
        ge=1,
        le=10_000,
        description="resets asked for by one client network in an hour",
    )
    reset_mails_per_account: int = Field(
        5,
        ge=1,
        le=100,
        description="reset letters to one address in an hour; beyond it the"
        " answer is the same and nothing is sent",
    )
    reset_failures_per_network: int = Field(
        50,
        ge=1,
        le=10_000,
        description="wrong reset tokens of one client network in 15 minutes",
    )

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    def __init__(self, **values: object) -> None:
        """Take settings by name; what is left out has its default."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            names = list(type(self).model_fields)
            raise config_sources.explain(error, names) from None

    @classmethod
    def load(
        cls,
        overrides: Mapping[str, object] | None = None,
        environ: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> Self:
        """Read ``bienvenue.toml``, then the environment, then overrides.

        The later wins.  ``environ`` is ``os.environ`` when left out; the
        file is ``BIENVENUE_CONFIG`` or ``bienvenue.toml`` in the working
        folder, where there is one.  Raises ``ConfigurationError``.
        """
        names = list(cls.model_fields)
        values, sources = config_sources.gather(
            names, overrides or {}, environ, file
        )
        try:
            settings = cls(**values)
        except ConfigurationError as error:
            raise config_sources.with_source(error, sources) from None
        settings._sources.update(sources)
        return settings

    def source_of(self, name: str) -> str:
        """Say where a setting's value comes from, in a word or two."""
        return self._sources.get(name, "default")

    @property
    def strict_rules(self) -> bool:
        """Whether production's rules hold, in whatever profile."""
        return self.strict or self.profile == "production"

    @property
    def throttled(self) -> bool:
        """Whether the limits are in force."""
        return self.strict_rules if self.throttle is None else self.throttle

    @property
    def echo_tokens(self) -> bool:
        """Whether a reset token is put into the answer."""
        if self.tokens_in_answers is None:
            return not self.strict_rules
        return self.tokens_in_answers
