"""Writes letters: to whom, in which language, signed by which service."""

from datetime import datetime
from urllib.parse import quote

from sqlalchemy import orm, select

from bienvenue import outbox, stationery, translation
from bienvenue.config import Settings
from bienvenue.enclosures import Enclosures, Values
from bienvenue.links import Links
from bienvenue.mail import Message
from bienvenue.outbox import Letter, OutboxRow
from bienvenue.user import User


class Letters:
    """Writes letters in the name of a service."""

    def __init__(self, settings: Settings, prefix: str = "") -> None:
        """Take the settings, and the path under which the routes stand."""
        self._settings = settings
        self._enclosures = Enclosures(settings, Links.of(settings, prefix))
        self._support = _support(settings)

    def write(self, unit: orm.Session, row: OutboxRow) -> Message | None:
        """Write a letter that was leased, in the language of its reader.

        Returns None when there is no such account (any more), or what the
        letter says has ceased to be true: nobody is told anything then.
        """
        user = _owner(unit, row)
        if user is None or not outbox.is_held(unit, row):
            return None
        values = self._enclosures.of(unit, user, row)
        if values is None:
            return None
        # A letter that looked for its account goes to the address as its
        # owner wrote it, not as somebody typed it (Unicode TR 36).
        recipient = row.recipient if row.user_id else user.email
        letter = Letter(row.letter)
        values |= {"when": _shown(row.created_at), "detail": row.detail}
        return self._message(letter, recipient, user.language, values)

    def reset_password(
        self, email: str, token: str, language: str | None = None
    ) -> Message:
        """Write the letter that brings a reset token to its owner."""
        values = self._enclosures.reset(token)
        return self._message(Letter.RESET_PASSWORD, email, language, values)

    def _message(
        self,
        letter: Letter,
        recipient: str,
        language: str | None,
        values: Values,
    ) -> Message:
        settings = self._settings
        chosen = translation.choose(
            language, settings.default_language, among=settings.offered
        )
        signed = {
            "service": settings.service_name,
            "support": self._support,
            "email": recipient,
        }
        written = stationery.write(letter, chosen, {**signed, **values})
        return Message(
            recipient, written.subject, written.text, written.html, chosen
        )


def _owner(unit: orm.Session, row: OutboxRow) -> User | None:
    """Return whom a letter concerns, and hold their row."""
    if row.user_id is not None:
        return unit.get(User, row.user_id, with_for_update=True)
    query = select(User).where(User.email == row.recipient)
    return unit.scalars(query.with_for_update()).first()


def _support(settings: Settings) -> dict[str, str] | None:
    place = settings.support_url
    if place:
        return {"text": place, "url": place}
    mail = settings.support_email
    if mail:
        return {"text": mail, "url": f"mailto:{quote(mail, safe='@')}"}
    return None


def _shown(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
