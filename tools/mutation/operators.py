"""The faults that can be put into a module.

They stand where people make them: limits off by one, conditions turned
round or left out, calls and elements forgotten, wrong values.  Annotations,
docstrings, imports and type aliases are left alone: nothing happens there.
"""

import ast

from tools.mutation.expressions import Expressions
from tools.mutation.places import Mutant
from tools.mutation.statements import Statements


class _Finder(Statements, Expressions):
    """Notes all of them."""


def mutants(source: str) -> list[Mutant]:
    """Return every fault of a module, none twice, in order."""
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    unlike = {
        (each.start, each.end, each.text): each
        for each in finder.found
        if each.into(source) != source
    }
    return sorted(unlike.values(), key=lambda each: (each.start, each.end))
