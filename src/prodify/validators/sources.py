"""The texts to be proven, and their YAML documents with line numbers, read once for all validators."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ALIAS_LIMIT = 200
"""Aliases in one file; nested ones grow without bound when they are written out again."""

DEPTH_LIMIT = 200
"""Levels of nesting; a Kubernetes object has about 15."""

YAML_SUFFIXES = (".yaml", ".yml")

MARK = re.compile(r"Written\s+(?:#\s*)?by\s+(?:#\s*)?prodify\s+(?:#\s*)?\(recipe")
"""What a whole file of ours says of itself. Style is judged in those alone: how users write is theirs."""


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: the file it stands in, its first line counted from 1, and its value."""

    path: str
    line: int
    value: Any

    def get(self, key: str) -> Any:
        """Return the value of a top-level key, or None where the document is no mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None


class Sources:
    """Relative POSIX path to text, in order of path, with a cache of the parsed YAML."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(sorted(texts.items()))
        self._documents: dict[str, tuple[Document, ...]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __contains__(self, path: object) -> bool:
        return path in self.texts

    def documents(self, path: str) -> tuple[Document, ...]:
        """Return the documents of a YAML file; of one that does not parse none (yamllint says why)."""
        if path not in self._documents:
            try:
                self._documents[path] = tuple(load_documents(path, self.texts[path]))
            except ValueError:
                self._documents[path] = ()
        return self._documents[path]

    def yaml_where(self, predicate: Callable[[Document], bool]) -> list[str]:
        """Return the YAML files of which some document satisfies the predicate."""
        return [path for path in self if path.endswith(YAML_SUFFIXES) and any(map(predicate, self.documents(path)))]

    def matching(self, *patterns: str) -> list[str]:
        """Return the paths that match one of the patterns, from the right: `*.tf` anywhere, `workflows/*.yml` in such a folder."""
        return [path for path in self if any(PurePosixPath(path).match(pattern) for pattern in patterns)]

    def ours(self, *patterns: str) -> list[str]:
        """Return the matching paths of files that say that prodify wrote them."""
        return [path for path in self.matching(*patterns) if MARK.search(self.texts[path])]


def _refuse_bombs(path: str, events: Iterator[Any]) -> None:
    """Raise ValueError for a text that grows when it is used, or nests deeper than the C loader's stack is safe with."""
    import yaml

    aliases = depth = 0
    for event in events:
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if aliases > ALIAS_LIMIT:
            raise ValueError(f"{path} has more than {ALIAS_LIMIT} YAML aliases")
        if depth > DEPTH_LIMIT:
            raise ValueError(f"{path} nests deeper than {DEPTH_LIMIT} levels")


def load_documents(path: str, text: str) -> Iterator[Document]:
    """Yield the documents of a YAML text, empty ones left out.

    Raises:
        ValueError: it is not YAML, nests too deeply, or has more than ALIAS_LIMIT aliases.
    """
    import yaml

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_bombs(path, yaml.parse(text, Loader=loader_class))
        loader = loader_class(text)
        try:
            while loader.check_node():
                node = loader.get_node()
                value = loader.construct_document(node)
                if node is not None and value is not None:
                    yield Document(path, node.start_mark.line + 1, value)
        finally:
            loader.dispose()
    except (yaml.YAMLError, RecursionError, TypeError, AttributeError, LookupError) as error:
        raise ValueError(f"{path} is not YAML that can be read: {type(error).__name__}") from error
