"""The recipe dashboard: it asks for nothing that nobody emits, and shows every alert's panel."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.profile import Profile
from prodify.recipes.observability.dashboard import document
from prodify.recipes.shared.alerts import alerts
from prodify.recipes.shared.metrics import CACHE_LOOKUPS, MODEL_METRICS, SERVICE_METRICS
from prodify.recipes.slo.rules import rule_groups
from tests.recipes.conftest import Golden, MakeRepo, RenderTree
from tests.recipes.observability.conftest import SHOP

ROOT = Path(__file__).resolve().parents[3]
NAME = re.compile(r"\b([a-z][a-z0-9_]*(?::[a-z0-9_]+)*)\s*\{|\bALERTS\b")


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries(board: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in panels(board) for target in panel["targets"]]


def names_in(expr: str) -> set[str]:
    """Metric names: what stands in front of a brace."""
    return {found[1] or "ALERTS" for found in NAME.finditer(expr)}


def emitted(profile: Profile, *, model: bool) -> set[str]:
    """Every series that the generated code sends or the generated rules record."""
    found = {"ALERTS"}
    for metric in (*SERVICE_METRICS, *(MODEL_METRICS if model else ())):
        name = metric.prometheus
        found |= {f"{name}_bucket", f"{name}_count", f"{name}_sum"} if metric.kind == "histogram" else {name}
    groups = rule_groups(profile, "shop", alerts(profile, "shop", model=model))
    return found | {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}


def test_golden(shop_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("dashboard/flask", render_tree(["dashboard"], shop_repo, Profile()))


@pytest.mark.parametrize("model", [False, True])
def test_every_metric_is_emitted_or_recorded(model: bool, changed_profile: Profile) -> None:
    for profile in (Profile(), changed_profile):
        asked = set().union(*map(names_in, queries(document(profile, "shop", model=model))))
        assert asked <= emitted(profile, model=model)
        assert len(asked) > 10


def test_the_check_above_can_fail() -> None:
    assert names_in('rate(flask_http_requests{service_name="shop"}[5m])') == {"flask_http_requests"}
    assert not names_in('rate(flask_http_requests{service_name="shop"}[5m])') <= emitted(Profile(), model=True)


def test_the_cache_is_shown_where_code_uses_it(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    for line, shown in (("", False), ("from answer_cache import cached\n", True), ("import answer_cache\n", True)):
        app = f"from flask import Flask\n{line}\napp = Flask(__name__)\n\n\n@app.route('/')\ndef index():\n    return 'hello'\n"
        tree = render_tree(["dashboard"], make_repo({"app.py": app, "requirements.txt": "flask==3.1.3\n"}), Profile())
        (board,) = (json.loads(text) for path, text in tree.items() if path.endswith(".json"))
        asked = set().union(*map(names_in, queries(board)))
        assert (CACHE_LOOKUPS.prometheus in asked) is shown
    assert 'create_counter("cache.lookups", "{lookup}"' in (ROOT / "templates/scaling/answer_cache.py").read_text()


def test_every_alert_points_at_a_panel() -> None:
    titles = {panel["title"] for panel in document(Profile(), "shop", model=True)["panels"]}
    assert {alert.panel for alert in alerts(Profile(), "shop", model=True)} <= titles


def test_panels_lie_side_by_side_within_the_grid() -> None:
    taken: set[tuple[int, int]] = set()
    board = document(Profile(), "shop", model=True)
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        assert all(0 <= x < 24 for x, _ in cells), panel["title"]
        taken |= cells
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)


def test_limits_follow_the_profile(changed_profile: Profile) -> None:
    latency = next(p for p in panels(document(changed_profile, "shop", model=False)) if p["title"] == "Latency")
    assert [step["value"] for step in latency["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [None, 0.25, 0.4]
    assert any("28 days" in panel["title"] for panel in panels(document(changed_profile, "shop", model=False)))


def test_an_existing_dashboard_stays_alone(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    board = json.dumps({"title": "Mine", "schemaVersion": 39, "panels": [{"type": "stat", "title": "x", "targets": [{"expr": "up"}]}]})
    assert render_tree(["dashboard"], make_repo({**SHOP, "grafana/mine.json": board}), Profile()) == {}


@pytest.mark.tools
def test_promtool_reads_every_query(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    exprs = [expr.replace("$environment", "production") for expr in queries(document(Profile(), "shop", model=True))]
    rules = [{"record": f"panel:{i}", "expr": expr} for i, expr in enumerate(exprs)]
    path = tmp_path / "queries.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run([promtool, "check", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(exprs)} rules found" in done.stdout
