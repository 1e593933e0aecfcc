"""Several secrets in one setting, with commas between them."""

from pydantic import SecretStr


def listed(secrets: SecretStr | None) -> list[str]:
    """Return the secrets one by one; blanks around them are nothing."""
    texts = secrets.get_secret_value().split(",") if secrets else []
    return [text.strip() for text in texts if text.strip()]


def each_long(secrets: SecretStr | None, least: int) -> SecretStr | None:
    """Return the secrets if each has so many characters, else raise.

    ``ValueError``, for a validator.
    """
    if any(len(text) < least for text in listed(secrets)):
        raise ValueError(f"each has at least {least} characters")
    return secrets
