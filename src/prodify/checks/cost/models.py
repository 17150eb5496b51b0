"""What the calls of language models cost."""

from __future__ import annotations

import re
from itertools import islice

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed, query
from prodify.inventory.polyglot.javascript import LANGUAGES as SCRIPTS
from prodify.inventory.starting import dialect_of
from prodify.lazyre import guarded

_CAPS = "max_?budget|daily_?(cap|limit|budget|token)|token_?(budget|quota|cap)|spend_?(cap|limit)|monthly_?(cap|limit)"
_NAMED_CAP = {"regex": rf"(?i-u)^\w*({_CAPS})\w*$"}
_CAP = {"any": [{"kind": kind} for kind in ("identifier", "string_content")], **_NAMED_CAP}
_SCRIPT_NAMES = ("identifier", "property_identifier", "shorthand_property_identifier", "string_fragment")
_SCRIPT_CAP = {"any": [{"kind": kind} for kind in _SCRIPT_NAMES], **_NAMED_CAP}
_CAP_WORDS = guarded(
    _CAPS,
    "max_budget maxbudget daily_ dailyc dailyl dailyb dailyt token_b token_q token_c tokenb tokenq tokenc spend_ spendc spendl "
    "monthly_ monthlyc monthlyl",
    re.IGNORECASE,
)
_CAPPED = (
    query("python", _CAP, keywords=(), where=_CAP_WORDS),
    *(query(language, _SCRIPT_CAP, keywords=(), where=_CAP_WORDS) for language in SCRIPTS),
)
"""Names of code and of settings that bound what the model may cost."""
_CACHE = {"regex": r"(?i-u)(^|\.)[\w$]*cache$"}
_KEPT = (
    query("python", {"any": [
        {"kind": "subscript", "has": {"field": "value", **_CACHE}},
        {"kind": "call", "has": {"field": "function", "kind": "attribute", "all": [
            {"has": {"field": "object", **_CACHE}}, {"has": {"field": "attribute", "regex": "^(get|set)$"}}]}},
    ]}, keywords=("cache", "CACHE", "Cache")),
    *(query(language, {"any": [
        {"kind": "subscript_expression", "has": {"field": "object", **_CACHE}},
        {"kind": "call_expression", "has": {"field": "function", "kind": "member_expression", "all": [
            {"has": {"field": "object", **_CACHE}}, {"has": {"field": "property", "regex": "^(get|set|has)$"}}]}},
    ]}, keywords=("cache", "CACHE", "Cache")) for language in SCRIPTS),
)  # fmt: skip
"""A look into something that is called a cache."""
_CACHES = (
    "functools.lru_cache",
    "functools.cache",
    "cachetools.*",
    "*.cached",
    "streamlit.cache_data",
    "*.memoize",
    "diskcache.*",
    "joblib.Memory",
)


@check(step=Step.COST, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(770,), fixed_by="model-limits")
def model_tokens_are_bounded(repo: Inventory, profile: Profile) -> Verdict:
    """Every model call limits the answer's tokens.

    Why:
        Output tokens are the dearest part; without a limit one prompt that makes the model ramble costs a hundred times the usual.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.model_calls:
        return not_applicable("no model call was found")
    endless = [Note(c.location, f"{c.name} without a limit") for c in repo.model_calls if not c.max_tokens]
    return failed("a model call limits nothing", *endless) if endless else passed("every model call limits its answer", *repo.model_calls)


@check(
    step=Step.COST,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(834,),
    hint="Ask once for all items (one prompt with a list), or cap how many items a request may have.",
)
def model_calls_are_not_in_loops(repo: Inventory, profile: Profile) -> Verdict:
    """A request makes a bounded number of model calls.

    Why:
        One call an item makes a list of forty restaurants cost forty calls, and take forty times as long.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def describe(places):
            return [
                client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": place}])
                for place in places
            ]
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def describe(places):
            question = "\\n".join(places)
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=900, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.model_calls:
        return not_applicable("no model call was found")
    looped = [Note(c.location, c.name) for c in repo.model_calls if c.in_loop]
    return failed("a model is called once an item", *looped) if looped else passed("no model call stands in a loop", *repo.model_calls)


@check(step=Step.COST, level=Level.WARNING, maturity=2, effort=Effort.HOURS, cwe=(770,), fixed_by="llm-adapter")
def model_spend_is_capped(repo: Inventory, profile: Profile) -> Verdict:
    """What the model may cost a day is capped in the code.

    Why:
        A provider's limit lags by minutes and stops everybody; a cap of one's own stops the script that asks ten thousand questions.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        import os

        from openai import OpenAI

        client = OpenAI()
        DAILY_TOKEN_CAP = int(os.environ.get("DAILY_TOKEN_CAP", "200000"))
        used = 0

        def ask(question):
            if used > DAILY_TOKEN_CAP:
                return None
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    for row in _CAPPED:
        for path in repo.syntax.sources(row.language, row.keywords):
            for match, _ in repo.syntax.nodes(row, path):
                return passed("model spend is capped", Note(Location(path, match.location.line), "cap"))
    return failed("nothing caps what the model may cost", *repo.model_calls)


@check(
    step=Step.COST,
    level=Level.NOTE,
    maturity=3,
    effort=Effort.HOURS,
    hint="Send the calls through the adapter of the recipe llm-adapter, which remembers answers, or keep answers in Redis with an expiry.",
)
def model_answers_are_cached(repo: Inventory, profile: Profile) -> Verdict:
    """Answers to the same question are cached.

    Why:
        Many questions repeat; a cached answer costs nothing and comes a hundred times faster.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from functools import lru_cache

        from openai import OpenAI

        client = OpenAI()

        @lru_cache(maxsize=500)
        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.model_calls:
        return not_applicable("no model call was found")
    files = {c.location.path for c in repo.model_calls}
    decorated = [f for f in repo.python.functions(*_CACHES) if f.location.path in files]
    rows = ((path, row) for path in sorted(files) for row in _KEPT if row.language == dialect_of(path))
    kept = (Location(path, match.location.line) for path, row in rows for match, _ in repo.syntax.nodes(row, path))
    found = [*(f.location for f in decorated), *islice(kept, 1)]
    return passed("answers are cached", *found) if found else failed("every question is asked anew", *repo.model_calls)
