"""Nobody is sent to an address that an attacker chose."""

import pytest

from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError
from bienvenue.return_address import MAX_CHARACTERS, ReturnAddresses

APP = "https://app.example.com"
ALLOWED = [
    "/",
    "/account?tab=sessions#top",
    "https://id.example.com/account",
    APP,
    f"{APP}/a/b?q=1&next=https%3A%2F%2Fevil.example",
    f"{APP}:443/",
    f"{APP}/who?mail=bob@example.com",
    "http://localhost:8080/",
]
REFUSED = [
    "",
    "app.example.com",
    "//evil.example/",
    "/\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "http://app.example.com/",
    f"{APP}:8443/",
    f"{APP}.evil.example/",
    "https://evil.example/?https://app.example.com",
    "https://app.example.com@evil.example/",
    "https://evil.example@app.example.com/",
    "https://sub.app.example.com/",
    "javascript:alert(1)//app.example.com",
    "data:text/html,x",
    f"{APP}/\r\nSet-Cookie: a=b",
    f" {APP}/",
    f"{APP}/\u202e",
    f"{APP}\\@evil.example/",
    "https://[::1",
]


@pytest.fixture
def returns() -> ReturnAddresses:
    """One application beside the service, and one on this machine."""
    return ReturnAddresses.of(
        Settings(
            public_url="https://id.example.com",
            return_origins=f"{APP}, http://localhost:8080",
        )
    )


@pytest.mark.parametrize("address", ALLOWED)
def test_addresses_of_ones_own(returns: ReturnAddresses, address: str) -> None:
    assert returns.allows(address)


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_of_others(returns: ReturnAddresses, address: str) -> None:
    assert not returns.allows(address)


def test_an_address_has_a_bound(returns: ReturnAddresses) -> None:
    assert MAX_CHARACTERS == 2048
    longest = "/" + "a" * (MAX_CHARACTERS - 1)
    assert returns.allows(longest)
    assert not returns.allows(longest + "a")


@pytest.mark.parametrize(
    "origins",
    [
        "app.example.com",
        "http://app.example.com",
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://bob@app.example.com",
        "https://app.example.com:port",
        "https://a.example, ftp://b.example",
        "*",
    ],
)
def test_origins_that_are_none(origins: str) -> None:
    with pytest.raises(ConfigurationError, match="return_origins"):
        Settings(return_origins=origins)
