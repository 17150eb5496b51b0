"""Reading service level objectives: OpenSLO, Sloth, Pyrra, Google's, Datadog's and Nobl9's formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.monitoring.model import SloSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.terraform import TerraformBlock
    from prodify.inventory.yamlview import YamlNode

_TERRAFORM = {
    "datadog_service_level_objective": ("datadog", "thresholds", "target", "timeframe"),
    "google_monitoring_slo": ("google", None, "goal", "rolling_period_days"),
    "grafana_slo": ("grafana", "objectives", "value", "window"),
    "nobl9_slo": ("nobl9", "objective", "target", None),
}
"""Resource type: kind, nested block, attribute of the objective, attribute of the window."""


def ratio(text: str | None) -> float | None:
    """An objective as a share of one: "99.9", "0.999" and "99.9%" all give 0.999. None for anything else.

    >>> ratio("99.9%"), ratio("0.5"), ratio("1"), ratio("x")
    (0.999, 0.5, 1.0, None)
    """
    try:
        number = float((text or "").strip().rstrip("%"))
    except ValueError:
        return None
    if number > 1 or (text or "").strip().endswith("%"):
        number = round(number / 100, 12)
    return number if 0 <= number <= 1 else None


def slo_specs(root: YamlNode) -> Iterator[SloSpec]:
    """The objectives of one document, none when it is no specification."""
    api, version, kind = root.string("apiVersion") or "", root.string("version") or "", root.string("kind") or ""
    if api.startswith("openslo") and kind == "SLO":
        yield from _openslo(root, "openslo")
    elif api.startswith("n9/") and kind == "SLO":
        yield from _openslo(root, "nobl9")
    elif api.startswith("sloth.slok.dev/"):
        yield from _sloth(root.get("spec") or root)
    elif version.startswith("prometheus/v") and root.get("slos") is not None:
        yield from _sloth(root)
    elif api.startswith("pyrra.dev/"):
        name = root.string("metadata", "name") or ""
        yield SloSpec("pyrra", name, root.location, ratio(root.string("spec", "target")), root.string("spec", "window"), node=root)


def _openslo(root: YamlNode, kind: str) -> Iterator[SloSpec]:
    name = root.string("metadata", "name") or ""
    window = root.string("spec", "timeWindow", 0, "duration")
    unit, count = root.string("spec", "timeWindow", 0, "unit"), root.string("spec", "timeWindow", 0, "count")
    if window is None and unit and count:
        window = f"{count}{unit[:1].lower()}"
    objectives = list(root.get("spec", "objectives") or ())
    for objective in objectives:
        share = objective.string("target") or objective.string("targetPercent")
        percent = objective.string("target") is None
        value = ratio(f"{share}%" if share is not None and percent else share)
        place = objective.location if len(objectives) > 1 else root.location
        yield SloSpec(kind, objective.string("displayName") or name, place, value, window, root.string("spec", "service"), root)
    if not objectives:
        yield SloSpec(kind, name, root.location, None, window, root.string("spec", "service"), root)


def _sloth(root: YamlNode) -> Iterator[SloSpec]:
    for slo in root.get("slos") or ():
        share = slo.string("objective")
        value = ratio(f"{share}%" if share is not None else None)
        yield SloSpec("sloth", slo.string("name") or "", slo.location, value, "30d", root.string("service"), slo)


def terraform_slo(block: TerraformBlock) -> SloSpec | None:
    """The objective of a Terraform resource, None for other blocks."""
    known = _TERRAFORM.get(block.kind) if block.type == "resource" else None
    if known is None:
        return None
    kind, nested, objective, window = known
    inner = block.block(nested) if nested is not None else block
    share = inner.string(objective) if inner is not None else None
    period = (inner.string(window) or block.string(window)) if window is not None and inner is not None else None
    if period is not None and period.isdecimal():
        period += "d"
    return SloSpec(kind, block.name, block.location, ratio(share), period)
