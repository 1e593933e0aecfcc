"""A server as it should not be: a thread for each request from its start.

Four threads that read heads and bodies as they come, however slowly.  It is
here for the tests that must be able to tell it from a good one.
"""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

_THREADS = 4
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def serving() -> Iterator[int]:
    """Serve on a free port while the block runs; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    with ThreadPoolExecutor(_THREADS) as pool:
        accepting = threading.Thread(target=_accept, args=(listener, pool))
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            listener.close()


def _accept(listener: socket.socket, pool: ThreadPoolExecutor) -> None:
    with suppress(OSError):  # shut down
        while True:
            pool.submit(_serve, listener.accept()[0])


def _serve(link: socket.socket) -> None:
    with link, suppress(OSError), link.makefile("rb") as stream:
        while stream.readline().strip():
            length = 0
            while line := stream.readline().strip().lower():
                name, _, value = line.partition(b":")
                if name == b"content-length":
                    length = int(value)
            stream.read(length)
            link.sendall(_ANSWER)
