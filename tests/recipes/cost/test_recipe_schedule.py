"""Staging's sleep on Kubernetes, and the cost report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
import yaml

from prodify.checks import all_checks
from prodify.inventory import Inventory
from prodify.model import Audience, Kind
from prodify.profile import Budget, Llm, Profile, Traffic
from prodify.recipes.cost.staging_schedule import _TIME_ZONES, time_zone

from ..scaling.deploying import FLASK, profile_for, prove, write  # noqa: TID252

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

SCHEDULE = "deploy/kubernetes/overlays/staging/schedule.yaml"
OVERLAY = "deploy/kubernetes/overlays/staging/kustomization.yaml"
REPORT = "docs/cost-estimate.md"


def test_the_example_gets_exactly_these_files(example_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden("cost/schedule-and-report", render_tree(("staging-schedule", "cost-report"), example_repo, profile_for()))


@pytest.mark.tools
@pytest.mark.parametrize("audience", [Audience.TEAM, Audience.PUBLIC])
def test_the_overlay_renders_with_it_and_the_check_passes(audience: Audience, flask_repo: Path, render_tree: Render) -> None:
    check = next(c for c in all_checks() if c.id == "staging-scales-to-zero")
    profile = profile_for(audience=audience)
    write(flask_repo, render_tree(("kubernetes",), flask_repo, profile))
    assert check.run(Inventory(flask_repo), profile).kind is Kind.FAIL
    tree = render_tree(("kubernetes", "staging-schedule"), flask_repo, profile)
    assert yaml.safe_load(tree[OVERLAY])["resources"] == ["../../base", "schedule.yaml"]
    prove(flask_repo, tree, "kustomize", "kubernetes-validate", "kubernetes-references", "yamllint")
    assert check.run(Inventory(flask_repo), profile).kind is Kind.PASS


def test_the_jobs_have_least_rights_and_are_restricted(flask_repo: Path, render_tree: Render) -> None:
    documents = list(yaml.safe_load_all(render_tree(("staging-schedule",), flask_repo, profile_for())[SCHEDULE]))
    role = next(d for d in documents if d["kind"] == "Role")
    changing = [rule for rule in role["rules"] if {"patch", "update"} & set(rule["verbs"])]
    assert [(rule["resources"], rule["resourceNames"]) for rule in changing] == [(["deployments/scale"], ["shop"])]
    assert not any("*" in (*rule["verbs"], *rule["resources"]) for rule in role["rules"])
    jobs = {d["metadata"]["name"]: d["spec"] for d in documents if d["kind"] == "CronJob"}
    assert {name: spec["schedule"] for name, spec in jobs.items()} == {"shop-sleep": "0 18 * * 1-5", "shop-wake": "0 8 * * 1-5"}
    for spec in jobs.values():
        pod = spec["jobTemplate"]["spec"]["template"]["spec"]
        assert spec["timeZone"] == "Europe/Berlin" and pod["securityContext"]["runAsNonRoot"] is True
        assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
        assert pod["containers"][0]["image"].startswith("registry.k8s.io/kubectl:v1.")
    assert all(d["metadata"]["namespace"] == "shop-staging" for d in documents)


def test_every_time_zone_exists() -> None:
    assert {zone for _, zone in _TIME_ZONES} <= available_timezones()
    assert ZoneInfo(time_zone("asia-south1")).key == "Asia/Kolkata" and time_zone("ap-southeast-2") == "Australia/Sydney"
    assert time_zone("us-central1") == "America/Chicago" and time_zone("") == "Etc/UTC"


@pytest.mark.parametrize("profile", [profile_for("cloud-run"), profile_for("compose"), profile_for(audience=Audience.CREATOR)])
def test_elsewhere_there_is_nothing_to_put_to_sleep(profile: Profile, flask_repo: Path, render_tree: Render) -> None:
    assert render_tree(("staging-schedule",), flask_repo, profile) == {}


def test_staging_that_sleeps_already_is_left_alone(make_repo: MakeRepo, render_tree: Render) -> None:
    job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nap, namespace: shop-staging}\nspec: {schedule: '0 1 * * *'}\n"
    assert render_tree(("staging-schedule",), make_repo({**FLASK, "ops/nap.yaml": job}), profile_for()) == {}


def report(root: Path, render_tree: Render, profile: Profile) -> str:
    return render_tree(("cost-report",), root, profile)[REPORT]


def test_the_report_says_whether_it_fits(example_repo: Path, render_tree: Render) -> None:
    dear = report(example_repo, render_tree, profile_for())
    assert "**It does not fit the budget: $272.95 a month, and the budget is $200.00.**" in dear
    fine = report(example_repo, render_tree, replace(profile_for(), budget=Budget(monthly_usd=545.9)))
    assert "**It fits the budget: $272.95 of $545.90 a month (50%).**" in fine
    assert dear.index("Language model gpt-6-luna") < dear.index("Kubernetes")


def test_the_report_says_what_nobody_knows(example_repo: Path, render_tree: Render) -> None:
    text = report(example_repo, render_tree, replace(profile_for("compose"), budget=Budget(monthly_usd=100)))
    assert "**Nobody can say whether it fits the budget of $100.00: no price is known for Your own machine.**" in text
    assert "| unknown | unknown |" in text and "at least $92.00" in text and "1,000 requests: unknown" in text
    assert "does not fit the budget: at least $92.00" in report(
        example_repo, render_tree, replace(profile_for("compose"), budget=Budget(monthly_usd=50))
    )


def test_the_report_follows_the_profile_and_computes_what_would_save(example_repo: Path, render_tree: Render) -> None:
    profile = replace(profile_for(cloud="aws"), traffic=Traffic(monthly_users=10, requests_per_user=200), llm=Llm(calls_per_request=5))
    text = report(example_repo, render_tree, profile)
    assert "Planned for 10 users and 2,000 requests a month" in text and "5 calls a request" in text
    assert "Run it on Cloud Run" in text and "every tenth request answered from a cache saves $0.23" in text


@pytest.mark.tools
def test_the_report_is_good_markdown(example_repo: Path, render_tree: Render) -> None:
    text = report(example_repo, render_tree, profile_for())
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in table} == {6}
    prove(example_repo, {REPORT: text}, "markdown-links")


def test_a_library_costs_nothing_to_run(make_repo: MakeRepo, render_tree: Render) -> None:
    assert render_tree(("cost-report",), make_repo({"README.md": "# Notes\n"}), profile_for()) == {}
