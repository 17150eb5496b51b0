"""Model SDKs in Python code: clients, what they talk to, and the calls made through them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory import pyimports
from prodify.inventory.data import technologies as tables
from prodify.inventory.facts import ModelCall, Role, Technology
from prodify.inventory.pymodule import literal
from prodify.inventory.pynames import names_of, texts_of
from prodify.inventory.pynodes import function_at, parameter_default, said
from prodify.inventory.pyuse import importers, imports_of
from prodify.inventory.unset import looked_up
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Assignment, Call
    from prodify.inventory.pymodule import PyModule

_HOSTS = "|".join(sorted(map(re.escape, tables.LLM_HOSTS), key=len, reverse=True))
HOST = lazy(_HOSTS)
ADDRESS = lazy(rf"://(?:[\w.{{}}$-]*\.)?({_HOSTS})")
"""A model API's host as part of an address; the bare name stands in tables and prose as well."""

ADAPTER = "llm_adapter"
"""The module of the recipe of that name, through which calls of models may go."""
_CHOSEN = lazy(r'"LLM_PROVIDER", "(?P<provider>\w+)"\), os\.environ\.get\("LLM_MODEL", "(?P<model>[^"]+)"')

CALLS: Mapping[str, str] = {
    ".chat.completions.create": "openai", ".chat.completions.parse": "openai", ".chat.completions.stream": "openai",
    ".completions.create": "openai", ".responses.create": "openai", ".responses.parse": "openai", ".responses.stream": "openai",
    ".messages.create": "anthropic", ".messages.stream": "anthropic", ".models.generate_content": "google",
    ".models.generate_content_stream": "google", ".generate_content": "google", ".generate_content_async": "google",
    ".chat.complete": "mistral", ".chat_completion": "huggingface", ".text_generation": "huggingface", ".invoke_model": "bedrock",
    ".converse": "bedrock", ".converse_stream": "bedrock",
}  # fmt: skip
"""Methods that run a language model, by the end of the call's name, with the provider whose SDK has them."""

FUNCTIONS: Mapping[str, str] = {
    "openai.ChatCompletion.create": "openai", "openai.Completion.create": "openai", "openai.ChatCompletion.acreate": "openai",
    "openai.Completion.acreate": "openai", "openai.Edit.create": "openai",
    "openai.Edit.acreate": "openai", "openai.chat.completions.create": "openai", "openai.responses.create": "openai",
    "litellm.completion": "litellm", "litellm.acompletion": "litellm", "ollama.chat": "ollama", "ollama.generate": "ollama",
    "replicate.run": "replicate",
}  # fmt: skip
_CHAT_CLASSES = tuple(name for name in tables.LLM_CLASSES if name.startswith("Chat") or name.endswith("LLM"))
_LIMITS = ("max_tokens", "max_output_tokens", "max_completion_tokens", "max_tokens_to_sample", "max_new_tokens", "num_predict", "maxTokens")
_TIMEOUTS = ("timeout", "request_timeout", "http_options", "timeout_ms")
_IMPORTED = {f"from {name.split('.')[0]} import" for name in FUNCTIONS if name.count(".") == 1}
_WORDS = tuple(sorted({".".join(name.split(".")[-2:]) + "(" for name in (*FUNCTIONS, *CALLS)} | set(_CHAT_CLASSES) | _IMPORTED))
_CHAT_HEADS = frozenset(name.split(".")[0] for name, provider in tables.PYTHON_LLM.items() if name)


def providers(repo: Inventory) -> Iterator[Technology]:
    """Providers whose client is made or called, or whose API's address stands in code that makes requests."""
    for name, note in imports_of(repo, tables.PYTHON_LLM):
        module = repo.python.module(note.location.path)
        head = note.note.split(".")[0]
        for call in module.calls if module is not None else ():
            if call.name == head or call.name.startswith(head + "."):
                provider = provider_of(module, call) or tables.PYTHON_LLM[name]
                yield Technology(provider, call.location, call.text.split("\n")[0].split("(")[0] + "(...)")
    for path in repo.syntax.sources("python", tables.LLM_HOSTS):
        for match, place in said(repo, path, ADDRESS):
            yield Technology(tables.LLM_HOSTS[match[1]], place, match[1])

    yield from through_adapter(repo)


