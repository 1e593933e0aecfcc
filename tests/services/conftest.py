"""What these tests start is left alone."""

from tests.unmeasured import unmeasured  # noqa: F401  a fixture, for all here
