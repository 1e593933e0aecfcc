"""Whether this process is about to stop, though it still answers.

The server says so, and whoever asks for the service's health is told: so a
proxy sends people elsewhere while there is somebody here yet.
"""

import threading

_leaving = threading.Event()


def begin() -> None:
    """Say that this process is about to stop."""
    _leaving.set()


def end() -> None:
    """Say that it is not: it has stopped, or is only starting."""
    _leaving.clear()


def is_so() -> bool:
    """Tell whether this process is about to stop."""
    return _leaving.is_set()
