"""The digest by which breached passwords are indexed."""

from bienvenue.policy.sha1 import hex_digest


def test_it_is_sha1_in_upper_case() -> None:
    """The first example of FIPS 180-4, as NIST publishes it."""
    abc = "A9993E364706816ABA3E25717850C26C9CD0D89D"
    assert hex_digest(b"abc") == abc
