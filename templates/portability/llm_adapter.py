"""Calls of language models, all in one place: time limits, token limits, fallbacks, a cache and a daily cap.

    from llm_adapter import complete

    answer = complete("Where shall we eat?")
    answer.text        # always a text, also when no model could be reached
    answer.degraded    # True when it is the stand-in and not a model's answer
#% if asynchronous
{= "" =}
In a coroutine: answer = await complete_async("Where shall we eat?")
#% endif
{= "" =}
Which models are asked is set by the environment, so that the next one is a setting and not a release:

    LLM_PROVIDER, LLM_MODEL   the first choice                              ({= provider =}, {= model =})
    LLM_FALLBACKS             provider:model, comma separated, in order     ({= fallbacks_shown =})
    LLM_TIMEOUT_SECONDS       for one call                                  ({= timeout_seconds =})
    LLM_TOTAL_SECONDS         for all attempts together                     ({= total_seconds =})
    LLM_MAX_OUTPUT_TOKENS     most tokens of one answer                     ({= max_output_tokens =})
    DAILY_TOKEN_CAP           tokens a day and process, 0 for no cap        ({= daily_token_cap =})
#% if asynchronous
    LLM_CONCURRENCY           calls at once of one process                  (16)
#% endif
{= "" =}
Providers: openai (and everything that speaks its API, by OPENAI_BASE_URL), anthropic, local (LOCAL_LLM_BASE_URL), fake (for tests).
Written by prodify (recipe llm-adapter) with the standard library only; yours to edit, upgrades merge.
"""

from __future__ import annotations

#% if asynchronous
import asyncio
import contextvars
#% endif
import hashlib
import json
import logging
import os
import random
import threading
import time
import urllib.error
import urllib.request
from collections import OrderedDict, deque
from collections.abc import Sequence
#% if asynchronous
from concurrent.futures import ThreadPoolExecutor
#% endif
from dataclasses import dataclass, replace
from typing import Protocol

log = logging.getLogger(__name__)

RETRYABLE = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
STAND_IN = "Sorry, the assistant cannot answer right now. Please try again in a few minutes."
PROMPT_LIMIT = 20_000  # characters; longer prompts are refused before they cost anything


