"""Goals in what asks clouds for machines: a program of Pulumi, and what Crossplane is asked for. They state whose machines these are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from prodify.validators.goals.slos import NAME
from prodify.validators.goals.stated import Reader, Stated, line_at, stated
from prodify.validators.sources import Sources

_PROJECT = re.compile(r"^name: (\S+)", re.MULTILINE)
_PROGRAM = re.compile(r'\bservice="([^"]*)"')
_GROUP = re.compile(r"(?<![\w-])([a-z0-9-]+)\.platform\.internal\b")


def _reader(pattern: re.Pattern[str]) -> Callable[[Sources, str], Iterator[Stated]]:
    """A reader that takes every match of a pattern for the service's name."""

    def read(sources: Sources, path: str) -> Iterator[Stated]:
        text = sources.texts[path]
        for found in pattern.finditer(text):
            yield stated(NAME, line_at(text, found.start(1)), found[1])

    return read


def _programs(sources: Sources) -> list[str]:
    return [path for path in sources.ours("*.py") if "from service_stack import" in sources.texts[path]]


def _crossplane(sources: Sources) -> list[str]:
    return [path for path in sources.ours("*.yaml", "*.yml") if _GROUP.search(sources.texts[path])]


READERS = (
    Reader("Pulumi project", lambda sources: sources.ours("Pulumi.yaml"), _reader(_PROJECT), (NAME,)),
    Reader("Pulumi program", _programs, _reader(_PROGRAM), (NAME,)),
    Reader("Crossplane object", _crossplane, _reader(_GROUP), (NAME,)),
)
