"""The table of prices is complete, dated and plausible, and models are found by the names that code uses."""

from __future__ import annotations

import re
from datetime import date

import pytest

from prodify.cost.prices import as_of, free, model_price, model_prices, price, prices
from prodify.data import rows
from prodify.errors import InternalError
from prodify.inventory.data.model_names import SUCCESSORS


@pytest.mark.parametrize("row", rows("prices"), ids=lambda row: row["name"])
def test_every_row_is_dated_sourced_and_positive(row: dict[str, object]) -> None:
    assert isinstance(row["as_of"], date) and date(2026, 1, 1) <= row["as_of"] <= date(2026, 11, 22)
    assert len(str(row["source"])) > 5 and row["unit"]
    amounts = {key: row[key] for key in ("usd", "amount", "input", "output", "cached") if key in row}
    assert amounts and all(isinstance(value, int | float) and value > 0 for value in amounts.values())
    assert row["kind"] in ("service", "free", "model")


def test_output_costs_more_than_input_and_cached_input_less() -> None:
    for model in model_prices().values():
        assert model.input < model.output, model.name
        assert model.cached is None or model.cached < model.input, model.name


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("gpt-6-luna", (0.10, 0.50, 0.01)),
        ("gpt-4o-mini", (0.15, 0.60, 0.075)),
        ("claude-haiku-4-5", (1, 5, 0.10)),
        ("gpt-5-nano", (0.05, 0.40, None)),
    ],
)
def test_figures_are_the_published_ones(name: str, figures: tuple[float, float, float | None]) -> None:
    found = model_prices()[name]
    assert (found.input, found.output, found.cached) == figures


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-11-20", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("openai/gpt-4o-mini", "gpt-4o-mini"),
        ("anthropic:claude-haiku-4-5", "claude-haiku-4-5"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("GPT-4o-latest", "gpt-4o"),
    ],
)
def test_models_are_found_by_the_names_that_code_uses(written: str, name: str) -> None:
    found = model_price(written)
    assert found is not None and found.name == name


@pytest.mark.parametrize("written", ["gpt-4o-audio-preview", "gpt-4", "my-own", "", "llama3:8b", "gpt-4o-1", "xgpt-4o"])
def test_another_model_has_no_price(written: str) -> None:
    assert model_price(written) is None


def test_the_successors_of_retired_models_have_a_price() -> None:
    assert all(model_price(name) is not None for name in SUCCESSORS.values())


def test_an_unknown_name_is_an_error_and_what_is_not_free_costs_from_the_first() -> None:
    with pytest.raises(InternalError, match="no price is known"):
        price("no-such-thing")
    assert free("aws-nat") == 0 and free("cloud-run-requests") == 2


def test_every_free_amount_belongs_to_a_price_of_the_same_unit() -> None:
    for row in rows("prices"):
        if row["kind"] == "free":
            assert prices()[re.sub("-(free|credit)$", "", row["name"])].unit == row["unit"]


def test_the_table_is_as_old_as_its_oldest_row() -> None:
    assert as_of() == "2026-04-01"
