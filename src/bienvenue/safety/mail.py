"""How letters go out."""

from collections.abc import Iterator

from bienvenue.config import Settings
from bienvenue.safety.problem import Problem, is_near


def mail(settings: Settings) -> Iterator[Problem]:
    """Find letters that stay here, do not leave, or are read on the way."""
    if settings.mail == "mailbox":
        yield Problem(
            "mail",
            "the development mailbox keeps reset tokens readable; choose off"
            " (nobody resets a password by mail), or smtp, with smtp_host"
            " and public_url",
            "export BIENVENUE_MAIL=off",
        )
    if settings.mail == "off" and settings.wants_verified:
        yield Problem(
            "require_verified_email",
            "without mail nobody could ever sign in",
            "export BIENVENUE_REQUIRE_VERIFIED_EMAIL=false",
        )
    if settings.mail != "smtp":
        return
    if not settings.smtp_host:
        yield Problem(
            "smtp_host",
            "mail = smtp needs a server that takes it",
            "export BIENVENUE_SMTP_HOST=smtp.example.com",
        )
    if settings.mail_from == Settings.model_fields["mail_from"].default:
        yield Problem(
            "mail_from",
            "mail servers refuse a sender that is nobody's",
            "export BIENVENUE_MAIL_FROM=no-reply@example.com",
        )
    if settings.smtp_security == "none" and not is_near(settings.smtp_host):
        yield Problem(
            "smtp_security",
            "mail holds reset tokens and would cross the network readable",
            "export BIENVENUE_SMTP_SECURITY=starttls",
        )
