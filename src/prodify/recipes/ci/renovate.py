"""Renovate's configuration: what the recipe `dependabot` asks for, where there is no Dependabot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PATH = "renovate.json"
_MANAGERS = {
    "pip": ("pip_requirements", "pip-compile", "pep621", "poetry"), "uv": ("pep621",), "npm": ("npm",), "gomod": ("gomod",),
    "cargo": ("cargo",), "bundler": ("bundler",), "composer": ("composer",), "docker": ("dockerfile",), "terraform": ("terraform",),
    "pre-commit": ("pre-commit",),
}  # fmt: skip
"""Dependabot's name of a kind of dependency, and Renovate's of those who read it."""


def renovate(ecosystems: Sequence[str], cooldown: int) -> str:
    """The text of renovate.json: one merge request a kind and week, for releases that are `cooldown` days old."""
    kinds = [name for name in ecosystems if name in _MANAGERS]
    taken: set[str] = set()
    rules = []
    for name in sorted(kinds, key=lambda name: (name != "uv", name)):
        managers = [manager for manager in _MANAGERS[name] if manager not in taken]
        taken.update(managers)
        rules.append({"description": f"One merge request for all of {name}.", "matchManagers": managers, "groupName": name})
    rules.append({"description": "And one for the pipeline's own images.", "matchManagers": ["gitlabci"], "groupName": "gitlab-ci"})
    settings = {
        "$schema": "https://docs.renovatebot.com/renovate-schema.json",
        "description": [
            "Written by prodify (recipe dependabot); yours to edit, upgrades merge.",
            "Renovate has to run for it: as an app of the instance, or in a scheduled pipeline (project renovate-bot/renovate-runner).",
        ],
        "extends": ["config:recommended"],
        "schedule": ["before 6am on monday"],
        "minimumReleaseAge": f"{cooldown} days",
        "internalChecksFilter": "strict",
        "packageRules": rules,
        **({"pre-commit": {"enabled": True}} if "pre-commit" in kinds else {}),
    }
    return json.dumps(settings, indent=2) + "\n"
