"""Metrics of ``bienvenue serve`` and ``dev``: where they are added up.

The process that starts the service answers for all that serve: alone it is
one of them, otherwise it only watches them.
"""

import atexit
import tempfile
from pathlib import Path

from bienvenue import engine
from bienvenue.config import Settings
from bienvenue.config_fields.observation import place_of
from bienvenue.features.metrics import flow
from bienvenue.metrics import counts, text
from bienvenue.route_table import layout


def with_folder(settings: Settings) -> Settings:
    """Return the settings, with a folder to add metrics up in if one counts.

    It is this run's own, and goes away with it.
    """
    if not settings.counts or settings.metrics_folder is not None:
        return settings
    folder = tempfile.TemporaryDirectory(prefix="bienvenue-metrics-")
    atexit.register(folder.cleanup)
    return settings.model_copy(update={"metrics_folder": Path(folder.name)})


def expose(settings: Settings) -> None:
    """Answer at ``metrics_address``, if there is one, until the end.

    Raises ``CannotListen``.
    """
    if settings.metrics_address is None or settings.metrics_folder is None:
        return
    # Loads what only this needs.
    from bienvenue.server.exposition import Exposition

    host, port = place_of(settings.metrics_address)
    places, folder = layout(), settings.metrics_folder
    # A connection of its own for each look: the pool may be used up.
    url = engine.parse_url(settings.database_url)
    database = engine.make_engine(url, pooled=False)
    token = settings.metrics_token
    exposition = Exposition(
        host,
        port,
        kind=text.TYPE,
        text=lambda: flow.exposed(
            places, counts.read(places, folder), database
        ),
        may_read=lambda header: token is None or flow.may_read(token, header),
    )
    exposition.start()
    atexit.register(exposition.close)
