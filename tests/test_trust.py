"""docs/trust.md promises nothing that no test holds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/trust.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def functions_of(path: Path) -> set[str]:
    body = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(body) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 40
    absent = [f"{path}::{name}" for path, name in named if not (ROOT / path).is_file() or name not in functions_of(ROOT / path)]
    assert not absent


def test_every_promise_names_a_test() -> None:
    text = PAGE.read_text(encoding="utf-8")
    promises = re.findall(r"^(?:- |\d\. )(?:.*\n?)(?:  +.*\n?)*", text, re.MULTILINE)
    assert len(promises) > 25
    assert not [promise[:60] for promise in promises if not NAMED.search(promise)]


def test_the_readme_and_the_explanation_lead_there() -> None:
    assert "(docs/trust.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(trust.md)" in (ROOT / "docs/how-it-works.md").read_text(encoding="utf-8")
