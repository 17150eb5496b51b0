"""How what visitors type enters a prompt."""

from __future__ import annotations

import re

from prodify.api import Call, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.pynames import names_of
from prodify.lazyre import lazy

_FORMATTED = lazy(r"""[rR]?[fF]("{3}|'{3}|"|')(?P<text>.*?)(?<!\\)\1""", re.DOTALL)
_DELIMITED = lazy(r"<\w+>|```|\"\"\"|'''|~~~|###|-----|json\.dumps|\bdelimit|\{\w+!r\}", re.IGNORECASE)
_HOLE = lazy(r"(?<!\{)\{(?!\{)[^{}]*[A-Za-z][^{}]*\}")
_WORDS_OF_INSTRUCTION = 6
"""A literal part with at least so many words is taken for instructions."""


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.HOURS,
    status="preview",
    cwe=(1427,),
    hint="Keep instructions in the system message, and put what visitors typed between marks that the prompt names.",
)
def prompts_are_delimited(repo: Inventory, profile: Profile) -> Verdict:
    """A prompt tells instructions from what a visitor typed.

    Why:
        A model cannot know which words are yours: "ignore the above and ..." in a search box becomes an instruction like any other.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            prompt = f"You are a guide for restaurants in Rome, answer politely: {question}"
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": prompt}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()
        RULES = {"role": "system", "content": "You are a guide for restaurants in Rome."}

        def ask(question):
            messages = [RULES, {"role": "user", "content": question}]
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=messages)
        ```
    """
    calls = [c for c in repo.model_calls if c.location.path.endswith(".py")]
    if not calls:
        return not_applicable("no model call was found")
    bad = []
    for found in calls:
        module = repo.python.module(found.location.path)
        for call in module.calls if module is not None else ():
            if call.location.line == found.location.line and _mixes(repo, call):
                bad.append(Note(found.location, "instructions and input stand in one text"))
                break
    return (
        failed("a prompt mixes instructions with input", *bad)
        if bad
        else passed("no prompt was found that mixes instructions with input", *calls[:5])
    )


def _mixes(repo: Inventory, call: Call) -> bool:
    """Whether a call's text, or a name in it that its function assigned, is one of instructions with an unmarked hole."""
    module = repo.python.module(call.location.path)
    words = names_of(call.text)
    assigned = [a.text for a in module.assignments if a.function == call.function and a.target in words] if module is not None else []
    return any(_is_mixed(match["text"]) for text in (call.text, *assigned) for match in _FORMATTED.finditer(text[:4000]))


def _is_mixed(text: str) -> bool:
    literal = _HOLE.sub(" ", text)
    return _HOLE.search(text) is not None and len(literal.split()) >= _WORDS_OF_INSTRUCTION and not _DELIMITED.search(text)
