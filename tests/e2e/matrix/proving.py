"""A combination applied, and what the real tools say of it; what was proven once is not proven again."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prodify.changes import Lock, Plan, apply
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.profile_text import profile_text
from prodify.proposal import Proposal
from prodify.validators import Outcome, Status, Validator, discover, verify
from prodify.validators.sources import Sources
from prodify.wishes import choose
from tests.cli.conftest import GIT
from tests.e2e.matrix.combinations import Combination, profile_of
from tests.e2e.matrix.services import SERVICES
from tests.recipes.conftest import commit_all

WHOLE_TREE = frozenset({"environment-everywhere", "markdown-links", "one-number", "runbook-per-alert"})
"""Validators whose answer on one file depends on any other; two more, on those beside it."""
BESIDE = {
    "amtool-routes": "deploy",
    "kube-linter": "deploy",
    "kube-score": "deploy",
    "kubeconform": "deploy",
    "kubernetes-references": "deploy/kubernetes",
    "kustomize": "deploy/kubernetes",
    "promtool-test": "deploy/prometheus",
    "terraform-test": "infra",
    "terraform-validate": "infra",
}


def proposal(root: Path, profile: Profile) -> Plan:
    """What `apply --all` would do now."""
    proposed = Proposal(root, profile)
    proposed.require_component()
    return proposed.plan(proposed.wishes(choose((), (), everything=True, profile=profile)))


@dataclass(frozen=True, slots=True)
class Applied:
    """A repository with everything applied."""

    root: Path
    profile: Profile
    written: tuple[str, ...]

    @property
    def ours(self) -> frozenset[str]:
        """The whole files that prodify wrote."""
        return frozenset(path for path, entry in Lock.load(self.root).entries.items() if entry.kind == "file")

    @property
    def repo(self) -> Inventory:
        """The repository read anew."""
        return Inventory(self.root)


def applied(row: Combination, root: Path) -> Applied:
    """A service with everything applied and committed."""
    profile = profile_of(row)
    return applied_to({**SERVICES[str(row[0])], "prodify.yaml": profile_text(profile)}, root)


def applied_to(files: Mapping[str, str], root: Path) -> Applied:
    """A repository with everything applied and committed; its profile is what it states, else what is inferred."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    commit_all(root)
    profile = load_profile(Inventory(root)).profile
    done = apply(root, proposal(root, profile))
    commit(root)
    return Applied(root, profile, tuple(path for path in Lock.load(root).entries if path in done.written or (root / path).is_file()))


def commit(root: Path) -> None:
    """Commit what was applied."""
    for arguments in (["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "production layer"]):
        subprocess.run([*GIT, *arguments], cwd=root, check=True, capture_output=True)


@dataclass
class Prover:
    """Runs the validators, each on what it has not passed yet in the same surroundings."""

    validators: tuple[Validator, ...] = field(default_factory=discover)
    passed: dict[tuple[str, str, str], Outcome] = field(default_factory=dict)
    ran: set[str] = field(default_factory=set)
    lacking: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def prove(self, tree: Applied) -> tuple[list[str], frozenset[str]]:
        """What is wrong, and the paths that some validator looked at."""
        paths = [path for path in tree.written if (tree.root / path).is_file()]
        sources = Sources({path: (tree.root / path).read_text(encoding="utf-8") for path in paths})
        wrong: list[str] = []
        seen: set[str] = set()
        for validator in self.validators:
            selected = tuple(validator.select(sources))
            keys = {path: (validator.name, path, self._surroundings(validator.name, path, sources)) for path in selected}
            new = [path for path in selected if keys[path] not in self.passed]
            if new:
                local = validator.name not in WHOLE_TREE and validator.name not in BESIDE
                (outcome,) = verify(tree.root, new if local else paths, [validator.name]).outcomes
                self.seconds += outcome.seconds
                if outcome.status is Status.PASSED:
                    self.ran.add(validator.name)
                    self.passed |= {keys[path]: outcome for path in new}
                elif outcome.status is Status.MISSING:
                    self.lacking[validator.name] = outcome.reason
                else:
                    wrong += [f"{validator.name}: {p.path}:{p.line or ''} {p.message}" for p in outcome.problems]
                    wrong += [f"{validator.name}: {outcome.reason}"] if outcome.reason else []
            seen |= {path for path in selected if keys[path] in self.passed}
        return wrong, frozenset(seen)

    @staticmethod
    def _surroundings(validator: str, path: str, sources: Sources) -> str:
        if validator in WHOLE_TREE:
            texts = list(sources.texts.items())
        else:
            folder = BESIDE.get(validator)
            texts = [(p, t) for p, t in sources.texts.items() if p == path or (folder is not None and p.startswith(f"{folder}/"))]
        return str(hash(tuple(texts)))