def through_adapter(repo: Inventory) -> Iterator[Technology]:
    """The provider behind the adapter that prodify wrote, at the code's imports of it, where the module itself is out of sight.

    Recipes look at a repository without prodify's files; calls that were moved to the adapter are still calls of a model.
    """
    for module, chosen in _adapted(repo):
        note = next(note for note in module.imported if ADAPTER in note.note.split("."))
        yield Technology(chosen["provider"], note.location, note.note)


def _adapted(repo: Inventory) -> Iterator[tuple[PyModule, re.Match[str]]]:
    """Modules that use the adapter, and its first choice."""
    text = repo.files.hidden_text(f"{ADAPTER}.py")
    chosen = _CHOSEN.search(text) if text is not None else None
    for path in repo.syntax.sources("python", (ADAPTER,)) if chosen is not None else ():
        module = repo.python.module(path) if repo.files.entries[path].role is Role.PRODUCTION else None
        if module is not None and chosen is not None and any(ADAPTER in note.note.split(".") for note in module.imported):
            yield module, chosen


def _adapter_calls(repo: Inventory) -> Iterator[ModelCall]:
    """Calls of the adapter, which limits answers and time and takes the model from a setting."""
    for module, chosen in _adapted(repo):
        for call in module.calls:
            if call.name.split(".")[-1] in ("complete", "complete_async"):
                known = (chosen["provider"], call.name, call.location, chosen["model"])
                yield ModelCall(*known, max_tokens=True, timeout=True, in_loop=call.in_loop, function=call.function, configurable=True)


def provider_of(module: PyModule | None, call: Call) -> str | None:
    """The provider that a client's construction names: its class, or the host of its base URL."""
    last = call.name.split(".")[-1]
    base = next(
        (a for name in ("base_url", "openai_api_base", "api_base", "azure_endpoint", "host") if (a := call.arg(name)) is not None), None
    )
    if base is not None:
        text = base.text
        if text.isidentifier() and module is not None and (assignment := pyimports.assignment_of(module, text)) is not None:
            text = assignment.text
        match = HOST.search(text)
        if match:
            return tables.LLM_HOSTS[match[0]]
    if last in tables.LLM_CLASSES:
        return tables.LLM_CLASSES[last]
    if last == "init_chat_model" and call.args and isinstance(call.args[0].value, str) and ":" in call.args[0].value:
        return call.args[0].value.split(":")[0].split("_")[0]
    return None


def model_calls(repo: Inventory) -> Iterator[ModelCall]:
    """Every call of a language model in production Python."""
    found = list(_adapter_calls(repo))
    clients = any(True for _ in importers(repo, _CHAT_HEADS | {"boto3", "aioboto3"}))
    for module in repo.python.modules(_WORDS) if clients else ():
        for call in module.calls:
            kind = _kind(call)
            if kind is None:
                continue
            client = _client(repo, module, call)
            named = call.name in FUNCTIONS or call.name.split(".")[-1] in _CHAT_CLASSES
            if not named and not _is_sdk_client(client) and not _sdk_near(repo, module, kind):
                continue
            provider = (provider_of(client[0], client[1]) or _sdk_provider(client[1]) if client is not None else None) or kind
            model, limited = _model(repo, module, call, client), _limited(module, call, client)
            timed, setting = _timed(call, client), _is_setting(module, call, client)
            found.append(ModelCall(provider, call.name, call.location, model, limited, timed, call.in_loop, call.function, setting))
    looped = called_in_loops(repo, {call.function for call in found if call.function})
    for model_call in found:
        yield replace(model_call, in_loop=model_call.in_loop or model_call.function in looped)


