"""Files of lines that no tool judges before it is too late: requirements, settings, code owners, ignore lists."""

from __future__ import annotations

import re
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prodify.validators.sources import Sources

Line = tuple[int, str]

REQUIREMENT = re.compile(
    r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[A-Za-z0-9._,\s-]*\])?\s*"
    r"(?:@\s*\S+|\(?(?:(?:===|==|~=|!=|<=|>=|<|>)\s*+[A-Za-z0-9.*+!_-]++\s*+(?:,\s*+)?+)*+\)?)\s*(?:;\s*\S.*)?$"
)
OPTION = re.compile(
    r"^(?:-[rceif]\b|--(?:requirement|constraint|editable|index-url|extra-index-url|find-links|no-index|pre|prefer-binary|no-binary|"
    r"only-binary|require-hashes|trusted-host|use-feature)\b)"
)
PLACE = re.compile(r"^(?:\.{0,2}/|https?://|git\+|file:)")
SETTING = re.compile(r"^(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)$")
OWNER = re.compile(r"^(?:@[\w-]+(?:/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+)$")


def requirements(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield lines that pip would not understand, and packages that are listed twice under the same conditions."""
    seen: dict[str, int] = {}
    for number, raw in lines:
        text = re.sub(r"(?:^|\s+)#.*$", "", raw).strip()
        text = re.sub(r"\s+--hash=\S+", "", text).strip()
        if not text or OPTION.match(text) or PLACE.match(text):
            continue
        if not REQUIREMENT.match(text):
            yield number, f"no requirement: {text[:80]}"
            continue
        found = re.match(r"[A-Za-z0-9._-]+", text)
        name = re.sub(r"[-_.]+", "-", found[0] if found else text).lower() + text.partition(";")[2].strip()
        if name in seen:
            yield number, f"{name} is listed in line {seen[name]} already"
        seen.setdefault(name, number)


def settings(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield lines that are no NAME=value, names that stand twice, and quotes that are never closed."""
    seen: dict[str, int] = {}
    for number, text in lines:
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        found = SETTING.match(text.strip())
        if found is None:
            yield number, "no NAME=value"
            continue
        name, value = found["name"], found["value"].strip()
        if name in seen:
            yield number, f"{name} stands in line {seen[name]} already"
        seen.setdefault(name, number)
        if value[:1] in ("'", '"') and (len(value) < 2 or value[0] not in value[1:]):
            yield number, f"the quote of {name} is never closed"


def owners(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield owners that GitHub would not know, and patterns that it does not support."""
    for number, raw in lines:
        text = re.sub(r"(?:^|\s)#.*$", "", raw).strip()
        if not text:
            continue
        pattern, *people = text.split()
        if pattern.startswith("!") or "[" in pattern:
            yield number, f"CODEOWNERS knows no pattern like {pattern[:60]}"
        for person in people:
            if not OWNER.match(person):
                yield number, f"{person[:60]} is no @user, @org/team or e-mail address"


def ignores(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield lines that ignore nothing though they look like it: comments after a pattern, trailing space, `./` in front."""
    for number, text in lines:
        if re.search(r"\s#", text) and not text.startswith("#"):
            yield number, "a comment needs a line of its own: here it belongs to the pattern"
        elif text.startswith("./"):
            yield number, f"{text[:60]} matches nothing: leave ./ out"
        elif text != text.rstrip() and text.strip():
            yield number, "space at the end of the line"


def _named(sources: Sources, wanted: Callable[[str], object]) -> Sequence[str]:
    return [path for path in sources if wanted(PurePosixPath(path).name)]


def _run(judge: Callable[[Sequence[Line]], Iterator[Line]], job: Job) -> Iterator[Problem]:
    for path in job.files:
        text = job.sources.texts[path].removeprefix("\ufeff")
        joined = re.sub(r"\\\r?\n", " ", text) if judge is requirements else text
        lines = [(number, line) for number, line in enumerate(joined.splitlines(), start=1)]
        for number, message in judge(lines):
            yield Problem(path, number, message)


def _validator(name: str, title: str, wanted: str, judge: Callable[[Sequence[Line]], Iterator[Line]]) -> Validator:
    wanted_names = partial(_named, wanted=re.compile(wanted).fullmatch)
    return Validator(name=name, title=title, select=wanted_names, run=partial(_run, judge), taste=True)


_REQUIREMENTS = r"requirements[\w.-]*\.(?:txt|in)|constraints[\w.-]*\.txt"
_SETTINGS = r"\.env\.(?:example|sample|template)|[\w-]+\.env\.example"

VALIDATORS = (
    _validator("lines-requirements", "requirements files: every line is one", _REQUIREMENTS, requirements),
    _validator("lines-settings", "example settings: NAME=value, each once", _SETTINGS, settings),
    _validator("lines-codeowners", "CODEOWNERS: patterns and owners", r"CODEOWNERS", owners),
    _validator("lines-ignore", "ignore files: patterns that match", r"\.(?:git|docker|gcloud)ignore", ignores),
)
