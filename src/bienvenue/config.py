"""Settings: one frozen object, read once, that knows where it came from.

Every setting is a field of a class in ``config_fields``, a key of
``bienvenue.toml`` and, as ``BIENVENUE_<NAME>``, an environment variable.
The field's description is its documentation: ``docs/configuration.md`` is
checked against it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import ConfigDict, PrivateAttr, ValidationError

from bienvenue import config_sources
from bienvenue.config_fields.accounts import Accounts
from bienvenue.config_fields.addresses import Addresses
from bienvenue.config_fields.admin import Admin
from bienvenue.config_fields.brand import Brand
from bienvenue.config_fields.forward_auth import ForwardAuth
from bienvenue.config_fields.limits import Limits
from bienvenue.config_fields.mail import Mail
from bienvenue.config_fields.observation import Observation
from bienvenue.config_fields.service import (
    DEFAULT_DATABASE_URL,
    Profile,
    Service,
)
from bienvenue.config_fields.sign_in import SignIn
from bienvenue.errors import ConfigurationError

__all__ = ["DEFAULT_DATABASE_URL", "Profile", "Settings"]


class Settings(
    Observation,
    Limits,
    Accounts,
    Mail,
    Admin,
    Addresses,
    ForwardAuth,
    Brand,
    SignIn,
    Service,
):
    """What an operator can choose; ``Settings.load()`` reads it.

    Raises ``ConfigurationError`` for an unknown name or a value that does
    not fit; the text names the setting and never repeats the value, which
    may be a secret.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True
    )

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    def __init__(self, **values: Any) -> None:
        """Take settings by name; what is left out has its default."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            fields = type(self).model_fields
            raise config_sources.explain(error, fields) from None

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
    def secure_cookies(self) -> bool:
        """Whether cookies go over HTTPS only."""
        return self.host_cookie or self.profile == "production"

    @property
    def throttled(self) -> bool:
        """Whether the limits are in force."""
        return self.strict_rules if self.throttle is None else self.throttle

    @property
    def wants_verified(self) -> bool:
        """Whether only a verified address can be signed in with."""
        if self.require_verified_email is None:
            return self.strict_rules and self.mail != "off"
        return self.require_verified_email

    @property
    def reveals_taken(self) -> bool:
        """Whether a registration tells that the address is taken."""
        if self.reveal_taken_addresses is None:
            return not self.strict_rules or self.mail == "off"
        return self.reveal_taken_addresses

    @property
    def echo_tokens(self) -> bool:
        """Whether a reset token is put into the answer."""
        if self.tokens_in_answers is None:
            return not self.strict_rules
        return self.tokens_in_answers
