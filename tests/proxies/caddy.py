"""Caddy with its recipe, in a folder of its own."""

from collections.abc import Sequence

from tests import installed
from tests.proxies.front import Front
from tests.service import free_port


class Caddy(Front):
    """A started Caddy."""

    name = "caddy"

    def serve(self, upstreams: Sequence[str]) -> None:
        """Start it in front of these nodes."""
        config = self.folder / "Caddyfile"
        config.write_text(self.printed(upstreams))
        # Where Caddy takes commands; its usual port may be another's.
        self.env["CADDY_ADMIN"] = f"127.0.0.1:{free_port()}"
        options = f"run --adapter caddyfile --config {config}"
        self.start([installed.program("caddy"), *options.split()])
