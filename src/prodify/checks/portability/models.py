"""Whether the language model can be exchanged."""

from __future__ import annotations

from prodify.api import (
    TEAM_AND_PUBLIC,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    query,
)
from prodify.inventory.data.model_names import retired_models
from prodify.inventory.modelnames import named_models
from prodify.inventory.places import written_place

_ADAPTER = query(
    "python",
    {"kind": "class_definition", "all": [
        {"has": {"field": "name", "regex": "LLM|Llm|Model|Provider|Adapter|Completion"}},
        {"has": {"field": "superclasses", "has": {
            "any": [{"kind": "identifier"}, {"kind": "keyword_argument"}, {"kind": "attribute"}, {"kind": "subscript"}],
            "regex": r"(?-u)(^|[.=\s])(Protocol|ABC|ABCMeta)(\[|$)"}}},
    ]},
    keywords=("Protocol", "ABC"),
)  # fmt: skip
"""What every model has to be able to do, as a class of the repository's own."""
_LIBRARIES = ("litellm", "any_llm", "langchain", "llama_index")
"""Libraries that stand between the program and the provider; they come in packages of the same beginning."""


@check(step=Step.PORTABILITY, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(477,), fixed_by="model-limits")
def model_is_not_retired(repo: Inventory, profile: Profile) -> Verdict:
    """The models that are called still exist.

    Why:
        A retired model answers 404: the feature is down for everybody on a date that was announced a year before.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-3.5-turbo", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```
    """
    named = [Note(c.location, c.model) for c in repo.model_calls if c.model]
    sent = list(named_models(repo)) if repo.llm_providers else []
    if not named and not sent:
        return not_applicable("no model name is written in the code")
    retired = retired_models()
    places = [Note(written_place(repo, n.location, n.note), n.note) for n in named] + sent
    gone = dict.fromkeys(
        Note(Location(n.location.path, n.location.line), f"{_bare(n.note)} retired on {retired[_bare(n.note)]}")
        for n in places
        if _bare(n.note) in retired
    )
    return (
        failed("a retired model is called", *gone)
        if gone
        else passed("no named model is known to be retired", *named, *sent)
    )


_ROUTES = frozenset(("openai", "azure", "anthropic", "gemini", "google", "vertex_ai", "mistral", "cohere", "groq"))


def _bare(model: str) -> str:
    """A model's own name, without the provider that a router's name begins with: `openai/gpt-4` of LiteLLM."""
    provider, slash, name = model.partition("/")
    return name if slash and provider in _ROUTES else model


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, fixed_by="model-limits")
def model_name_is_configurable(repo: Inventory, profile: Profile) -> Verdict:
    """The model's name comes from the configuration.

    Why:
        Models retire about once a year; a name in the code makes that a release instead of a setting.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        import os

        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            messages = [{"role": "user", "content": question}]
            return client.chat.completions.create(model=os.environ["LLM_MODEL"], max_tokens=99, messages=messages)
        ```
    """
    if not repo.model_calls:
        return not_applicable("no model call was found")
    fixed = [Note(c.location, c.model) for c in repo.model_calls if c.model and not c.configurable]
    return (
        failed("a model's name is written in the code", *fixed)
        if fixed
        else passed("model names come from the configuration", *repo.model_calls)
    )


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=3, effort=Effort.HOURS, fixed_by="llm-adapter")
def model_calls_go_through_an_adapter(repo: Inventory, profile: Profile) -> Verdict:
    """Model calls go through one place of our own.

    Why:
        Timeouts, limits, fallbacks and the next provider then change in one file instead of in every handler.

    Fails:
        ```text title="requirements.txt"
        flask
        openai
        ```
        ```python title="app.py"
        from flask import Flask
        from openai import OpenAI

        app = Flask(__name__)
        client = OpenAI()

        @app.route("/ask")
        def ask():
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[]).choices[0].message.content
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        openai
        ```
        ```python title="llm.py"
        from typing import Protocol

        from openai import OpenAI


        class Llm(Protocol):
            def complete(self, prompt: str) -> str: ...


        class OpenAiLlm:
            def complete(self, prompt: str) -> str:
                messages = [{"role": "user", "content": prompt}]
                answer = OpenAI().chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=messages)
                return answer.choices[0].message.content
        ```
        ```python title="app.py"
        from flask import Flask

        from llm import OpenAiLlm

        app = Flask(__name__)

        @app.route("/ask")
        def ask():
            return OpenAiLlm().complete("where?")
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    own = (match.location for match in repo.find(_ADAPTER))
    taken = (note.location for module in repo.python.modules(_LIBRARIES) for note in module.imported if note.note.startswith(_LIBRARIES))
    places = sorted((place.path, place.line or 1) for place in (*own, *taken))
    if places:
        return passed("an adapter stands in between", Note(Location(*places[0]), "adapter"))
    homes = {c.location.path for c in repo.model_calls}
    handling = {r.location.path for r in repo.routes}
    if len(homes) == 1 and handling and not homes & handling:
        return passed("every model call stands in one module, apart from the routes", repo.model_calls[0])
    return failed("model calls stand where they are needed, without an adapter", *repo.model_calls)


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="llm-adapter")
def model_has_fallback(repo: Inventory, profile: Profile) -> Verdict:
    """When the model is down, something else answers.

    Why:
        Providers have outages of hours; a second model, a cached answer or an honest sentence keeps the rest of the page alive.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()
        FALLBACK_MODELS = ["claude-haiku-5-5"]

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    for path in repo.syntax.sources("python", ("fallback", "FALLBACK", "Fallback")):
        for number, line in enumerate(repo.files.lines(path), 1):
            if "fallback" in line.lower() and not line.lstrip().startswith("#"):
                return passed("a fallback is there", Note(Location(path, number), "fallback"))
    return failed("nothing answers when the model is down", *repo.model_calls)
