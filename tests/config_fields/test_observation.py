"""Settings of what can be seen from outside."""

import pytest

from bienvenue import Settings
from bienvenue.config_fields.observation import pairs_of, place_of
from bienvenue.errors import ConfigurationError


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:9464", ("::1", 9464)),
        ("localhost:1", ("localhost", 1)),
        ("metrics.internal:65535", ("metrics.internal", 65535)),
    ],
)
def test_an_address_is_a_host_and_a_port(
    address: str, place: tuple[str, int]
) -> None:
    assert place_of(
        Settings(metrics_address=address).metrics_address or ""
    ) == (place)


@pytest.mark.parametrize(
    "address",
    ["9464", ":9464", "127.0.0.1", "127.0.0.1:0", "::1:65536", "a b:1", ""],
)
def test_anything_else_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^metrics_address: "):
        Settings(metrics_address=address)


def test_a_short_token_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigurationError, match=r"^metrics_token: ") as error:
        Settings(metrics_token="too-short-to-be-safe")
    assert "too-short" not in str(error.value)


def test_headers_are_pairs() -> None:
    chosen = Settings(otlp_headers="X-Key=a=b, other = c d")
    assert chosen.otlp_headers is not None
    assert pairs_of(chosen.otlp_headers) == {"x-key": "a=b", "other": "c d"}
    assert "a=b" not in repr(chosen)


@pytest.mark.parametrize("text", ["key", "=vv", "a=b,,c=d", "a=b\r\nc: d"])
def test_other_headers_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^otlp_headers: ") as error:
        Settings(otlp_headers=text)
    assert text not in str(error.value)


def test_nothing_counts_unless_somebody_can_read_it() -> None:
    assert not Settings().counts
    assert not Settings(metrics_folder="/nowhere").counts
    assert Settings(metrics_token="x" * 32).counts
    assert Settings(metrics_address="127.0.0.1:9464").counts


@pytest.mark.parametrize(
    "endpoint", ["collector:4318", "ftp://x", "https://user:pass@x", "http://"]
)
def test_an_endpoint_is_a_web_address_without_a_password(
    endpoint: str,
) -> None:
    with pytest.raises(ConfigurationError, match=r"^otlp_endpoint: "):
        Settings(otlp_endpoint=endpoint)
