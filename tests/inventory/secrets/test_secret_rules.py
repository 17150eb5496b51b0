"""Every token rule finds its examples, end to end, and leaves its counter-examples."""

from __future__ import annotations

import re

import pytest

from prodify.inventory.secrets import Scanner
from prodify.inventory.secrets.rule import Rule
from prodify.inventory.secrets.rules import RULES
from prodify.inventory.secrets.rules.shapes import examples
from prodify.inventory.secrets.structures import CHECKS
from tests.inventory.secrets.secret_shapes import make


def test_identifiers_are_unique_and_kebab_case() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", i) for i in ids)


def test_every_rule_is_complete() -> None:
    for rule in RULES:
        yes, no = examples(rule)
        assert len(yes) >= 2 and len(no) >= 2, rule.id
        assert rule.keywords and all(word == word.lower() for word in rule.keywords), rule.id
        assert not rule.structure or rule.structure in CHECKS, rule.id
        assert "(?=" not in rule.pattern and "(?<" not in rule.pattern and "(?!" not in rule.pattern, rule.id
        assert not re.search(r"(?<!\\)[*+](?!\])", re.sub(r"\[[^\]]*\]", "", rule.pattern)), f"{rule.id}: unbounded repetition"


def test_keywords_stand_in_the_examples() -> None:
    for rule in RULES:
        for shape in examples(rule)[0]:
            assert any(word in make(shape).lower() for word in rule.keywords), f"{rule.id}: {shape}"


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_examples(rule: Rule, scanner: Scanner) -> None:
    yes, no = examples(rule)
    for shape in yes:
        for seed in range(2):
            text = make(shape, seed)
            hits, _ = scanner.scan("app/settings.py", f"x = 1\n{text}\n".encode())
            assert rule.id in {h.rule for h in hits}, f"{rule.id} misses {shape} (found {[h.rule for h in hits]})"
            assert all(h.location.line == 2 for h in hits if h.rule == rule.id)
    for shape in no:
        hits, _ = scanner.scan("app/settings.py", f"x = 1\n{make(shape)}\n".encode())
        assert rule.id not in {h.rule for h in hits}, f"{rule.id} takes {shape}"


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_no_value_is_kept(rule: Rule, scanner: Scanner) -> None:
    text = make(examples(rule)[0][0])
    for hit in scanner.scan("app/settings.py", text.encode())[0]:
        kept = " ".join((hit.redacted, hit.fingerprint, hit.title, hit.rule))
        secret = max(re.findall(r"[A-Za-z0-9+/_-]{8,}", text), key=len)
        assert secret not in kept
        shown = hit.redacted.split("*", 1)[0]
        assert len(shown) <= 4
