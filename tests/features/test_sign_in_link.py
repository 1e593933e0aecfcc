"""The way to the sign-in page, and back to where a person came from."""

import pytest

from bienvenue.config import Settings
from bienvenue.features.forward_auth.flow import sign_in_link

PAGE = "https://id.example.com/sign-in"
HELD: dict[str, str | None] = {
    "method": "GET",
    "proto": "https",
    "host": "app.example.com",
    "uri": "/a?b=c%20d",
}
BACK = "?next=https%3A%2F%2Fapp.example.com%2Fa%3Fb%3Dc%2520d"


def link(part: str, said: str | None) -> str | None:
    """Return the link for a service whose page is at an address of its own."""
    settings = Settings(
        sign_in_url=PAGE,
        # A part that is missing must not be read as the text "None".
        return_origins="https://app.example.com, https://none",
    )
    return sign_in_link(settings, "", HELD | {part: said})


@pytest.mark.parametrize("method", ["GET", "HEAD", "", None])
def test_what_can_be_asked_once_more_has_a_way_back(
    method: str | None,
) -> None:
    assert link("method", method) == PAGE + BACK


@pytest.mark.parametrize("method", ["POST", "PUT", "get", "XXHEADXX"])
def test_what_changes_something_has_none(method: str) -> None:
    assert link("method", method) == PAGE


@pytest.mark.parametrize("part", ["proto", "host", "uri"])
@pytest.mark.parametrize("missing", ["", None])
def test_what_the_proxy_leaves_out_is_not_guessed_at(
    part: str, missing: str | None
) -> None:
    assert link(part, missing) == PAGE


def test_our_own_page_is_under_the_prefix_of_the_routes() -> None:
    settings = Settings(
        public_url="https://id.example.com",
        return_origins="https://app.example.com",
    )
    for prefix in ("", "/people"):
        page = f"https://id.example.com{prefix}/sign_in"
        assert sign_in_link(settings, prefix, HELD) == page + BACK


def test_there_may_be_no_page_to_lead_to() -> None:
    assert sign_in_link(Settings(), "", HELD) is None