def _kind(call: Call) -> str | None:
    """The SDK whose method or class a call is, None when it runs no model."""
    if call.name in FUNCTIONS:
        return FUNCTIONS[call.name]
    last = call.name.split(".")[-1]
    if last in _CHAT_CLASSES and call.name.split(".")[0] in _CHAT_HEADS | {"langchain", "langchain_community"}:
        return tables.LLM_CLASSES[last]
    for end, provider in CALLS.items():
        if call.name.endswith(end) and not call.name.startswith(("django", "self.assert")):
            return provider
    return None


_SDKS: Mapping[str, tuple[str, ...]] = {
    "openai": ("openai", "litellm", "groq", "together", "langfuse", "mistralai", "cerebras", "xai_sdk"), "anthropic": ("anthropic",),
    "google": ("google.generativeai", "google.genai", "vertexai"), "mistral": ("mistralai",), "huggingface": ("huggingface_hub",),
    "bedrock": ("boto3", "aioboto3"),
}  # fmt: skip


def _is_sdk_client(client: tuple[PyModule, Call] | None) -> bool:
    return client is not None and any(client[1].name == sdk or client[1].name.startswith(sdk + ".") for sdk in tables.PYTHON_LLM)


def _sdk_provider(made: Call) -> str | None:
    """The provider of the SDK that a client's class comes from."""
    known = [name for name in tables.PYTHON_LLM if made.name.startswith(name + ".")]
    return tables.PYTHON_LLM[max(known, key=len)] or None if known else None


def _sdk_near(repo: Inventory, module: PyModule, kind: str) -> bool:
    """Whether the file, or else the repository, imports the SDK: `client.messages.create` is Twilio's as well."""
    names = _SDKS.get(kind)
    if names is None:
        return True
    heads = {note.note.split(".")[0] for note in module.imported}
    if heads & {name.split(".")[0] for name in names}:
        return True
    if kind not in ("openai", "anthropic", "google") or "twilio" in heads:
        return False
    return any(True for _ in imports_of(repo, names))


def _client(repo: Inventory, module: PyModule, call: Call) -> tuple[PyModule, Call] | None:
    """The construction of the object that a method is called on, followed through attributes and imports."""
    written = call.text.split("(", 1)[0].strip()
    parts = written.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:cut])
        for assignment in reversed(module.assignments):
            if assignment.target == name and (made := pyimports.bound_call(module, assignment)) is not None:
                return module, made
        if "." not in name and name in module.imports:
            found = pyimports.constructor(repo, module.path, name)
            home = repo.python.module(found[0]) if found is not None else None
            if found is not None and home is not None:
                return home, found[2]
    return None


def _model(repo: Inventory, module: PyModule, call: Call, client: tuple[PyModule, Call] | None) -> str | None:
    """The model's name when it is a literal, a constant, or the fallback of a setting."""
    sources = [(module, call)] + ([client] if client is not None else [])
    for home, source in sources:
        argument = next((a for name in _MODEL_ARGUMENTS if (a := source.arg(name))), None)
        if argument is None and source.name.endswith("GenerativeModel"):
            argument = source.arg("model_name", 0)
        if argument is not None:
            value = _text_value(repo, home, argument.text, argument.value)
            return value or _parameter_default(repo, source, argument.text) or _kept_default(repo, home, argument.text)
    return None


_MODEL_ARGUMENTS = ("model", "engine", "model_name", "modelId", "model_id", "deployment_id")
_SETTINGS = frozenset("environ getenv config env settings conf".split())
"""Names by which code reaches its configuration."""


def _is_setting(module: PyModule, call: Call, client: tuple[PyModule, Call] | None) -> bool:
    """Whether the model's name is read from the configuration, in the call, on the client, or through a name of the same file."""
    for home, source in [(module, call)] + ([client] if client is not None else []):
        argument = next((a for name in _MODEL_ARGUMENTS if (a := source.arg(name)) is not None), None)
        if argument is not None:
            texts = [argument.text, *(a.text for a in home.assignments if a.target == argument.text)]
            return any(_SETTINGS & names_of(text) for text in texts if any(name in text for name in _SETTINGS))
    return False


