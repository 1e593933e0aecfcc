"""For the tests of applications: the letters that people were sent.

With ``mail = "mailbox"``, which is the default, letters land in a table.
``mailbox`` has what is due delivered, and returns it::

    letter = testing.mailbox(app, to="bob@example.com")[-1]
    client.get(letter.link)
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from bienvenue import mailbox as _mailbox
from bienvenue.auth import Auth
from bienvenue.courier import Courier
from bienvenue.errors import ConfigurationError

if TYPE_CHECKING:
    from flask import Flask

    from bienvenue.web.extension import Extension

_EXTENSION = "bienvenue"
_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)
_CODE = re.compile(r"^ +(\d{6})$", re.MULTILINE)
_ALL = 10_000


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it was sent: plain text, and the same in HTML."""

    recipient: str
    subject: str
    text: str
    html: str | None

    @property
    def links(self) -> list[str]:
        """The links that stand on a line of their own."""
        return _LINK.findall(self.text)

    @property
    def link(self) -> str:
        """The first link; raises ``LookupError`` where there is none."""
        return self.links[0]

    @property
    def token(self) -> str:
        """The token in the link; raises ``LookupError`` for none."""
        return parse_qs(urlsplit(self.link).query)["token"][0]

    @property
    def code(self) -> str:
        """The six digits; raises ``LookupError`` where there are none."""
        return str(_CODE.findall(self.text)[0])


def mailbox(accounts: "Flask | Auth", to: str | None = None) -> list[Letter]:
    """Deliver what is due, and return the letters, the oldest first.

    ``accounts`` is an application or an ``Auth``; ``to`` leaves the letters
    to one address.  Raises ``ConfigurationError`` where ``mail`` is not
    ``mailbox``: letters left, or were not written.
    """
    if isinstance(accounts, Auth):
        auth = accounts
        courier = Courier(auth.db, auth.settings)
    else:
        extension: Extension = accounts.extensions[_EXTENSION]
        auth, courier = extension.auth, extension.courier
    if auth.settings.mail != "mailbox":
        raise ConfigurationError("mail: letters are kept in a mailbox only")
    courier.deliver_due()
    rows = auth.db.read(lambda unit: _mailbox.newest(unit, _ALL))
    return [
        Letter(row.recipient, row.subject, row.body, row.html)
        for row in reversed(rows)
        if to is None or row.recipient == to
    ]
