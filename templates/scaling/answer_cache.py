"""Answers of other services, kept for a while: asked once for everybody instead of once for every page.

    @answer_cache.cached
    def weather(city): ...

An answer is kept under the function's name and arguments: in Redis where REDIS_URL names one (all workers and replicas share it), and in
this process, which is enough while Redis is away. Whoever asks while somebody else is asking already waits for that answer. Nothing is
kept of a function that raised, or returned nothing or something empty. Made for functions whose answer is the same for everybody: one
whose parameters are about a person is refused when the program starts. Written by prodify (recipe cache); yours to edit, upgrades merge.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import inspect
import json
import logging
import os
import random
import re
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

# How long an answer is kept, in seconds; 0 keeps nothing. What changes seldom may be kept longer: @answer_cache.cached(seconds=3600).
SECONDS = float(os.environ.get("ANSWER_CACHE_SECONDS", "{= seconds =}"))
# So many answers stay in this process; those that were not asked for the longest go first.
SIZE = 500
LARGEST = 64 * 1024  # characters; what is larger is not kept
WAIT = 0.3  # seconds; a slow cache is worse than none
PATIENCE = 5.0  # seconds to wait for somebody else's answer before asking oneself
PERSONAL = re.compile(r"{= personal =}", re.IGNORECASE)

log = logging.getLogger(__name__)

try:
    from opentelemetry import metrics

    _lookups: Any = metrics.get_meter(__name__).create_counter("cache.lookups", "{lookup}", "Answers asked for, and whether they were kept")
except ImportError:
    _lookups = None


def cached(function: Callable[..., Any] | None = None, *, seconds: float | None = None, personal: bool = False) -> Any:
    """Keep what a function or coroutine returns. `personal`: its parameters only look as if they were about a person."""
    if function is None:
        return functools.partial(cached, seconds=seconds, personal=personal)
    about = [name for name in inspect.signature(function).parameters if PERSONAL.search(name)]
    if about and not personal:
        raise TypeError(f"{function.__qualname__} is about a person ({', '.join(about)}): its answers are not for everybody, so they are not kept")
    keep = _Kept(function, SECONDS if seconds is None else seconds)
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            return await keep.later(args, kwargs)

        return coroutine

    @functools.wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        return keep.now(args, kwargs)

    return plain


class _Kept:
    """One function and its answers, as JSON, so that whoever changes what he was given changes nobody else's."""

    def __init__(self, function: Callable[..., Any], seconds: float) -> None:
        self.function, self.seconds, self.signature = function, seconds, inspect.signature(function)
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.lock = threading.Lock()
        self.asking: dict[str, Future[str | None]] = {}

    def key(self, args: Any, kwargs: Any) -> str | None:
        """What an answer is kept under; None for arguments that are not plain values, or where nothing is to be kept."""
        given = self.signature.bind(*args, **kwargs)
        given.apply_defaults()
        try:
            # A new version may ask for something else, so it starts anew.
            plain = json.dumps([os.environ.get("SERVICE_VERSION", ""), self.name, given.arguments], sort_keys=True, allow_nan=False)
        except (TypeError, ValueError):
            return None
        return "answer:" + hashlib.sha256(plain.encode()).hexdigest() if self.seconds > 0 else None

    def now(self, args: Any, kwargs: Any) -> Any:
        key = self.key(args, kwargs)
        if key is None:
            return self.function(*args, **kwargs)
        text, mine = self._begin(key)
        if text is None and mine is None:
            text = self._wait(key)
        if text is not None:
            return json.loads(text)
        if mine is None:
            return self.function(*args, **kwargs)
        try:
            text = _shared.look_or_claim(key)
            if text is not None:
                self._end(key, mine, text, "hit")
                return json.loads(text)
            value = self.function(*args, **kwargs)
            self._end(key, mine, self._keep(key, value), "miss")
            return value
        except BaseException as error:
            self._fail(key, mine, error)
            raise
        finally:
            _shared.release(key)

    async def later(self, args: Any, kwargs: Any) -> Any:
        """The same for a coroutine: Redis is asked in a thread, and whoever waits, waits without one, so that others go on."""
        key = self.key(args, kwargs)
        if key is None:
            return await self.function(*args, **kwargs)
        text, mine = self._begin(key)
        if text is None and mine is None:
            text = await self._wait_later(key)
        if text is not None:
            return json.loads(text)
        if mine is None:
            return await self.function(*args, **kwargs)
        try:
            text = await _shared.look_or_claim_later(key)
            if text is not None:
                self._end(key, mine, text, "hit")
                return json.loads(text)
            value = await self.function(*args, **kwargs)
            self._end(key, mine, await asyncio.to_thread(self._keep, key, value), "miss")
            return value
        except BaseException as error:
            self._fail(key, mine, error)
            raise
        finally:
            await asyncio.to_thread(_shared.release, key)

    def _begin(self, key: str) -> tuple[str | None, Future[str | None] | None]:
        """An answer that this process has, or the duty to ask; neither when somebody here is asking already."""
        text = _own.get(key)
        if text is None:
            with self.lock:
                if key not in self.asking:
                    self.asking[key] = Future()
                    return None, self.asking[key]
        self._count("hit")  # kept, or waited for
        return text, None

    def _wait(self, key: str) -> str | None:
        """Somebody else's answer, or what went wrong with it; None when it does not come or cannot be shared."""
        asked = self.asking.get(key)
        if asked is None:
            return _own.get(key)
        try:
            return asked.result(PATIENCE)
        except (TimeoutError, FutureTimeoutError):
            return None

    async def _wait_later(self, key: str) -> str | None:
        asked = self.asking.get(key)
        if asked is None:
            return _own.get(key)
        try:
            # Shielded: one who gives up must not call off the question for the others.
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(asked)), PATIENCE)
        except (TimeoutError, asyncio.TimeoutError):
            return None

    def _keep(self, key: str, value: Any) -> str | None:
        """The answer as JSON, kept where it is worth it; None when JSON cannot hold it as it is."""
        try:
            text = json.dumps(value, allow_nan=False)
        except (TypeError, ValueError):
            return None
        if json.loads(text) != value:
            return None
        if value and len(text) <= LARGEST:
            # Not all at the same moment: what was asked together would otherwise be asked anew together.
            until = time.time() + self.seconds * random.uniform(0.9, 1.1)
            _own.put(key, until, text)
            _shared.put(key, until, text)
        return text

    def _end(self, key: str, mine: Future[str | None], text: str | None, result: str) -> None:
        self._count(result)
        with self.lock:
            self.asking.pop(key, None)
        if not mine.done():
            mine.set_result(text)

    def _fail(self, key: str, mine: Future[str | None], error: BaseException) -> None:
        """Whoever waits gets the same error; asking again for each of them would only make it worse."""
        if mine.done():
            return
        self._count("error")
        with self.lock:
            self.asking.pop(key, None)
        if isinstance(error, Exception):
            mine.set_exception(error)
        else:
            mine.set_result(None)  # whoever was asking was stopped: the others ask for themselves

    def _count(self, result: str) -> None:
        if _lookups is not None:
            _lookups.add(1, {"cache.name": self.name, "cache.result": result})


