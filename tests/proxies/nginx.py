"""nginx with its recipe, in a folder of its own."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from tests import installed
from tests.proxies.front import Front

# What a distribution's nginx.conf has around conf.d/, and nothing else.
_AROUND = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/main.log;
worker_processes 2;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/t1;
    proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    include {folder}/conf.d/*.conf;
}}
"""


class Nginx(Front):
    """A started nginx."""

    name = "nginx"

    def serve(self, upstreams: Sequence[str]) -> None:
        """Start it in front of these nodes."""
        self.write(self.printed(upstreams))
        config = self.folder / "nginx.conf"
        # Its workers need not be anybody: the folder is the tests' own.
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(_AROUND.format(folder=self.folder, user=user))
        program = installed.program("nginx")
        self.start([program, "-c", str(config), "-p", str(self.folder)])

    @property
    def place(self) -> Path:
        """Where the recipe belongs."""
        return self.folder / "conf.d" / "bienvenue.conf"

    def write(self, recipe: str) -> None:
        """Put the recipe there."""
        self.place.parent.mkdir(exist_ok=True)
        self.place.write_text(recipe)

    def reload(self) -> None:
        """Have it read its configuration anew."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def written(self) -> str:
        """Return the recipe as it is there."""
        return self.place.read_text()
