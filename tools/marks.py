"""Read the tests without running them: what they prove, what they assert.

A test proves rows of ``docs/security/requirements.csv`` when it, its class
or its file carries ``pytest.mark.requirement("ID", ...)``.  Everything here
is read from the source (``ast``), so that the table of proofs can be made,
and checked, without a database or a server at hand.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_MARK = "pytest.mark.requirement"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_EXPECT = ("pytest.raises", "pytest.warns", "pytest.fail")
# How what asserts for its caller is named, ours and that of libraries.
_NAMED = (
    "assert",
    "check",
    "expect",
    "call_and_validate",
    "run_state_machine_as_test",
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Test:
    """A test as it stands in its file.

    ``path`` is relative to the project, ``name`` holds the class too;
    ``rows`` are the ids it is marked with; ``asserts`` says whether it, or
    a helper that it calls, can fail by more than an accident.
    """

    __test__ = False  # not one for pytest to collect

    path: str
    name: str
    rows: tuple[str, ...]
    asserts: bool

    @property
    def node(self) -> str:
        """Name the test as pytest does."""
        return f"{self.path}::{self.name}"


def read(root: Path, folder: str = "tests") -> list[Test]:
    """Return every test below a folder of the project, in order."""
    files = sorted((root / folder).rglob("*.py"))
    shared = frozenset(
        name
        for file in files
        if not file.name.startswith("test_")
        for name in _asserting(ast.parse(file.read_text("utf-8")))
    )
    return [
        test
        for file in files
        if file.name.startswith("test_")
        for test in of_file(
            file.relative_to(root).as_posix(), file.read_text("utf-8"), shared
        )
    ]


def of_file(
    path: str, text: str, shared: frozenset[str] = frozenset()
) -> Iterator[Test]:
    """Yield the tests of one file.

    ``shared`` names helpers of other files that assert.  Raises
    ``ValueError`` for a mark whose ids are not written out.
    """
    tree = ast.parse(text)
    helpers = _asserting(tree) | shared
    of_all = _module_marks(path, tree.body)
    for prefix, function, outer in _tests(path, tree.body):
        marked = _ids(path, function.decorator_list)
        yield Test(
            path,
            prefix + function.name,
            tuple(dict.fromkeys((*of_all, *outer, *marked))),
            _can_fail(function, helpers),
        )


def _tests(
    path: str, body: Sequence[ast.stmt]
) -> Iterator[tuple[str, Function, tuple[str, ...]]]:
    """Yield each test function with its class's name and marks."""
    for node in body:
        if isinstance(node, _FUNCTIONS) and node.name.startswith("test"):
            yield "", node, ()
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = _ids(path, node.decorator_list)
            own += _module_marks(path, node.body)
            for prefix, function, inner in _tests(path, node.body):
                yield f"{node.name}::{prefix}", function, own + inner


def _module_marks(path: str, body: Sequence[ast.stmt]) -> tuple[str, ...]:
    """Return the ids in an assignment to ``pytestmark``."""
    return _ids(
        path,
        [
            node.value
            for node in body
            if isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "pytestmark"
        ],
    )


def _ids(path: str, places: Sequence[ast.expr]) -> tuple[str, ...]:
    """Return the ids of every mark within, also of one parameter's."""
    found: list[str] = []
    for place in places:
        for node in ast.walk(place):
            if not isinstance(node, ast.Call):
                continue
            if ast.unparse(node.func) != _MARK:
                continue
            if not all(isinstance(each, ast.Constant) for each in node.args):
                raise ValueError(f"{path}: write out the ids of {_MARK}")
            found += map(ast.literal_eval, node.args)
    return tuple(found)


def _asserting(tree: ast.Module) -> frozenset[str]:
    """Name the helpers of a file that hold an assertion themselves."""
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, _FUNCTIONS) and _can_fail(node, frozenset())
    )


def _can_fail(function: Function, helpers: frozenset[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            name = called.rpartition(".")[2]
            if called in _EXPECT or name.startswith(_NAMED):
                return True
            if name in helpers:
                return True
    return False
