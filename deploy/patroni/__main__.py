"""``python -m deploy.patroni``: run the cluster until Ctrl-C."""

import sys
from collections.abc import Iterator

from deploy import until_stopped
from deploy.patroni.cluster import Cluster, running


def _told(cluster: Cluster) -> Iterator[str]:
    yield f"BIENVENUE_DATABASE_URL='{cluster.url}'"
    for node in cluster.nodes:
        place = node.place
        yield (
            f"{place.name}: PostgreSQL {place.port}, Patroni {place.rest},"
            f" {place.folder}"
        )


if __name__ == "__main__":
    about = "Run three PostgreSQL servers under Patroni, with etcd."
    sys.exit(until_stopped.run(about, running, _told))
