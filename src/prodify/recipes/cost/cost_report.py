"""The recipe `cost-report`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from prodify.api import File, Inventory, Profile, Step, recipe
from prodify.cost.estimate import Estimate, Line, estimate
from prodify.cost.formulas import SECONDS
from prodify.cost.infrastructure import RESPONSE_KB
from prodify.cost.sizes import single_zone_percent, stands_by
from prodify.cost.usage import Usage, usage_of
from prodify.escape import Code
from prodify.recipes.scaling.settings import stored_names
from prodify.recipes.shared.layout import naming
from prodify.render import render

if TYPE_CHECKING:
    from prodify.profile import Platform

PATH = "docs/cost-estimate.md"
FEW_RPS = 5
"""Below about this many requests a second, containers by the request cost less than a cluster of machines that wait for them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, as text."""

    item: str
    quantity: str
    price: str
    monthly: str
    assumption: str


@dataclass(frozen=True, slots=True)
class ReportContext:
    """What `cost/cost-estimate.md` names; amounts as text."""

    service: str
    verdict: str
    rows: tuple[Row, ...]
    total: str
    thousand: str
    users: str
    requests: str
    as_of: str
    savings: tuple[Code, ...]
    kilobytes: int
    alerts: str
    suspend: int


@recipe(step=Step.COST)
def cost_report(repo: Inventory, profile: Profile) -> Iterator[File]:
    """What the service costs a month, line by line with every assumption, and whether that fits the budget.

    From a table of prices that comes with prodify, so it needs no network and no key; a line without a known price is unknown, not 0.
    """
    if not repo.services:
        return
    usage = usage_of(repo, secrets=len(stored_names(repo)))
    found = estimate(profile, usage)
    context = ReportContext(
        service=naming(repo, profile).service,
        verdict=verdict(found, profile.budget.monthly_usd),
        rows=tuple(_row(line) for line in found.lines),
        total=f"${found.known_usd:,.2f}" if found.total_usd is not None else f"at least ${found.known_usd:,.2f}",
        thousand=f"${found.per_thousand_requests:,.3f}" if found.per_thousand_requests is not None else "unknown",
        users=f"{profile.traffic.monthly_users:,}",
        requests=f"{found.requests:,}",
        as_of=found.as_of,
        savings=tuple(Code(line) for line in savings(profile, usage, found)),
        kilobytes=RESPONSE_KB,
        alerts=", ".join(f"{percent} %" for percent in sorted(set(profile.budget.alert_percents))),
        suspend=profile.budget.suspend_percent,
    )
    yield File(PATH, render("cost/cost-estimate.md", context))


def verdict(found: Estimate, budget: float) -> str:
    """One sentence: whether the estimate fits the budget, or why nobody can say."""
    fits = found.fits(budget)
    if fits is None:
        missing = ", ".join(line.item for line in found.unknown)
        return f"Nobody can say whether it fits the budget of ${budget:,.2f}: no price is known for {missing or 'anything'}."
    if fits:
        return f"It fits the budget: ${found.known_usd:,.2f} of ${budget:,.2f} a month ({found.known_usd / budget:.0%})."
    least = "" if found.total_usd is not None else "at least "
    return f"It does not fit the budget: {least}${found.known_usd:,.2f} a month, and the budget is ${budget:,.2f}."


def savings(profile: Profile, usage: Usage, found: Estimate) -> Iterator[str]:
    """What would make it cheaper, with the difference in dollars, computed by the same estimate."""
    for line in found.lines:
        if line.item.startswith("Language model") and line.monthly_usd:
            yield f"Cache the answers to repeated questions: every tenth request answered from a cache saves ${line.monthly_usd / 10:,.2f}."
    platform = profile.platform
    if platform.runtime == "kubernetes" and profile.traffic.monthly_requests / SECONDS < FEW_RPS:
        saved = _saved(profile, replace(platform, runtime="cloud-run", cloud="gcp"), usage, found)
        if saved:
            rate = f"{found.requests / SECONDS:.2f} requests a second"
            yield f"Run it on Cloud Run (`platform.runtime: cloud-run`): saves ${saved:,.2f} at {rate}."
    if usage.sql and stands_by(profile):
        enough = single_zone_percent(profile)
        relaxed = replace(profile, slo=replace(profile.slo, availability_percent=enough))
        saved = found.known_usd - estimate(relaxed, usage).known_usd
        if saved > 0:
            goal = f"{profile.slo.availability_percent:g} %"
            yield f"Do without the database's stand-by (a goal of {enough:g} % instead of {goal}): saves ${saved:,.2f}."


def _saved(profile: Profile, platform: Platform, usage: Usage, found: Estimate) -> float:
    """Dollars that another platform saves; 0 when it does not, or either of the two is not known in full."""
    other = estimate(replace(profile, platform=platform), usage)
    if found.total_usd is None or other.total_usd is None:
        return 0.0
    return max(0.0, found.total_usd - other.total_usd)


def _amount(line: Line) -> str:
    """Quantity and unit: "730 hours", "400 x 1,000 requests"."""
    joined = f"{line.quantity:,.10g} {'x ' if line.unit[0].isdigit() else ''}{line.unit}"
    return joined if line.quantity == 1 or line.unit.endswith(("s", "GB", "ECPU")) else f"{joined}s"


def _row(line: Line) -> Row:
    price = "unknown" if line.unit_price is None else f"${line.unit_price:.6f}".rstrip("0").rstrip(".")
    monthly = "unknown" if line.monthly_usd is None else f"${line.monthly_usd:,.2f}"
    return Row(line.item, _amount(line), price, monthly, line.assumption)
