"""The tree of errors: names for machines, words for people."""

import inspect

import pytest
from sqlalchemy.exc import InvalidRequestError, NoResultFound

from bienvenue import errors
from bienvenue.errors import BienvenueError

TREE = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, BienvenueError)
]


def raised(kind: type[BienvenueError]) -> BienvenueError:
    """Return one as it is raised: some take what they tell of."""
    given: dict[type[BienvenueError], BienvenueError] = {
        errors.EmailTaken: errors.EmailTaken("bob@example.com"),
        errors.TooManyAttempts: errors.TooManyAttempts(30),
    }
    return given.get(kind) or kind()


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in TREE]
    assert len(set(codes)) == len(TREE) > 10
    assert all(code and code.replace("_", "").isalpha() for code in codes)


@pytest.mark.parametrize("kind", TREE)
def test_every_error_says_something(kind: type[BienvenueError]) -> None:
    error = raised(kind)
    text = str(error)
    assert text
    assert "\n" not in text
    assert "sqlalche.me" not in text
    assert error.code == kind.code


def test_an_error_says_the_reason_it_is_given() -> None:
    assert str(errors.InvalidQuery("a reason")) == "a reason"


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        (errors.EmailTaken, ValueError),
        (errors.UnknownAttribute, ValueError),
        (errors.InvalidToken, ValueError),
        (errors.InvalidAddress, ValueError),
        (errors.PasswordTooShort, ValueError),
        (errors.ConfigurationError, ValueError),
        (errors.UnknownAddress, ValueError),
        (errors.UnknownAddress, NoResultFound),
        (errors.UserNotFound, NoResultFound),
        (errors.InvalidQuery, InvalidRequestError),
    ],
)
def test_where_callers_know_a_builtin_it_is_that_one_too(
    kind: type[Exception], known: type[Exception]
) -> None:
    assert issubclass(kind, known)


def test_the_contract_s_words_for_a_taken_address() -> None:
    error = errors.EmailTaken("bob@example.com")
    assert str(error) == "User bob@example.com already exists"
    assert error.email == "bob@example.com"


@pytest.mark.parametrize("kind", TREE)
def test_a_traceback_names_where_an_error_is_imported_from(
    kind: type[BienvenueError],
) -> None:
    assert f"{kind.__module__}.{kind.__name__}" in {
        f"bienvenue.errors.{name}" for name in errors.__all__
    }
