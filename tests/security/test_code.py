"""What the code may not hold, and that the linter would find it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

N = TypeVar("N", bound=ast.AST)

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "bienvenue"
FILES = sorted(SOURCE.rglob("*.py"))
TREES = {
    file.relative_to(SOURCE).as_posix(): ast.parse(file.read_text("utf-8"))
    for file in FILES
}
# What each of these must be called by the linter, as the project sets it.
FORBIDDEN = [
    ("S608", "sql = f\"SELECT * FROM users WHERE email = '{email}'\""),
    ("S608", 'sql = "DELETE FROM users WHERE id = " + number'),
    ("S307", "value = eval(text)"),
    ("S102", "exec(text)"),
    ("S324", "import hashlib\ndigest = hashlib.md5(text)"),
    ("S324", "import hashlib\ndigest = hashlib.sha1(text)"),
    ("S324", 'import hashlib\ndigest = hashlib.new("md5", text)'),
    ("S506", "import yaml\nvalue = yaml.load(text)"),
    ("S501", 'import requests\nrequests.get("https://x", verify=False)'),
    ("S602", "import subprocess\nsubprocess.run(text, shell=True)"),
    ("S701", "import jinja2\nplace = jinja2.Environment(autoescape=False)"),
    ("TID251", "import pickle"),
    ("TID251", "import marshal"),
    ("TID251", "import shelve"),
    ("TID251", "import random"),
    ("TID251", "import secrets"),
    ("TID251", "import uuid\nvalue = uuid.uuid4()"),
    ("TID251", "import os\nvalue = os.urandom(16)"),
    ("TID251", "import time\nnow = time.time()"),
]
EXCUSED = {
    ("recipes/__init__.py", "S701"),  # no HTML is made of them
    ("stationery.py", "S701"),  # letters in plain text are no HTML
}
COMPARED = {
    "columns.py: digest == other[0]",  # an expression of SQL as well
    "policy/breach_file.py: found == digest",  # of a list that is public
}
CRYPTOGRAPHY = {
    "argon2",
    "bcrypt",
    "cryptography",
    "hashlib",
    "hmac",
    "secrets",
    "ssl",
}
# Kept by few, or for other ends; and what is so made by hand.
OTHERS = re.compile(
    r"Crypto|Cryptodome|nacl|rsa|ecdsa|pyaes|jose|jwt|passlib|pyotp|gnupg"
)
# A cipher without a tag: only ``aead`` is open to new code.
CIPHERS = re.compile(
    r"Cipher\b|\bmodes\b|\bAES\b|\bECB\b|\bCBC\b|\bCTR\b"
    r"|ARC4|(?<![A-Z_])(Triple)?DES3?\b|\bFernet\b"
)
# Verifies hashes that others made, which end in AES; it keeps nothing.
FOREIGN = "imported_hashes/firebase_forms.py"
SECRET = re.compile(r"(^|_)(token|mac|digest|signature|cookie|code|secret)$")


def ruff(*arguments: str, text: str | None = None) -> str:
    """Return what the linter says, a complaint a line."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--no-cache",
            "--output-format=concise",
            *arguments,
        ],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.mark.requirement("V1.2.4", "V1.3.2", "V1.5.2", "V11.4.1", "V11.5.1")
@pytest.mark.parametrize(("rule", "text"), FORBIDDEN)
def test_the_linter_would_find_it(rule: str, text: str) -> None:
    """With the settings of the project, in a file of the package."""
    name = "--stdin-filename=src/bienvenue/example.py"
    assert f" {rule} " in ruff(name, "-", text=f"{text}\n")


@pytest.mark.requirement("V1.2.4", "V1.3.2", "V1.5.2", "V11.4.1", "V11.5.1")
def test_the_code_has_none_of_it() -> None:
    """Nor behind a ``noqa``, but for what is excused here."""
    rules = sorted({rule for rule, _ in FORBIDDEN})
    said = ruff("--ignore-noqa", f"--select={','.join(rules)}", "src")
    found = set(re.findall(r"^src/bienvenue/(\S+?):.*? (\w+) ", said, re.M))
    assert "checks passed" in said or found
    assert found <= EXCUSED, said


@pytest.mark.requirement("V1.3.2")
def test_nothing_is_run_or_imported_by_a_name_at_hand() -> None:
    called = {
        (file, ast.unparse(node.func))
        for file, node in nodes(ast.Call)
        if ast.unparse(node.func).rpartition(".")[2]
        in {"eval", "exec", "compile", "__import__", "import_module"}
    }
    # Names of our own, from a table; and patterns.
    assert ("__init__.py", "import_module") in called
    assert {
        each for each in called if not each[1].endswith(("re.compile",))
    } <= {
        ("__init__.py", "import_module"),
        ("commands/on_demand.py", "import_module"),
        # SQLAlchemy's, of statements that are compiled beforehand.
        ("session_check/query.py", "query.compile"),
    }


@pytest.mark.requirement("V11.2.1", "V11.3.2")
def test_cryptography_is_that_of_maintained_libraries() -> None:
    imported = set()
    for _, node in nodes(ast.Import):
        imported |= {each.name.partition(".")[0] for each in node.names}
    for _, from_ in nodes(ast.ImportFrom):
        imported.add((from_.module or "").partition(".")[0])
    assert imported & CRYPTOGRAPHY == CRYPTOGRAPHY
    assert not {each for each in imported if OTHERS.fullmatch(each)}


@pytest.mark.requirement("V11.3.2")
def test_no_cipher_is_named_that_has_no_tag() -> None:
    found = {file for file, node in nodes(ast.Name) if CIPHERS.search(node.id)}
    found |= {
        file
        for file, node in nodes(ast.Attribute)
        if CIPHERS.search(node.attr)
    }
    assert found == {FOREIGN}


@pytest.mark.requirement("V11.2.4")
def test_secrets_are_not_compared_letter_by_letter() -> None:
    """Columns may be: the database looks for a digest, by its index."""
    compared = []
    for file, node in nodes(ast.Compare):
        sides = [node.left, *node.comparators]
        if not any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            continue
        if any(is_fixed(side) for side in sides):
            continue
        if any(is_column(side) for side in sides):
            continue
        names = [ast.unparse(side).rpartition(".")[2] for side in sides]
        if any(SECRET.search(name) for name in names):
            compared.append(f"{file}: {ast.unparse(node)}")
    assert compared
    assert set(compared) <= COMPARED


@pytest.mark.requirement("V13.3.1")
def test_no_secret_is_in_the_project() -> None:
    """Keys of the kinds that scanners look for, in any file of it."""
    kinds = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]"
        r"|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abpr]-[0-9]"
        r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."
        r"|(?i:secret_key|smtp_password)\s*=\s*[\"'][A-Za-z0-9+/_-]{32,}"
    )
    looked_at = 0
    for folder in ("src", "tests", "docs", "tools", "bench", "requirements"):
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in {".py", ".md", ".toml", ".txt", ".sh", ".html"}:
                looked_at += 1
                found = kinds.search(file.read_text("utf-8"))
                assert found is None, file
    assert looked_at > 200


def nodes(kind: type[N]) -> Iterator[tuple[str, N]]:
    """Yield every node of a kind in the package, with its file."""
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield file, node


def is_fixed(side: ast.expr) -> bool:
    """Tell a constant, which is no secret."""
    return isinstance(side, ast.Constant) or ast.unparse(side).isupper()


def is_column(side: ast.expr) -> bool:
    """Tell a column of a table, or a bound parameter, from a value."""
    text = ast.unparse(side)
    return bool(re.match(r"[A-Z]\w+\.|bindparam\(", text)) or ".c." in text
