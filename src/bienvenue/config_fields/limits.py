"""How often people may try; ``docs/limits.md`` gives the reasons."""

from pydantic import Field, SecretStr

from bienvenue.config_fields.group import Group


class Limits(Group):
    """How often people may try; ``docs/limits.md`` gives the reasons."""

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
    guess_mails_per_account: int = Field(
        1,
        ge=1,
        le=24,
        description="letters in a day that tell an owner that somebody tries"
        " passwords",
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
    verification_requests_per_network: int = Field(
        20,
        ge=1,
        le=10_000,
        description="verifications asked for by one client network in an hour",
    )
    verification_mails_per_account: int = Field(
        5,
        ge=1,
        le=100,
        description="letters about signing up with one address, or moving"
        " an account to it, in an hour; beyond it the answer is the same and"
        " nothing is sent",
    )
    verification_failures_per_network: int = Field(
        50,
        ge=1,
        le=10_000,
        description="wrong codes and links of one client network in 15"
        " minutes",
    )
    verification_failures_per_account: int = Field(
        10,
        ge=1,
        le=100,
        description="wrong codes for one account in an hour; links still"
        " count beyond it",
    )
    email_changes_per_account: int = Field(
        5,
        ge=1,
        le=100,
        description="changes of the address that one account may ask for in"
        " an hour",
    )
