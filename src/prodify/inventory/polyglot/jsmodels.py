"""Calls of language models in JavaScript, through an SDK or to a provider's address without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import ModelCall
from prodify.inventory.polyglot.javascript import everywhere, server_side
from prodify.inventory.polyglot.jsmodules import language_of
from prodify.inventory.polyglot.jsoutbound import OUTBOUND, called_name, ends
from prodify.inventory.polyglot.jssdks import PROVIDERS, maker_of, provider_of
from prodify.inventory.polyglot.jsvalues import Value, key_of, pairs_of, unwrapped
from prodify.inventory.polyglot.nodes import arguments
from prodify.inventory.syntax import location_of
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.polyglot.jsvalues import Text, Values

_OWNED = {"completions": "create|stream|parse", "responses": "create|stream|parse", "messages": "create|stream", "chat": "complete"}
"""Methods that run a model, by the member of the client that has them."""
_ALONE = "createChatCompletion|createCompletion|generateContent|generateContentStream"
_FUNCTIONS = ("generateText", "streamText", "generateObject", "streamObject")
"""Functions of Vercel's `ai`, which are imported by name and perhaps given another one."""


def _method(owner: str | None, names: str) -> dict[str, object]:
    """A call of a member; with a type argument, `await client.a<T>(...)`, the grammar puts the `await` inside."""
    parts: list[dict[str, object]] = [{"has": {"field": "property", "regex": f"^({names})$"}}]
    if owner is not None:
        parts.append({"has": {"field": "object", "kind": "member_expression", "has": {"field": "property", "regex": f"^{owner}$"}}})
    member: dict[str, object] = {"kind": "member_expression", "all": parts}
    return {"has": {"field": "function", "any": [member, {"kind": "await_expression", "has": member}]}}


_NAMED: dict[str, object] = {"has": {"field": "function", "any": [
    {"kind": "identifier"}, {"kind": "await_expression", "has": {"kind": "identifier"}}]}}  # fmt: skip
MODEL_CALLS = everywhere(
    {"kind": "call_expression", "any": [*(_method(owner, names) for owner, names in _OWNED.items()), _method(None, _ALONE)]},
    (*_OWNED, "createChatCompletion", "createCompletion", "generateContent"),
    lazy(rf"\b(?:{'|'.join(_OWNED)})\b[\s?!]*\.\s*(?:create|stream|parse|complete)\b|{_ALONE}"),
)
"""Calls of the SDKs' methods; the pattern only spares files that hold none of them the parsing, a chain may go over lines."""
FUNCTION_CALLS = everywhere({"kind": "call_expression", **_NAMED}, _FUNCTIONS)
ASSISTANTS = everywhere({"kind": "call_expression", **_method("assistants", "create|update")}, ("assistants",),
                        lazy(r"\bassistants\b[\s?!]*\.\s*(?:create|update)\b"))
"""An assistant names the model that its runs call; what a run may spend is set with the run."""
_GENERATIVE = {"rule": {"kind": "call_expression", **_method(None, "getGenerativeModel")}}
_MAKERS = {"rule": {"any": [{"kind": "new_expression"}, {"kind": "call_expression"}]}}
_KEYS = {"rule": {"any": [{"kind": "pair"}, {"kind": "shorthand_property_identifier"}]}}
_NAMES = {"rule": {"any": [{"kind": "identifier"}, {"kind": "shorthand_property_identifier"}]}}
_OWN = {"rule": {"any": [{"kind": "function_declaration"}, {"kind": "variable_declarator"}]}}
_LIMITS = frozenset(("max_tokens", "maxTokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maxCompletionTokens"))
_BODY = frozenset(("messages", "contents", "prompt", "input"))
_IN_ADDRESS = lazy(r"/models/([\w.-]+):(?:generateContent|streamGenerateContent)")


def model_calls(repo: Inventory) -> Iterator[ModelCall]:
    """Calls of language models on the server's side, through an SDK or to a provider's address."""
    values = repo.script_values
    for row in (*MODEL_CALLS, *FUNCTION_CALLS):
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                found = _through_sdk(repo, values, path, node, of_ai=row in FUNCTION_CALLS)
                if found is not None and server_side(repo, path):
                    yield found
    for row in ASSISTANTS:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                provider, model = provider_of(repo, values, path), _model(values, path, node)
                if provider is not None and model is not None and server_side(repo, path):
                    made = (provider, called_name(node), location_of(path, node), model.said)
                    yield ModelCall(*made, max_tokens=True, timeout=True, configurable=model.configured)
    for row in OUTBOUND:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                asked = _by_address(values, path, node)
                if asked is not None and server_side(repo, path):
                    yield asked


