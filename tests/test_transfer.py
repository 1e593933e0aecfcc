"""A move from any engine to any other loses and changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text

from bienvenue import DB, Auth, Settings, audit_check, outbox, transfer
from bienvenue.errors import TransferRefused
from bienvenue.outbox import Letter

EMAIL, PASSWORD = "Bob@example.com", "b4l0u"


@pytest.fixture
def source(tmp_path: Path) -> Iterator[DB]:
    """A file with accounts in it, the last of which was deleted."""
    with DB(f"sqlite:///{tmp_path / 'source.db'}") as opened:
        yield opened


@pytest.fixture
def filled(source: DB) -> Auth:
    """An account with all that can belong to one."""
    auth = Auth(source, Settings(bcrypt_rounds=4))
    auth.register_user(EMAIL, PASSWORD)
    auth.db.write(
        lambda unit: outbox.post(unit, Letter.RESET_PASSWORD, EMAIL)
    )
    auth.register_user("é\U0001f600@example.com", PASSWORD)
    return auth


def move(source: DB, target: DB, batch: int = 1000) -> dict[str, int]:
    with source.engine.connect() as here, target.engine.connect() as there:
        arrived = transfer.copy(here, there, lambda _rows: None)
    return {each.table: each.rows for each in arrived if each.rows}


def test_everything_arrives_and_goes_on_counting(
    filled: Auth, db: DB
) -> None:
    session_id = filled.log_in(EMAIL, PASSWORD)
    token = filled.get_reset_password_token(EMAIL)
    gone = filled.register_user("gone@example.com", PASSWORD).id
    delete = text("DELETE FROM users WHERE email = 'gone@example.com'")
    filled.db.write(lambda unit: unit.connection().execute(delete).close())
    assert move(filled.db, db) == {
        "users": 2,
        "sessions": 1,
        "one_time_tokens": 1,
        "outbox": 1,
        "audit_events": 6,
        "audit_heads": 1,
    }
    with audit_check.snapshot(db.engine) as moved_log:
        (strand,) = audit_check.verify(moved_log, [db.journal.chain])
        assert isinstance(strand, audit_check.Strand)
    moved = Auth(db, Settings(bcrypt_rounds=4))
    signed_in = moved.check_session(session_id)
    assert signed_in is not None
    assert signed_in.email == EMAIL
    moved.update_password(token, "another")
    assert moved.valid_login(EMAIL.lower(), "another")
    assert moved.check_session(session_id) is None
    assert db.add_user("new@example.com", "h").id == gone + 1


def test_and_comes_back_as_it_was(
    filled: Auth, db: DB, tmp_path: Path
) -> None:
    move(filled.db, db)
    with DB(f"sqlite:///{tmp_path / 'back.db'}") as back:
        move(db, back)
        with (
            back.engine.connect() as here,
            filled.db.engine.connect() as there,
        ):
            assert transfer.compare(here, there)


def test_a_copy_that_was_cut_short_goes_on(
    source: DB, db: DB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "BATCH", 3)
    for number in range(10):
        source.add_user(f"{number}@example.com", "h")
    seen: list[int] = []

    def cut(rows: int) -> None:
        seen.append(rows)
        if len(seen) == 2:
            raise ConnectionError

    with source.engine.connect() as here:
        with db.engine.connect() as there, pytest.raises(ConnectionError):
            transfer.copy(here, there, cut)
        again: list[int] = []
        with db.engine.connect() as there:
            transfer.copy(here, there, again.append)
            assert transfer.compare(here, there)
    assert seen == [3, 3]
    assert again[:3] == [6, 3, 1]  # what was there, and the rest of it


def test_a_target_with_other_accounts_is_refused_and_left_alone(
    filled: Auth, db: DB
) -> None:
    db.add_user("theirs@example.com", "h")
    with pytest.raises(TransferRefused, match="holds other rows"):
        move(filled.db, db)
    assert db.find_user_by(id=1).email == "theirs@example.com"


def test_a_row_that_changed_meanwhile_is_found(filled: Auth, db: DB) -> None:
    move(filled.db, db)
    change = text("UPDATE users SET hashed_password = 'x' WHERE id = 2")
    with db.engine.begin() as connection:
        connection.execute(change)
    with (
        filled.db.engine.connect() as here,
        db.engine.connect() as there,
        pytest.raises(TransferRefused, match="users differs: 2 rows here, 2"),
    ):
        transfer.compare(here, there)


def test_a_row_too_many_is_found(filled: Auth, db: DB) -> None:
    move(filled.db, db)
    db.add_user("late@example.com", "h")
    with (
        filled.db.engine.connect() as here,
        db.engine.connect() as there,
        pytest.raises(TransferRefused, match="2 rows here, 3 there"),
    ):
        transfer.compare(here, there)


def test_an_empty_database_is_moved_as_well(source: DB, db: DB) -> None:
    assert move(source, db) == {}


def test_a_key_of_text_and_binary_values_arrive(source: DB, db: DB) -> None:
    """The heads of the audit log have a name for a key."""
    heads = {each.name: each for each in transfer.tables()}["audit_heads"]

    def write(connection: Connection) -> None:
        rows = [
            {"strand": name, "sequence": 2**40, "mac": bytes(range(32))}
            for name in ("a", "b b", "main")
        ]
        connection.execute(insert(heads), rows)

    source.write(lambda unit: write(unit.connection()))
    assert move(source, db) == {"audit_heads": 3}
