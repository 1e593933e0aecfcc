"""What the tests of the doctor say of findings."""

from collections.abc import Iterable

from bienvenue.doctor.finding import Finding, State


def failures(findings: Iterable[Finding]) -> list[Finding]:
    """Return what failed, each with a fix."""
    found = [each for each in findings if each.state is State.FAILED]
    assert all(each.fix for each in found)
    return found


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    """Return what is warned of, each with a fix."""
    found = [each for each in findings if each.state is State.WARNING]
    assert all(each.fix for each in found)
    return found


def the_failure(findings: Iterable[Finding]) -> Finding:
    """Return the one thing that failed."""
    found = failures(findings)
    assert len(found) == 1, found
    return found[0]
