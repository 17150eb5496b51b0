"""SDKs of language models in JavaScript: which a file imports, and which one made a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Technology
from prodify.inventory.polyglot.javascript import LANGUAGES
from prodify.inventory.polyglot.jsmodules import language_of
from prodify.inventory.polyglot.jsvalues import Value, pairs_of, unwrapped
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.polyglot.jsvalues import Values

PROVIDERS = {
    "openai": "openai", "openai-edge": "openai", "@ai-sdk/openai": "openai", "langchain/chat_models/openai": "openai",
    "langchain/llms/openai": "openai", "langchain/chat_models/anthropic": "anthropic", "@langchain/groq": "groq",
    "@langchain/mistralai": "mistral", "@langchain/ollama": "ollama",
    "@langchain/openai": "openai", "@anthropic-ai/sdk": "anthropic",
    "@ai-sdk/anthropic": "anthropic",
    "@langchain/anthropic": "anthropic", "@google/generative-ai": "google", "@google/genai": "google", "@ai-sdk/google": "google",
    "@langchain/google-genai": "google", "@google-cloud/vertexai": "google", "groq-sdk": "groq", "@ai-sdk/groq": "groq",
    "cohere-ai": "cohere",
    "@mistralai/mistralai": "mistral", "@ai-sdk/mistral": "mistral", "@azure/openai": "azure-openai", "@ai-sdk/azure": "azure-openai",
    "@aws-sdk/client-bedrock-runtime": "bedrock", "@ai-sdk/amazon-bedrock": "bedrock", "replicate": "replicate", "ollama": "ollama",
    "together-ai": "together", "@huggingface/inference": "huggingface", "@openrouter/ai-sdk-provider": "openrouter", "@ai-sdk/xai": "xai",
    "@ai-sdk/deepseek": "deepseek", "@ai-sdk/gateway": "vercel",
}  # fmt: skip
"""Packages of model SDKs."""
_QUOTED = tuple(f"{quote}{name}{quote}" for name in PROVIDERS for quote in ("'", '"', "`"))
_BASES = ("baseURL", "basePath", "baseUrl")
_MADE = ("new_expression", "call_expression")


def providers(repo: Inventory, values: Values) -> Iterator[Technology]:
    """The provider of every file that imports a model SDK."""
    for language in LANGUAGES:
        for path in repo.syntax.sources(language, _QUOTED):
            provider = provider_of(repo, values, path)
            if provider is not None:
                source, line = next(place for place in repo.scripts.imports(path).loaded if place[0] in PROVIDERS)
                yield Technology(provider, Location(path, line), f"imports {source}")


def provider_of(repo: Inventory, values: Values, path: str) -> str | None:
    """The provider whose SDK a file imports, or whose host its base URL names; None without an SDK."""
    package = next((source for source, _ in repo.scripts.imports(path).loaded if source in PROVIDERS), None)
    if package is None:
        return None
    root = repo.syntax.tree(path, language_of(path))
    return (_host(values, [Value(path, root)]) if root is not None else None) or PROVIDERS[package]


def _host(values: Values, options: list[Value]) -> str | None:
    """The provider whose host a base URL among these options names."""
    from prodify.inventory.data.technologies import LLM_HOSTS

    addresses = (values.literal(option.path, value) for option in options for value in pairs_of(option.node, _BASES))
    return next((name for address in addresses if address for host, name in LLM_HOSTS.items() if host in address), None)


def maker_of(repo: Inventory, values: Values, path: str, node: SgNode | None) -> tuple[str, Value] | None:
    """The provider whose SDK made what an expression is called on, and the expression that made it; None when that is not seen."""
    node = unwrapped(node)
    for _ in range(8):
        if node is None:
            return None
        if node.kind() in _MADE:
            found = _made(repo, values, path, node)
            if found is not None:
                return found, Value(path, node)
            called = unwrapped(node.field("function") or node.field("constructor"))
            node = called.field("object") if called is not None and called.kind() == "member_expression" else called
            continue
        value = values.meant(path, node) if node.kind() in ("identifier", "member_expression") else None
        if value is not None:
            path, node = value.path, unwrapped(value.node)
        else:
            node = unwrapped(node.field("object"))
    return None


def _made(repo: Inventory, values: Values, path: str, call: SgNode) -> str | None:
    """The provider whose SDK a call or `new` calls by an imported name; its options may name another one's host."""
    head = unwrapped(call.field("constructor") or call.field("function"))
    while head is not None and head.kind() == "member_expression":
        head = unwrapped(head.field("object"))
    if head is None or head.kind() != "identifier":
        return None
    package = _package(repo, path, head.text(), 4)
    return (_host(values, list(values.options(path, call))) or PROVIDERS[package]) if package is not None else None


def _package(repo: Inventory, path: str, name: str, left: int) -> str | None:
    """The SDK behind an imported name, also one that a file of the repository passes on."""
    imports = repo.scripts.imports(path)
    source = imports.names.get(name)
    if source in PROVIDERS:
        return source
    home = repo.scripts.home(path, source) if source is not None and left else None
    if home is None:
        return None
    exported, passed = imports.exported.get(name, name), repo.scripts.imports(home).passed_on
    given = passed.get(exported) or passed.get("*")
    return given if given in PROVIDERS else _package(repo, home, exported, left - 1)
