"""What tests of commands share: the database that the commands open."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bienvenue import Auth, Settings

BOB, WORD = "Bob@example.com", "b4l0u"


@contextmanager
def at_hand(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Auth]:
    """Have an account in the database that commands open in a folder."""
    url = f"sqlite:///{folder / 'accounts.db'}"
    patch.chdir(folder)
    patch.setenv("BIENVENUE_DATABASE_URL", url)
    found = Auth(settings=Settings(database_url=url, bcrypt_rounds=4))
    found.register_user(BOB, WORD)
    yield found
    found.close()
