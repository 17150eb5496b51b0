"""Switches for risky changes: a change is released switched off, switched on for a few, then for all, and off again at once if it hurts.

    if feature_flags.is_on(feature_flags.NEW_WORDING, who=user_id):
        ...the new way...
    else:
        ...the old way, until the new one has proven itself...

A switch is, first found: the variable FLAG_NEW_WORDING (true, false or a value); the entry "new-wording" of the JSON file that FLAGS_FILE
names, read again when it changes; its default here. {"percent": 20} in the file switches it on for a fifth of the users, always the same.
Whatever goes wrong (no file, broken file, wrong type), the default holds and the log says why, once.

To take a switch away: keep the way that won, delete the other and the flag's line here, release, then delete its variable and entry.
A switch that nobody takes away is a branch that nobody tests. Written by prodify (recipe feature-flags); yours to edit, upgrades merge.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import FlagNotFoundError, ParseError, TargetingKeyMissingError, TypeMismatchError
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.provider import AbstractProvider, Metadata

T = TypeVar("T", bool, str, int, float)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Flag(Generic[T]):
    """A switch. `default` is the way that is proven: it holds when nothing else is said and when anything fails.

    `until` (YYYY-MM-DD): when it is to be gone. The tests warn of those that outlived their day.
    """

    key: str
    default: T
    about: str
    until: str = ""


# An example, which nothing uses. Write your own like it, and delete it.
NEW_WORDING = Flag("new-wording", False, "The new text of the start page.")

FLAGS: tuple[Flag[Any], ...] = (NEW_WORDING,)


def is_on(flag: Flag[bool], who: str = "") -> bool:
    """Whether a switch is on. `who`: the user's id or the like, needed where it is on for some; it is hashed and goes nowhere."""
    return value(flag, who)


def value(flag: Flag[T], who: str = "") -> T:
    """The value of a switch with more than two positions: a text or a number."""
    client, context = api.get_client(), EvaluationContext(targeting_key=who or None)
    default: Any = flag.default
    if isinstance(default, bool):
        found: Any = client.get_boolean_details(flag.key, default, context)
    elif isinstance(default, int):
        found = client.get_integer_details(flag.key, default, context)
    elif isinstance(default, float):
        found = client.get_float_details(flag.key, default, context)
    else:
        found = client.get_string_details(flag.key, default, context)
    if found.error_code not in (None, "FLAG_NOT_FOUND"):
        _say_once(flag.key, f"{found.error_code}: {found.error_message}")
    return cast("T", found.value)


_said: set[tuple[str, str]] = set()


def _say_once(key: str, problem: str) -> None:
    if (key, problem) not in _said and len(_said) < 1000:
        _said.add((key, problem))
        log.warning("the switch %s has its default: %s", key, problem)


class Settings(AbstractProvider):
    """Where the switches stand: the environment and one file. `api.set_provider` takes another (flagd, a vendor's) in its place."""

    LOOK_AGAIN = 2.0  # seconds between two looks at the file

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.lock = path, threading.Lock()
        self.entries: dict[str, Any] = {}
        self.problem, self.version, self.look_at = "", (0, 0), 0.0

    def get_metadata(self) -> Metadata:
        return Metadata(name="settings")

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        found = self.entry(flag_key)
        if isinstance(found, dict) and set(found) == {"percent"}:
            return FlagResolutionDetails(self.is_among(flag_key, found["percent"], evaluation_context), reason=Reason.SPLIT)
        if isinstance(found, str):  # from the environment
            found = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}.get(found.lower(), found)
        return self.of(flag_key, found, (bool,))

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        return self.of(flag_key, self.entry(flag_key), (str,))

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        return self.of(flag_key, self.number(self.entry(flag_key), int), (int,))

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        return self.of(flag_key, self.number(self.entry(flag_key), float), (int, float))

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[Any] | Mapping[str, Any],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Any]:
        return self.of(flag_key, self.entry(flag_key), (dict, list))

    @staticmethod
    def number(found: Any, kind: type) -> Any:
        try:
            return kind(found) if isinstance(found, str) else found
        except ValueError:
            return found

    @staticmethod
    def of(key: str, found: Any, kinds: tuple[type, ...]) -> FlagResolutionDetails[Any]:
        if not isinstance(found, kinds) or (isinstance(found, bool) and bool not in kinds):
            raise TypeMismatchError(f"{type(found).__name__} where {kinds[-1].__name__} is wanted")
        return FlagResolutionDetails(found, reason=Reason.STATIC)

    @staticmethod
    def is_among(key: str, percent: Any, context: EvaluationContext | None) -> bool:
        """Whether somebody is among the first so many percent; who is at 20 is still at 30, and each switch has an order of its own."""
        if isinstance(percent, bool) or not isinstance(percent, (int, float)) or not 0 <= percent <= 100:
            raise ParseError("percent is a number from 0 to 100")
        if context is None or not context.targeting_key:
            raise TargetingKeyMissingError("it is on for some, and nobody said for whom: is_on(flag, who=...)")
        place = int.from_bytes(hashlib.sha256(f"{key}/{context.targeting_key}".encode()).digest()[:4], "big") / 2**32
        return place * 100 < percent

    def entry(self, key: str) -> Any:
        named = os.environ.get("FLAG_" + key.upper().replace("-", "_"))
        if named is not None:
            return named
        self.refresh()
        if key not in self.entries:
            if self.problem:
                raise ParseError(self.problem)
            raise FlagNotFoundError(f"{key} stands nowhere")
        return self.entries[key]

    def refresh(self) -> None:
        """Read the file where it changed. One that cannot be read leaves the switches as they were."""
        if not self.path or time.monotonic() < self.look_at:
            return
        with self.lock:
            self.look_at = time.monotonic() + self.LOOK_AGAIN
            try:
                about = os.stat(self.path)
                if (about.st_mtime_ns, about.st_size) == self.version:
                    return
                with open(self.path, encoding="utf-8") as file:
                    entries = json.load(file)
                if not isinstance(entries, dict):
                    raise ValueError("no JSON object")
                self.entries, self.version, self.problem = entries, (about.st_mtime_ns, about.st_size), ""
            except (OSError, ValueError) as error:
                self.problem = f"{self.path}: {type(error).__name__}"
                _say_once("FLAGS_FILE", self.problem)


api.set_provider(Settings(os.environ.get("FLAGS_FILE", "")))
