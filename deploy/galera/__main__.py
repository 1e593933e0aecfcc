"""``python -m deploy.galera``: run the cluster until Ctrl-C."""

import sys
from collections.abc import Iterator

from deploy import until_stopped
from deploy.galera.cluster import Cluster, running


def _told(cluster: Cluster) -> Iterator[str]:
    yield f"BIENVENUE_DATABASE_URL='{cluster.url()}'"
    for node in cluster.nodes:
        yield f"{node.place.name}: port {node.place.port}, {node.place.folder}"


if __name__ == "__main__":
    about = "Run three MariaDB servers as one Galera cluster."
    sys.exit(until_stopped.run(about, running, _told))
