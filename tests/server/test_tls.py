"""HTTPS."""

import datetime
import ipaddress
import ssl
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bienvenue import clock
from bienvenue.server import Options, Tls, TlsUnusable, serve
from tests.server.support import Running, echo, read_all, running


def certify(key: ec.EllipticCurvePrivateKey) -> bytes:
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
