"""The recipe slo: rules that promtool accepts, tests of them that pass, and numbers that follow the profile."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.model import Audience
from prodify.profile import Guardrails, Latency, Profile, Service, Slo
from prodify.recipes import all_recipes
from prodify.recipes.shared.alerts import alerts
from prodify.recipes.slo.promtests import Scenarios
from tests.recipes.conftest import SMALL_FLASK, Golden, MakeRepo, RenderTree

RULES, TESTS, SPEC = "deploy/prometheus/rules/slo.yaml", "deploy/prometheus/tests/slo_test.yaml", "slo/openslo.yaml"

PROFILES = {
    "default": Profile(),
    "99.5 in 28 days": replace(Profile(), slo=Slo(28, 99.5, Latency(250))),
    "99.99, whole seconds": replace(Profile(), slo=Slo(30, 99.99, Latency(1000, 99.0), Guardrails(2000, 0.1))),
    "90 in a week": replace(Profile(), slo=Slo(7, 90.0, Latency(500, 90.0), Guardrails(800, 5.0))),
    "guardrail below the goal": replace(Profile(), slo=Slo(30, 95.0, Latency(300), Guardrails(250, 1.0))),
}


def rules_of(tree: dict[str, str]) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(tree[RULES])["groups"] for rule in group["rules"]]


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def write(root: Path, tree: dict[str, str]) -> Path:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def test_small_flask_service(flask_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("slo/flask", render_tree(["slo"], flask_repo, Profile()))


def test_example(example_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("slo/example", render_tree(["slo"], example_repo, Profile()))


def test_every_number_follows_the_profile(flask_repo: Path, render_tree: RenderTree, changed_profile: Profile) -> None:
    before, after = (render_tree(["slo"], flask_repo, profile) for profile in (Profile(), changed_profile))
    burn = {rule["alert"]: rule["expr"] for rule in rules_of(after) if "alert" in rule}
    assert "> 0.0672\n" in burn["AvailabilityBurnsFast"]
    assert "> 0.028\n" in burn["AvailabilityBurnsFast"]
    assert "> 0.672\n" in burn["LatencyBurnsFast"]
    moved = [('le="0.3"', 'le="0.25"'), ("[30d]", "[28d]"), ("increase30d", "increase28d"), ("99.9 %", "99.5 %"), ("300 ms", "250 ms")]
    for old, new in moved:
        assert old in before[RULES], old
        assert old not in after[RULES], old
        assert new in after[RULES], new
    targets = [document["spec"]["objectives"][0]["target"] for document in yaml.safe_load_all(after[SPEC]) if document["kind"] == "SLO"]
    assert targets == [0.995, 0.95]
    assert "28d" in after[SPEC]
    assert "30d" not in after[SPEC]


def test_alerts_are_complete() -> None:
    for alert in alerts(Profile(), "shop", model=True):
        assert alert.summary
        assert not alert.summary.endswith(".")
        assert alert.description.endswith(".")
        assert len(alert.steps) == 3
        assert alert.severity in ("page", "ticket", "heartbeat")
    names = [alert.name for alert in alerts(Profile(), "shop", model=True)]
    assert len(set(names)) == len(names)
    assert set(names) - {a.name for a in alerts(Profile(), "shop")} == {"ModelCallsFail"}


def test_every_burn_alert_counts_requests_first(flask_repo: Path, render_tree: RenderTree) -> None:
    for rule in rules_of(render_tree(["slo"], flask_repo, Profile())):
        if "Burns" in rule.get("alert", ""):
            assert rule["expr"].count("slo:requests:increase") == rule["expr"].count("(\n")


def test_rules_read_what_is_recorded(flask_repo: Path, render_tree: RenderTree) -> None:
    rules = rules_of(render_tree(["slo"], flask_repo, Profile()))
    recorded = {rule["record"] for rule in rules if "record" in rule}
    read = {word.split("{")[0].strip("(") for rule in rules for word in rule["expr"].split() if word.strip("(").startswith("slo:")}
    assert read <= recorded
    assert read


def test_links_start_with_the_repository(flask_repo: Path, render_tree: RenderTree) -> None:
    profile = replace(Profile(), service=Service(repository="https://github.com/me/shop/"))
    urls = {rule["annotations"]["runbook_url"] for rule in rules_of(render_tree(["slo"], flask_repo, profile)) if "alert" in rule}
    assert "https://github.com/me/shop/blob/HEAD/docs/runbooks/high-latency.md" in urls


def test_creators_get_no_burn_rates_and_other_objectives_stay_alone(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    for name in ("slo", "budget-policy"):
        assert Audience.CREATOR not in next(recipe for recipe in all_recipes() if recipe.id == name).audiences
    sloth = 'version: "prometheus/v1"\nservice: shop\nslos:\n  - {name: a, objective: 99.9, sli: {raw: {error_ratio_query: a}}}\n'
    assert render_tree(["slo"], make_repo({**SMALL_FLASK, "sloth.yaml": sloth}), Profile()) == {}


def test_the_budget_policy(flask_repo: Path, render_tree: RenderTree, golden: Golden, changed_profile: Profile) -> None:
    golden("budget-policy/flask", render_tree(["budget-policy"], flask_repo, Profile()))
    text = render_tree(["budget-policy"], flask_repo, changed_profile)["docs/error-budget-policy.md"]
    assert "99.5 % of the requests succeed | 0.5 % of the requests, as much as 201.6 minutes" in text
    assert "250 ms" in text


@pytest.mark.tools
@pytest.mark.parametrize("name", PROFILES)
def test_promtool_accepts_the_rules(name: str, flask_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    root = write(tmp_path, render_tree(["slo"], flask_repo, PROFILES[name]))
    checked = run("promtool", "check", "rules", RULES, cwd=root)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.tools
def test_alerts_fire_and_stay_silent(example_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    root = write(tmp_path, render_tree(["slo"], example_repo, Profile()))
    tested = run("promtool", "test", "rules", TESTS, cwd=root)
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.tools
@pytest.mark.skipif(os.environ.get("PRODIFY_SLOW_TESTS") != "1", reason="takes a minute; PRODIFY_SLOW_TESTS=1 runs it")
@pytest.mark.parametrize("name", [name for name in PROFILES if name != "default"])
def test_alerts_fire_and_stay_silent_for_other_goals(name: str, example_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    root = write(tmp_path, render_tree(["slo"], example_repo, PROFILES[name]))
    tested = run("promtool", "test", "rules", TESTS, cwd=root)
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.tools
@pytest.mark.parametrize(
    ("broken", "by"),
    [(r">= \d+", ">= 0"), ("> 0.006", "> 0.5"), ("> 0.0(06|144)", "> 0.5")],
    ids=["without request floors", "the longer pair is blind", "both pairs are blind"],
)
def test_the_tests_notice_a_broken_rule(broken: str, by: str, flask_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    tree = render_tree(["slo"], flask_repo, Profile())
    rules = re.sub(broken, by, tree[RULES])
    assert rules != tree[RULES]
    kept = ("five requests", "1,000 requests", "0.93 % fail")
    tests = yaml.safe_load(tree[TESTS])
    tests["tests"] = [test for test in tests["tests"] if test["name"].startswith(kept)]
    assert len(tests["tests"]) == 4
    root = write(tmp_path, {RULES: rules, TESTS: yaml.safe_dump(tests)})
    assert run("promtool", "test", "rules", TESTS, cwd=root).returncode == 1


@pytest.mark.tools
def test_a_page_that_comes_too_early_after_good_traffic_is_noticed(flask_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    tree = render_tree(["slo"], flask_repo, Profile())
    tests = yaml.safe_load(tree[TESTS])
    tests["tests"] = [test for test in tests["tests"] if "AvailabilityBurnsFast pages after" in test["name"]]
    assert [test["name"] for test in tests["tests"]] == [
        "an hour of good requests, then 3 % fail: AvailabilityBurnsFast pages after 15 minutes"
    ]
    # The long window no longer counts: the short one alone is over its limit after six minutes.
    long = 'slo:sli_error:ratio_rate6h{service="app", slo="availability"} >'
    rules = tree[RULES].replace(long, long.replace("6h", "30m"))
    assert rules != tree[RULES]
    for text, expected in ((tree[RULES], 0), (rules, 1)):
        root = write(tmp_path, {RULES: text, TESTS: yaml.safe_dump(tests)})
        done = run("promtool", "test", "rules", TESTS, cwd=root)
        assert done.returncode == expected, done.stdout + done.stderr


def test_every_alert_is_tested_to_fire() -> None:
    for profile in PROFILES.values():
        text = json.dumps(Scenarios(profile, "shop", model=True).all())
        for alert in alerts(profile, "shop", model=True):
            assert f'alertname=\\"{alert.name}\\"' in text, alert.name


def schema_folder() -> Path | None:
    stated = os.environ.get("PRODIFY_CRD_SCHEMAS")
    for folder in (Path(stated) if stated else None, Path(__file__).resolve().parents[4] / "shared" / "schemas"):
        if folder is not None and (folder / "openslo" / "v1").is_dir():
            return folder / "openslo" / "v1"
    return None


@pytest.mark.parametrize("name", PROFILES)
def test_the_openslo_schema_accepts_the_objectives(name: str, flask_repo: Path, render_tree: RenderTree) -> None:
    folder = schema_folder()
    if folder is None:
        pytest.skip("the OpenSLO schemas are not beside the checkout; PRODIFY_CRD_SCHEMAS may name their folder")
    from jsonschema import Draft7Validator
    from referencing import Registry, Resource

    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.json"))]
    registry: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in schemas)
    top = next(schema for schema in schemas if schema["$id"].endswith("/openslo.schema.json"))
    documents = list(yaml.safe_load_all(render_tree(["slo"], flask_repo, PROFILES[name])[SPEC]))
    assert [document["kind"] for document in documents] == ["Service", "SLO", "SLO"]
    validator = Draft7Validator(top, registry=registry)
    for document in documents:
        assert not list(validator.iter_errors(document)), document["metadata"]["name"]
    assert list(validator.iter_errors({**documents[1], "spec": {**documents[1]["spec"], "budgetingMethod": "Occurences"}}))
