"""What is asked and told of e-mail addresses."""

from pydantic import Field

from bienvenue.config_fields.group import Group


class Addresses(Group):
    """What is asked and told of e-mail addresses."""

    require_verified_email: bool | None = Field(
        None,
        description="let people sign in only once they have proved to read"
        " mail at their address; unset: where production's rules hold and"
        " mail is not off",
    )
    reveal_taken_addresses: bool | None = Field(
        None,
        description="tell whoever registers that an address has an account;"
        " unset: unless production's rules hold and mail is not off, when"
        " only its owner is told, by mail",
    )
