"""Rules of routing that are ready to match, and learn to build when asked.

Werkzeug writes, compiles and runs two functions for each rule, which build
its URLs.  With a hundred rules that is a tenth of a second of each start,
and most rules are never asked for a URL.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

_Build = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule whose URLs are built by functions made at their first use."""

    def _compile_builder(self, append_unknown: bool = True) -> _Build:
        """Return what makes the function when it is first called.

        Werkzeug binds what is returned to the rule, and calls that.
        """
        compiled = super()._compile_builder
        made: list[_Build] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return build