def _through_sdk(repo: Inventory, values: Values, path: str, call: SgNode, *, of_ai: bool) -> ModelCall | None:
    name = called_name(call)
    if ".threads.messages." in f".{name}" or (of_ai and not _is_of_ai(repo, path, name)):
        return None
    maker = maker_of(repo, values, path, _client(values, path, call, of_ai=of_ai))
    home = path if provider_of(repo, values, path) is not None else _neighbour(repo, values, path, call)
    provider = maker[0] if maker is not None else provider_of(repo, values, home) if home is not None else None
    if provider is None:
        return None
    made = _generative(repo, values, path, call, home) if "generateContent" in name else None
    model = _model(values, path, call) or (_model(values, made.path, made.node) if made is not None else None)
    limited = any(_limits(found.node) for found in (Value(path, call), *values.options(path, call), *((made,) if made else ())))
    if "generateContent" in name and not limited and home is not None:
        root = repo.syntax.tree(home, language_of(home))
        limited = root is not None and _limits(root)
    bounded = ends(call) or (ends(maker[1].node) if maker is not None else home is not None and _any_bounded(repo, home))
    said, configured = model or (None, False)
    return ModelCall(provider, name, location_of(path, call), said, limited, bounded, configurable=configured)


def _is_of_ai(repo: Inventory, path: str, name: str) -> bool:
    """Whether a name is a function of `ai`: imported as one, also under another name, and none of the repository's own."""
    imports = repo.scripts.imports(path)
    if name in imports.names:
        return imports.exported.get(name) in _FUNCTIONS and repo.scripts.home(path, imports.names[name]) is None
    root = repo.syntax.tree(path, language_of(path)) if name in _FUNCTIONS else None
    own = (part.field("name") for part in (root.find_all(_OWN) if root is not None else ()))  # type: ignore[call-overload]
    return root is not None and not any(part is not None and part.text() == name for part in own)


def _client(values: Values, path: str, call: SgNode, *, of_ai: bool) -> SgNode | None:
    """The expression whose maker tells a call's provider: what it is called on, for `ai` the model that it is given."""
    if of_ai:
        return next((found for option in values.options(path, call) for found in pairs_of(option.node, ("model",))), None)
    function = unwrapped(call.field("function"))
    return function.field("object") if function is not None else None


def _neighbour(repo: Inventory, values: Values, path: str, call: SgNode) -> str | None:
    """The repository's own file with an SDK, of those from which the names in a call are imported: the client may be made there."""
    words = {node.text() for node in call.find_all(_NAMES)}  # type: ignore[call-overload]
    imported = repo.scripts.imports(path).names.items()
    homes = (repo.scripts.home(path, source) for name, source in imported if name in words)
    return next((home for home in homes if home is not None and provider_of(repo, values, home) is not None), None)


def _generative(repo: Inventory, values: Values, path: str, call: SgNode, home: str | None) -> Value | None:
    """Google's `getGenerativeModel({ model })` behind a call: what the call is made on, else one of the file with the client."""
    function = unwrapped(call.field("function"))
    owner = unwrapped(function.field("object")) if function is not None else None
    meant = values.meant(path, owner) if owner is not None and owner.kind() in ("identifier", "member_expression") else None
    made = unwrapped(meant.node) if meant is not None else None
    if meant is not None and made is not None and made.kind() == "call_expression" and called_name(made).endswith("getGenerativeModel"):
        return Value(meant.path, made)
    root = repo.syntax.tree(home, language_of(home)) if home is not None else None
    found = root.find(_GENERATIVE) if root is not None else None  # type: ignore[call-overload]
    return Value(home, found) if home is not None and found is not None else None


def _model(values: Values, path: str, call: SgNode) -> Text | None:
    """The model that a call's options name, also through names and files that hold the constants."""
    for option in (*values.options(path, call), Value(path, call)):
        for value in pairs_of(option.node, ("model",)):
            text = values.text(option.path, value)
            if text is not None:
                return text
    return None


def _limits(node: SgNode) -> bool:
    return any(key_of(part) in _LIMITS for part in node.find_all(_KEYS))  # type: ignore[call-overload]


def _any_bounded(repo: Inventory, path: str) -> bool:
    """Whether some client of an SDK that a file makes ends what it asks."""
    root, imports = repo.syntax.tree(path, language_of(path)), repo.scripts.imports(path)
    for made in root.find_all(_MAKERS) if root is not None else ():  # type: ignore[call-overload]
        head = unwrapped(made.field("constructor") or made.field("function"))
        while head is not None and head.kind() == "member_expression":
            head = unwrapped(head.field("object"))
        if head is not None and imports.names.get(head.text()) in PROVIDERS and any(ends(given) for given in arguments(made)):
            return True
    return False


def _by_address(values: Values, path: str, call: SgNode) -> ModelCall | None:
    """A request to a provider's address whose body stands in the call; of a body that is made elsewhere nothing can be told."""
    from prodify.inventory.data.technologies import LLM_HOSTS
    from prodify.inventory.llm import ADDRESS

    if ADDRESS.search(call.text()) is None:
        return None  # before a look at its parts, as most calls are of somebody else
    keys = {key_of(part) for part in call.find_all(_KEYS)}  # type: ignore[call-overload]
    texts = [node.text() for kind in ("string", "template_string") for node in call.find_all(kind=kind)] if keys & _BODY else []
    host = next((found for text in texts if (found := ADDRESS.search(text)) is not None), None)
    if host is None:
        return None
    written = next((found[1] for text in texts if (found := _IN_ADDRESS.search(text)) is not None), None)
    model, configured = _model(values, path, call) or (written, False)
    where = location_of(path, call)
    return ModelCall(LLM_HOSTS[host[1]], called_name(call), where, model, bool(keys & _LIMITS), ends(call), configurable=configured)
