"""What can be wrong with statements."""

import ast

from tools.mutation.places import Places

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_TURNED = {ast.Add: ("+=", "-="), ast.Sub: ("-=", "+="), ast.BitOr: ("|=",)}


class Statements(Places):
    """Notes what can be wrong with statements."""

    def visit_Import(self, node: ast.Import) -> None:
        """Leave it alone."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Leave it alone."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Forget a decorator; go on inside, past the annotations."""
        self._in_scope(node, node.name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Forget a decorator; go on inside."""
        self._in_scope(node, node.name)

    def visit_arguments(self, node: ast.arguments) -> None:
        """Look at defaults, not at annotations."""
        for default in (*node.defaults, *node.kw_defaults):
            if default is not None:
                self.visit(default)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Forget a call; leave docstrings and ``...`` alone."""
        if isinstance(node.value, ast.Constant):
            return
        if not isinstance(node.value, ast.Yield | ast.YieldFrom):
            self._replace(node, "pass")
        self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Lose the value."""
        if not self._scope and _is_type(node):
            return
        if not isinstance(node.value, ast.Constant):
            self._replace(node.value, "None")
        self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Lose the value."""
        if node.value is None:
            return
        if not isinstance(node.value, ast.Constant):
            self._replace(node.value, "None")
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Turn the operator round, or forget what was there."""
        old, *others = _TURNED.get(type(node.op), ("",))
        if old:
            for new in (*others, "="):
                self._between(node.target, node.value, old, new)
        self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        """Return nothing."""
        if node.value is None:
            return
        if not isinstance(node.value, ast.Constant):
            self._replace(node.value, "None")
        self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Do not raise; show what was hidden with ``from None``."""
        self._replace(node, "pass")
        if node.exc is not None and node.cause is not None:
            _, end = self._span(node.exc)
            self._note(end, self._span(node)[1], "")
        if isinstance(node.exc, ast.Call):
            self.visit(node.exc)

    def visit_Delete(self, node: ast.Delete) -> None:
        """Keep it."""
        self._replace(node, "pass")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        """Stop instead."""
        self._replace(node, "break")

    def visit_Break(self, node: ast.Break) -> None:
        """Go on instead."""
        self._replace(node, "continue")

    def visit_If(self, node: ast.If) -> None:
        """Turn the condition round."""
        self._turn(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        """Turn the condition round."""
        self._turn(node.test)
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        """Do the block without what is held for it."""
        if not any(item.optional_vars for item in node.items):
            start = self._span(node)[0]
            end = self._span(node.items[-1].context_expr)[1]
            self._note(start, end, "if 1")
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Catch nothing, or all but one of several."""
        if node.type is not None:
            self._replace(node.type, "()")
            if isinstance(node.type, ast.Tuple):
                self._drop_each(node.type.elts)
        for each in node.body:
            self.visit(each)

    def _in_scope(self, node: ast.AST, name: str) -> None:
        self._scope.append(name)
        for field in ("args", "bases", "keywords"):
            value = getattr(node, field, [])
            for each in value if isinstance(value, list) else [value]:
                self.visit(each)
        for decorator in getattr(node, "decorator_list", []):
            start, end = self._span(decorator)
            self._note(start - 1, end, "")
            self.visit(decorator)
        inside = isinstance(node, _FUNCTIONS)
        self._functions += inside
        for each in getattr(node, "body", []):
            self.visit(each)
        self._functions -= inside
        self._scope.pop()


def _is_type(node: ast.Assign) -> bool:
    """Tell a type alias, by its name and by what it is of."""
    name = getattr(node.targets[0], "id", "")
    return (
        name[:1].isupper()
        and not name.isupper()
        and isinstance(node.value, ast.BinOp | ast.Subscript | ast.Name)
    )
