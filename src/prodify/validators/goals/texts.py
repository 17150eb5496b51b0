"""Goals in sentences and tables for people: README, runbooks, policies, workflows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prodify.validators.goals.running import BASELINE, BUDGET, PEAK
from prodify.validators.goals.slos import AVAILABILITY, MOST_ERRORS, MOST_LATENCY, NAME, TARGET, THRESHOLD, WINDOW
from prodify.validators.goals.stated import Reader, Stated, line_at, stated
from prodify.validators.sources import Sources

_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
_SENTENCES = (
    (rf"{_NUMBER} % of (?:the )?requests (?:succeed|must not fail)", (AVAILABILITY,)),
    (rf"{_NUMBER} % of (?:the )?requests (?:take at most|must not take longer than|finish within) {_NUMBER} ms", (TARGET, THRESHOLD)),
    (rf"{_NUMBER} % (?:within|take at most) {_NUMBER} ms", (TARGET, THRESHOLD)),
    (rf"(?:\b[Oo]ver|\bBudget in|\bbudget of) {_NUMBER} days", (WINDOW,)),
    (rf"above {_NUMBER} % errors, or p95 above {_NUMBER} ms", (MOST_ERRORS, MOST_LATENCY)),
    (rf"\| {_NUMBER} requests a second, {_NUMBER} at the peak", (BASELINE, PEAK)),
    (rf"at most {_NUMBER} USD a month", (BUDGET,)),
)


def read_sentences(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the numbers of sentences that state a goal."""
    text = sources.texts[path]
    for pattern, keys in _SENTENCES:
        for found in re.finditer(pattern, text):
            for number, key in enumerate(keys, 1):
                yield stated(key, line_at(text, found.start()), float(found[number].replace(",", "")))


def read_workflow(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the service whose series the release gate asks for."""
    text = sources.texts[path]
    for found in re.finditer(r'\bservice="([^"]*)"', text):
        yield stated(NAME, line_at(text, found.start()), found[1])


def _pages(sources: Sources) -> list[str]:
    return [path for path in sources.matching("*.md") if path not in {*_section(sources), *_policies(sources)}]


def _section(sources: Sources) -> list[str]:
    """READMEs in which the operations section stands: the goals are part of it."""
    return [path for path in sources.matching("*.md") if "<!-- prodify:end operations -->" in sources.texts[path]]


def _policies(sources: Sources) -> list[str]:
    return sources.matching("docs/error-budget-policy.md")


def _gates(sources: Sources) -> list[str]:
    paths = sources.matching("workflows/*.yml", "workflows/*.yaml")
    return [path for path in paths if "slo:period_error_budget_remaining" in sources.texts[path]]


READERS = (
    Reader("pages for people", _pages, read_sentences, ()),
    Reader("operations section", _section, read_sentences, (AVAILABILITY, TARGET, THRESHOLD, WINDOW, BASELINE, PEAK)),
    Reader("error budget policy", _policies, read_sentences, (AVAILABILITY, TARGET, THRESHOLD, WINDOW)),
    Reader("release gate", _gates, read_workflow, (NAME,)),
)
