"""A mail server that breaks off, or falls silent, at a stage of its choice.

What ``tests.smtp`` cannot do: that one knows its manners.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

STAGES = ["banner", "EHLO", "MAIL", "RCPT", "DATA", "body"]
SILENCE, END, DRIP = "silence", "end", "drip"

_USUAL = {"DATA": b"354 go on\r\n", "banner": b"220 here\r\n"}


@dataclass
class Rough:
    """Behaves at ``stage`` as ``manner`` says, and elsewhere as it should.

    A manner that is none of the above is the reply.  ``bodies`` are the
    mails that were taken; ``freed`` lets go of clients it keeps waiting.
    """

    stage: str
    manner: str
    port: int = 0
    connections: int = 0
    bodies: list[bytes] = field(default_factory=list)
    freed: threading.Event = field(default_factory=threading.Event)

    def serve(self, connection: socket.socket) -> None:
        """Hold one conversation."""
        self.connections += 1
        with (
            connection,
            connection.makefile("rb") as lines,
            suppress(OSError),
        ):
            self._converse(connection, lines)

    def _converse(
        self, connection: socket.socket, lines: Iterator[bytes]
    ) -> None:
        going = self._answer(connection, "banner")
        while going and (line := next(lines, b"")):
            verb = line.split()[0].upper().decode()
            going = verb != "QUIT" and self._answer(connection, verb)
            if going and verb == "DATA" and self._takes("DATA"):
                body = b"".join(iter(lines.__next__, b".\r\n"))
                going = self._answer(connection, "body")
                if going and self._takes("body"):
                    self.bodies.append(body)

    def _takes(self, stage: str) -> bool:
        return self.stage != stage

    def _answer(self, connection: socket.socket, stage: str) -> bool:
        """Say what is said at a stage; tell whether to go on."""
        if stage != self.stage:
            connection.sendall(_USUAL.get(stage, b"250 fine\r\n"))
            return True
        if self.manner == SILENCE:
            self.freed.wait(30)
        elif self.manner == DRIP:
            while not self.freed.wait(0.1):
                connection.sendall(b"2")
        elif self.manner != END:
            connection.sendall(self.manner.encode() + b"\r\n")
            return not self.manner.startswith("421")  # RFC 5321 3.8
        return False


@contextmanager
def behaving(stage: str, manner: str) -> Iterator[Rough]:
    """Serve on a free port while the block runs."""
    rough = Rough(stage, manner)
    listener = socket.create_server(("127.0.0.1", 0))
    rough.port = listener.getsockname()[1]
    threads: list[threading.Thread] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                work = threading.Thread(target=rough.serve, args=[connection])
                threads.append(work)
                work.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield rough
    finally:
        rough.freed.set()
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join(30)
        listener.close()
        for thread in threads:
            thread.join(30)
