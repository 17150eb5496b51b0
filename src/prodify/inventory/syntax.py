"""Parsing and structural search: one door for every language, through ast-grep (tree-sitter grammars, error tolerant).

A file is parsed at most once, and only when one of the words that somebody looks for occurs in it. Everything that a Python
module says (imports, calls, assignments, functions) is taken from one parse.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from prodify.inventory.facts import Match, Role
from prodify.inventory.haystack import Haystack
from prodify.inventory.query import in_ascii
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory.files import FileIndex
    from prodify.inventory.query import Query
    from prodify.lazyre import Words

LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "python": ("*.py", "*.pyw"),
    "javascript": ("*.js", "*.jsx", "*.mjs", "*.cjs"),
    "typescript": ("*.ts", "*.mts", "*.cts"),
    "tsx": ("*.tsx",),
    "go": ("*.go",),
    "java": ("*.java",),
    "kotlin": ("*.kt", "*.kts"),
    "ruby": ("*.rb", "config.ru"),
    "rust": ("*.rs",),
    "php": ("*.php",),
    "csharp": ("*.cs",),
    "html": ("*.html", "*.htm", "*.jinja", "*.jinja2", "*.j2"),
}
"""File patterns of each language."""

NESTED_TEXT = 16
"""The texts of matches that stand inside one another are read up to this many times the file's length: what a person writes nests less."""
CODE_ROLES = (Role.PRODUCTION,)
"""What structural queries look at unless told otherwise."""


class Need(NamedTuple):
    """What stands in a text that uses a dotted name: all of its identifiers, and `called` in front of a parenthesis or of an `as`."""

    names: tuple[str, ...]
    called: str | None = None