def _kept_default(repo: Inventory, module: PyModule, name: str) -> str | None:
    """The default of the parameter that an object keeps: `self.model = model` of `def __init__(self, model="...")`; or of a setting."""
    for assignment in module.assignments:
        if assignment.target == name and assignment.text.isidentifier():
            return _parameter_default(repo, assignment, assignment.text)
    if not re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", name):
        return None
    settings = repo.python.assignments(name.rpartition(".")[2])
    values = {a.value for a in settings if a.literal and isinstance(a.value, str)}
    return values.pop() if len(values) == 1 else None


def _parameter_default(repo: Inventory, call: Call | Assignment, name: str) -> str | None:
    """The literal default of the enclosing function's parameter."""
    module = repo.python.module(call.location.path)
    for function in module.functions if module is not None else ():
        place = function.location
        if (
            function.name == call.function
            and name in function.parameters
            and (place.line or 0) <= (call.location.line or 0) <= (place.end_line or 0)
        ):
            node = function_at(repo, function)
            default = parameter_default(node, name) if node is not None else None
            value = literal(default)[0] if default is not None else None
            return value if isinstance(value, str) and value else None
    return None


def _text_value(repo: Inventory, module: PyModule, text: str, value: object, depth: int = 0) -> str | None:
    if isinstance(value, str):
        return value
    fallback = None if "(" not in text else next((told for _, told in looked_up(text) if isinstance(told, str) and told), None)
    if fallback is not None:
        return fallback
    if depth > 3 or not re.fullmatch(r"[A-Za-z_][\w.]*", text):
        return None
    for assignment in reversed(module.assignments):
        if assignment.target == text:
            return _text_value(repo, module, assignment.text, assignment.value, depth + 1)
    place = pyimports.definition(repo, module.path, text)
    home = repo.python.module(place[0]) if place is not None and place[0] != module.path else None
    assignment_there = pyimports.assignment_of(home, place[1]) if home is not None and place is not None else None
    if home is None or assignment_there is None:
        return None
    return _text_value(repo, home, assignment_there.text, assignment_there.value, depth + 1)


def _limited(module: PyModule, call: Call, client: tuple[PyModule, Call] | None) -> bool:
    """Whether the answer's length is bounded, in the call, its configuration object, or the client."""
    if any((a := call.arg(name)) is not None and a.text != "None" for name in _LIMITS):
        return True
    config = next((a for name in ("config", "generation_config", "options", "inferenceConfig", "body") if (a := call.arg(name))), None)
    text = config.text if config is not None else ""
    if text.isidentifier():
        text = next((a.text for a in reversed(module.assignments) if a.target == text), "")
    if text and (names_of(text) & set(_LIMITS) or any(name in piece for piece in texts_of(text) for name in _LIMITS)):
        return True  # by name, or in the text of a body in JSON
    if call.has_star and any(f"{name}" in a.text for a in module.assignments for name in _LIMITS if "{" in a.text or "dict(" in a.text):
        return True
    return client is not None and any(name in client[1].text for name in _LIMITS)


def _timed(call: Call, client: tuple[PyModule, Call] | None) -> bool:
    """Whether a time-out is given in the call, on the client, or by with_options."""
    if (
        any((a := call.arg(name)) is not None and a.text != "None" for name in _TIMEOUTS)
        or "with_options(" in call.text.split(".create")[0]
    ):
        return True
    return client is not None and any((a := client[1].arg(name)) is not None and a.text != "None" for name in _TIMEOUTS)


def called_in_loops(repo: Inventory, functions: set[str]) -> set[str]:
    """Those of the functions that production code calls inside a loop: what they do once is done once an item."""
    found: set[str] = set()
    for module in repo.python.modules(functions) if functions else ():
        for call in module.calls:
            written = call.text.split("(", 1)[0].removeprefix("self.")
            if call.in_loop and call.name.split(".")[-1] in functions and (written in functions or _is_first_party(repo, module, call)):
                found.add(call.name.split(".")[-1])
    return found


def _is_first_party(repo: Inventory, module: PyModule, call: Call) -> bool:
    written = call.text.split("(", 1)[0]
    return written.split(".")[0] in module.imports and pyimports.locate(repo, module.path, call.name) is not None
