"""Patterns that compile late, and those that look for words first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodify.checks.cost import models
from prodify.checks.observability import logs
from prodify.checks.security import credentials
from prodify.inventory import presence, tablesmade, toldvalues
from prodify.inventory.data import test_patterns as patterns
from prodify.lazyre import Words, guarded, lazy

GUARDED = {
    "INTEGRATION": patterns.INTEGRATION,
    "CONTRACT": patterns.CONTRACT,
    "CHAOS": patterns.CHAOS,
    "MODEL": patterns.MODEL,
    "MODEL_FAILURE": patterns.MODEL_FAILURE,
    "TRACE_ID": logs._TRACE_ID,
    "CAPS": models._CAP_WORDS,
    "ENV_EXAMPLE": presence._ENV_EXAMPLE,
    "MIGRATIONS": presence._MIGRATIONS,
    "VERIFY": credentials._VERIFY,
    "CREATE": tablesmade._CREATE,
}


@pytest.mark.parametrize("name", GUARDED)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_guard_hides_a_match(name: str, data: st.DataObject) -> None:
    pattern = GUARDED[name]
    plain = re.compile(pattern.lazy.pattern, pattern.lazy.flags)  # type: ignore[attr-defined]
    text = data.draw(st.from_regex(plain))
    assert plain.search(text) is not None
    assert pattern.search(text) is not None


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_the_words_are_those_of_the_names(data: st.DataObject) -> None:
    plain = re.compile(rf"{toldvalues._NAMES}|{logs._DATABASE}|[a-z]\w*_(?:bot|refresh)_?token", re.IGNORECASE)
    assert isinstance(logs._MAY_TELL, Words)
    assert [word for word in logs._MAY_TELL.words if plain.search(f"my_{word}") is None] == []
    assert logs._MAY_TELL.search(data.draw(st.from_regex(plain)))
    assert not logs._MAY_TELL.search("nothing to tell")


def test_a_text_without_a_word_compiles_nothing() -> None:
    pattern = guarded(r"prism mock|\bpact\b", "prism+mock pact")
    assert pattern.search("nothing here") is None
    assert "search" not in vars(pattern.lazy)  # type: ignore[attr-defined]
    assert pattern.search("impact") is None
    assert pattern.search("a prism mock") is not None


def test_case_is_ignored_where_the_pattern_ignores_it() -> None:
    assert guarded("GuardedWord", "guardedword", re.IGNORECASE).search("GUARDEDWORD") is not None
    assert guarded("GuardedWord", "GuardedWord").search("GUARDEDWORD") is None


def test_a_lazy_pattern_answers_as_a_compiled_one() -> None:
    assert lazy("a(b)").sub(r"\1", "xabx") == re.compile("a(b)").sub(r"\1", "xabx")
    with pytest.raises(AttributeError):
        lazy("a").nothing  # type: ignore[attr-defined] # noqa: B018
