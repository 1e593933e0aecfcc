"""A request as the server's own HTTP part hands it over."""

from bench import load


class Headers(dict[str, str]):
    """Headers as Granian hands them over, none of them repeated."""

    def get_all(self, name: str) -> list[str]:
        """Return all values of a header."""
        return [self[name]] if name in self else []


class Scope:
    """A request as Granian hands it over, for callers of the door."""

    proto, http_version, method, path = "http", "1.1", "GET", load.PATH
    server, client = "127.0.0.1:5000", "127.0.0.1:40000"
    scheme, query_string, authority = "http", "", None

    def __init__(self, session_id: str) -> None:
        """Take the cookie's value."""
        self.headers = Headers(
            host="127.0.0.1:5000",
            accept="application/json",
            cookie=f"session_id={session_id}",
        )
