"""What to do next: findings grouped by the one command that settles them, in the order of maturity and weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.lazydata import dataclass
from prodify.model import Effort, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prodify.model import Finding

_EFFORTS = (Effort.MINUTES, Effort.HOURS, Effort.DAYS)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: a recipe to apply, or a finding to settle by hand. `findings` are what it settles, heaviest first."""

    command: str
    recipe: str | None
    findings: tuple[Finding, ...]

    @property
    def maturity(self) -> int:
        """The lowest maturity level that one of its findings holds back."""
        return min(f.maturity for f in self.findings)

    @property
    def weight(self) -> int:
        """Sum of its findings' weights."""
        return sum(f.level.weight for f in self.findings)

    @property
    def effort(self) -> Effort:
        """By hand the effort of the largest finding; a recipe is applied in minutes."""
        return Effort.MINUTES if self.recipe else max((f.effort for f in self.findings), key=_EFFORTS.index)


def actions(findings: Sequence[Finding]) -> tuple[Action, ...]:
    """Everything there is to do, first things first: by maturity level, then errors before the rest, then weight."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.kind is Kind.FAIL and finding.suppressed is None and finding.status == "stable":
            key = f"recipe {finding.fix.recipe}" if finding.fix.recipe else f"check {finding.check}"
            groups.setdefault(key, []).append(finding)
    found = []
    for group in groups.values():
        ordered = sorted(group, key=lambda f: (f.maturity, -f.level.weight, f.step.number, f.check))
        recipe = ordered[0].fix.recipe
        command = ordered[0].fix.command if recipe else f"prodify explain {ordered[0].check}"
        found.append(Action(command, recipe, tuple(ordered)))
    return tuple(sorted(found, key=_order))


def _order(action: Action) -> tuple[int, int, int, int, str]:
    lowest = [f for f in action.findings if f.maturity == action.maturity]
    heaviest = max(f.level.weight for f in lowest)
    return (action.maturity, -heaviest, -sum(f.level.weight for f in lowest), lowest[0].step.number, action.command)
