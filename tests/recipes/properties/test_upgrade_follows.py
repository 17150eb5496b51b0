"""One number of the profile changes: every artefact that holds it follows, and no other line moves.

Lines are compared with their numbers masked. A changed line has to be the old line with other numbers (or with the new name in the
place of the old one); a line that is new or gone has to hold the number itself. Everything else is layout that moves on its own, and
would be a conflict with whatever a user wrote there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from prodify.changes import Action, apply

from .rendering import SLOW, rendered
from .repositories import files_of
from .trees import applied, git, repository, upgraded

RULES, TESTS, OPENSLO = "deploy/prometheus/rules/slo.yaml", "deploy/prometheus/tests/slo_test.yaml", "slo/openslo.yaml"
K6, LOCUST, ROLLOUT = "load/k6.js", "load/locustfile.py", "deploy/kubernetes/components/canary/rollout.yaml"
SCALING, README, POLICY, PROFILE = "deploy/kubernetes/base/autoscaling.yaml", "README.md", "docs/error-budget-policy.md", "prodify.yaml"
DASHBOARD, ON_CALL, COST = "deploy/grafana/here.json", "docs/on-call.md", "docs/cost-estimate.md"
BUDGET = ("infra/envs/shared/main.tf", "infra/modules/budget/thresholds/thresholds.tftest.hcl")
RUNBOOKS, NOMAD = "docs/runbooks", "deploy/nomad/service.nomad.hcl"
START = ("audience=public", "platform.runtime=kubernetes", "service.name=here", "service.owner=Ann", "on_call.secondary=Bob",
         "platform.region=europe-west1")  # fmt: skip

CHANGES: dict[str, tuple[str, str, set[str]]] = {
    "slo.latency.threshold_ms": (
        "300", "250",
        {"telemetry.py", RULES, TESTS, OPENSLO, K6, LOCUST, ROLLOUT, DASHBOARD, README, POLICY, PROFILE,
         f"{RUNBOOKS}/slo-bucket-missing.md"},
    ),
    "slo.latency.target_percent": ("95", "97", {RULES, TESTS, OPENSLO, K6, LOCUST, ROLLOUT, DASHBOARD, README, POLICY, PROFILE}),
    "slo.availability_percent": (
        "99.9", "99.95", {RULES, TESTS, OPENSLO, K6, LOCUST, DASHBOARD, README, POLICY, PROFILE, f"{RUNBOOKS}/availability-burns-fast.md"},
    ),
    "slo.window_days": ("30", "28", {RULES, TESTS, OPENSLO, DASHBOARD, README, POLICY, PROFILE, f"{RUNBOOKS}/error-budget-spent.md"}),
    "slo.guardrails.latency_ms": (
        "400", "600", {"telemetry.py", RULES, TESTS, K6, DASHBOARD, README, ON_CALL, PROFILE, f"{RUNBOOKS}/high-latency.md"},
    ),
    "slo.guardrails.error_percent": (
        "0.5", "2", {RULES, TESTS, ROLLOUT, DASHBOARD, README, ON_CALL, PROFILE, f"{RUNBOOKS}/high-error-ratio.md"},
    ),
    "budget.monthly_usd": ("200", "5000", {*BUDGET, README, COST, PROFILE}),
    "budget.suspend_percent": ("80", "85", {*BUDGET, "infra/functions/suspend/main.py", "infra/envs/shared/suspend.tf", COST, PROFILE}),
    "scaling.min_replicas": ("2", "3", {SCALING, NOMAD, PROFILE}),
    "scaling.max_replicas": ("20", "44", {SCALING, NOMAD, PROFILE}),
    "scaling.cpu_target_percent": ("60", "70", {SCALING, NOMAD, PROFILE}),
    "traffic.baseline_rps": ("100", "130", {SCALING, K6, LOCUST, README, PROFILE}),
    "traffic.peak_rps": ("500", "700", {SCALING, K6, README, PROFILE}),
    "llm.max_output_tokens": ("500", "700", {"llm_adapter.py", PROFILE}),
    "platform.region": ("europe-west1", "europe-west4", {"infra/envs/production/main.tf", ".github/workflows/deploy.yml", PROFILE}),
    "service.owner": ("Ann", "Zoe", {README, POLICY, f"{RUNBOOKS}/index.md", "infra/envs/production/main.tf", PROFILE}),
    "on_call.secondary": ("Bob", "Cyd", {ON_CALL, f"{RUNBOOKS}/high-latency.md", PROFILE}),
    "on_call.channel": ("#one", "#two", {ON_CALL, "deploy/alertmanager/alertmanager.yml", f"{RUNBOOKS}/rollback.md", POLICY, PROFILE}),
    "service.name": ("here", "there", {RULES, TESTS, OPENSLO, SCALING, ROLLOUT, "telemetry.py", "infra/envs/production/main.tf", PROFILE}),
}  # fmt: skip
"""Key: the old value, the new one, and the files that hold it."""


def pieces(before: str, after: str) -> Iterator[tuple[list[str], list[str]]]:
    """The lines that differ, a piece at a time: old and new."""
    old, new = before.split("\n"), after.split("\n")
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield old[i1:i2], new[j1:j2]


def masked(line: str, names: tuple[str, str]) -> str:
    """The line without its numbers, the changed names and the digest that marks a section of the README."""
    line = re.sub(r"(?<=prodify:begin operations )[0-9a-f]{12}", "DIGEST", line)
    for name in sorted(names, key=len, reverse=True):
        if not re.fullmatch(r"[\d.]+", name):
            line = line.replace(name, "NAME").replace(name.lower(), "NAME")
    return re.sub(r"\d+(?:[.,]\d+)*(?:[eE]-?\d+)?|\[1-9\]\S*", "0", line)


def strays(before: str, after: str, names: tuple[str, str]) -> list[str]:
    """Changed lines that do not follow from the change."""
    found = []
    for old, new in pieces(before, after):
        plain_old, plain_new = [masked(line, names) for line in old], [masked(line, names) for line in new]
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, plain_old, plain_new, autojunk=False).get_opcodes():
            if tag != "equal":
                found += [f"- {line}" for line in old[i1:i2]] + [f"+ {line}" for line in new[j1:j2]]
    held = re.compile("|".join(rf"(?<![\w.]){re.escape(name)}(?![\w])" for name in spoken(names)))
    return [line for line in found if not held.search(line)]


def spoken(names: tuple[str, str]) -> set[str]:
    """A value as files write it: as it is, in thousandths (seconds) and hundredths (ratios)."""
    found = set(names)
    for name in names:
        if re.fullmatch(r"[\d.]+", name):
            found |= {f"{float(name) / size:g}" for size in (1000, 100) if float(name) / size >= 0.001}
    return found


def quoted(value: str) -> str:
    """A value as --set takes it: a hash would begin a comment of YAML."""
    return f"'{value}'" if "#" in value else value


@pytest.fixture(scope="module")
def first() -> dict[str, str]:
    return rendered(files_of("flask"), START)


@pytest.mark.parametrize("key", CHANGES)
def test_only_what_follows_changes_and_all_of_it(key: str, first: dict[str, str]) -> None:
    old, new, holders = CHANGES[key]
    words = [word for word in START if not word.startswith(f"{key}=")]
    # Two have other defaults.
    stated = key in ("on_call.channel", "scaling.max_replicas")
    before = rendered(files_of("flask"), (*words, f"{key}={quoted(old)}")) if stated else first
    after = rendered(files_of("flask"), (*words, f"{key}={quoted(new)}"))
    renamed = {path.replace("/there.json", "/here.json"): path for path in after}
    assert set(renamed) == set(before)
    changed = {path for path in before if before[path] != after[renamed[path]]}
    assert holders - changed == set(), "files that hold the value did not follow"
    wrong = {path: found for path in changed if (found := strays(before[path], after[renamed[path]], (old, new)))}
    assert wrong == {}


@pytest.mark.parametrize("kind", ["flask", "example"] if SLOW else ["flask"])
def test_hand_edits_beside_the_numbers_survive_without_a_conflict(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten edits in ten files, none on a line that changes; then the p95 goes from 300 to 250 ms."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    root = repository(tmp_path / "tree", kind)
    words = ("audience=public", "platform.runtime=kubernetes", "service.name=here")
    applied(root, words)
    git(root, "add", "--force", "--all")
    git(root, "commit", "-q", "-m", "Production")
    edits = {
        "telemetry.py": ("log = logging", "MINE = 1\n\n\n"), RULES: ("- alert: HighErrorRatio", "# mine\n"),
        K6: ("export const options", "// mine\n"), LOCUST: ("class ", "# mine\n\n\n"), ROLLOUT: ("spec:", "# mine\n"),
        SCALING: ("spec:", "# mine\n"), OPENSLO: ("kind: Service", "# mine\n"),
        POLICY: ("## ", "Mine.\n\n"), ON_CALL: ("## ", "Mine.\n\n"), f"{RUNBOOKS}/high-latency.md": ("## ", "Mine.\n\n"),
    }  # fmt: skip
    for path, (mark, mine) in edits.items():
        text = (root / path).read_text(encoding="utf-8")
        at = text.rfind("\n", 0, text.index(mark)) + 1
        indent = text[at : text.index(mark)].replace("-", " ")
        (root / path).write_text(text[:at] + indent + mine + text[at:], encoding="utf-8")
    git(root, "commit", "-q", "-a", "-m", "Mine")
    todo = upgraded(root, (*words, "slo.latency.threshold_ms=250"))
    assert [change.path for change in todo.changes if change.action is Action.CONFLICT] == []
    apply(root, todo)
    for path, (_, mine) in edits.items():
        assert mine.strip() in (root / path).read_text(encoding="utf-8"), path