class _Own:
    """The answers that this process has: key to (when it ends, JSON), the last used last."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.answers: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def get(self, key: str) -> str | None:
        with self.lock:
            until, text = self.answers.get(key, (0.0, ""))
            if until <= time.time():
                self.answers.pop(key, None)
                return None
            self.answers.move_to_end(key)
            return text

    def put(self, key: str, until: float, text: str) -> None:
        with self.lock:
            self.answers[key] = (until, text)
            while len(self.answers) > SIZE:
                self.answers.popitem(last=False)


class _Shared:
    """Redis, if there is one. One that fails is left alone for a while, so that it costs no request its time."""

    RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

    def __init__(self, url: str) -> None:
        self.redis: Any = None
        self.away_until = 0.0
        self.claims: dict[str, str] = {}
        if url:
            try:
                import redis

                self.redis = redis.Redis.from_url(url, socket_timeout=WAIT, socket_connect_timeout=WAIT, decode_responses=True)
            except ImportError:
                log.warning("REDIS_URL is set and the package redis is not installed: each process keeps its own answers")

    def ask(self, command: str, *arguments: Any, **options: Any) -> Any:
        if self.redis is None or time.monotonic() < self.away_until:
            return None
        try:
            return getattr(self.redis, command)(*arguments, **options)
        except Exception as error:  # noqa: BLE001 - whatever it raises, the service goes on
            self.away_until = time.monotonic() + 10
            log.warning("the shared cache does not answer (%s); each process keeps its own answers", type(error).__name__)
            return None

    def look_or_claim(self, key: str) -> str | None:
        """The answer that another process kept, also one that is being asked for; None when it is this process that asks."""
        patient_until = time.monotonic() + PATIENCE
        while True:
            text, mine = self.attempt(key, patient_until)
            if text is not None or mine:
                return text
            time.sleep(0.05)

    async def look_or_claim_later(self, key: str) -> str | None:
        patient_until = time.monotonic() + PATIENCE
        while True:
            away = self.redis is None or time.monotonic() < self.away_until
            text, mine = self.attempt(key, 0) if away else await asyncio.to_thread(self.attempt, key, patient_until)
            if text is not None or mine:
                return text
            await asyncio.sleep(0.05)

    def attempt(self, key: str, patient_until: float) -> tuple[str | None, bool]:
        """An answer, or whether this process is the one to ask; neither while another is asking."""
        text = self.look(key)
        if text is not None:
            return text, False
        token = uuid.uuid4().hex
        # A process that dies while it asks holds the others up no longer than their patience.
        claimed = self.ask("set", f"{key}:asking", token, nx=True, px=int(PATIENCE * 1000))
        away = self.redis is None or time.monotonic() < self.away_until
        if not claimed and not away and time.monotonic() < patient_until:
            return None, False
        self.claims[key] = token
        return self.look(key), True  # it may have come while this process claimed the right to ask

    def look(self, key: str) -> str | None:
        told = self.ask("get", key)
        try:
            until, text = json.loads(told) if told else (0.0, None)
        except (ValueError, TypeError):
            log.warning("an answer in the shared cache cannot be read")
            return None
        if text is not None and until > time.time():
            _own.put(key, until, text)
            return str(text)
        return None

    def put(self, key: str, until: float, text: str) -> None:
        self.ask("set", key, json.dumps([until, text]), px=max(1, int((until - time.time()) * 1000)))

    def release(self, key: str) -> None:
        token = self.claims.pop(key, None)
        if token is not None:
            self.ask("eval", self.RELEASE, 1, f"{key}:asking", token)


_own = _Own()
_shared = _Shared(os.environ.get("REDIS_URL", ""))


def forget() -> None:
    """Drop what this process keeps, for tests."""
    _own.answers.clear()
