"""Whatever a mail server does, a letter waits, dies or leaves: never lost."""

import threading
from collections.abc import Callable, Iterator
from email.errors import HeaderParseError
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from time import monotonic

import pytest
from sqlalchemy import select

from bienvenue import DB, Auth, Settings, clock, mail_verdict
from bienvenue.clock import FrozenClock
from bienvenue.courier import Courier
from bienvenue.mail import Message, SmtpTransport
from bienvenue.mail_verdict import Verdict
from bienvenue.outbox import Letter, OutboxRow
from tests.rough_smtp import DRIP, END, SILENCE, STAGES, behaving
from tests.smtp import listening

EMAIL = "bob@example.com"

# Both are about one server; what a database does is looked at elsewhere.
pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    with clock.frozen() as stopped:
        yield stopped


def settings_for(port: int, **more: object) -> Settings:
    return Settings(
        mail="smtp",
        mail_from="no-reply@example.com",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        **{"smtp_timeout_seconds": 1, **more},
    )


def deliver(auth: Auth, port: int) -> int:
    return Courier(auth.db, settings_for(port)).deliver_due()


def only_row(db: DB) -> OutboxRow:
    return db.read(lambda unit: unit.scalars(select(OutboxRow)).one())


@pytest.fixture
def waiting(auth: Auth) -> Auth:
    """Accounts with one letter to send."""
    auth.register_user(EMAIL, "old")
    auth.request_password_reset(EMAIL)
    return auth


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (
            SMTPRecipientsRefused({EMAIL: (550, b"5.1.1 no bob here")}),
            Verdict("recipient refused: 550 5.1.1", permanent=True),
        ),
        (
            SMTPRecipientsRefused({EMAIL: (451, b"4.7.1 try later")}),
            Verdict("recipient refused: 451 4.7.1", permanent=False),
        ),
        (
            SMTPRecipientsRefused({EMAIL: (550, b"token=123 5.1.1")}),
            Verdict("recipient refused: 550", permanent=True),
        ),
        (
            SMTPDataError(554, b"5.7.1 looks like spam"),
            Verdict("letter refused: 554 5.7.1", permanent=True),
        ),
        (
            SMTPDataError(452, "4.3.1 full"),
            Verdict("letter refused: 452 4.3.1", permanent=False),
        ),
        (
            SMTPSenderRefused(550, b"5.7.1 who are you", "me@example.com"),
            Verdict("sender refused: 550", permanent=False),
        ),
        (
            SMTPNotSupportedError("SMTPUTF8 ..."),
            Verdict(
                "the mail server takes no international address (SMTPUTF8)",
                permanent=True,
            ),
        ),
        (
            SMTPServerDisconnected("token=123"),
            Verdict("SMTPServerDisconnected", permanent=False),
        ),
        (
            SMTPAuthenticationError(535, b"token=123"),
            Verdict("SMTPAuthenticationError 535", permanent=False),
        ),
        (TimeoutError("token"), Verdict("TimeoutError", permanent=False)),
        (
            ValueError("token"),
            Verdict("no mail can be made of it: ValueError", permanent=True),
        ),
        (
            HeaderParseError("token"),
            Verdict(
                "no mail can be made of it: HeaderParseError", permanent=True
            ),
        ),
    ],
)
def test_a_failure_is_judged_and_no_word_of_the_server_kept(
    error: Exception, verdict: Verdict
) -> None:
    assert mail_verdict.of(error) == verdict


@pytest.mark.parametrize(
    ("stage", "reply", "reason", "dead"),
    [
        ("MAIL", "451 4.3.0 later", "sender refused: 451", False),
        ("MAIL", "550 5.7.1 no", "sender refused: 550", False),
        ("RCPT", "450 4.2.1 later", "recipient refused: 450 4.2.1", False),
        ("RCPT", "421 bye", "recipient refused: 421", False),
        ("RCPT", "550 5.1.1 no", "recipient refused: 550 5.1.1", True),
        ("RCPT", "553 no", "recipient refused: 553", True),
        ("DATA", "451 later", "letter refused: 451", False),
        ("DATA", "554 5.7.1 no", "letter refused: 554 5.7.1", True),
        ("body", "452 4.3.1 full", "letter refused: 452 4.3.1", False),
        ("body", "550 5.7.1 spam", "letter refused: 550 5.7.1", True),
    ],
)
def test_a_letter_that_is_refused_waits_or_is_dead(
    waiting: Auth,
    frozen: FrozenClock,
    stage: str,
    reply: str,
    reason: str,
    *,
    dead: bool,
) -> None:
    with behaving(stage, reply) as rough:
        assert deliver(waiting, rough.port) == 0
    assert rough.bodies == []
    row = only_row(waiting.db)
    assert row.reason == reason
    assert (row.failed_at is not None) is dead
    frozen.advance(minutes=1)
    with listening() as server:
        assert deliver(waiting, server.port) == (0 if dead else 1)
    assert server.recipients == ([] if dead else [[EMAIL]])


