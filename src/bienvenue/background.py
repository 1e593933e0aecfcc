"""Work that must not keep an answer waiting, done by one thread."""

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger("bienvenue")


class Background:
    """Runs one function whenever it is woken, and now and then besides.

    Wakes that come while it runs are made up for by one more run.  An
    exception is logged by its type, and the thread goes on.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        every: float | None = None,
    ) -> None:
        """Take the work; ``every`` is in seconds, None is when woken."""
        self._name, self._work, self._every = name, work, every
        self._awake = threading.Event()
        self._stopping = False
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Have the work done soon; starts the thread the first time."""
        self._awake.set()
        if self._thread is None:
            self.start()

    def start(self) -> None:
        """Start the thread, once."""
        with self._starting:
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(
                    target=self._run, name=self._name, daemon=True
                )
                self._thread.start()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop; long work looks now and then."""
        return self._stopping

    def stop(self) -> None:
        """Let the work in hand end, and the thread with it."""
        with self._starting:
            self._stopping = True
        self._awake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            self._awake.wait(self._every)
            self._awake.clear()
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - it must outlive its work
                _log.error("%s: %s", self._name, type(error).__name__)
