"""Which way out of a finding is honest: the recipe, or by hand where the recipe would leave the user's own file alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from prodify.model import Fix

if TYPE_CHECKING:
    from prodify.api import Check
    from prodify.inventory import Inventory

_LOCK = ".prodify.lock.json"
_PROFILES = ("prodify.yaml", "prodify.yml")
_HOOKS = (".pre-commit-config.yaml", ".pre-commit-config.yml")
_UPDATES = (".github/dependabot.yml", ".github/dependabot.yaml")


def written_by_prodify(repo: Inventory) -> frozenset[str]:
    """The whole files that the lock names; empty without a readable lock."""
    text = repo.files.text(_LOCK) if _LOCK in repo.files else None
    try:
        entries = json.loads(text or "{}").get("files", {})
    except (ValueError, AttributeError, RecursionError):
        return frozenset()
    return (
        frozenset(path for path, entry in entries.items() if isinstance(entry, dict) and entry.get("kind") == "file")
        if isinstance(entries, dict)
        else frozenset()
    )


def _paths(items: Iterable[Any]) -> list[str]:
    return [item.location.path for item in items]


def _fetched_by_hand(repo: Inventory) -> list[str]:
    """Files with outbound calls, where none stands in a plain function: there is nothing that the recipe could put its decorator over.

    Told from facts alone, since the recipe, which looks closer, is not loaded for an audit.
    """
    paths = _paths(repo.outbound_calls)
    for call in repo.outbound_calls:
        module = repo.python.module(call.location.path) if call.location.path.endswith(".py") else None
        line = call.location.line or 0
        for function in module.functions if module is not None else ():
            inside = (function.location.line or 0) <= line <= (function.location.end_line or 0)
            if inside and function.cls is None and all("cache" in decorator.name for decorator in function.decorators):
                return []
    return paths


def _not_python(repo: Inventory) -> list[str]:
    """Where routes stand that the recipe, which writes Python, knows nothing of."""
    return [path for path in _paths(repo.routes) if not path.endswith(".py")]


TAKEN: Mapping[str, Callable[[Inventory], Iterable[str]]] = {
    "profile": lambda repo: [p for p in _PROFILES if p in repo.files],
    "ci": lambda repo: _paths(repo.pipelines),
    "pre-commit": lambda repo: [p for p in _HOOKS if p in repo.files],
    "dependabot": lambda repo: [p for p in _UPDATES if p in repo.files],
    "dockerfile": lambda repo: _paths(repo.dockerfiles),
    "server": lambda repo: _paths(repo.dockerfiles),
    "kubernetes": lambda repo: _paths(o for o in repo.kubernetes if o.is_workload or o.kind == "HorizontalPodAutoscaler"),
    "keda": lambda repo: _paths(o for o in repo.kubernetes if o.is_workload),
    "rollouts": lambda repo: _paths(o for o in repo.kubernetes if o.is_workload),
    "network-policy": lambda repo: _paths(o for o in repo.kubernetes if o.is_workload),
    "admission-policy": lambda repo: _paths(o for o in repo.kubernetes if o.is_workload),
    "dashboard": lambda repo: [d.path for d in repo.monitoring.dashboards],
    "cache": _fetched_by_hand,
    "contract": _not_python,
    "feature-flags": _not_python,
    "slo": lambda repo: _paths(repo.monitoring.rules),
    "runbook": lambda repo: _paths(repo.monitoring.rules),
    "alertmanager": lambda repo: [c.path for c in repo.monitoring.alertmanager],
    "telemetry": lambda repo: _paths(repo.python.imports("opentelemetry.sdk")),
    "tags": lambda repo: _paths(repo.terraform),
    "terraform": lambda repo: _paths(repo.terraform),
}
"""Recipe -> the files that already do its work, or that it cannot edit. When one of them is the user's own, the recipe stands aside."""


FOR_PYTHON = frozenset((
    "alertmanager", "chaos", "ci", "dashboard", "dockerfile", "hardening", "health", "integration", "kubernetes", "llm-adapter",
    "model-failures", "model-limits", "pre-commit", "rollouts", "server", "service-readme", "slo", "smoke", "telemetry", "unit",
))  # fmt: skip
"""Recipes that write for a component in Python or not at all: elsewhere their command would answer that there is nothing to write."""


def by_hand(check: Check) -> Fix:
    """What to do about a check where no recipe does it: its hint, else its explanation."""
    return Fix(None, check.hint or f"prodify explain {check.id}")


def fix_of(check: Check, repo: Inventory) -> Fix:
    """What to do about a check: its recipe's command, else its hint, else its explanation."""
    if check.fixed_by is None:
        return by_hand(check)
    ours = written_by_prodify(repo)
    if check.fixed_by in FOR_PYTHON and not ours and not any(c.language == "python" for c in repo.components):
        return by_hand(check)
    # A recipe without a hint beside it never stands aside: there would be nothing to say.
    files = TAKEN.get(check.fixed_by)
    if check.hint and files is not None and set(files(repo)) - ours:
        return by_hand(check)
    return Fix(check.fixed_by, f"prodify apply --step {step_of(check)} --recipe {check.fixed_by}")


_ELSEWHERE = {
    "llm-adapter": "portability",
    "model-limits": "portability",
    "secrets": "security",
    "hardening": "security",
    "scanning": "security",
    "telemetry": "observability",
    "dockerfile": "scaling",
    "server": "scaling",
    "kubernetes": "scaling",
    "profile": "goals",
    "ci": "ci",
    "slo": "slo",
    "load": "testing",
}
"""The step of recipes that settle checks of other steps; a test holds it against the recipes."""


def step_of(check: Check) -> str:
    """The step of the recipe that settles a check."""
    return _ELSEWHERE.get(check.fixed_by or "", check.step.slug)
