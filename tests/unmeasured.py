"""Started services whose coverage is not taken, so that they are themselves.

Where tests kill, time and flood what they start, measuring it would take
half of their time; what it runs is measured elsewhere.
"""

from collections.abc import Iterator

import pytest

UNMEASURED = {"COVERAGE_PROCESS_CONFIG": ""}
"""In the environment of one program alone, it is not measured."""


@pytest.fixture(scope="module", autouse=True)
def unmeasured() -> Iterator[None]:
    """Start programs without what measures them (Coverage's ``patch``)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield
