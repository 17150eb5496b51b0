"""What Python files do at their own level, and in calls that make them part of something larger. Queries as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.query import query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.inventory import Inventory

_IN_MODULE = {"inside": {"kind": "module"}}
_MAIN = {"kind": "call", "has": {"field": "function", "regex": r"^(main|run|(asyncio|anyio|trio)\s*\.\s*run)$"}}
_BY_ITSELF = query(
    "python",
    {"any": [
        {"kind": "while_statement", **_IN_MODULE},
        {"kind": "expression_statement", **_IN_MODULE, "has": {"any": [
            _MAIN, {"kind": "await", "has": _MAIN},
            {"kind": "call", "all": [{"has": {"field": "function", "regex": r"^sys\s*\.\s*exit$"}},
                                     {"has": {"field": "arguments", "has": _MAIN}}]},
        ]}},
    ]},
    keywords=("while", "main(", "run("),
)  # fmt: skip
"""A loop at the module's own level, or the call of a main function there."""
_OFFERED = query(
    "python",
    {"any": [
        {"any": [{"kind": kind} for kind in ("import_from_statement", "function_definition", "class_definition", "decorated_definition")],
         **_IN_MODULE},
        {"any": [{"kind": "assignment"}, {"kind": "augmented_assignment"}], "has": {"field": "left", "regex": "^__all__$"}},
    ]},
    keywords=("from", "def", "class", "__all__"),
)  # fmt: skip
_TASK_WORDS = lazy(r"\btask\b|shared_task|autodiscover_tasks|Task\b|register_task|\bimports?\s*=|\binclude\s*=|CELERY_I")
_TASKS = query(
    "python",
    {"any": [
        {"kind": "decorator", "regex": r"^@\s*([\w.]+\.)?(task|shared_task)\b"},
        {"kind": "call", "has": {"field": "function", "regex": r"(^|\.)(shared_task|autodiscover_tasks|register_task)$|\.task$"}},
        {"kind": "class_definition", "has": {"field": "superclasses", "has": {
            "any": [{"kind": "identifier"}, {"kind": "attribute"}], "regex": r"(^|\.)\w*Task$"}}},
        {"kind": "keyword_argument", "has": {"field": "name", "regex": "^(imports?|include)$"}},
        {"kind": "assignment", "has": {"field": "left", "regex": r"(^|\.)(imports?|include|CELERY_IMPORTS|CELERY_INCLUDE)$"}},
    ]},
    keywords=("task", "Task", "import", "include", "CELERY_"),
    where=_TASK_WORDS,
)  # fmt: skip
"""What makes Celery know a task: a decorator, a class, a call, or the list of modules that hold some."""


def runs_by_itself(repo: Inventory, path: str) -> bool:
    """Whether importing a file already runs the program: a loop at its own level, or a call of its main function."""
    return any(True for _ in repo.syntax.nodes(_BY_ITSELF, path))


def offers_names(repo: Inventory, path: str) -> bool:
    """Whether a package's file offers names: its own, those of its modules, or a list of them."""
    return any(True for _ in repo.syntax.nodes(_OFFERED, path))


def declares_tasks(repo: Inventory, path: str) -> bool:
    """Whether a file declares a task of Celery, or says where there are some."""
    return any(True for _ in repo.syntax.nodes(_TASKS, path))


def mounts(repo: Inventory, path: str) -> bool:
    """Whether the application of a file takes another one under a path of its own; directories of static files are none."""
    module = repo.python.module(path) if "mount" in (repo.files.text(path) or "") else None
    calls = module.calls_where(lambda name: "mount" in name.rpartition(".")[2]) if module is not None else ()
    return any(not any("StaticFiles(" in argument.text for argument in call.args) for call in calls)
