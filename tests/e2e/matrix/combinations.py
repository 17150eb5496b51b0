"""Which combinations are tried: as few as cover every pair of values of two factors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product

from prodify.model import Audience
from prodify.profile import OnCall, Platform, Profile, Service
from tests.e2e.matrix.services import SERVICES

FACTORS: Mapping[str, Sequence[str | None]] = {
    "stack": tuple(SERVICES),
    "secrets": ("gcp", "aws", "azure", "vault", None),
    "cloud": ("aws", "gcp", "azure", "none"),
    "runtime": ("kubernetes", "cloud-run", "compose"),
    "audience": ("public", "team", "creator"),
}
Combination = tuple[str | None, ...]


def pairs(row: Combination) -> Iterator[tuple[int, str | None, int, str | None]]:
    """Every two values of a row, with their places."""
    for (a, left), (b, right) in combinations(enumerate(row), 2):
        yield a, left, b, right


def possible() -> list[Combination]:
    """All rows whose profile does not contradict itself: Cloud Run belongs to Google Cloud, and no profile says otherwise."""
    places = list(FACTORS)
    runtime, cloud = places.index("runtime"), places.index("cloud")
    return [row for row in product(*FACTORS.values()) if row[runtime] != "cloud-run" or row[cloud] == "gcp"]


def pairwise(rows: Sequence[Combination]) -> tuple[Combination, ...]:
    """Rows that hold every pair of values of two factors, greedily: the row with most pairs that are still wanted comes next."""
    wanted = {pair for row in rows for pair in pairs(row)}
    chosen: list[Combination] = []
    while wanted:
        best = max(rows, key=lambda row: sum(pair in wanted for pair in pairs(row)))
        chosen.append(best)
        wanted.difference_update(pairs(best))
    return tuple(chosen)


def profile_of(row: Combination) -> Profile:
    """The stated profile of the service `shop` for a combination."""
    named = dict(zip(FACTORS, row, strict=True))
    audience = Audience(str(named["audience"]))
    platform = replace(Platform(), runtime=named["runtime"], cloud=named["cloud"], secret_store=named["secrets"])  # type: ignore[arg-type]
    service = Service(name="shop", owner="@ann", repository="https://github.com/Ann/Shop", description="Sells things.")
    stated = (("audience", "stated"), ("platform", "stated"), ("service.name", "stated"), ("service.owner", "stated"))
    return Profile(service=service, audience=audience, platform=platform, on_call=OnCall(primary="@ann", secondary="@ben"), origin=stated)
