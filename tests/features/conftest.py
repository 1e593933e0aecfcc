"""The same applications in this process as the tests of ``web`` have."""

from tests.web.conftest import app, client, make

__all__ = ["app", "client", "make"]
