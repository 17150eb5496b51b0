"""Which of many texts hold a word: one search over all of them answers as a search in each does."""

from __future__ import annotations

import re
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodify.inventory.haystack import Haystack
from prodify.model import Location

from .conftest import Repo

_TEXT = st.text(alphabet="ab(_ \n\0é\ud800", max_size=12)
_WORD = st.text(alphabet="abé (\n", min_size=1, max_size=4)


@pytest.mark.parametrize("plain_searches", [0, 12])
@given(texts=st.lists(_TEXT, max_size=6), words=st.lists(_WORD, max_size=3))
def test_it_answers_as_a_search_in_every_text(plain_searches: int, texts: list[str], words: list[str]) -> None:
    expected = [number for number, text in enumerate(texts) if any(word in text for word in words)]
    with mock.patch("prodify.inventory.haystack._PLAIN_SEARCHES", plain_searches):
        haystack = Haystack(texts)
        assert haystack.holding(words) == expected
        assert haystack.holding(words) == expected  # from what the first question left


@given(texts=st.lists(_TEXT, max_size=6), name=st.sampled_from(["a", "b", "ab"]))
def test_it_knows_who_names_and_who_calls(texts: list[str], name: str) -> None:
    word = re.compile(rf"(?<![\w]){name}(?![\w])", re.ASCII)
    haystack = Haystack(texts)
    naming = haystack.naming([name])
    assert naming == {number for number, text in enumerate(texts) if word.search(text)}
    assert haystack.naming([]) == set(range(len(texts)))
    assert haystack.calling(name, naming) == {n for n in naming if f"{name}(" in texts[n] or f"{name} (" in texts[n]}


def test_a_name_behind_what_is_no_letter_is_found() -> None:
    haystack = Haystack(["x =\u00a0requests.get(y)", "xrequests.get(y)", "\u201crequests\u201d", "from x import get as y"])
    assert haystack.naming(["requests"]) == {0, 2}
    assert haystack.naming(["requests", "get"]) == {0}
    assert haystack.calling("get", haystack.naming(["get"])) == {0, 1, 3}


def test_sources_come_by_role_and_in_order(repo: Repo) -> None:
    inv = repo({"b.py": "alpha = 1\n", "a.py": "beta = 1\n", "tests/test_c.py": "alpha = 2\n", "d.py": "\n"})
    production = inv.files.entries["b.py"].role
    test = inv.files.entries["tests/test_c.py"].role
    assert list(inv.syntax.sources("python", ("alpha", "beta"))) == ["a.py", "b.py"]
    assert list(inv.syntax.sources("python", ("alpha",), (test, production))) == ["b.py", "tests/test_c.py"]
    assert list(inv.syntax.sources("python")) == ["a.py", "b.py", "d.py"]
    assert list(inv.syntax.sources("python", ("gamma",))) == []
    assert [c.location for c in inv.python.assignments("alpha")] == [Location("b.py", 1, 1)]
