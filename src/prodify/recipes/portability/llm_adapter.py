"""Recipe: the adapter for language models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import File, Inventory, Profile, Review, Role, Step, recipe
from prodify.inventory.data.model_names import SUCCESSORS
from prodify.recipes.ci.planned import GENERATED
from prodify.recipes.observability.webapp import stands_for
from prodify.recipes.portability.place import Place, place_of
from prodify.recipes.scaling.service import threads_for
from prodify.render import render

if TYPE_CHECKING:
    from prodify.api import Wish

MODULE = "llm_adapter"
TIMEOUT_SECONDS = 10
"""One call: about three times what a short answer of a small model takes."""
TOTAL_SECONDS = 25
"""All attempts together, below the 30 s that servers and load balancers give a request."""
DAYS = 30
_SHARE = 3
"""Of four threads of a worker three may wait for a model."""
_HEADROOM = 3
"""A day may take three times its share of the month's tokens before the cap stops it."""


@dataclass(frozen=True, slots=True)
class AdapterContext:
    """Values of portability/llm_adapter.py. `fallbacks` is the default of LLM_FALLBACKS."""

    provider: str
    model: str
    fallbacks: str
    fallbacks_shown: str
    timeout_seconds: int
    total_seconds: int
    max_output_tokens: int
    daily_token_cap: int
    asynchronous: bool
    concurrent: int


def wanted(repo: Inventory) -> Place | None:
    """Where the adapter goes; None without a model, or where an adapter of another make is in use."""
    if not repo.llm_providers or repo.uses("litellm", "any-llm-sdk", "langchain", "llama-index") is not None:
        return None
    place = place_of(repo)
    if place is None or not stands_for(repo, place.path(MODULE), "class Chain"):
        return None
    return place


@recipe(
    step=Step.PORTABILITY, fixes=("model-calls-go-through-an-adapter", "model-has-fallback", "model-spend-is-capped"), review=Review.CAREFUL
)
def llm_adapter(repo: Inventory, profile: Profile) -> Iterator[Wish]:
    """One module for all calls of language models: limits, time bounds, fallbacks, a cache, a daily cap, telemetry.

    Providers and models are set by the environment, and no vendor's library is needed; services with coroutines get a form of it to await.
    The calls that are there keep working as they are; move them to `llm_adapter.complete` one by one.
    """
    place = wanted(repo)
    if place is not None:
        yield File(place.path(MODULE), render("portability/llm_adapter.py", context_of(repo, profile)))


def asynchronous(repo: Inventory) -> bool:
    """Whether the service's own code has coroutines, which must not wait for a model in the event loop."""
    modules = (repo.python.module(path) for path in repo.files.select("*.py", roles=(Role.PRODUCTION,)))
    return any(f.is_async and f.location.path.rpartition("/")[2] not in GENERATED for m in modules if m is not None for f in m.functions)


def context_of(repo: Inventory, profile: Profile) -> AdapterContext:
    """Defaults: the provider in use with a small current model, fallbacks and limits from the profile."""
    known = [t.name for t in repo.llm_providers if t.name in ("openai", "anthropic")]
    provider = known[0] if known else "openai"
    fallbacks = ",".join(profile.llm.fallbacks)
    a_call = profile.llm.input_tokens + profile.llm.output_tokens
    a_day = profile.traffic.monthly_requests * profile.llm.calls_per_request * a_call / DAYS
    return AdapterContext(
        provider, SUCCESSORS[provider], fallbacks, fallbacks or "none", TIMEOUT_SECONDS, TOTAL_SECONDS, profile.llm.max_output_tokens,
        int(_HEADROOM * a_day), asynchronous(repo), threads_for(profile) * _SHARE // 4,
    )  # fmt: skip
