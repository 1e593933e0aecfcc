"""Letters leave the outbox once written, and none is lost on the way."""

import logging
import re
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from smtplib import SMTPServerDisconnected

import pytest
from sqlalchemy import func, orm, select

from bienvenue import (
    DB,
    Auth,
    Settings,
    clock,
    dead_letters,
    mailbox,
    outbox,
)
from bienvenue.clock import FrozenClock
from bienvenue.courier import Courier, MailboxTransport
from bienvenue.errors import InvalidToken, MailOff
from bienvenue.mail import Message
from bienvenue.mailbox import MailboxRow
from bienvenue.outbox import Letter, OutboxRow
from tests.service import free_port
from tests.smtp import Server, listening

EMAIL = "bob@example.com"
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    with clock.frozen() as stopped:
        yield stopped


class Carrier:
    """A transport that keeps what it carries, or fails as it is told."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.bad: set[str] = set()
        self.carried: list[Message] = []
        self.arrived = threading.Event()
        self.unreachable: Exception | None = None
        self.closed = 0

    def open(self) -> None:
        """Be ready, or not, as it is told."""
        if self.unreachable is not None:
            raise self.unreachable

    def close(self) -> None:
        """Count how often."""
        self.closed += 1

    def send(self, message: Message) -> None:
        """Carry a letter."""
        if self.error is not None and (
            not self.bad or message.recipient in self.bad
        ):
            raise self.error
        self.carried.append(message)
        self.arrived.set()


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


def courier_to(auth: Auth, carrier: Carrier) -> Courier:
    return Courier(auth.db, auth.settings, carrier)


def waiting(db: DB) -> int:
    count = select(func.count()).select_from(OutboxRow)
    return db.read(lambda unit: unit.scalars(count).one())


def letters(db: DB) -> list[MailboxRow]:
    return db.read(mailbox.newest)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def token_in(text: str) -> str:
    (token,) = set(UUID.findall(text))
    return str(token)


def test_a_letter_brings_a_token_that_works(auth: Auth) -> None:
    auth.register_user(EMAIL, "old")
    auth.request_password_reset(EMAIL)
    assert Courier(auth.db, auth.settings).deliver_due() == 1
    (letter,) = letters(auth.db)
    assert letter.recipient == EMAIL
    assert letter.subject == "Reset your Bienvenue password"
    assert "for 60 minutes" in letter.body
    auth.update_password(token_in(letter.body), "new", email=EMAIL)
    assert auth.valid_login(EMAIL, "new")
    assert waiting(auth.db) == 1, "the notice that it was reset"


def test_the_token_is_made_when_the_letter_is(
    auth: Auth, frozen: FrozenClock
) -> None:
    auth.register_user(EMAIL, "old")
    auth.request_password_reset(EMAIL)
    assert auth.db.find_user_by(email=EMAIL).reset_token is None
    frozen.advance(days=3)
    assert Courier(auth.db, auth.settings).deliver_due() == 1
    (letter,) = letters(auth.db)
    assert letter.arrived_at == clock.now()
    frozen.advance(hours=1, microseconds=-1)
    auth.update_password(token_in(letter.body), "new")


def test_a_mailed_token_ends_to_the_microsecond(
    auth: Auth, frozen: FrozenClock
) -> None:
    auth.register_user(EMAIL, "old")
    auth.request_password_reset(EMAIL)
    Courier(auth.db, auth.settings).deliver_due()
    frozen.advance(hours=1)
    with pytest.raises(InvalidToken):
        auth.update_password(token_in(letters(auth.db)[0].body), "new")


def test_nobody_is_told_of_an_account_that_is_not_there(
    auth: Auth, carrier: Carrier
) -> None:
    auth.request_password_reset("nobody@example.com")
    assert waiting(auth.db) == 1
    assert courier_to(auth, carrier).deliver_due() == 0
    assert carrier.carried == []
    assert waiting(auth.db) == 0


@pytest.mark.requirement("V16.5.2")
def test_a_mail_server_that_was_down_gets_it_later(
    auth: Auth, frozen: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    server = Server()
    server.port = free_port()
    settings = Settings(
        mail="smtp",
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_security="none",
    )
    auth.register_user(EMAIL, "old")
    auth.request_password_reset(EMAIL)
    courier = Courier(auth.db, settings)
    for _ in range(3):
        assert courier.deliver_due() == 0
    assert caplog.messages == ["1 letters wait: ConnectionRefusedError"]
    frozen.advance(hours=60)
    with listening(server):
        assert courier.deliver_due() == 1, "as soon as there is a server"
        assert courier.deliver_due() == 0
    assert caplog.messages[1:] == ["the mail server takes letters again"]
    assert server.recipients == [[EMAIL]]
    assert waiting(auth.db) == 0
    auth.update_password(token_in(text_of(server.mails[0])), "new")


def test_one_bad_recipient_does_not_hold_up_the_rest(
    auth: Auth, frozen: FrozenClock
) -> None:
    names = ["a@example.com", "b@example.com", "c@example.com"]
    for name in names:
        auth.register_user(name, "old")
        auth.request_password_reset(name)
    with listening() as server:
        server.refused.add("a@example.com")
        settings = Settings(
            mail="smtp",
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
        )
        assert Courier(auth.db, settings).deliver_due() == 2
    assert server.recipients == [[name] for name in names[1:]]
    assert waiting(auth.db) == 1


@pytest.mark.parametrize(
    "error", [OSError("x"), TimeoutError("x"), SMTPServerDisconnected("x")]
)
def test_what_cannot_leave_waits_and_is_written_anew(
    error: Exception,
    auth: Auth,
    carrier: Carrier,
    frozen: FrozenClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    auth.register_user(EMAIL, "old")
    auth.request_password_reset(EMAIL)
    courier = courier_to(auth, carrier)
    carrier.error = error
    with caplog.at_level(logging.DEBUG):
        assert courier.deliver_due() == 0
    assert f"letter 1 waits: {type(error).__name__}" in caplog.messages
    assert waiting(auth.db) == 1
    carrier.error = None
    frozen.advance(minutes=1, microseconds=-1)
    assert courier.deliver_due() == 0
    frozen.advance(microseconds=1)
    assert courier.deliver_due() == 1
    auth.update_password(token_in(carrier.carried[0].body), "new")


def test_a_crash_with_a_letter_in_hand_only_delays_it(
    auth: Auth, carrier: Carrier, frozen: FrozenClock
) -> None:
    auth.register_user(EMAIL, "old")
    auth.request_password_reset(EMAIL)
    carrier.error = MemoryError()
    with pytest.raises(MemoryError):
        courier_to(auth, carrier).deliver_due()
    carrier.error = None
    other = courier_to(auth, carrier)
    assert other.deliver_due() == 0
    frozen.advance(minutes=2)
    assert other.deliver_due() == 1


def test_with_mail_switched_off_letters_stay(auth: Auth) -> None:
    auth.register_user(EMAIL, "old")
    auth.request_password_reset(EMAIL)
    courier = Courier(auth.db, Settings(mail="off"))
    assert courier.deliver_due() == 0
    courier.show(Message(EMAIL, "Hello", "Hi"))
    assert letters(auth.db) == []
    assert waiting(auth.db) == 1


def test_a_woken_courier_delivers_from_its_thread(
    auth: Auth, carrier: Carrier
) -> None:
    auth.register_user(EMAIL, "old")
    courier = courier_to(auth, carrier)
    auth.request_password_reset(EMAIL)
    courier.wake()
    assert carrier.arrived.wait(10)
    courier.stop()
    assert waiting(auth.db) == 0


def test_a_courier_that_was_stopped_takes_no_letter(
    auth: Auth, carrier: Carrier
) -> None:
    auth.register_user(EMAIL, "old")
    auth.request_password_reset(EMAIL)
    courier = courier_to(auth, carrier)
    courier.stop()
    assert courier.deliver_due() == 0
    assert waiting(auth.db) == 1


def test_two_couriers_share_the_letters(auth: Auth, carrier: Carrier) -> None:
    for number in range(20):
        auth.db.add_user(f"u{number}@example.com", "a hash")
        auth.request_password_reset(f"u{number}@example.com")
    couriers = [courier_to(auth, carrier) for _ in range(4)]
    threads = [threading.Thread(target=each.deliver_due) for each in couriers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(each.recipient for each in carrier.carried) == sorted(
        f"u{number}@example.com" for number in range(20)
    )
    assert waiting(auth.db) == 0


def test_only_the_mailbox_shows_a_letter(auth: Auth, carrier: Carrier) -> None:
    letter = Message(EMAIL, "Hello", "Hi")
    courier_to(auth, carrier).show(letter)
    assert carrier.carried == []
    Courier(auth.db, auth.settings).show(letter)
    assert [each.body for each in letters(auth.db)] == ["Hi"]


def test_the_mailbox_shows_the_newest_first(db: DB) -> None:
    transport = MailboxTransport(db)
    for number in range(5):
        transport.send(Message(EMAIL, f"Number {number}", "Hi"))
    newest = db.read(lambda unit: mailbox.newest(unit, limit=2))
    assert [each.subject for each in newest] == ["Number 4", "Number 3"]


def test_a_letter_of_a_transaction_that_fails_never_leaves(
    auth: Auth, carrier: Carrier
) -> None:
    auth.register_user(EMAIL, "old")

    def fail(unit: orm.Session) -> None:
        outbox.post(unit, Letter.RESET_PASSWORD, EMAIL)
        raise KeyError

    with pytest.raises(KeyError):
        auth.db.write(fail)
    assert courier_to(auth, carrier).deliver_due() == 0
    assert waiting(auth.db) == 0


def test_mail_off_posts_no_letter(db: DB) -> None:
    auth = Auth(db, Settings(mail="off"))
    with pytest.raises(MailOff):
        auth.request_password_reset(EMAIL)
    assert waiting(db) == 0


def test_what_waits_says_why_the_server_cannot_be_used(db: DB) -> None:
    def post(unit: orm.Session) -> None:
        outbox.post(unit, Letter.PASSWORD_CHANGED, "bob@example.com")

    db.write(post)
    carrier = Carrier()
    carrier.unreachable = ConnectionRefusedError("the words of a server")
    courier = Courier(db, Settings(), carrier)
    assert courier.deliver_due() == 0
    (row,) = db.read(lambda unit: dead_letters.listed(unit, 9))
    assert row.reason == (
        "the mail server cannot be used: ConnectionRefusedError"
    )
    assert row.attempts == 0
    before = row.due_at
    db.write(post)
    courier.deliver_due()
    rows = db.read(lambda unit: dead_letters.listed(unit, 9))
    assert [each.reason for each in rows] == [row.reason] * 2
    assert rows[0].due_at == before
