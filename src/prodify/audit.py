"""Facts held against checks: the audit. A check that raises becomes `open` with its name; the run goes on."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from prodify.checks import all_checks
from prodify.errors import ProdifyError, UsageError, did_you_mean
from prodify.fixes import by_hand, fix_of
from prodify.inventory import Inventory
from prodify.lazydata import dataclass
from prodify.model import Finding, Kind, Report, Step, Target, Verdict
from prodify.profile import Profile
from prodify.score import score
from prodify.snapshot import inventory_snapshot, prepare, profile_snapshot
from prodify.suppress import suppress, validate
from prodify.version import RULESET, __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from prodify.api import Check
    from prodify.model import Evidence


@dataclass(frozen=True, slots=True)
class Selection:
    """Which checks to run: all, or those of some steps, or named ones, less ignored ones."""

    steps: tuple[Step, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def pick(self, checks: Sequence[Check]) -> tuple[Check, ...]:
        """The selected checks.

        Raises:
            UsageError: for an id that no check has, with a suggestion.
        """
        known = [c.id for c in checks]
        for name in (*self.select, *self.ignore):
            if name not in known:
                raise UsageError(f'there is no check "{name}"', f"{did_you_mean(name, known)} See prodify list checks.".strip())
        return tuple(
            c
            for c in checks
            if (not self.steps or c.step in self.steps) and (not self.select or c.id in self.select) and c.id not in self.ignore
        )


EVERYTHING = Selection()
_SHARED_FROM = 250
"""Files from which on judging takes longer than to fork a process for half of it."""


def audit(
    repo: Inventory,
    profile: Profile,
    selection: Selection = EVERYTHING,
    *,
    ignores: bool = True,
    today: date | None = None,
    imports: Sequence[Path] = (),
) -> Report:
    """Run the selected checks and return the report. `ignores` False shows suppressed findings as if nothing were accepted.

    `imports` are SARIF files of other scanners. What they report is listed beside the findings and does not move the score.
    """
    checks = all_checks()
    picked = selection.pick(checks)
    findings = _judged(picked, repo, profile)
    notices: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()
    if imports:
        findings, omitted = _with_imports(findings, repo, imports, selection)
    if not ignores:
        findings = tuple(replace(f, suppressed=None) if f.source is not None else f for f in findings)
    else:
        validate(profile.ignore, [*(c.id for c in checks), *(e.check for e in profile.ignore if e.check.startswith("import-"))])
        relevant = [entry for entry in profile.ignore if entry.check in {f.check for f in findings}]
        findings, notices = suppress(findings, repo, relevant, today or date.today())
    inventory, faults = inventory_snapshot(repo)
    operated = not repo.components or any(c.kind != "library" for c in repo.components)
    commit = repo.files.git.head if repo.files.git is not None else None
    return Report(
        __version__, RULESET, Target(commit, repo.files.dirty), profile_snapshot(profile), inventory,
        score([f for f in findings if f.source is None], operated=operated), findings, (*notices, *omitted, *faults),
    )  # fmt: skip


def _judged(picked: Sequence[Check], repo: Inventory, profile: Profile) -> tuple[Finding, ...]:
    """The findings of the checks, in their order; two processes share those of a large tree when a processor is free."""
    _ = repo.components  # nearly all go on from there
    late = [c for c in picked if _waits(c)]
    early = sorted((c for c in picked if not _waits(c)), key=lambda c: c.step is not Step.SECURITY)
    found: dict[str, Finding] = {}
    while early and not (repo.has_looked_ahead and len(repo.files.entries) >= _SHARED_FROM):
        check = early.pop()  # those that take long stand at the beginning
        found[check.id] = run_check(check, repo, profile)
    if early:
        from prodify.inventory.secrets.parallel import in_order

        shared = in_order(lambda index: (run_check(early[index], repo, profile), 0), len(early), fork_from=0, before=lambda: prepare(repo))
        found |= {finding.check: finding for _, finding in shared}
    found |= {c.id: run_check(c, repo, profile) for c in late}
    return tuple(found[c.id] for c in picked)


def _waits(check: Check) -> bool:
    """Whether a check asks for tests or secrets: it comes last, for another process may still be looking for them."""
    return check.step in (Step.TESTING, Step.PORTABILITY) or "secret" in check.module


def _with_imports(
    own: Sequence[Finding], repo: Inventory, imports: Sequence[Path], selection: Selection
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    from prodify.imports.findings import load, merge

    foreign, notices = load(imports, repo)
    if selection.steps:
        foreign = tuple(f for f in foreign if f.step in selection.steps)
    kept, others = merge(own, foreign)
    return (*kept, *(replace(f, fingerprint=fingerprint(f.check, f.evidence, repo)) for f in others)), notices


def run_check(check: Check, repo: Inventory, profile: Profile) -> Finding:
    """One check's finding; a crash inside the check is an `open` finding, never an exception."""
    if not repo.files.entries:
        verdict = Verdict(Kind.NOT_APPLICABLE, "there is no file to look at")
    elif profile.audience not in check.audiences:
        verdict = Verdict(Kind.NOT_APPLICABLE, f"not asked of a service for the audience {profile.audience.value}")
    else:
        try:
            verdict = check.run(repo, profile)
        except ProdifyError as error:
            verdict = Verdict(Kind.OPEN, f"could not be judged: {error.message}")
        except Exception as error:  # a fault in one check must not hide the others
            verdict = Verdict(Kind.OPEN, f"could not be judged: the check {check.id} failed with {type(error).__name__}")
    places = tuple(sorted(verdict.evidence, key=lambda e: (e.path, e.line or 0, e.note)))
    try:
        fix = fix_of(check, repo)
    except Exception:  # it looks at facts that the check did not, which may fail as well
        fix = by_hand(check)
    return Finding(
        check.id, check.step, verdict.kind, check.level, check.maturity, check.status, check.title, verdict.message, check.why,
        places, fingerprint(check.id, places, repo), check.cwe, check.effort, fix,
    )  # fmt: skip


def fingerprint(check: str, places: Iterable[Evidence], repo: Inventory) -> str:
    """Content identity of a finding: check, paths and the normalised lines; no line numbers, times or host paths."""
    digest = hashlib.sha256(check.encode())
    for place in places:
        lines = repo.files.lines(place.path) if place.line is not None else ()
        inside = place.line is not None and 0 < place.line <= len(lines)
        content = " ".join(lines[place.line - 1].split()) if inside and place.line is not None else ""
        digest.update(f"\0{place.path}\0{place.note}\0{content}".encode("utf-8", "surrogatepass"))  # a path need not be UTF-8
    return digest.hexdigest()[:32]


def without_passes(report: Report) -> Report:
    """The report with failures, open and not applicable findings only."""
    return replace(report, findings=tuple(f for f in report.findings if f.kind is not Kind.PASS))
