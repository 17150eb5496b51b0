"""Calls of language models, all in one place: time limits, token limits, fallbacks, a cache and a daily cap.

    from llm_adapter import complete

    answer = complete("Where shall we eat?")
    answer.text        # always a text, also when no model could be reached
    answer.degraded    # True when no model answered: it is an older answer to the same question, or the stand-in

Asked are the first model, then the fallbacks in their order, then all of them once more. A request that asks several times sets one limit
for all of it, so that it ends before its caller gives up:

    with within({= total_seconds =}):
        answers = [complete(question) for question in questions]
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
    LLM_MAX_CONCURRENT        calls of this process at once; more get the stand-in ({= concurrent =})
    LLM_PAUSE_SECONDS         how long a model that keeps failing is left alone    (30)
    DAILY_TOKEN_CAP           tokens a day and process, 0 for no cap        ({= daily_token_cap =})
    REDIS_URL                 where answers are remembered for all processes; without it (or the package redis) each remembers its own

Providers: openai (and everything that speaks its API, by OPENAI_BASE_URL), anthropic, local (LOCAL_LLM_BASE_URL), fake (for tests).
Spans and metrics say which model was asked, how long it took and how many tokens it cost, never what was asked or answered.
Written by prodify (recipe llm-adapter) with the standard library only; yours to edit, upgrades merge.
"""

from __future__ import annotations

#% if asynchronous
import asyncio
import contextvars
#% endif
import hashlib
import http.client
import json
import logging
import os
import random
import threading
import time
import urllib.error
import urllib.request
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
#% if asynchronous
from concurrent.futures import ThreadPoolExecutor
#% endif
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

try:
    from opentelemetry import metrics, trace
except ImportError:  # the service runs without telemetry
    metrics = trace = None  # type: ignore[assignment]

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
    """What came back. `tokens` counts prompt and answer; `cached` marks an answer given before, `degraded` what no model gave just now."""

    text: str
    model: str
    tokens: int = 0
    prompt_tokens: int = 0
    degraded: bool = False
    cached: bool = False


class Model(Protocol):
    """Anything that answers a prompt."""

    name: str
    provider: str

    def ask(self, system: str, prompt: str, max_tokens: int, timeout: float) -> Answer:
        """Answer, or raise ModelError."""


class OpenAiModel:
    """A chat completion over HTTP, for OpenAI and every server that speaks its API (Ollama, vLLM, llama.cpp, Groq, Mistral ...)."""

    provider = "openai"

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
        return checked(text, reason == "content_filter", self.name, *counted(data, "prompt_tokens", "completion_tokens", "total_tokens"))


class AnthropicModel:
    """A message over HTTP."""

    provider = "anthropic"

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
        return checked(text, data.get("stop_reason") == "refusal", self.name, *counted(data, "input_tokens", "output_tokens"))


