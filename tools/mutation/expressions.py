"""What can be wrong with expressions."""

import ast
from collections.abc import Iterator

from tools.mutation import lua
from tools.mutation.places import Places

_TYPING = {"cast", "TypeVar", "ParamSpec"}
_NEAR = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
_ARITHMETIC = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "//",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.Pow: "*",
    ast.BitAnd: "|",
    ast.LShift: ">>",
    ast.RShift: "<<",
}
_SPELLED: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.LShift: "<<",
    ast.RShift: ">>",
}


class Expressions(Places):
    """Notes what can be wrong with expressions."""

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """Turn the condition round."""
        self._turn(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Turn the conditions round."""
        for test in node.ifs:
            self._turn(test)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Be off by one, or compare the other way."""
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            old = _SPELLED[type(op)]
            for new in _NEAR[type(op)]:
                self._between(left, right, old, new)
            left = right
        for each in (node.left, *node.comparators):
            if not (isinstance(each, ast.Constant) and each.value is None):
                self.visit(each)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Take the other operator; forget one of the conditions."""
        old, new = ("and", "or")
        if isinstance(node.op, ast.Or):
            old, new = new, old
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, old, new)
        for each in node.values:
            others = [self._text(one) for one in node.values if one != each]
            self._replace(node, f" {old} ".join(f"({one})" for one in others))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Forget the sign."""
        self._replace(node, f"({self._text(node.operand)})")
        self.visit(node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Take another operator; of ``|``, take one side."""
        if isinstance(node.op, ast.BitOr):
            self._replace(node, self._text(node.left))
            self._replace(node, self._text(node.right))
        else:
            new = _ARITHMETIC[type(node.op)]
            self._between(node.left, node.right, _SPELLED[type(node.op)], new)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Hand over None for an argument; forget a named one."""
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in _TYPING:
            for argument in node.args[1:]:
                self.visit(argument)
            return
        for argument in node.args:
            if not isinstance(argument, ast.Constant | ast.Starred):
                self._replace(argument, "None")
        every: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        for at, each in enumerate(every):
            if isinstance(each, ast.keyword):
                self._drop(every, at)
        self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Answer nothing."""
        if not isinstance(node.body, ast.Constant):
            self._replace(node.body, "None")
        self.visit(node.body)

    def visit_List(self, node: ast.List) -> None:
        """Leave an element out."""
        self._drop_each(node.elts)
        self.generic_visit(node)

    def visit_Set(self, node: ast.Set) -> None:
        """Leave an element out."""
        self._drop_each(node.elts)
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        """Leave an element out, where it has a place in parentheses."""
        if (
            isinstance(node.ctx, ast.Load)
            and self._text(node).startswith("(")
            and len(node.elts) > 2
        ):
            self._drop_each(node.elts)
        self.generic_visit(node)

    def visit_Slice(self, node: ast.Slice) -> None:
        """Forget a bound."""
        for bound in (node.lower, node.upper):
            if bound is not None:
                self._replace(bound, "")
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Say something else."""
        self._replace(node, '"XX"')

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take another value."""
        value = node.value
        if isinstance(value, str) and "redis.call" in value:
            start, end = self._span(node)
            for begin, stop, text in lua.faults(self._source[start:end]):
                self._note(start + begin, start + stop, text)
            return
        for text in _others(value):
            self._replace(node, text)


def _others(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield repr(value + 1)
        if value > 0:
            yield repr(value - 1)
    elif isinstance(value, str):
        yield repr(f"XX{value}XX")
    elif isinstance(value, bytes):
        yield repr(b"XX" + value)
    elif value is None:
        yield '""'
