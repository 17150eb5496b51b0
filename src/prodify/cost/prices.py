"""The table of prices, `data/prices.yaml`: what a unit costs, how much of it is free, what a model's tokens cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from prodify.data import rows
from prodify.errors import InternalError


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one `unit`, as read on the day `as_of`."""

    name: str
    usd: float
    unit: str
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """US dollars per million tokens of input, output, and input from the provider's cache (None where no price is published)."""

    name: str
    input: float
    output: float
    cached: float | None
    as_of: str
    source: str


@lru_cache(maxsize=1)
def prices() -> dict[str, Price]:
    """Every price of a cloud's service, by name."""
    found = (row for row in rows("prices") if row["kind"] == "service")
    return {row["name"]: Price(row["name"], float(row["usd"]), row["unit"], str(row["as_of"]), row["source"]) for row in found}


@lru_cache(maxsize=1)
def model_prices() -> dict[str, ModelPrice]:
    """Every model's price, by the model's name."""
    return {
        row["name"]: ModelPrice(row["name"], row["input"], row["output"], row.get("cached"), str(row["as_of"]), row["source"])
        for row in rows("prices")
        if row["kind"] == "model"
    }


def price(name: str) -> Price:
    """The price of that name.

    Raises:
        InternalError: for a name that is not in the table.
    """
    if name not in prices():
        raise InternalError(f'no price is known for "{name}"', "Add it to data/prices.yaml.")
    return prices()[name]


def free(name: str) -> float:
    """The amount a month that costs nothing, in the unit of the price of that name; 0 where everything is paid for."""
    names = (f"{name}-free", f"{name}-credit")
    return next((float(row["amount"]) for row in rows("prices") if row["kind"] == "free" and row["name"] in names), 0.0)


def model_price(name: str) -> ModelPrice | None:
    """A model's price; dated releases and a provider's prefix are looked through. None for a model that is not in the table.

    >>> model_price("openai/gpt-4o-mini-2024-07-18").name, model_price("my-own-model")
    ('gpt-4o-mini', None)
    """
    bare = name.rpartition("/")[2].rpartition(":")[2].lower()
    known = model_prices()
    if bare in known:
        return known[bare]
    return next((known[n] for n in sorted(known, key=len, reverse=True) if _is_release(bare.removeprefix(n), bare.startswith(n))), None)


def _is_release(rest: str, starts: bool) -> bool:
    """Whether what follows a model's name is a date or `latest`: the release of a model costs what the model costs."""
    digits = rest.lstrip("-@").replace("-", "")
    return starts and rest[:1] in ("-", "@") and (rest[1:] == "latest" or (digits.isdigit() and len(digits) >= 6))


def as_of() -> str:
    """The day of the oldest price of the table, as YYYY-MM-DD."""
    return min(str(row["as_of"]) for row in rows("prices"))
