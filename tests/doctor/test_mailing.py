"""The doctor at real mail servers, kind and otherwise."""

from pathlib import Path
from typing import Any

import pytest

from bienvenue import Settings
from bienvenue.doctor import mailing
from bienvenue.doctor.finding import Finding, State
from tests.doctor.support import failures, the_failure, warnings
from tests.rough_smtp import END, SILENCE, behaving
from tests.service import free_port
from tests.smtp import PASSWORD, USERNAME, listening, make_certificate

LOGIN = {"smtp_username": USERNAME, "smtp_password": PASSWORD}


def examine(
    port: int, send_to: str | None = None, **more: Any
) -> list[Finding]:
    options = {
        "mail": "smtp",
        "mail_from": "no-reply@example.com",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "smtp_timeout_seconds": 2,
        **more,
    }
    found = list(mailing.examine(Settings(**options), send_to))
    assert PASSWORD not in f"{found}"
    return found


@pytest.mark.parametrize("mail", ["off", "mailbox"])
def test_without_a_mail_server_there_is_nothing_to_try(mail: str) -> None:
    (one,) = mailing.examine(Settings(mail=mail), "me@example.com")
    assert one.state is State.SKIPPED


def test_no_letter_leaves_unless_it_was_asked_for() -> None:
    with listening() as server:
        (one,) = examine(server.port)
        assert one.state is State.OK
        assert "takes letters from no-reply@example.com" in one.said
        assert "in the clear, without a login" in one.said
        assert server.envelopes == []
        _, letter = examine(server.port, "me@example.com")
        assert letter.said == "the server took a letter to me@example.com"
        assert server.recipients == [["me@example.com"]]
        assert "doctor" in server.mails[0]["Subject"]


def test_it_logs_in_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = make_certificate(tmp_path)
    with listening(tls_context=context, auth_required=True) as server:
        secured = {"smtp_security": "starttls", **LOGIN}
        unknown = the_failure(examine(server.port, **secured))
        assert "authority is not known" in unknown.said
        assert "SSL_CERT_FILE" in (unknown.fix or "")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        (one,) = examine(server.port, **secured)
        assert "secured by STARTTLS, logged in" in one.said
        other = the_failure(
            examine(server.port, smtp_host="localhost", **secured)
        )
        assert "certificate is not for this name" in other.said
        wrong = secured | {"smtp_password": "wrong"}
        refused = the_failure(examine(server.port, **wrong))
        assert "the login was refused" in refused.said
        assert "smtp_password" in (refused.fix or "")
        assert server.envelopes == []


def test_a_server_without_starttls_is_told() -> None:
    with listening() as server:
        one = the_failure(examine(server.port, smtp_security="starttls"))
    assert "it offers no STARTTLS" in one.said
    assert "BIENVENUE_SMTP_SECURITY=tls BIENVENUE_SMTP_PORT=465" in (
        one.fix or ""
    )


def test_tls_where_none_is_spoken_is_told() -> None:
    with listening() as server:
        one = the_failure(examine(server.port, smtp_security="tls"))
    assert "TLS could not be agreed on" in one.said
    assert "SMTP_SECURITY=starttls BIENVENUE_SMTP_PORT=587" in (one.fix or "")


def test_half_a_login_is_warned_of() -> None:
    with listening() as server:
        found = examine(server.port, smtp_username=USERNAME)
    (one,) = warnings(found)
    assert "go together" in one.said
    assert failures(found) == []


def test_nobody_listens() -> None:
    one = the_failure(examine(free_port()))
    assert "nobody listens there" in one.said
    assert "smtp_port" in (one.fix or "")


def test_a_name_that_is_not_known() -> None:
    one = the_failure(examine(25, smtp_host="mail.invalid"))
    assert "the name is not known" in one.said
    assert "getent hosts mail.invalid" in (one.fix or "")


@pytest.mark.parametrize(
    ("stage", "manner", "said"),
    [
        ("banner", SILENCE, "it "),
        ("banner", END, "it hung up"),
        ("banner", "554 go away", "failed: SMTPConnectError 554"),
        ("MAIL", "550 5.7.1 not you", "sender refused: 550"),
        ("MAIL", END, "it hung up"),
    ],
)
def test_a_server_with_no_manners(stage: str, manner: str, said: str) -> None:
    with behaving(stage, manner) as server:
        one = the_failure(examine(server.port))
        assert said in one.said
        assert "not you" not in one.said


def test_a_refused_recipient_is_told() -> None:
    with listening() as server:
        server.refused.add("me@example.com")
        one = the_failure(examine(server.port, "me@example.com"))
        assert "recipient refused: 550" in one.said
        assert server.envelopes == []


def test_an_address_that_is_none_is_told() -> None:
    with listening() as server:
        one = the_failure(examine(server.port, "me@\r\nBcc: you@b"))
        assert "no letter can be made" in one.said
        assert server.envelopes == []