@pytest.mark.parametrize("manner", [END, SILENCE, DRIP, "421 too busy"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_letter_outlives_a_server_that_breaks_off_anywhere(
    waiting: Auth, frozen: FrozenClock, stage: str, manner: str
) -> None:
    began = monotonic()
    with behaving(stage, manner) as rough:
        assert deliver(waiting, rough.port) == 0
        assert monotonic() - began < 8, "it has a second each time"
    assert rough.bodies == []
    row = only_row(waiting.db)
    assert row.failed_at is None
    frozen.advance(minutes=1)
    with listening() as server:
        assert deliver(waiting, server.port) == 1
    assert server.recipients == [[EMAIL]]


def test_a_letter_that_was_taken_is_not_sent_again_for_a_rude_goodbye(
    waiting: Auth, frozen: FrozenClock
) -> None:
    with behaving("QUIT", END) as rough:
        assert deliver(waiting, rough.port) == 1
        assert deliver(waiting, rough.port) == 0
    assert len(rough.bodies) == 1


def test_one_bad_letter_never_holds_up_the_rest(
    auth: Auth, frozen: FrozenClock
) -> None:
    """Refused now, for good, or impossible: the others leave at once."""
    good = ["fine", "good"]
    names = ["later", "never", "josé", *good]
    for name in names:
        auth.register_user(f"{name}@example.com", "old")
        auth.request_password_reset(f"{name}@example.com")
    with listening(enable_SMTPUTF8=False) as server:
        server.refused = {"later@example.com", "never@example.com"}
        server.codes["later@example.com"] = 450
        assert deliver(auth, server.port) == 2
        assert server.recipients == [[f"{name}@example.com"] for name in good]
        server.refused = set()
        frozen.advance(minutes=1)
        assert deliver(auth, server.port) == 1
    assert server.recipients[2:] == [["later@example.com"]]
    query = select(OutboxRow).order_by(OutboxRow.id)
    rows = auth.db.read(lambda unit: list(unit.scalars(query)))
    assert [row.recipient.partition("@")[0] for row in rows] == [
        "never",
        "josé",
    ]
    assert all(row.failed_at for row in rows)


def test_letters_share_a_connection_until_it_breaks(auth: Auth) -> None:
    for number in range(4):
        auth.db.add_user(f"u{number}@example.com", "a hash")
        auth.request_password_reset(f"u{number}@example.com")
    with behaving("none", "") as rough:
        assert deliver(auth, rough.port) == 4
        assert (rough.connections, len(rough.bodies)) == (1, 4)


def test_a_connection_that_ended_meanwhile_is_made_anew() -> None:
    with behaving("NOOP", END) as rough:
        transport = SmtpTransport(settings_for(rough.port))
        for _ in range(2):
            transport.open()
            transport.send(Message(EMAIL, "Hello", "Hi"))
        transport.close()
        transport.close()
    assert (rough.connections, len(rough.bodies)) == (2, 2)


@pytest.mark.parametrize(
    "make",
    [
        lambda to: Message(f"{to}\r\nBcc: eve@example.com", "Hi", "Hi"),
        lambda to: Message(to, "Hi\nBcc: eve@example.com", "Hi"),
        lambda to: Message(to, "Hi", "\ud800"),
        lambda to: Message(to, "Hi", "Hi", html="\ud800"),
    ],
)
def test_what_is_no_mail_is_dead_at_once(
    waiting: Auth,
    make: Callable[[str], Message],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with listening() as server:
        courier = Courier(waiting.db, settings_for(server.port))
        monkeypatch.setattr(
            courier.letters, "write", lambda unit, row: make(row.recipient)
        )
        assert courier.deliver_due() == 0
    assert server.envelopes == []
    row = only_row(waiting.db)
    assert row.failed_at is not None
    assert (row.reason or "").startswith("no mail can be made of it: ")
    assert caplog.messages == [f"letter 1 is dead: {row.reason}; 1 are"]


def test_what_was_given_up_is_counted_in_the_log(
    waiting: Auth, frozen: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    frozen.advance(days=4)
    with listening() as server:
        assert deliver(waiting, server.port) == 0
    assert caplog.messages == ["gave up 1 letters; 1 are dead"]
    assert EMAIL not in caplog.text


def test_a_server_that_was_away_costs_no_letter_its_tries(
    waiting: Auth, frozen: FrozenClock
) -> None:
    with behaving("banner", "554 go away") as rough:
        for _ in range(5):
            assert deliver(waiting, rough.port) == 0
    row = only_row(waiting.db)
    assert (row.attempts, row.failed_at) == (0, None)
    assert "SMTPConnectError 554" in (row.reason or "")
    assert waiting.db.find_user_by(email=EMAIL).reset_token is None


def test_a_courier_is_not_kept_from_stopping_by_a_silent_server(
    waiting: Auth,
) -> None:
    with behaving("body", SILENCE) as rough:
        courier = Courier(waiting.db, settings_for(rough.port))
        courier.wake()
        reached = threading.Event()
        while not rough.connections:
            reached.wait(0.01)
        began = monotonic()
        courier.stop()
        assert monotonic() - began < 8
    assert only_row(waiting.db).letter == Letter.RESET_PASSWORD
