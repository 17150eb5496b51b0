"""The sizes and words that this repository holds itself to."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
MODULE_LINES = 400
FUNCTION_LINES = 50

FORBIDDEN = {
    r"pip3? install (?:-{1,2}\S+ )*['\"]?prodify(?![-\w])": "on PyPI that is another project; ours comes from a checkout",
    r"\bfiles\.python" + r"hosted\.org|\bpypi" + r"\.org/simple": "names a registry's host",
    r"\bregistry\.np" + r"mjs\.org|\bproxy\.golang" + r"\.org": "names a registry's host",
    r"(?:^|[\s\"'`(=:])/" + r"(?:work|farm)/": "a path of somebody's machine",
    r"/tmp/" + r"team\b": "a path of somebody's machine",
}
"""Pattern and why no tracked file may have it. The patterns are split so that this file does not match itself."""


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [file for file in files if file.is_file() and not file.is_symlink()]


def offences(text: str) -> list[str]:
    return [why for pattern, why in FORBIDDEN.items() if re.search(pattern, text, re.MULTILINE)]


def test_modules_are_short() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert len(lengths) > 20
    assert {path: lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_functions_are_short() -> None:
    long: dict[str, int] = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines - _docstring_lines(node) > FUNCTION_LINES:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert long == {}


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the length of the docstring: a check's is its documentation and its test, not code."""
    first = node.body[0]
    if ast.get_docstring(node) is None or first.end_lineno is None:
        return 0
    return first.end_lineno - first.lineno + 1


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    empty = [name for name in silent if not (ROOT / name).read_text(encoding="utf-8").strip()]
    assert sorted(set(silent) - set(empty)) == []


def test_no_tracked_file_has_forbidden_words() -> None:
    found: dict[str, list[str]] = {}
    for file in tracked_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if why := offences(text):
            found[str(file.relative_to(ROOT))] = why
    assert found == {}


FORBIDDEN_TEXTS = [
    "pip install prod" + "ify",
    "pip install -U prod" + "ify\n",
    "https://pypi" + ".org/simple",
    "cd /" + "work/main",
    "see /tmp/" + "team",
]
ALLOWED_TEXTS = ["pip install prodify-cli", "pip install .", "https://pypi" + ".org/project/x", "/github/work" + "space", "WORKDIR /work"]


@pytest.mark.parametrize("text", FORBIDDEN_TEXTS)
def test_forbidden_words_are_recognised(text: str) -> None:
    assert offences(text)


@pytest.mark.parametrize("text", ALLOWED_TEXTS)
def test_other_words_are_not(text: str) -> None:
    assert offences(text) == []
