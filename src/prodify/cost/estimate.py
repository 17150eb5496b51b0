"""The estimate: lines of quantity times price, language models first. A missing price makes a line unknown, never nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.cost import prices
from prodify.cost.formulas import llm_per_thousand

if TYPE_CHECKING:
    from prodify.cost.usage import Model, Usage
    from prodify.profile import Profile


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the bill. `unit_price` and `monthly_usd` in US dollars, None where no price is known."""

    item: str
    quantity: float
    unit: str
    unit_price: float | None
    monthly_usd: float | None
    assumption: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a month costs. `as_of` is the day of the oldest price, `requests` how many a month are planned for."""

    lines: tuple[Line, ...]
    requests: int
    as_of: str

    @property
    def unknown(self) -> tuple[Line, ...]:
        """Lines without a price."""
        return tuple(line for line in self.lines if line.monthly_usd is None)

    @property
    def known_usd(self) -> float:
        """The sum of the lines that have a price: what it costs at least."""
        return sum(line.monthly_usd for line in self.lines if line.monthly_usd is not None)

    @property
    def total_usd(self) -> float | None:
        """US dollars a month; None when a line has no price, or nothing could be priced."""
        return self.known_usd if self.lines and not self.unknown else None

    @property
    def per_thousand_requests(self) -> float | None:
        """US dollars for 1,000 requests, None as for the total."""
        return self.total_usd / self.requests * 1000 if self.total_usd is not None else None

    def fits(self, budget_usd: float) -> bool | None:
        """Whether it stays within a budget; None when the known part does and a line has no price."""
        if self.known_usd > budget_usd:
            return False
        return True if self.total_usd is not None else None


def estimate(profile: Profile, usage: Usage) -> Estimate:
    """The bill of one service with production and staging, as the profile plans it and generated infrastructure makes it."""
    from prodify.cost.infrastructure import infrastructure_lines

    lines = (*model_lines(profile, usage), *infrastructure_lines(profile, usage))
    return Estimate(lines, profile.traffic.monthly_requests, prices.as_of())


def model_lines(profile: Profile, usage: Usage) -> tuple[Line, ...]:
    """Language models. Where code names several, each line says what it costs if all calls went to that one; the dearest counts.

    An unknown price stands before the dearest known one: nothing can be said about the total then.
    """
    candidates = [_model_line(profile, usage, model) for model in usage.models]
    unknown = [line for line in candidates if line.monthly_usd is None]
    known = sorted((line for line in candidates if line.monthly_usd is not None), key=lambda line: (-(line.monthly_usd or 0), line.item))
    return (*unknown, *known[:1])


def _model_line(profile: Profile, usage: Usage, model: Model) -> Line:
    llm, requests = profile.llm, profile.traffic.monthly_requests
    name = f"Language model {model.name or f'of {model.provider}'}"
    times = f"{llm.calls_per_request:g} call{'' if llm.calls_per_request == 1 else 's'} a request"
    calls = f"{times} with {llm.input_tokens:,} tokens in and {llm.output_tokens:,} out, nothing cached"
    if usage.model_calls_in_loops:
        calls += "; a call stands in a loop: count how often it runs and set llm.calls_per_request"
    listed = prices.model_price(model.name) if model.name and not model.is_local else None
    if listed is None:
        why = "runs on a machine of your own, which is not in the table" if model.is_local else "no price is known for it"
        return Line(name, requests / 1000, "1,000 requests", None, None, f"{calls}; {why if model.name else 'the code names no model'}")
    thousand = llm_per_thousand(listed, calls=llm.calls_per_request, input_tokens=llm.input_tokens, output_tokens=llm.output_tokens)
    spread = "; all calls go to this model, the dearest that the code names" if len(usage.models) > 1 else ""
    return Line(name, requests / 1000, "1,000 requests", thousand, thousand * requests / 1000, calls + spread)
