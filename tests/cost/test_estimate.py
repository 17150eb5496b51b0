"""Formulas against published check values, and the estimate: lines first that matter, unknown where no price is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prodify.cost.estimate import Estimate, Line, estimate
from prodify.cost.formulas import cloud_run_by_instance, cloud_run_by_request, egress_gb, fargate, llm_per_thousand
from prodify.cost.infrastructure import node_count
from prodify.cost.prices import model_prices
from prodify.cost.usage import Model, Usage, usage_of
from prodify.inventory import Inventory
from prodify.model import Audience
from prodify.profile import Llm, Platform, Profile, Scaling, Slo, Traffic

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "where2eat-prototype"


@pytest.mark.parametrize(
    ("requests", "concurrency", "usd"),
    [(1e6, 1, 0.48), (1e6, 10, 0.0), (10e6, 1, 48.48), (10e6, 10, 3.68), (100e6, 1, 538.98), (100e6, 10, 84.48)],
)
def test_cloud_run_by_request(requests: float, concurrency: float, usd: float) -> None:
    assert cloud_run_by_request(requests, 0.2, vcpu=1, gib=0.5, concurrency=concurrency) == pytest.approx(usd, abs=0.005)


def test_the_free_tier_can_be_left_out() -> None:
    assert cloud_run_by_request(1e6, 0.2, vcpu=1, gib=0.5, free_tier=False) == pytest.approx(200_000 * 2.4e-5 + 100_000 * 2.5e-6 + 0.4)


def test_cloud_run_by_instance() -> None:
    month = 730 * 3600
    assert cloud_run_by_instance(1, vcpu=1, gib=0.5) == pytest.approx((month - 240_000) * 1.8e-5 + (month / 2 - 450_000) * 2e-6)


@pytest.mark.parametrize(("size", "arm", "usd"), [((0.25, 0.5), False, 18.02), ((0.25, 0.5), True, 14.42), ((0.5, 1), False, 36.04)])
def test_fargate(size: tuple[float, float], arm: bool, usd: float) -> None:
    assert fargate(2, vcpu=size[0], gb=size[1], arm=arm) == pytest.approx(usd, abs=0.005)


@pytest.mark.parametrize(
    ("name", "usd"), [("gpt-6-luna", 0.23), ("gpt-4o-mini", 0.30), ("gpt-5-mini", 0.80), ("claude-haiku-4-5", 2.30), ("gpt-6-sol", 4.60)]
)
def test_a_thousand_requests_to_a_model(name: str, usd: float) -> None:
    assert llm_per_thousand(model_prices()[name], calls=1, input_tokens=800, output_tokens=300) == pytest.approx(usd, abs=0.005)


def test_caches_of_prompts_and_answers_save() -> None:
    luna, nano = model_prices()["gpt-6-luna"], model_prices()["gpt-5-nano"]
    tokens: dict[str, Any] = {"calls": 2, "input_tokens": 1000, "output_tokens": 100}
    assert llm_per_thousand(luna, **tokens, prompt_cached=0.5, answer_cached=0.25) == pytest.approx(
        1000 * 2 * (500 * 0.10 + 500 * 0.01 + 100 * 0.50) / 1e6 * 0.75
    )
    assert llm_per_thousand(nano, **tokens, prompt_cached=1) == llm_per_thousand(nano, **tokens)


def test_traffic() -> None:
    assert egress_gb(400_000, 50) == 20


def at(runtime: str = "kubernetes", cloud: str = "gcp", **changes: Any) -> Profile:
    return Profile(platform=Platform(runtime=runtime, cloud=cloud), **changes)  # type: ignore[arg-type]


LUNA = Usage(models=(Model("openai", "gpt-6-luna"),))


def test_the_model_stands_first_and_follows_the_profile() -> None:
    profile = at(
        traffic=Traffic(monthly_users=1000, requests_per_user=100), llm=Llm(calls_per_request=2, input_tokens=1000, output_tokens=100)
    )
    first = estimate(profile, LUNA).lines[0]
    assert first.item == "Language model gpt-6-luna" and first.quantity == 100
    assert first.monthly_usd == pytest.approx(100 * 1000 * 2 * (1000 * 0.1 + 100 * 0.5) / 1e6)
    assert "2 calls a request with 1,000 tokens in and 100 out" in first.assumption


@pytest.mark.parametrize("runtime", ["kubernetes", "cloud-run", "compose"])
def test_a_dear_model_dominates_the_bill(runtime: str) -> None:
    found = estimate(at(runtime), Usage(models=(Model("openai", "gpt-6-sol"),)))
    assert found.lines[0].monthly_usd == pytest.approx(1840)
    assert found.fits(200) is False


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (Model("openai", "someone-elses"), "no price is known"),
        (Model("openai", None), "the code names no model"),
        (Model("ollama", "llama3"), "a machine of your own"),
    ],
)
def test_a_missing_price_makes_the_total_unknown_never_nothing(model: Model, why: str) -> None:
    found = estimate(at(), Usage(models=(model,)))
    assert found.lines[0].monthly_usd is None and why in found.lines[0].assumption
    assert found.total_usd is None and found.per_thousand_requests is None
    assert found.known_usd > 50 and found.unknown == found.lines[:1]
    assert found.fits(1000) is None and found.fits(50) is False


def test_of_several_models_the_dearest_counts_and_an_unknown_one_stands_before_it() -> None:
    models = (Model("openai", "gpt-6-sol"), Model("openai", "gpt-6-luna"), Model("openai", "someone-elses"))
    items = [line.item for line in estimate(at(), Usage(models=models)).lines if line.item.startswith("Language")]
    assert items == ["Language model someone-elses", "Language model gpt-6-sol"]


def test_an_estimate_of_nothing_says_nothing() -> None:
    empty = Estimate((), 100, "2026-11-22")
    assert empty.total_usd is None and empty.fits(100) is None


def test_the_sum_is_that_of_the_lines() -> None:
    known = Line("a", 2, "hour", 1.5, 3.0, "")
    assert Estimate((known, known), 1000, "").total_usd == 6 and Estimate((known, known), 1000, "").per_thousand_requests == 6
    assert Estimate((known, known), 1000, "").fits(6) is True


def priced(profile: Profile, usage: Usage) -> Mapping[str, float | None]:
    return {line.item: line.monthly_usd for line in estimate(profile, usage).lines}


def test_kubernetes_has_its_fixed_parts() -> None:
    found = priced(at(cloud="aws"), Usage())
    assert found["Kubernetes control plane"] == pytest.approx(73)
    assert found["NAT gateway"] == pytest.approx(32.85)
    assert found["Load balancer"] == pytest.approx(16.425)
    assert sum(value or 0 for value in found.values()) > 150
    assert priced(at(), Usage())["Kubernetes control plane"] == 0


def test_a_database_has_a_stand_by_when_the_goal_is_above_what_one_zone_promises() -> None:
    store = Usage(stores=("postgres",))
    with_stand_by = priced(at(cloud="aws"), store)["PostgreSQL, production"]
    without = priced(at(cloud="aws", slo=Slo(availability_percent=99.5)), store)["PostgreSQL, production"]
    assert with_stand_by == pytest.approx(46.72) and without == pytest.approx(23.36)
    assert priced(at(cloud="aws"), store)["PostgreSQL, staging"] == pytest.approx(11.68)


@pytest.mark.parametrize("cloud", ["azure", "none"])
def test_clouds_outside_the_table_are_unknown(cloud: str) -> None:
    found = estimate(at(cloud=cloud), Usage(stores=("postgres",)))
    assert found.lines and found.total_usd is None


@pytest.mark.parametrize("store", ["mongodb", "kafka", "elasticsearch", "memcached"])
def test_stores_outside_the_table_are_unknown(store: str) -> None:
    found = estimate(at(), Usage(stores=(store,)))
    assert [line.monthly_usd for line in found.unknown] == [None] and found.unknown[0].item.lower().startswith(store[:5])


def test_a_creator_pays_for_requests_alone() -> None:
    profile = at("cloud-run", audience=Audience.CREATOR, traffic=Traffic(monthly_users=100, requests_per_user=100))
    assert estimate(profile, Usage()).total_usd == pytest.approx(0.5 * 0.12)
    assert "Cloud Run, staging" not in priced(profile, Usage())


def test_more_traffic_needs_more_machines() -> None:
    assert node_count(Profile()) == 2
    busy = replace(Profile(), traffic=Traffic(monthly_users=2_000_000, requests_per_user=100))
    assert node_count(busy) > 2
    assert node_count(replace(Profile(), scaling=Scaling(min_replicas=40))) > 4


def test_the_example_calls_the_successor_of_its_retired_model() -> None:
    found = usage_of(Inventory(EXAMPLE), secrets=3)
    assert found == Usage((Model("openai", "gpt-6-luna"),), model_calls_in_loops=True, stores=("postgres",), secrets=3, services=1)
    assert found.sql == "postgres"


def test_a_provider_without_a_call_is_a_model_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from openai import OpenAI\n\nclient = OpenAI()\n")
    (tmp_path / "requirements.txt").write_text("openai\n")
    assert usage_of(Inventory(tmp_path)).models == (Model("openai", None),)


def test_an_empty_repository_uses_nothing(tmp_path: Path) -> None:
    assert usage_of(Inventory(tmp_path)) == Usage(services=0)