class FakeModel:
    """Answers without a network, for tests and for development without a key."""

    provider = "fake"

    def __init__(self, name: str = "fake", text: str = "A fake answer.") -> None:
        self.name, self.text = name, text

    def ask(self, system: str, prompt: str, max_tokens: int, timeout: float) -> Answer:
        return Answer(self.text, self.name, tokens=len(prompt) // 4)


def counted(data: dict, *names: str) -> tuple[int, int]:
    """Tokens of prompt and answer together, and of the prompt. What a server does not tell, or tells in another form, counts as none."""
    usage = data.get("usage")
    told = [usage.get(name) if isinstance(usage, dict) else 0 for name in names]
    numbers = [value if isinstance(value, int) and value > 0 else 0 for value in told]
    return max(sum(numbers[:2]), *numbers), numbers[0]


def checked(text: object, refused: bool, model: str, tokens: int, prompt_tokens: int) -> Answer:
    """An answer that really holds text; an empty or refused one counts as a failure, so that the next model is asked."""
    if refused or not isinstance(text, str) or not text.strip():
        raise ModelError("the answer is empty or was refused")
    return Answer(text, model, tokens, prompt_tokens)


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
    except (OSError, http.client.HTTPException) as error:  # refused, reset, unknown host, timed out, no HTTP at all
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
    """Leaves a model alone for a while once half of its last calls (20 at most, 5 at least) failed; then one call finds out for all."""

    def __init__(self, pause: float, calls: int = 20, least: int = 5) -> None:
        self.outcomes: deque[bool] = deque(maxlen=calls)
        self.least, self.pause, self.open_until, self.trial, self.lock = least, pause, 0.0, False, threading.Lock()

    def admits(self) -> bool:
        with self.lock:
            now = time.monotonic()
            if now < self.open_until:
                return False
            if self.trial:  # the others wait for what this call finds
                self.open_until = now + self.pause
            return True

    def record(self, worked: bool) -> None:
        with self.lock:
            self.outcomes.append(worked)
            if worked and self.trial:
                self.trial, self.open_until = False, 0.0
            elif self.trial or (len(self.outcomes) >= self.least and self.outcomes.count(False) * 2 >= len(self.outcomes)):
                self.trial, self.open_until = True, time.monotonic() + self.pause
                self.outcomes.clear()


class Cache:
    """Answers given before, by a hash of their question: in Redis for all processes, and in this process for when Redis is away."""

    KEEP = 7 * 24 * 3600  # seconds in Redis; what is too old to be given as it is still serves while no model answers
    WAIT = 0.3  # seconds; a slow cache is worse than none

    def __init__(self, url: str = "", size: int = 500) -> None:
        self.size, self.lock, self.away_until = size, threading.Lock(), 0.0
        self.own: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self.shared: Any = None
        if url:
            try:
                import redis

                self.shared = redis.Redis.from_url(url, socket_timeout=self.WAIT, socket_connect_timeout=self.WAIT)
            except ImportError:
                log.warning("REDIS_URL is set and the package redis is not installed: each process remembers its own answers")

    def get(self, key: str) -> tuple[float, Answer] | None:
        """An answer and when it was given, in seconds since 1970; None for a question that is new."""
        told = self._ask_shared("get", f"llm:{key}")
        try:
            at, fields = json.loads(told) if told else (0.0, None)
            if fields:
                return float(at), Answer(**fields)
        except (ValueError, TypeError):
            log.warning("an answer in the cache cannot be read")
        with self.lock:
            return self.own.get(key)

    def put(self, key: str, answer: Answer) -> None:
        now = time.time()
        self._ask_shared("set", f"llm:{key}", json.dumps([now, asdict(answer)]), ex=self.KEEP)
        with self.lock:
            self.own[key] = (now, answer)
            while len(self.own) > self.size:
                self.own.popitem(last=False)

    def _ask_shared(self, command: str, *arguments: Any, **options: Any) -> Any:
        """What Redis answers; None without one. One that fails is left alone for a while, so that it costs no request its time."""
        if self.shared is None or time.monotonic() < self.away_until:
            return None
        try:
            return getattr(self.shared, command)(*arguments, **options)
        except Exception as error:  # noqa: BLE001 - whatever it raises, the service goes on
            self.away_until = time.monotonic() + 10
            log.warning("the cache of answers does not answer (%s); each process remembers its own", type(error).__name__)
            return None


_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All calls inside the block end within this time together; a block within another cannot take longer than that."""
    before = _deadline.set(min(_deadline.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _deadline.reset(before)


class Chain:
    """Asks the first model, on failure the next, and only then the first again.

    When none answers in time there is the last answer to the same question, if one is known, else the stand-in; both say `degraded`.
    """

    def __init__(self, models: Sequence[Model], timeout: float = {= timeout_seconds =}, total: float = {= total_seconds =},
                 max_tokens: int = {= max_output_tokens =}, daily_token_cap: int = {= daily_token_cap =}, rounds: int = 2,
                 cache: Cache | None = None, cache_seconds: float = 3600.0, concurrent: int = {= concurrent =}, pause: float = 30.0) -> None:
        self.models, self.timeout, self.total, self.max_tokens = models, timeout, total, max_tokens
        self.daily_token_cap, self.rounds, self.cache, self.cache_seconds = daily_token_cap, rounds, cache or Cache(), cache_seconds
        self.breakers = {id(model): Breaker(pause) for model in models}
        # Threads that wait for models must not be all that the process has: other pages are asked for as well.
        self.slots = threading.BoundedSemaphore(concurrent)
        self.day, self.spent, self.lock = "", 0, threading.Lock()

    def complete(self, prompt: str, system: str = "", max_tokens: int | None = None) -> Answer:
        """Answer a prompt. Never raises for a model's failure and never takes longer than the total time."""
        limit = min(max_tokens or self.max_tokens, self.max_tokens)
        key = hashlib.sha256(json.dumps([[m.name for m in self.models], system, prompt, limit]).encode()).hexdigest()
        at, known = self.cache.get(key) or (0.0, None)
        if known is not None and time.time() - at < self.cache_seconds:
            return replace(known, cached=True)
        answer = None
        if len(prompt) + len(system) <= PROMPT_LIMIT and not self._capped():
            answer = self._ask_in_turn(system, prompt, limit)
        if answer is None:
            return replace(known, cached=True, degraded=True) if known else Answer(STAND_IN, "none", degraded=True)
        with self.lock:
            self.spent += answer.tokens
        self.cache.put(key, answer)
        return answer

    def _ask_in_turn(self, system: str, prompt: str, limit: int) -> Answer | None:
        if not self.slots.acquire(blocking=False):
            log.warning("too many model calls at once")
            return None
        try:
            return self._ask_models(system, prompt, limit)
        finally:
            self.slots.release()

    def _ask_models(self, system: str, prompt: str, limit: int) -> Answer | None:
        deadline = min(time.monotonic() + self.total, _deadline.get())
        hopeless: set[int] = set()
        for turn in range(self.rounds):
            wait, again = 0.0, False
            for model in self.models:
                breaker, left = self.breakers[id(model)], deadline - time.monotonic()
                if id(model) in hopeless or left <= 0.1 or not breaker.admits():
                    continue
                try:
                    answer = measured(model, system, prompt, limit, min(self.timeout, left))
                except ModelError as error:
                    breaker.record(False)
                    log.warning("model %s did not answer: %s", model.name, error)
                    wait, again = max(wait, error.wait), again or error.retryable
                    if not error.retryable:
                        hopeless.add(id(model))
                else:
                    breaker.record(True)
                    return answer
            pause = max(wait, random.uniform(0.1, 0.5) * 2**turn)  # nosec B311 - spreads retries, guards nothing
            if not again or turn + 1 == self.rounds or time.monotonic() + pause >= deadline:
                return None
            time.sleep(pause)
        return None

    def _capped(self) -> bool:
        with self.lock:
            today = time.strftime("%Y-%m-%d", time.gmtime())
            if today != self.day:
                self.day, self.spent = today, 0
            return 0 < self.daily_token_cap <= self.spent


def measured(model: Model, system: str, prompt: str, limit: int, timeout: float) -> Answer:
    """Ask one model; a span and metrics under the names of OpenTelemetry's GenAI conventions tell of it."""
    if trace is None:
        return model.ask(system, prompt, limit, timeout)
    about = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": model.provider, "gen_ai.request.model": model.name}
    started = time.monotonic()
    tracer = trace.get_tracer(__name__)
    with tracer.start_as_current_span(f"chat {model.name}", kind=trace.SpanKind.CLIENT, attributes=about, record_exception=False) as span:
        span.set_attribute("gen_ai.request.max_tokens", limit)
        try:
            answer = model.ask(system, prompt, limit, timeout)
            for kind, count in (("input", answer.prompt_tokens), ("output", answer.tokens - answer.prompt_tokens)):
                span.set_attribute(f"gen_ai.usage.{kind}_tokens", count)
                TOKENS.record(count, {**about, "gen_ai.token.type": kind})
            return answer
        except ModelError as error:
            about["error.type"] = str(error).removeprefix("HTTP ")
            span.set_attribute("error.type", about["error.type"])
            raise
        finally:
            DURATION.record(time.monotonic() - started, about)


if metrics is not None:
    # Bounds of the conventions, in seconds and tokens; the SDK's own are meant for milliseconds.
    DURATION = metrics.get_meter(__name__).create_histogram(
        "gen_ai.client.operation.duration", "s", "How long a model call takes.",
        explicit_bucket_boundaries_advisory=[0.01 * 2**power for power in range(14)],
    )
    TOKENS = metrics.get_meter(__name__).create_histogram(
        "gen_ai.client.token.usage", "{token}", "Tokens of a model call.", explicit_bucket_boundaries_advisory=[4**power for power in range(14)],
    )


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
    models = [make_model(os.environ.get("LLM_PROVIDER", "{= provider =}"), os.environ.get("LLM_MODEL", "{= model =}"))]
    for entry in os.environ.get("LLM_FALLBACKS", "{= fallbacks =}").split(","):
        provider, colon, name = entry.strip().partition(":")
        if colon:
            models.append(make_model(provider, name))
    return Chain(
        models,
        timeout=float(os.environ.get("LLM_TIMEOUT_SECONDS", "{= timeout_seconds =}")),
        total=float(os.environ.get("LLM_TOTAL_SECONDS", "{= total_seconds =}")),
        max_tokens=int(os.environ.get("LLM_MAX_OUTPUT_TOKENS", "{= max_output_tokens =}")),
        daily_token_cap=int(os.environ.get("DAILY_TOKEN_CAP", "{= daily_token_cap =}")),
        cache=Cache(os.environ.get("REDIS_URL", "")),
        concurrent=int(os.environ.get("LLM_MAX_CONCURRENT", "{= concurrent =}")),
        pause=float(os.environ.get("LLM_PAUSE_SECONDS", "30")),
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
# Some more than calls at once, so that one call too many gets its stand-in and does not wait in line.
_threads = ThreadPoolExecutor(int(os.environ.get("LLM_MAX_CONCURRENT", "{= concurrent =}")) + 4, "model")


async def complete_async(prompt: str, system: str = "", max_tokens: int | None = None) -> Answer:
    """The same for coroutines: the event loop goes on with other requests while a model thinks. The trace goes along."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_threads, context.run, complete, prompt, system, max_tokens)
#% endif