class ModelError(Exception):
    """A model did not answer. `retryable`: another attempt may help; `wait`: seconds that the provider asked for."""

    def __init__(self, reason: str, retryable: bool = False, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.retryable = retryable
        self.wait = wait


@dataclass(frozen=True)
class Answer:
    """What came back. `tokens` counts prompt and answer; `degraded` marks the stand-in, `cached` an answer given before."""

    text: str
    model: str
    tokens: int = 0
    degraded: bool = False
    cached: bool = False


class Model(Protocol):
    """Anything that answers a prompt."""

    name: str

    def ask(self, system: str, prompt: str, max_tokens: int, timeout: float) -> Answer:
        """Answer, or raise ModelError."""


class OpenAiModel:
    """A chat completion over HTTP, for OpenAI and every server that speaks its API (Ollama, vLLM, llama.cpp, Groq, Mistral ...)."""

    def __init__(self, name: str, base_url: str, key: str) -> None:
        self.name, self.url, self.key = name, base_url.rstrip("/") + "/chat/completions", key
        # OpenAI's own newer models refuse the old name of the limit, other servers know only that one.
        self.limit = "max_completion_tokens" if "api.openai.com" in base_url else "max_tokens"

    def ask(self, system: str, prompt: str, max_tokens: int, timeout: float) -> Answer:
        messages = [{"role": "system", "content": system}] if system else []
        body = {"model": self.name, self.limit: max_tokens, "messages": [*messages, {"role": "user", "content": prompt}]}
        data = post(self.url, {"Authorization": f"Bearer {self.key}"}, body, timeout)
        try:
            choice = data["choices"][0]
            text, reason = choice["message"]["content"], choice.get("finish_reason")
        except (KeyError, IndexError, TypeError) as error:
            raise ModelError("the answer has no text") from error
        return checked(text, reason == "content_filter", self.name, (data.get("usage") or {}).get("total_tokens", 0))


class AnthropicModel:
    """A message over HTTP."""

    def __init__(self, name: str, base_url: str, key: str) -> None:
        self.name, self.url, self.key = name, base_url.rstrip("/") + "/v1/messages", key

    def ask(self, system: str, prompt: str, max_tokens: int, timeout: float) -> Answer:
        body = {"model": self.name, "max_tokens": max_tokens, "messages": [{"role": "user", "content": prompt}]}
        if system:
            body["system"] = system
        data = post(self.url, {"x-api-key": self.key, "anthropic-version": "2023-06-01"}, body, timeout)
        try:
            text = "".join(part["text"] for part in data["content"] if part.get("type") == "text")
        except (KeyError, TypeError) as error:
            raise ModelError("the answer has no text") from error
        usage = data.get("usage") or {}
        return checked(text, data.get("stop_reason") == "refusal", self.name, usage.get("input_tokens", 0) + usage.get("output_tokens", 0))


class FakeModel:
    """Answers without a network, for tests and for development without a key."""

    def __init__(self, name: str = "fake", text: str = "A fake answer.") -> None:
        self.name, self.text = name, text

    def ask(self, system: str, prompt: str, max_tokens: int, timeout: float) -> Answer:
        return Answer(self.text, self.name, tokens=len(prompt) // 4)


def checked(text: object, refused: bool, model: str, tokens: int) -> Answer:
    """An answer that really holds text; an empty or refused one counts as a failure, so that the next model is asked."""
    if refused or not isinstance(text, str) or not text.strip():
        raise ModelError("the answer is empty or was refused")
    return Answer(text, model, tokens)


def post(url: str, headers: dict[str, str], body: dict, timeout: float) -> dict:
    """Send JSON and read JSON, within `timeout` seconds for the whole exchange. Every failure is a ModelError."""
    deadline = time.monotonic() + timeout
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:  # nosec B310 - the address is a setting, not input
            chunks = []
            while chunk := response.read1(65536):
                chunks.append(chunk)
                if time.monotonic() > deadline:  # a server that sends one byte a second never trips a socket's timeout
                    raise ModelError("the answer took too long", retryable=True)
        return json.loads(b"".join(chunks))
    except urllib.error.HTTPError as error:
        raise _refusal(error) from None
    except ValueError as error:
        raise ModelError("the answer is not valid JSON", retryable=True) from error
    except OSError as error:  # refused, reset, unknown host, timed out
        raise ModelError(f"no connection ({type(error).__name__})", retryable=True) from error


def _refusal(error: urllib.error.HTTPError) -> ModelError:
    """What an HTTP error means. A spent quota answers 429 as well, and waiting does not help there."""
    detail = error.read(2000).decode("utf-8", "replace")
    retryable = error.code in RETRYABLE and "insufficient_quota" not in detail
    try:
        wait = min(float(error.headers.get("Retry-After") or 0), 10.0)
    except ValueError:
        wait = 0.0
    return ModelError(f"HTTP {error.code}", retryable, wait)


class Breaker:
    """Leaves a model alone for 30 s once half of its last calls (20 at most, 5 at least) failed."""

    def __init__(self, calls: int = 20, least: int = 5, pause: float = 30.0) -> None:
        self.outcomes: deque[bool] = deque(maxlen=calls)
        self.least, self.pause, self.open_until = least, pause, 0.0

    @property
    def closed(self) -> bool:
        return time.monotonic() >= self.open_until

    def record(self, worked: bool) -> None:
        self.outcomes.append(worked)
        if len(self.outcomes) >= self.least and self.outcomes.count(False) * 2 >= len(self.outcomes):
            self.open_until = time.monotonic() + self.pause
            self.outcomes.clear()


class Chain:
    """Asks the first model, on failure the next, and only then the first again; gives the stand-in when none answers in time."""

    def __init__(self, models: Sequence[Model], timeout: float = {= timeout_seconds =}, total: float = {= total_seconds =},
                 max_tokens: int = {= max_output_tokens =}, daily_token_cap: int = {= daily_token_cap =}, rounds: int = 2, cache_size: int = 500,
                 cache_seconds: float = 3600.0) -> None:
        self.models, self.timeout, self.total, self.max_tokens = models, timeout, total, max_tokens
        self.daily_token_cap, self.rounds, self.cache_size, self.cache_seconds = daily_token_cap, rounds, cache_size, cache_seconds
        self.breakers = {id(model): Breaker() for model in models}
        self.cache: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self.day, self.spent, self.lock = "", 0, threading.Lock()

    def complete(self, prompt: str, system: str = "", max_tokens: int | None = None) -> Answer:
        """Answer a prompt. Never raises for a model's failure and never takes longer than the total time."""
        limit = min(max_tokens or self.max_tokens, self.max_tokens)
        key = hashlib.sha256(json.dumps([[m.name for m in self.models], system, prompt, limit]).encode()).hexdigest()
        known = self._cached(key)
        if known is not None:
            return replace(known, cached=True)
        if len(prompt) + len(system) > PROMPT_LIMIT or self._capped():
            return Answer(STAND_IN, "none", degraded=True)
        answer = self._ask_models(system, prompt, limit)
        if answer is None:
            return Answer(STAND_IN, "none", degraded=True)
        self._remember(key, answer)
        return answer

    def _ask_models(self, system: str, prompt: str, limit: int) -> Answer | None:
        deadline = time.monotonic() + self.total
        hopeless: set[int] = set()
        for turn in range(self.rounds):
            wait = 0.0
            for model in self.models:
                breaker, left = self.breakers[id(model)], deadline - time.monotonic()
                if id(model) in hopeless or not breaker.closed or left <= 0.1:
                    continue
                try:
                    answer = model.ask(system, prompt, limit, min(self.timeout, left))
                except ModelError as error:
                    breaker.record(False)
                    log.warning("model did not answer", extra={"model": model.name, "reason": str(error), "attempt": turn + 1})
                    wait = max(wait, error.wait)
                    if not error.retryable:
                        hopeless.add(id(model))
                else:
                    breaker.record(True)
                    return answer
            pause = max(wait, random.uniform(0.1, 0.5) * 2**turn)  # nosec B311 - spreads retries, guards nothing
            if turn + 1 < self.rounds and time.monotonic() + pause < deadline:
                time.sleep(pause)
        return None

    def _capped(self) -> bool:
        with self.lock:
            today = time.strftime("%Y-%m-%d", time.gmtime())
            if today != self.day:
                self.day, self.spent = today, 0
            return 0 < self.daily_token_cap <= self.spent

    def _cached(self, key: str) -> Answer | None:
        with self.lock:
            since, answer = self.cache.get(key, (0.0, None))
            return answer if answer is not None and time.monotonic() - since < self.cache_seconds else None

    def _remember(self, key: str, answer: Answer) -> None:
        with self.lock:
            self.spent += answer.tokens
            self.cache[key] = (time.monotonic(), answer)
            while len(self.cache) > self.cache_size:
                self.cache.popitem(last=False)


def make_model(provider: str, name: str) -> Model:
    """A model by provider. Raises ValueError for a provider that is not known."""
    if provider == "openai":
        return OpenAiModel(name, os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1"), os.environ.get("OPENAI_API_KEY", ""))
    if provider == "anthropic":
        return AnthropicModel(name, os.environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com"), os.environ.get("ANTHROPIC_API_KEY", ""))
    if provider == "local":
        return OpenAiModel(name, os.environ.get("LOCAL_LLM_BASE_URL", "http://localhost:11434/v1"), "local")
    if provider == "fake":
        return FakeModel(name)
    raise ValueError(f'LLM_PROVIDER is "{provider}"; known: openai, anthropic, local, fake')


def from_environment() -> Chain:
    """The chain that the environment describes."""
    env = os.environ.get
    models = [make_model(env("LLM_PROVIDER", "{= provider =}"), env("LLM_MODEL", "{= model =}"))]
    for entry in env("LLM_FALLBACKS", "{= fallbacks =}").split(","):
        provider, colon, name = entry.strip().partition(":")
        if colon:
            models.append(make_model(provider, name))
    return Chain(
        models, float(env("LLM_TIMEOUT_SECONDS", "{= timeout_seconds =}")), float(env("LLM_TOTAL_SECONDS", "{= total_seconds =}")),
        int(env("LLM_MAX_OUTPUT_TOKENS", "{= max_output_tokens =}")), int(env("DAILY_TOKEN_CAP", "{= daily_token_cap =}")),
    )


_chain: Chain | None = None


def complete(prompt: str, system: str = "", max_tokens: int | None = None) -> Answer:
    """Answer a prompt with the models that the environment names; made at the first call."""
    global _chain
    if _chain is None:
        _chain = from_environment()
    return _chain.complete(prompt, system, max_tokens)
#% if asynchronous


# Threads of its own: models that are slow hold up other calls of models, and nothing else.
_threads = ThreadPoolExecutor(int(os.environ.get("LLM_CONCURRENCY", "16")), "model")


async def complete_async(prompt: str, system: str = "", max_tokens: int | None = None) -> Answer:
    """The same for coroutines: the event loop goes on with other requests while a model thinks. The trace goes along."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_threads, context.run, complete, prompt, system, max_tokens)
#% endif
