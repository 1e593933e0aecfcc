"""A planted hash cannot take the machine; a broken one does no harm."""

import base64
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bienvenue import imported_hashes
from bienvenue.imported_hashes.form import bounded, unbase64

SALT = "c29tZXNhbHRzb21lc2FsdA"
DIGEST = "A" * 43
BCRYPT = "." * 22 + "." * 31
WERKZEUG = "0" * 128


def argon2(memory: int, passes: int, lanes: int) -> str:
    costs = f"m={memory},t={passes},p={lanes}"
    return f"$argon2id$v=19${costs}${SALT}${DIGEST}"


def scrypt(bits: int, r: int, p: int) -> str:
    return f"$scrypt$ln={bits},r={r},p={p}${SALT}${DIGEST}"


@pytest.mark.parametrize(
    ("most", "over"),
    [
        (f"$2b$20${BCRYPT}", f"$2b$21${BCRYPT}"),
        (f"$2b$04${BCRYPT}", f"$2b$03${BCRYPT}"),
        (f"bcrypt$$2b$20${BCRYPT}", f"bcrypt$$2b$31${BCRYPT}"),
        (
            f"$bcrypt-sha256$v=2,t=2b,r=20${'.' * 22}${'.' * 31}",
            f"$bcrypt-sha256$v=2,t=2b,r=21${'.' * 22}${'.' * 31}",
        ),
        (argon2(262144, 1, 1), argon2(262145, 1, 1)),
        (argon2(262144, 16, 1), argon2(262144, 17, 1)),
        (argon2(64, 65536, 1), argon2(64, 65537, 1)),
        (argon2(1024, 1, 16), argon2(1024, 1, 17)),
        (argon2(16, 1, 2), argon2(15, 1, 2)),
        (scrypt(18, 8, 1), scrypt(19, 8, 1)),
        (scrypt(17, 8, 4), scrypt(17, 8, 5)),
        (scrypt(15, 1, 1), scrypt(16, 1, 1)),
        (scrypt(10, 64, 1), scrypt(10, 65, 1)),
        (scrypt(10, 1, 64), scrypt(10, 1, 65)),
        (scrypt(1, 1, 1), scrypt(99, 1, 1)),
        (f"scrypt:64:8:1$s${WERKZEUG}", f"scrypt:63:8:1$s${WERKZEUG}"),
        (f"scrypt:2:8:1$s${WERKZEUG}", f"scrypt:1:8:1$s${WERKZEUG}"),
        (
            f"$pbkdf2-sha256$10000000${SALT}${DIGEST}",
            f"$pbkdf2-sha256$10000001${SALT}${DIGEST}",
        ),
        (
            f"pbkdf2:sha1:10000000$s${'0' * 40}",
            f"pbkdf2:sha1:9999999999$s${'0' * 40}",
        ),
        (
            f"pbkdf2:sha1:1${'s' * 1024}${'0' * 40}",
            f"pbkdf2:sha1:1${'s' * 1025}${'0' * 40}",
        ),
    ],
)
def test_a_cost_over_its_ceiling_is_refused_unread(
    most: str, over: str
) -> None:
    assert imported_hashes.identify(most) is not None
    assert imported_hashes.identify(over) is None
    assert not imported_hashes.verify(b"password", over)


@pytest.mark.parametrize(
    "hashed",
    [
        "",
        "$",
        "plain text",
        "$2x$04$" + BCRYPT,
        "$2b$4$" + BCRYPT,
        "$2b$04$" + BCRYPT[:-1] + "!",
        "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
        "$argon2id$v=17$m=64,t=1,p=1$" + SALT + "$" + DIGEST,
        "$pbkdf2-md5$1000$" + SALT + "$" + DIGEST,
        "$pbkdf2-sha256$01000$" + SALT + "$" + DIGEST,
        "$pbkdf2-sha256$1000$A$" + DIGEST,  # one letter encodes no byte
        "$pbkdf2-sha256$\u0661$" + SALT + "$" + DIGEST,  # an Arabic one
        "pbkdf2:sha256$salt$" + "0" * 64,  # no iteration count
        "pbkdf2:sha256:1000$salt$" + "0 " * 32,
        "$2b$04$" + "." * 10_000,
    ],
)
def test_what_is_no_known_hash_is_refused(hashed: str) -> None:
    assert imported_hashes.identify(hashed) is None
    assert not imported_hashes.verify(b"password", hashed)
    with pytest.raises(ValueError, match="not a hash of any known form"):
        imported_hashes.parse(hashed)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_anything_of_a_known_shape_is_read_or_refused(
    data: st.DataObject,
) -> None:
    form = data.draw(st.sampled_from(imported_hashes.FORMS))
    hashed = data.draw(st.from_regex(form.pattern, fullmatch=True))
    assert imported_hashes.identify(hashed) in {form.scheme, None}


def test_a_machine_without_memory_answers_no() -> None:
    """The real primitives, in a process that may not have 256 MiB more."""
    program = f"""
import pathlib, resource
from bienvenue import imported_hashes
pages = pathlib.Path("/proc/self/statm").read_text().split()[0]
most = int(pages) * resource.getpagesize() + 2**26
resource.setrlimit(resource.RLIMIT_AS, (most, most))
for hashed in ({argon2(262144, 1, 1)!r}, {scrypt(18, 8, 1)!r}):
    stored = imported_hashes.parse(hashed)
    try:
        stored.derive(b"password")
    except Exception as error:
        print(type(error).__name__, stored.verify(b"password"))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert re.fullmatch(r"(\w+Error False\n){2}", ran.stdout)


def test_bounds_include_both_ends() -> None:
    assert [bounded(n, 2, 3) for n in (2, 3)] == [2, 3]
    for outside in (1, 4):
        with pytest.raises(ValueError, match="out of bounds"):
            bounded(outside, 2, 3)


@given(st.binary())
def test_base64_is_read_in_each_spelling(data: bytes) -> None:
    padded = base64.b64encode(data).decode()
    bare = padded.rstrip("=")
    for text in (padded, bare, bare.replace("+", ".")):
        assert unbase64(text) == data
