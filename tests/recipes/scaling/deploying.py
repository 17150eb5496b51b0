"""What the tests of deploy files share: small services of every kind, profiles, and proof by the real tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.model import Audience
from prodify.profile import Platform, Profile, Service
from prodify.validators import Status, verify

FLASK = {"app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "requirements.txt": "flask==3.1.3\n"}
FASTAPI = {"main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n", "requirements.txt": "fastapi==0.142.0\n"}
PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["flask"]\n'

RECIPES = {
    "kubernetes": ("server", "dockerfile", "kubernetes", "rollouts", "network-policy", "pod-security", "admission-policy"),
    "cloud-run": ("server", "dockerfile", "cloud-run"),
    "compose": ("server", "dockerfile", "compose"),
}


def profile_for(runtime: str = "kubernetes", audience: Audience = Audience.PUBLIC, **platform: Any) -> Profile:
    """A stated profile of the service `shop` on one runtime."""
    service = Service(name="shop", owner="@ann", repository="https://github.com/Ann/shop")
    stated = (("service.name", "stated"), ("service.owner", "stated"))
    return Profile(service=service, audience=audience, platform=replace(Platform(runtime=runtime), **platform), origin=stated)  # type: ignore[arg-type]


def write(root: Path, tree: Mapping[str, str]) -> None:
    """Put a rendered tree on disk."""
    for path, text in tree.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def prove(root: Path, tree: Mapping[str, str], *needed: str) -> None:
    """Write the tree and let the validators judge it (all without `needed`); each must pass, or the test is skipped for want of it."""
    write(root, tree)
    verification = verify(root, list(tree), needed or None)
    said = {outcome.validator: outcome for outcome in verification.outcomes}
    bad = {name: (o.reason, o.problems) for name, o in said.items() if o.status in (Status.FAILED, Status.ERROR)}
    assert not bad
    assert not verification.skipped
    for name in needed:
        if said[name].status is Status.MISSING:
            pytest.skip(f"{name}: {said[name].reason}")
        assert said[name].status is Status.PASSED, f"{name} did not look at anything"


def objects(text: str) -> dict[str, dict[str, Any]]:
    """The documents of a manifest by kind; where a kind stands twice, the later one."""
    return {document["kind"]: document for document in yaml.safe_load_all(text)}
