"""Patterns that are read back are the ones that would be compiled, and what is kept can be wrong in any way without harm."""

from __future__ import annotations

import ast
import marshal
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from prodify import lazyre, patternstore, usercache

PATTERNS: list[tuple[str | bytes, int]] = [
    (r"^(?P<name>\w+)\s*=\s*(?:'(?P<single>[^']*)'|\"(.*?)\")(?=\n|$)", re.MULTILINE),
    (r"(?i)\bstra\u00dfe[\u4e00-\u9fff]{2,40}+(?<!x)(a|b)\1", re.DOTALL),
    (rb"(?m)^[\x80-\xff]{1,4}(?>ab|a)c", 0),
    (r"(?x) a # comment\n b", re.VERBOSE | re.ASCII),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, and no pattern known yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(patternstore, "_rows", None)
    monkeypatch.setattr(patternstore, "_new", [])
    return tmp_path / "prodify"


def again() -> None:
    """As another process begins."""
    patternstore._rows = None


def file_of(folder: Path) -> Path:
    """The one file of the cache."""
    (path,) = folder.glob("patterns-*.bin")
    return path


def test_what_is_read_back_is_what_would_be_compiled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for pattern, flags in PATTERNS:
        assert patternstore.compiled(pattern, flags) == re.compile(pattern, flags)
    patternstore.keep()
    again()
    made = re.compile
    expected = [made(pattern, flags) for pattern, flags in PATTERNS]
    monkeypatch.setattr(re, "compile", lambda *_: pytest.fail("compiled although it was kept"))
    for (pattern, flags), wanted in zip(PATTERNS, expected, strict=True):
        found = patternstore.compiled(pattern, flags)
        assert found == wanted  # equal code, flags and pattern
        assert (found.groups, dict(found.groupindex)) == (wanted.groups, dict(wanted.groupindex))


def test_the_same_pattern_under_other_flags_is_another(folder: Path) -> None:
    patternstore.compiled("abc", 0)
    patternstore.keep()
    again()
    assert patternstore.compiled("abc", re.IGNORECASE).search("xABC")
    assert not patternstore.compiled("abc", 0).search("xABC")
    assert patternstore.compiled(b"abc", 0).search(b"abc")


def damaged(content: bytes) -> bytes:
    """One bit turned in the middle."""
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def valid(body: Any) -> bytes:
    """Something else under the right head, with the right checksum."""
    head = patternstore._head()
    assert head is not None
    return head + usercache._checksum(marshal.dumps(body)) + marshal.dumps(body)


@pytest.mark.parametrize(
    "change",
    [
        damaged,
        lambda content: content[:-7],
        lambda content: b"",
        lambda content: b"prodify-patterns1 30d00f0 1 4 little\n" + content[content.index(b"\n") + 1 :],
        lambda content: valid(["no", "table"]),
        lambda content: valid({("a+", 0): (0, b"\xff" * 64, 0, {}, (None,))}),
        lambda content: valid({("a+", 0): (0, b"\x01\x02\x03", 0, {}, (None,))}),
        lambda content: valid({("a+", 0): "nonsense"}),
    ],
)
def test_what_is_damaged_or_foreign_is_made_anew(folder: Path, change: object) -> None:
    assert callable(change)
    patternstore.compiled("a+", 0)
    patternstore.keep()
    path = file_of(folder)
    whole = path.read_bytes()
    path.write_bytes(change(whole))
    again()
    assert patternstore.compiled("a+", 0) == re.compile("a+")
    patternstore.keep()
    again()
    assert patternstore._kept() == {("a+", 0): patternstore._code_of("a+", 0)}


def test_a_cache_that_cannot_be_written_is_no_error(folder: Path) -> None:
    folder.write_text("in the way")
    assert patternstore.compiled("a+", 0).match("aa")
    patternstore.keep()
    assert folder.read_text() == "in the way"


def test_it_does_not_grow_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patternstore, "_MOST", 10)
    for number in range(25):
        patternstore.compiled(f"a{number}", 0)
        patternstore.keep()
    again()
    assert 0 < len(patternstore._kept()) <= 10


def test_a_pattern_made_while_the_program_runs_leaves_no_trace(folder: Path) -> None:
    assert lazyre.lazy("from a repository", passing=True).search("said from a repository")
    assert lazyre.lazy("from the source").search("said from the source")
    patternstore.keep()
    content = file_of(folder).read_bytes()
    assert b"from the source" in content
    assert b"from a repository" not in content


def test_a_second_audit_compiles_none_of_them(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\nprint(app)\n")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    audit = (sys.executable, "-m", "prodify", "audit", str(tmp_path / "code"), "--format", "json")
    first, second, third = (subprocess.run(audit, env=environment, capture_output=True, check=True).stdout for _ in range(3))
    assert first == second == third
    path = file_of(tmp_path / "cache" / "prodify")
    before = path.stat().st_mtime_ns
    subprocess.run(audit, env=environment, capture_output=True, check=True)
    assert path.stat().st_mtime_ns == before  # nothing new was compiled


MADE_AT_IMPORT = {("lazyre.py", "__init__"), ("test_rules.py", "_suite"), ("httpclients.py", "_spring"), ("positioned.py", "_call")}
"""Functions that put patterns together while modules are imported, of what stands in the source."""


def test_patterns_that_are_put_together_later_are_passing() -> None:
    kept = set()
    for path in Path(patternstore.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("lazy", "guarded"):
                    constant = bool(call.args) and isinstance(call.args[0], ast.Constant)
                    if not constant and not any(keyword.arg == "passing" for keyword in call.keywords):
                        kept.add((path.name, function.name))
    assert kept == MADE_AT_IMPORT
