"""What is handed around between threads cannot be changed on the way."""

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from bienvenue.client import Client
from bienvenue.links import Links
from bienvenue.login import Verified
from bienvenue.rate_limit import Budget, InUse, Refused, Taken
from bienvenue.recovery import Token
from bienvenue.return_address import ReturnAddresses

VALUES = [
    Budget("a", 1, 60),
    Taken(1),
    Refused(1),
    InUse(),
    Client("192.0.2.1", "a browser"),
    Verified(1, "bob@example.com", "h"),
    Token("t", "bob@example.com"),
    ReturnAddresses((Links("https://id.example.com"),)),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda each: type(each).__name__)
def test_a_value_stays_what_it_is(value: Any) -> None:
    for name in (field.name for field in fields(value)):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, "other")
    with pytest.raises((AttributeError, TypeError)):
        object.__setattr__(value, "anything", 1)
    kind = type(value)
    same = kind(*(getattr(value, each.name) for each in fields(value)))
    assert same == value
    assert hash(same) == hash(value)


def test_a_window_is_in_microseconds() -> None:
    assert Budget("a", 1, 60).window_us == 60_000_000
