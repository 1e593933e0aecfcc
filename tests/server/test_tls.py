"""HTTPS."""

import datetime
import ipaddress
import ssl
import time
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from bienvenue import clock
from bienvenue.server import Options, Tls, TlsUnusable, serve
from tests.server.support import (
    PATIENCE,
    Running,
    echo,
    read_all,
    running,
)


def certify(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """Return a certificate for 127.0.0.1, signed with its own key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    local = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([local]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "cert.pem").write_bytes(certify(key))
    forms = serialization.PrivateFormat
    plain = serialization.NoEncryption()
    locked = serialization.BestAvailableEncryption(b"a password")
    for name, form, encryption in (
        ("key.pem", forms.PKCS8, plain),
        ("older.pem", forms.TraditionalOpenSSL, plain),
        ("locked.pem", forms.PKCS8, locked),
    ):
        pem = serialization.Encoding.PEM
        content = key.private_bytes(pem, form, encryption)
        (folder / name).write_bytes(content)
    other = ec.generate_private_key(ec.SECP256R1())
    (folder / "other.pem").write_bytes(certify(other))
    return Tls(folder / "cert.pem", folder / "key.pem")


@pytest.fixture(scope="module")
def server(tls: Tls) -> Iterator[Running]:
    with running(echo, Options(threads=2, tls=tls)) as started:
        yield started


def context(tls: Tls, *protocols: str) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(tls.certificate))
    made.set_alpn_protocols(list(protocols))
    return made


def test_https(server: Running, tls: Tls) -> None:
    head = b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with (
        server.connect() as plain,
        context(tls).wrap_socket(plain, server_hostname="127.0.0.1") as sock,
    ):
        sock.sendall(head)
        answer = read_all(sock)
        assert sock.version() == "TLSv1.3"
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'"wsgi.url_scheme": "https"' in answer


def test_http_2_is_offered(server: Running, tls: Tls) -> None:
    with (
        server.connect() as plain,
        context(tls, "h2", "http/1.1").wrap_socket(
            plain, server_hostname="127.0.0.1"
        ) as sock,
    ):
        assert sock.selected_alpn_protocol() == "h2"


@pytest.mark.requirement("REL-6")
@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_a_silent_connection_is_cut(tls: Tls, protocol: str) -> None:
    """In a second here; one that is used, and the listener, are not."""
    options = Options(threads=2, tls=tls, idle=1.0)
    head = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
    with (
        running(echo, options) as server,
        server.connect() as plain,
        context(tls, protocol).wrap_socket(
            plain, server_hostname="127.0.0.1"
        ) as silent,
        server.connect() as other,
        context(tls, "http/1.1").wrap_socket(
            other, server_hostname="127.0.0.1"
        ) as used,
    ):
        assert silent.selected_alpn_protocol() == protocol
        silent.settimeout(0.2)
        began = time.monotonic()
        while not is_over(silent):
            used.sendall(head)
            assert used.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
            assert time.monotonic() - began < PATIENCE
        assert time.monotonic() - began > 0.5
        used.sendall(head)
        assert used.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        test_https(server, tls)


def is_over(sock: ssl.SSLSocket) -> bool:
    """Read for a moment; tell whether the other end has closed."""
    try:
        while sock.recv(65536):
            pass  # its side of HTTP/2's greeting
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def test_plain_http_on_the_https_port(server: Running) -> None:
    answer = server.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200" not in answer


def test_an_older_form_of_key(tls: Tls) -> None:
    older = Tls(tls.certificate, tls.key.with_name("older.pem"))
    with running(echo, Options(threads=1, tls=older)) as started:
        test_https(started, tls)


@pytest.mark.parametrize(
    ("certificate", "key", "said"),
    [
        ("cert.pem", "locked.pem", "encrypted"),
        ("cert.pem", "missing.pem", "No such file"),
        ("cert.pem", "cert.pem", "not a PEM"),
        ("other.pem", "key.pem", "not a PEM"),
    ],
)
def test_unusable_files(
    tls: Tls, certificate: str, key: str, said: str
) -> None:
    wrong = Tls(tls.certificate.with_name(certificate), tls.key.with_name(key))
    with pytest.raises(TlsUnusable, match=said):
        serve(
            lambda: echo,
            host="127.0.0.1",
            port=0,
            on_ready=print,
            options=Options(tls=wrong),
        )
