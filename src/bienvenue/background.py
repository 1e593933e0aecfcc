"""Work that must not keep an answer waiting, done by one thread."""

import logging
import threading
from collections.abc import Callable

from bienvenue import forking

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
        after: float = 0.0,
    ) -> None:
        """Take the work; ``every`` is in seconds, None is when woken.

        ``after`` is how many seconds it waits once woken, for whoever woke
        it to be done with something that must not depend on the work.
        """
        self._name, self._work = name, work
        self._every, self._after = every, after
        self._stopping = False
        self.begin_anew()
        forking.watch(self)

    def begin_anew(self) -> None:
        """Forget a thread that runs in another process, if anywhere.

        The next wake starts one here.
        """
        self._awake, self._ending = threading.Event(), threading.Event()
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
            if self._thread is None and not self.stopping:
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
        self._ending.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self.stopping:
            self._awake.wait(self._every)
            self._ending.wait(self._after)
            self._awake.clear()
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - it must outlive its work
                _log.error("%s: %s", self._name, type(error).__name__)
