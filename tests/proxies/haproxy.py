"""HAProxy with its recipe, in a folder of its own."""

import os
import re
from collections.abc import Sequence

from tests import installed
from tests.proxies.front import Front


class HAProxy(Front):
    """A started HAProxy."""

    name = "haproxy"

    def serve(self, upstreams: Sequence[str]) -> None:
        """Start it in front of these nodes.

        Only root can become somebody else; the lines that ask for it are
        left out where others run it.
        """
        recipe = self.printed(upstreams)
        if os.geteuid() != 0:
            recipe = re.sub(r"(?m)^    (user|group) .*\n", "", recipe)
        config = self.folder / "haproxy.cfg"
        config.write_text(recipe)
        self.start([installed.program("haproxy"), "-db", "-f", str(config)])
