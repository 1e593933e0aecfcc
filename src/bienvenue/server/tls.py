"""Check certificate and key before Granian, which aborts on a bad one."""

import ssl

from bienvenue.errors import BienvenueError
from bienvenue.server.options import Tls


class TlsUnusable(BienvenueError, ValueError):
    """Certificate or key cannot be used; the text says what to do."""

    code = "tls_unusable"


def check(tls: Tls) -> None:
    """Raise ``TlsUnusable`` unless both files can be used together."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(tls.certificate, tls.key, _refuse_encrypted)
    except ssl.SSLError:
        raise TlsUnusable(
            f"{tls.certificate} and {tls.key} are not a PEM certificate and"
            " the unencrypted PEM key that belongs to it"
        ) from None
    except OSError as error:
        raise TlsUnusable(
            f"cannot read {error.filename or tls.certificate} or {tls.key}:"
            f" {error.strerror}"
        ) from None


def _refuse_encrypted() -> str:
    raise TlsUnusable(
        "the TLS key is encrypted: decrypt it with `openssl pkey -in KEY"
        " -out NEWKEY` and let only this service read the result"
    )
