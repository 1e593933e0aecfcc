"""The root of the tree: what every error has, and how it is shown."""

from typing import ClassVar


class BienvenueError(Exception):
    """The root of the tree; ``code`` names the case for machines."""

    # No ClassVar: SQLAlchemy's exceptions, which some of ours are too, have
    # an attribute of this name on their instances.
    code: str | None = "error"
    default_message: ClassVar[str] = "something went wrong"

    def __init__(self, message: str | None = None) -> None:
        """Take the sentence for humans, or the class's own."""
        super().__init__(message or self.default_message)

    def __str__(self) -> str:
        """Return the sentence, without what SQLAlchemy would add to it."""
        return str(self.args[0])
