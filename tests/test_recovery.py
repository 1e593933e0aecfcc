"""Reset tokens: what is shown of them, and of why they do not count."""

import pytest
from sqlalchemy import orm

from bienvenue import Auth, User, clock, one_time_token, recovery
from bienvenue.errors import InvalidToken, UnknownAddress
from bienvenue.one_time_token import OneTimeToken, Purpose

EMAIL = "bob@example.com"


@pytest.fixture
def auth(auth: Auth) -> Auth:
    """The use cases over a database with one account."""
    auth.register_user(EMAIL, "pw")
    return auth


def test_a_token_shows_nothing_of_itself() -> None:
    token = recovery.Token("hunter2", EMAIL)
    assert repr(token) == "<Token>"
    assert f"{token}" == "<Token>"


def test_the_lifetime_is_that_of_the_settings(auth: Auth) -> None:
    settings = auth.settings.model_copy(
        update={"reset_token_lifetime_seconds": 120}
    )

    def spent(after: int) -> bool:
        with clock.frozen() as time:
            token = recovery.hand_out(auth.db, settings, EMAIL)
            time.advance(seconds=after)
            brought = recovery.Token(token)
            try:
                recovery.spend(
                    auth.db, auth.hasher, settings, brought, "new"
                )
            except InvalidToken:
                return False
        return True

    assert spent(119)
    assert not spent(120)


def test_an_error_carries_nothing_of_the_one_before(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that goes meanwhile is told like one that never was."""
    token = auth.get_reset_password_token(EMAIL)
    write = auth.db.write

    def gone(unit: orm.Session) -> None:
        for user in unit.query(User):
            unit.delete(user)

    def late(work: object) -> object:
        write(gone)
        return write(work)  # type: ignore[arg-type]  # whatever it is

    monkeypatch.setattr(auth.db, "write", late)
    with pytest.raises(InvalidToken) as spending:
        recovery.spend(
            auth.db,
            auth.hasher,
            auth.settings,
            recovery.Token(token, EMAIL),
            "new",
        )
    assert spending.value.__suppress_context__
    monkeypatch.undo()
    auth.register_user(EMAIL, "pw")
    monkeypatch.setattr(auth.db, "write", late)
    with pytest.raises(UnknownAddress) as asking:
        recovery.hand_out(auth.db, auth.settings, EMAIL)
    assert asking.value.__suppress_context__


def test_a_token_that_was_spent_meanwhile_changes_nothing(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at it and the transaction that spends it."""
    token = auth.get_reset_password_token(EMAIL)
    hash_ = auth.hasher.hash

    def meanwhile(password: str | bytes) -> str:
        monkeypatch.undo()
        auth.update_password(token, "the first one")
        return hash_(password)

    monkeypatch.setattr(auth.hasher, "hash", meanwhile)
    with pytest.raises(InvalidToken):
        auth.update_password(token, "the second one")
    assert auth.valid_login(EMAIL, "the first one")
    assert not auth.valid_login(EMAIL, "the second one")


def test_a_token_that_expires_while_it_is_looked_at_changes_nothing(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is the statement that takes it away."""
    lifetime = auth.settings.reset_token_lifetime_seconds
    with clock.frozen() as time:
        token = auth.get_reset_password_token(EMAIL)
        find = one_time_token.find

        def slowly(
            unit: orm.Session, purpose: Purpose, raw: str
        ) -> OneTimeToken | None:
            found = find(unit, purpose, raw)
            assert found is not None
            time.advance(seconds=lifetime)
            return found

        monkeypatch.setattr(one_time_token, "find", slowly)
        with pytest.raises(InvalidToken):
            auth.update_password(token, "another")
        assert auth.valid_login(EMAIL, "pw")
        assert not auth.valid_login(EMAIL, "another")
