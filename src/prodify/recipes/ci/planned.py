"""What other recipes would write, for recipes that describe it: the first run then says what the second would."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from prodify.api import Edit, File
from prodify.edits import CannotEdit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodify.inventory import Inventory
    from prodify.profile import Profile


CODE_WRITERS = ("telemetry", "health", "llm-adapter", "secrets", "hardening", "model-limits", "server", "load", "worker")
"""Recipes whose code, or whose edits of the user's code, read settings of their own."""

GENERATED = (
    "telemetry.py", "health.py", "hardening.py", "llm_adapter.py", "rate_limit.py", "gunicorn.conf.py", "serve.py", "locustfile.py",
    "run_worker.py", "worker_telemetry.py", "answer_cache.py", "feature_flags.py",
)  # fmt: skip
"""Modules that recipes write; all their settings have defaults."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SECRET_NAME = re.compile(r"SECRET|TOKEN(?!S|_CAP)|PASSWORD|PASSWD|(^|_)KEY(_|$)|WEBHOOK")
"""What a variable is called that holds a secret."""


@lru_cache(maxsize=8)
def planned(repo: Inventory, profile: Profile, recipes: tuple[str, ...], suffix: str) -> Mapping[str, str]:
    """Path to text of the files with that ending that the named recipes want, edits applied; names that do not exist are passed over."""
    from prodify.recipes import all_recipes

    wanted = frozenset(recipes)
    found: dict[str, str] = {}
    for recipe in all_recipes():
        if recipe.id not in wanted or profile.audience not in recipe.audiences:
            continue
        for wish in recipe.run(repo, profile):
            if not wish.path.endswith(suffix):
                continue
            if isinstance(wish, File):
                found[wish.path] = wish.text
            elif isinstance(wish, Edit):
                found[wish.path] = _edited(wish, found.get(wish.path) or repo.files.text(wish.path) or "")
    return found


def _edited(edit: Edit, text: str) -> str:
    try:
        return edit.apply(text)
    except CannotEdit:
        return text


@lru_cache(maxsize=128)
def names_read(source: str) -> frozenset[str]:
    """The environment variables that Python source reads by a literal name that files can set; none for source that does not parse.

    >>> sorted(names_read('import os\\na = os.environ["A"]; b = os.getenv("B", "1"); c = os.environ.get("C")'))
    ['A', 'B', 'C']
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    found = set()
    for node in ast.walk(tree):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            key = node.slice
        elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(("getenv", "environ.get", "environ.setdefault")):
            key = node.args[0]
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and _NAME.fullmatch(key.value):
            found.add(key.value)
    return frozenset(found)
