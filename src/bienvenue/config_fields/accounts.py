"""Cookies, fresh proof of who one is, and how an account ends."""

from pydantic import Field

from bienvenue.config_fields.group import Group


class Accounts(Group):
    """Cookies, fresh proof of who one is, and how an account ends."""

    host_cookie: bool = Field(
        False,
        description="name the cookies `__Host-session_id` and"
        " `__Host-bienvenue_device`, which no neighbouring host can set;"
        " needs HTTPS",
    )
    hsts_subdomains: bool = Field(
        True,
        description="have browsers use HTTPS for the hosts below this one"
        " too (`includeSubDomains`)",
    )
    sessions_per_user: int = Field(
        100,
        ge=1,
        le=1000,
        description="sessions of one account at once; one more ends the"
        " one left alone longest",
    )
    sudo_seconds: int = Field(
        10 * 60,
        ge=30,
        le=24 * 60 * 60,
        description="how long a password that was given counts as fresh,"
        " for what a session that was left open may not do",
    )
    deletion_grace_days: int = Field(
        14,
        ge=0,
        le=365,
        description="days in which signing in keeps an account whose owner"
        " deleted it; 0 deletes at once",
    )