class Syntax:
    """The parser's door. Trees of parsed files are kept for the life of the inventory."""

    def __init__(self, files: FileIndex) -> None:
        self._files = files
        self._trees: dict[str, SgNode | None] = {}
        self._by_role: dict[tuple[str, Role], tuple[str, ...]] = {}
        self._haystacks: dict[tuple[str, Role], Haystack] = {}

    @cached_property
    def by_language(self) -> Mapping[str, tuple[str, ...]]:
        """Every source file of each language, whatever its role, vendored and generated ones left out."""
        return {language: self._files.select(*patterns) for language, patterns in LANGUAGES.items()}

    def sources(self, language: str, keywords: Iterable[str] = (), roles: Iterable[Role] = CODE_ROLES) -> Iterator[str]:
        """Paths of a language's files that hold at least one of the keywords (any file when there are none)."""
        found: list[str] = []
        words: tuple[str, ...] | None = None
        for role in frozenset(roles):
            paths = self._of(language, role)
            if not paths:
                continue  # most repositories hold few of the languages, and some questions have hundreds of words
            words = _shortest(tuple(keywords)) if words is None else words
            if words and "" not in words:
                paths = tuple(paths[number] for number in self._haystack(language, role).holding(words))
            found += paths
        yield from sorted(found)

    def sources_needing(self, language: str, needs: Iterable[Need], roles: Iterable[Role] = CODE_ROLES) -> tuple[str, ...]:
        """Paths of a language's files that fulfil one of the needs."""
        wanted = tuple(needs)
        found: list[str] = []
        for role in frozenset(roles):
            haystack, paths = self._haystack(language, role), self._of(language, role)
            numbers: set[int] = set()
            for need in wanted:
                fitting = haystack.naming(need.names)
                numbers |= haystack.calling(need.called, fitting - numbers) if need.called else fitting
            found += (paths[number] for number in numbers)
        return tuple(sorted(found))

    def holding_words(self, language: str, words: Words, roles: Iterable[Role] = CODE_ROLES) -> frozenset[str]:
        """Paths of a language's files that hold one of the words, whatever its case."""
        found: set[str] = set()
        for role in frozenset(roles):
            paths = self._of(language, role)
            if not words.are_names:
                found.update(path for path in paths if words.search(self.text(path)))
            elif paths:
                found.update(paths[number] for number in self._haystack(language, role).of_any_case(words.words))
        return frozenset(found)

    def _haystack(self, language: str, role: Role) -> Haystack:
        known = self._haystacks.get((language, role))
        if known is None:
            known = self._haystacks[language, role] = Haystack([self.text(path) for path in self._of(language, role)])
        return known

    def _of(self, language: str, role: Role) -> tuple[str, ...]:
        """The files of a language that have a role, sorted."""
        known = self._by_role.get((language, role))
        if known is None:
            roles = self._files.roles
            known = self._by_role[language, role] = tuple(p for p in self.by_language[language] if roles[p] is role)
        return known

    def text(self, path: str) -> str:
        """The text of a source file, empty when it cannot be read."""
        return self._files.text(path) or ""

    def tree(self, path: str, language: str) -> SgNode | None:
        """The root node of a file, None when it cannot be read or nests so deeply that no person wrote it."""
        if path not in self._trees:
            from ast_grep_py import SgRoot

            text = self._files.text(path)
            if language == "php" and text is not None:
                from prodify.inventory.phptags import php_only

                text = php_only(text)
            root = None if text is None else SgRoot(text, language).root()
            self._trees[path] = None if root is None or is_too_deep(root) else root
        return self._trees[path]

    def find(self, query: Query, roles: Iterable[Role] = CODE_ROLES) -> tuple[Match, ...]:
        """Everything a structural query matches, by path and line."""
        found: list[Match] = []
        for path in self.sources(query.language, query.keywords, roles):
            root = self.tree(path, query.language) if query.where is None or query.where.search(self.text(path)) else None
            if root is None:
                continue
            room = NESTED_TEXT * (len(self.text(path)) + 1)
            for node in root.find_all(_config(query)):  # type: ignore[call-overload]
                text = node.text()
                room -= len(text)
                if room < 0:
                    break
                found.append(Match(location_of(path, node), text, tuple(_captures(node, query.capture))))
        return tuple(found)


    def nodes(self, query: Query, path: str) -> Iterator[tuple[Match, SgNode]]:
        """What a structural query matches in one file, each with its node; nothing when the file holds none of the query's words."""
        text = self._files.text(path) or ""
        if query.keywords and not any(word in text for word in query.keywords):
            return
        if query.where is not None and not query.where.search(text):
            return
        root = self.tree(path, query.language)
        if root is None:
            return
        for node in root.find_all(_config(query)):  # type: ignore[call-overload]
            yield Match(location_of(path, node), node.text(), tuple(_captures(node, query.capture))), node


DEEPEST = 1_000
"""Levels of a syntax tree. The parser finds a node's parent from the root, so searching a deeper one takes the square of its size."""
_HEAVY = 4 * DEEPEST
"""Characters below which a node cannot hold so many levels that it matters."""


def is_too_deep(root: SgNode) -> bool:
    """Whether a tree nests deeper than `DEEPEST`. Looks only into nodes that are large enough for that."""
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > DEEPEST:
            return True
        place = node.range()
        if place.end.index - place.start.index >= _HEAVY:
            stack += [(child, depth + 1) for child in node.children()]
    return False


@lru_cache(maxsize=1024)
def _shortest(keywords: tuple[str, ...]) -> tuple[str, ...]:
    """The keywords without those that hold another one: where they stand, that one stands as well."""
    found: list[str] = []
    for word in sorted(set(keywords), key=len):
        if not any(other in word for other in found):
            found.append(word)
    return tuple(found)


@lru_cache(maxsize=1024)
def _config(query: Query) -> dict[str, object]:
    """What ast-grep is asked."""
    config: dict[str, object] = {"rule": in_ascii(query.rule)}
    return {**config, "constraints": in_ascii(query.constraints)} if query.constraints else config


def location_of(path: str, node: SgNode) -> Location:
    """The place of a node, lines counted from 1."""
    span = node.range()
    return Location(path, span.start.line + 1, span.end.line + 1)


def _captures(node: SgNode, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        one = node.get_match(name)
        if one is not None:
            yield name, one.text()
            continue
        several = node.get_multiple_matches(name)
        if several:
            yield name, "".join(part.text() for part in several)
