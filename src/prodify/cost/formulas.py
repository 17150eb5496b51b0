"""The arithmetic of bills: pure functions of quantities, prices from the table. Months have 730 hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.cost.prices import free, price

if TYPE_CHECKING:
    from prodify.cost.prices import ModelPrice

HOURS = 730
"""Hours of a month (8,760 / 12), as clouds count them."""
SECONDS = HOURS * 3600


def llm_per_thousand(
    model: ModelPrice, *, calls: float, input_tokens: float, output_tokens: float, prompt_cached: float = 0.0, answer_cached: float = 0.0
) -> float:
    """US dollars for the model calls of 1,000 requests.

    `calls` a request; tokens of one call; `prompt_cached`: share of the input that the provider has in its cache; `answer_cached`: share
    of the requests that are answered without asking. Where no price for cached input is published, it costs as much as other input.
    """
    cached = model.cached if model.cached is not None else model.input
    a_call = input_tokens * (model.input * (1 - prompt_cached) + cached * prompt_cached) + output_tokens * model.output
    return 1000 * calls * a_call / 1e6 * (1 - answer_cached)


def cloud_run_by_request(
    requests: float, latency_s: float, *, vcpu: float, gib: float, concurrency: float = 1.0, free_tier: bool = True
) -> float:
    """US dollars a month of a Cloud Run service that is paid for while it answers; `concurrency` requests share an instance on average.

    The free tier is one a billing account: leave it to the first service.
    """
    busy = requests * latency_s / max(concurrency, 1.0)
    amounts = (("cloud-run-request-cpu", busy * vcpu), ("cloud-run-request-memory", busy * gib), ("cloud-run-requests", requests / 1e6))
    return sum(price(name).usd * max(0.0, amount - (free(name) if free_tier else 0.0)) for name, amount in amounts)


def cloud_run_by_instance(instances: float, *, vcpu: float, gib: float, free_tier: bool = True) -> float:
    """US dollars a month of Cloud Run instances that stand by all the time."""
    amounts = (("cloud-run-instance-cpu", vcpu), ("cloud-run-instance-memory", gib))
    return sum(price(name).usd * max(0.0, instances * SECONDS * size - (free(name) if free_tier else 0.0)) for name, size in amounts)


def fargate(tasks: float, *, vcpu: float, gb: float, arm: bool = False) -> float:
    """US dollars a month of Fargate tasks that run all the time."""
    kind = "fargate-arm" if arm else "fargate"
    return tasks * HOURS * (vcpu * price(f"{kind}-cpu").usd + gb * price(f"{kind}-memory").usd)


def egress_gb(requests: float, kilobytes: float) -> float:
    """Gigabytes a month that leave the cloud."""
    return requests * kilobytes / 1e6
