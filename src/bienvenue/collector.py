"""Python's collector of garbage, while a process makes what it keeps.

Modules, tables and routes are some hundred thousand objects that stay for
as long as the process.  Looking through them again and again for garbage is
a tenth of the time of a start, and a pause of a whole process later on.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_rest() -> Iterator[None]:
    """Collect nothing in here, and what is there at the end never again.

    For what begins a process: garbage that is there stays too.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()
