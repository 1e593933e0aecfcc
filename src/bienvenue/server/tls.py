"""Check certificate and key before Granian, which aborts on a bad one."""

import ssl

from bienvenue.errors import BienvenueError
from bienvenue.server.options import Tls

# OpenSSL's name for keys of 128 bits of strength: RSA from 3072, P-256.
_STRONG = "DEFAULT:@SECLEVEL=3"
_TOO_WEAK = "EE_KEY_TOO_SMALL"


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


def check_strength(tls: Tls) -> None:
    """Raise ``TlsUnusable`` for a key of less than 128 bits of strength.

    NIST SP 800-57 part 1, table 2; OWASP ASVS 11.2.3.  Only the key is
    ours to choose, so certificates of authorities are not judged.  For
    files that ``check`` has found usable.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(_STRONG)
    try:
        context.load_cert_chain(tls.certificate, tls.key, _refuse_encrypted)
    except ssl.SSLError as error:
        if error.reason != _TOO_WEAK:
            return
        raise TlsUnusable(
            f"the key in {tls.key} is weaker than 128 bits: make one of P-256,"
            " or of RSA with 3072 bits or more"
        ) from None


def _refuse_encrypted() -> str:
    raise TlsUnusable(
        "the TLS key is encrypted: decrypt it with `openssl pkey -in KEY"
        " -out NEWKEY` and let only this service read the result"
    )
