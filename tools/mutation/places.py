"""Where in a module a fault is put."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: what replaces ``source[start:end]``, and where that is.

    ``lines`` are those of its statement.  ``loads`` tells that they run
    when the module is loaded, so that every test depends on them.
    """

    start: int
    end: int
    text: str
    scope: str
    lines: range
    loads: bool

    def into(self, source: str) -> str:
        """Return the source with this fault in it."""
        head, tail = source[0:self.start], source[self.end:]
        return head + self.text + tail

    def change(self, source: str) -> tuple[str, str]:
        """Return the lines it is in, before and after, without indent."""
        begin = source.rfind("\n", 0, self.start) + 1
        stop = source.find("\n", self.end)
        stop = len(source) if stop < 0 else stop
        after = source[begin:self.start] + self.text
        after += source[self.end:stop]
        return _joined(source[begin:stop]), _joined(after)


def _joined(lines: str) -> str:
    return " ".join(lines.split())


class Places(ast.NodeVisitor):
    """Walks a module, and notes faults with the place they are in."""

    def __init__(self, source: str) -> None:
        self.found: list[Mutant] = []
        self._source = source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._scope: list[str] = []
        self._functions = 0
        self._statement: ast.stmt | ast.ExceptHandler | None = None

    def visit(self, node: ast.AST) -> None:
        """Visit a node, remembering the statement it is in."""
        outer = self._statement
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            self._statement = node
        super().visit(node)
        self._statement = outer

    def _at(self, line: int, column: int) -> int:
        begin = self._lines[line - 1]
        raw = self._source[begin:self._lines[line]].encode()
        return begin + len(raw[:column].decode())

    def _span(self, node: ast.AST) -> tuple[int, int]:
        place = (
            getattr(node, name)
            for name in (
                "lineno",
                "col_offset",
                "end_lineno",
                "end_col_offset",
            )
        )
        line, column, end_line, end_column = place
        return self._at(line, column), self._at(end_line, end_column)

    def _text(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._source[start:end]

    def _note(self, start: int, end: int, text: str) -> None:
        first = self._source.count("\n", 0, start) + 1
        last = self._source.count("\n", 0, end) + 1
        if isinstance(self._statement, ast.stmt) and not hasattr(
            self._statement, "body"
        ):
            first = self._statement.lineno
            last = self._statement.end_lineno or last
        scope = ".".join(self._scope)
        lines = range(first, last + 1)
        loads = self._functions == 0
        self.found.append(Mutant(start, end, text, scope, lines, loads))

    def _replace(self, node: ast.AST, text: str) -> None:
        self._note(*self._span(node), text)

    def _between(
        self, left: ast.AST, right: ast.AST, old: str, new: str
    ) -> None:
        """Replace an operator that stands between two nodes."""
        begin, stop = self._span(left)[1], self._span(right)[0]
        place = self._source.find(old, begin, stop)
        if place >= 0:
            self._note(place, place + len(old), new)

    def _drop(self, nodes: Sequence[ast.AST], at: int) -> None:
        """Leave one of several out, with a comma that belongs to it."""
        start, end = self._span(nodes[at])
        if at + 1 < len(nodes):
            end = self._span(nodes[at + 1])[0]
        elif at:
            start = self._span(nodes[at - 1])[1]
        self._note(start, end, "")

    def _turn(self, test: ast.expr) -> None:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return
        self._replace(test, f"not ({self._text(test)})")

    def _drop_each(self, nodes: Sequence[ast.AST]) -> None:
        if len(nodes) > 1:
            for at in range(len(nodes)):
                self._drop(nodes, at)
