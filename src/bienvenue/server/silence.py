"""Cut connections on which nobody has said anything for long.

Granian bounds the time of a TLS handshake and of a request's head.  Between
the two it waits for ever, for a client that has yet to show whether it
speaks HTTP/2, and so it does for one that does and stays silent.  Its
connections are its own; what can be had is their descriptors, and the kernel
knows when each was last used (``TCP_INFO``, Linux).
"""

import os
import socket
import struct
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")
# struct tcp_info in linux/tcp.h: the state, and after 43 bytes more the
# milliseconds since data was sent, since an acknowledgement was (never
# filled in), and since data was received.
_INFO = struct.Struct("=B43xIII")
_ESTABLISHED = 1
_FAMILIES = (socket.AF_INET, socket.AF_INET6)


def cut(ports: Collection[int], seconds: float) -> int:
    """Cut what was not used for so long; return how many there were.

    ``ports`` are those the service listens on: no other connection of this
    process is touched.  Does nothing on a system that does not tell.
    """
    return sum(_cut_one(link, ports, seconds) for link in _connections())


def _cut_one(
    link: socket.socket, ports: Collection[int], seconds: float
) -> bool:
    with link, suppress(OSError):  # closed meanwhile, or no TCP at all
        if link.family not in _FAMILIES or link.getsockname()[1] not in ports:
            return False
        info = link.getsockopt(
            socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size
        )
        state, sent, _, received = _INFO.unpack(info)
        if state != _ESTABLISHED or min(sent, received) < seconds * 1000:
            return False
        # Whoever serves it reads the end of the stream, and closes it.
        link.shutdown(socket.SHUT_RDWR)
        return True
    return False


def _connections() -> Iterator[socket.socket]:
    """Yield the sockets of this process, by descriptors of our own.

    The number of one that is closed meanwhile may come to mean something
    else; so it is duplicated first and looked at then.
    """
    with suppress(OSError):  # another system
        for entry in list(_DESCRIPTORS.iterdir()):
            with suppress(OSError):
                if str(entry.readlink()).startswith("socket:"):
                    yield socket.socket(fileno=os.dup(int(entry.name)))
