"""Who may administer the service, from where, and for how long."""

import ipaddress
from functools import cached_property

from pydantic import Field, field_validator

from bienvenue.config_fields.group import Group

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOUR = 60 * 60


class Admin(Group):
    """Who may administer the service, from where, and for how long."""

    admin: bool = Field(
        True,
        description="serve the console at `/admin` and the admin API below"
        " it, for accounts with the admin role",
    )
    admin_networks: str | None = Field(
        None,
        max_length=4096,
        description="networks that the console and its API can be reached"
        " from, with commas between them: `10.0.0.0/8, 2001:db8::/32`;"
        " anybody else is answered 404; unset: from everywhere",
    )
    admin_session_seconds: int = Field(
        12 * _HOUR,
        ge=60,
        le=24 * _HOUR,
        description="how long after its password was given a session may use"
        " the console, whatever its use; then it is asked for again",
    )
    admin_idle_seconds: int = Field(
        15 * 60,
        ge=60,
        le=12 * _HOUR,
        description="how long the console may be left alone before the"
        " password is asked for again",
    )
    acting_as_user: bool = Field(
        False,
        description="let admins act as a user: for a reason that is kept,"
        " without touching credentials, and the user is told by mail",
    )
    acting_seconds: int = Field(
        30 * 60,
        ge=60,
        le=30 * 60,
        description="how long an admin may act as a user at most",
    )

    @field_validator("admin_networks")
    @classmethod
    def _each_is_a_network(cls, text: str | None) -> str | None:
        try:
            _networks(text)
        except ValueError:  # whose words repeat the value
            raise ValueError(
                "not a list of networks, such as 10.0.0.0/8, 2001:db8::/32"
            ) from None
        return text

    @cached_property
    def admin_network_list(self) -> list[Network]:
        """The networks of ``admin_networks``, one by one."""
        return _networks(self.admin_networks)


def _networks(text: str | None) -> list[Network]:
    return [
        ipaddress.ip_network(each.strip())
        for each in (text or "").split(",")
        if each.strip()
    ]
