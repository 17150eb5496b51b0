"""Language models in JavaScript: which SDK a file uses, its calls, and calls of a provider's address without one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import ModelCall
from prodify.inventory.polyglot.javascript import everywhere, resolve, server_side
from prodify.inventory.polyglot.jsmodules import Modules
from prodify.inventory.polyglot.jsoutbound import OUTBOUND, is_bounded
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Match

MODEL_CALLS = everywhere(
    {
        "kind": "call_expression",
        "regex": r"(?s)^(await\s+)?[\w$.()\[\]!?]+\.(chat\.completions\.(create|stream|parse)|completions\.create|responses\.(create"
        r"|stream|parse)"
        r"|messages\.(create|stream)|createChatCompletion|createCompletion|generateContent(Stream)?|models\.generateContent(Stream)?"
        r"|chat\.complete)\("
        r"|^(generateText|streamText|generateObject|streamObject)\(",
    },
    (
        "completions.create",
        "responses.create",
        "messages.create",
        "createChatCompletion",
        "createCompletion",
        "generateContent",
        "generateText",
        "streamText",
        "generateObject",
        "streamObject",
        "chat.complete",
        "completions.stream",
        "completions.parse",
    ),
)
ASSISTANTS = everywhere(
    {"kind": "call_expression", "has": {"field": "function", "regex": r"\.assistants\.(create|update)$"}},
    ("assistants.create", "assistants.update"),
)
"""An assistant names the model that its runs call; what a run may spend is set with the run."""
_LIMITS = lazy(r"\b(max_tokens|maxTokens|max_completion_tokens|max_output_tokens|maxOutputTokens|maxCompletionTokens)\b")
_MODEL = lazy(r"""\bmodel\s*:\s*(?:\w+\(\s*)?["'`]([^"'`$]+)["'`]|getGenerativeModel\(\s*\{\s*model\s*:\s*["'`]([^"'`]+)""")
_LITERAL = r"""["'`]([^"'`$]+)["'`]"""
_WORD = lazy(r"[A-Za-z_$][\w$]*")
_MODEL_NAME = lazy(r"""\bmodel\s*:\s*(?:[\w.]*\b)?([A-Za-z_]\w*)|\bmodel\b""")


def model_calls(repo: Inventory) -> Iterator[ModelCall]:
    """Calls of language models on the server's side, through an SDK or to a provider's address."""
    modules = Modules(repo)
    for match in repo.find(*MODEL_CALLS):
        path, text = match.location.path, repo.files.text(match.location.path) or ""
        provider = provider_in(text)
        if provider is None:  # the client may be made in a file of its own
            text = next((t for t in _neighbours(repo, modules, path, match.text) if provider_in(t) is not None), "")
            provider = provider_in(text)
        if provider is None or ".threads.messages." in match.text or not server_side(repo, path):
            continue
        made = _MODEL.search(match.text) or (_MODEL.search(text) if "generateContent" in match.text else None)
        model = (made[1] or made[2]) if made else _constant(repo, modules, path, match.text)
        client = (
            re.search(r"new \w*(?:OpenAI|Anthropic|Groq|Mistral|Configuration|GoogleGenAI)\w*\([^)]*timeout", text, re.DOTALL) is not None
        )
        limited = _LIMITS.search(match.text) is not None or ("generateContent" in match.text and _LIMITS.search(text) is not None)
        name = match.text.split("(")[0].removeprefix("await ").strip()
        yield ModelCall(provider, name, match.location, model, limited, client or is_bounded(match.text))
    for match in repo.find(*ASSISTANTS):
        text = repo.files.text(match.location.path) or ""
        provider, made = provider_in(text), _MODEL.search(match.text)
        if provider is not None and made is not None and server_side(repo, match.location.path):
            name = match.text.split("(")[0].removeprefix("await ").strip()
            yield ModelCall(provider, name, match.location, made[1] or made[2], max_tokens=True, timeout=True)
    for match in repo.find(*OUTBOUND):
        found = _by_address(match)
        if found is not None and server_side(repo, match.location.path):
            yield found


_BODY = lazy(r"\b(messages|contents|prompt|input)\s*[:,]")
_IN_ADDRESS = lazy(r"/models/([\w.-]+):(?:generateContent|streamGenerateContent)")


def _by_address(match: Match) -> ModelCall | None:
    """A request to a provider's address whose body stands in the call; of a body that is made elsewhere nothing can be told."""
    from prodify.inventory.data.technologies import LLM_HOSTS
    from prodify.inventory.llm import ADDRESS

    host = ADDRESS.search(match.text)
    if host is None or _BODY.search(match.text) is None:
        return None
    written = _MODEL.search(match.text) or _IN_ADDRESS.search(match.text)
    name = match.text.split("(")[0].removeprefix("await ").strip()
    model = written[1] if written else None
    return ModelCall(LLM_HOSTS[host[1]], name, match.location, model, _LIMITS.search(match.text) is not None, is_bounded(match.text))


_MOST_NAMES = 4
"""Names that are followed from a model's argument to its literal: a parameter, its default, what a file imports, what that exports."""


def _neighbours(repo: Inventory, modules: Modules, path: str, text: str) -> Iterator[str]:
    """Texts of the repository's own files from which the names in a piece of code are imported."""
    words = set(_WORD.findall(text))
    for name, source in modules.imports(path).names.items():
        home = _home(repo, path, source) if name in words else None
        if home is not None:
            yield repo.files.text(home) or ""


def _home(repo: Inventory, path: str, source: str) -> str | None:
    """The file of the repository behind an import, relative or by the usual names for a project's own top (`@/lib/ai`)."""
    if source.startswith("."):
        return resolve(repo, path, source)
    if not source.startswith(("@/", "~/")):
        return None
    parts = path.split("/")[:-1]
    tops = ("/".join([*parts[:count], ""]) for count in range(len(parts), -1, -1))
    return next((home for top in tops for sub in ("", "src/") if (home := resolve(repo, f"{top}_", sub + source[2:])) is not None), None)


def _constant(repo: Inventory, modules: Modules, path: str, call: str) -> str | None:
    """The literal behind a name given as the model, through other names and a file that holds the constants."""
    found = _MODEL_NAME.search(call)
    name = (found[1] or "model") if found else None
    text = repo.files.text(path) or ""
    for _ in range(_MOST_NAMES):
        if name is None:
            return None
        given = rf"""\b{re.escape(name)}\b\s*(?::\s*\w+\s*)?=\s*(?:[^;\n]*(?:\|\||\?\?)\s*)?"""
        if (value := re.search(given + _LITERAL, text)) is not None:
            return value[1]
        other = re.search(given + r"([A-Za-z_]\w*)\s*[;,)\n]", text)
        if other is None:
            return next((v[1] for t in _neighbours(repo, modules, path, name) if (v := re.search(given + _LITERAL, t)) is not None), None)
        name = other[1]
    return None


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
_IMPORT = lazy(r"""(?:from\s*|require\(\s*|import\(\s*)["']([^"']+)["']""")


def provider_in(text: str) -> str | None:
    """The provider whose SDK a file imports, or whose host its base URL names; None without an SDK."""
    from prodify.inventory.data.technologies import LLM_HOSTS

    packages = [PROVIDERS[name] for name in _IMPORT.findall(text) if name in PROVIDERS]
    if not packages:
        return None
    base = re.search(r"base(?:URL|Path|Url)\s*:\s*[\"'`]([^\"'`]+)", text)
    hosted = next((name for host, name in LLM_HOSTS.items() if base and host in base[1]), None)
    return hosted or packages[0]
