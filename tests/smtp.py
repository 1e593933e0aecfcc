"""A mail server for tests: the real protocol, on this machine."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.server.test_tls import certify
from tests.service import free_port

USERNAME, PASSWORD = "postman", "a mail password"


class Server:
    """What a mail server was brought; ``refused`` are not its own."""

    def __init__(self) -> None:
        self.port = 0
        self.envelopes: list[Envelope] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.refused: set[str] = set()
        self.codes: dict[str, int] = {}

    @property
    def mails(self) -> list[EmailMessage]:
        """What arrived, as a reader would show it."""
        return [
            message_from_bytes(
                each.original_content or b"",
                EmailMessage,
                policy=policy.default,
            )
            for each in self.envelopes
        ]

    @property
    def recipients(self) -> list[list[str]]:
        """Whom each envelope went to."""
        return [each.rcpt_tos for each in self.envelopes]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: object,
        session: object,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take a recipient, or not."""
        if address in self.refused:
            code = self.codes.get(address, 550)
            return f"{code} {address} is not known here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: object, session: object, envelope: Envelope
    ) -> str:
        """Take the mail."""
        self.envelopes.append(envelope)
        return "250 OK"

    def authenticate(
        self,
        server: object,
        session: object,
        envelope: object,
        mechanism: str,
        given: LoginPassword,
    ) -> AuthResult:
        """Know one user."""
        self.logins.append((given.login, given.password))
        known = (USERNAME.encode(), PASSWORD.encode())
        return AuthResult(
            success=(given.login, given.password) == known, handled=False
        )


class _Controller(Controller):
    """Ends what its clients have not ended, when it stops."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._sessions: list[SMTP] = []
        super().__init__(*args, **options)

    def factory(self) -> SMTP:
        """Begin a session with a client."""
        self._sessions.append(
            # The library has no types.
            super().factory()  # type: ignore[no-untyped-call]
        )
        return self._sessions[-1]

    def stop(self, no_assert: bool = False) -> None:
        """Hang up on everybody, and stop."""

        async def hang_up() -> None:
            for session in self._sessions:
                if isinstance(session.transport, asyncio.Transport):
                    session.transport.abort()
            for _ in range(3):  # so that what that causes is done
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(hang_up(), self.loop).result(10)
        super().stop(no_assert)


@contextmanager
def listening(
    server: Server | None = None, **options: Any
) -> Iterator[Server]:
    """Serve on a free port while the block runs."""
    server = server or Server()
    server.port = server.port or free_port()
    controller = _Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        authenticator=server.authenticate,
        **options,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def make_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for 127.0.0.1; return it and a server's side."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(certify(key))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, private)
    return certificate, context
