"""What every page of the console is given, and every list."""

from typing import Any

from bienvenue.web.states.state import EMAIL

LISTED = {"partial": False, "previous": None, "next": None, "csv": "/csv"}


def of(section: str) -> dict[str, Any]:
    """Return what the frame of a page says in a section."""
    return {"section": section, "who": EMAIL, "done": None, "error": None}
