"""SQL statements that are put together from text, in languages other than Python.

As in Python only values count (inside quotes, behind a comparison, in VALUES), not table names; and neither do numbers, constants,
place holders and what is quoted on the way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.polyglot.bindings import assignments, declared_types
from prodify.inventory.polyglot.nodes import code_of, enclosing, line_of
from prodify.inventory.polyglot.texts import LANGUAGES, joins, parts
from prodify.inventory.query import Query, query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_MIGRATION = lazy(r"(^|/)(db/(migrate|migrations?|seeds?)|database/(migrations|seed(s|ers)?)|[mM]igrations?)/")
"""What changes the database's schema runs once, by hand, and no visitor's words reach it."""
_VERBS = ("select", "insert", "update", "delete", "replace", "merge")
_SHAPE = lazy(
    r"(?is)^\s*(?:with\b.*?)?(select\b.*?\bfrom\b|insert\s+(ignore\s+)?into\b|update\s+\S+\s+set\b|delete\s+from\b|replace\s+into\b|merge\s+into\b)"
)
_VALUE = lazy(r"(['\"]%?|(=|<>|!=|<|>|\blike|\bilike|\bin)\s*\(?|values\s*\([^)]*)\s*$", re.IGNORECASE)
_IDENTIFIER = lazy(r"\b(from|into|update|join|table|exists)\s+(\\?\"\w+\\?\"\.)?\\?\"$", re.IGNORECASE)
"""Double quotes behind these words stand around the name of a table (PostgreSQL, SQL Server), never around a value."""
_FRAGMENT = lazy(r"[\w`\"\].]\s*(=|<>|!=|<|>|\s+i?like|\s+in)\s*\(?\s*['\"]?%?$", re.IGNORECASE)
_FRAGMENTS = lazy(r"(^|[.:>])(where|having|find_by!?|find_by_sql|delete_all|update_all|exists\?|Where|Having|\w+Raw|raw)$")
_TALK = lazy(
    r"(?i)(^|[.:>])(log\w*|print\w*|eprint\w*|puts|debug\w*|info\w*|warn\w*|error\w*|trace\w*|panic\w*|fatal\w*|raise|die|exit|"
    r"\w*exception|\w*error|anyhow|bail|writeline|write)$"
)
_BINDS = lazy(r"(^|\.)(FromSql|ExecuteSql|SqlQuery)(Interpolated)?(Async)?$")
"""Methods of Entity Framework that make parameters of what is interpolated."""
_CALLS = ("call_expression", "new_expression", "method_invocation", "object_creation_expression", "invocation_expression", "call",
    "command",
          "function_call_expression", "member_call_expression", "scoped_call_expression", "macro_invocation")  # fmt: skip
_FUNCTIONS = ("function_declaration", "method_declaration", "function_item", "function_definition", "method_definition", "arrow_function",
              "function_expression", "func_literal", "method", "lambda_expression", "constructor_declaration", "program")  # fmt: skip
_SAFE = lazy(
    r"""(?i)^(\(int\)|\(float\)|parseInt\(|parseFloat\(|Number\(|intval\(|floatval\(|int\(|strconv\.(Itoa|FormatInt)|len\(|count\("""
    r"""|(Integer|Long|Guid|UUID)\.|Date\.now\(\)$|int\.Parse|Convert\.ToInt|Math\.|date\()|\.(to_i|to_f|length|size|count|Length|Count|getTime\(\)|id\(\))$"""
    r"""|(escape|quote|sanitize|placeholder|bindparam)|\$\$?\{?i\b"""
)
_MARKS = lazy(r"""["']\?["']""")
"""Question marks that are joined, as many as there are values."""
_CONSTANT = lazy(r"^('[^'\"]*'|\"[^'\"]*\"|`[^`${]*`|\d+|(\w+(\.|::|->))*[A-Z][A-Z0-9_]+)$")
_NUMERIC = lazy(
    r"(?:int|long|short|Int|Long|Integer|UInt\w*|u?int(?:8|16|32|64)?|[iu](?:8|16|32|64|size)|float\d*|double|Double|decimal"
    r"|number|bool\w*|Guid|UUID|Uuid|LocalDate\w*|DateTime)"
)


_FRAGMENT_KINDS = (
    ("ruby", "string"), ("php", "encapsed_string"), ("php", "binary_expression"), ("go", "binary_expression"), ("go", "call_expression"),
    ("javascript", "template_string"), ("typescript", "template_string"), ("javascript", "binary_expression"),
    ("typescript", "binary_expression"), ("java", "binary_expression"), ("csharp", "binary_expression"),
    ("csharp", "interpolated_string_expression"), ("kotlin", "string_literal"), ("kotlin", "additive_expression"),
)  # fmt: skip
_ADDS = lazy(r"^\s*\$?(\w+)\s*(?:\+=|\.=|<<)")
_BEGINS = lazy(r"(?is)^[\s\"'`$@(&]*(?:select|insert|update|delete|replace|merge|with)\s")


def _queries() -> Iterator[Query]:
    words = (*_VERBS, *(v.upper() for v in _VERBS), *(v.title() for v in _VERBS))
    kinds = {
        "go": ("binary_expression", "call_expression"), "java": ("binary_expression", "method_invocation"), "ruby": ("binary", "string",
        "heredoc_body"), "rust": ("macro_invocation", "binary_expression"), "kotlin": ("additive_expression", "string_literal"),
        "php": ("binary_expression", "encapsed_string", "heredoc_body", "function_call_expression"),
        "csharp": ("binary_expression", "interpolated_string_expression", "invocation_expression"),
    }  # fmt: skip
    for language in LANGUAGES:
        own = kinds.get(language, ("binary_expression", "template_string"))
        starts = r"(?is)^((fmt\.|[Ss]tring\.|\\)?s?(printf|format)!?\s*\(\s*)?[\s\"'`$@(&]*(with\b|" + "|".join(_VERBS) + r")\s"
        yield query(language, {"any": [{"kind": kind} for kind in own], "regex": starts}, keywords=words)
    for language, kind in _FRAGMENT_KINDS:
        yield query(language, {"kind": kind, "regex": r"(?is)^(fmt\.Sprintf\()?.[\w\"`.\s]*\b[\w\"`.]+\s*(=|<|>|like\b|in\b)"},
                    keywords=("where", "Where", "WHERE", "having", "HAVING", "Raw", "find_by", "delete_all"))  # fmt: skip


_QUERIES = tuple(_queries())


def unsafe_sql(repo: Inventory) -> Iterator[Note]:
    """Statements with a value put into their text; the note names what is put in."""
    seen: set[tuple[str, int]] = set()
    for row in _QUERIES:
        for path in repo.syntax.sources(row.language, row.keywords):
            if _MIGRATION.search(path):
                continue
            for _, node in repo.syntax.nodes(row, path):
                place = (path, line_of(node))
                if place not in seen and (hole := _hole(node, row.language)) is not None:
                    seen.add(place)
                    yield Note(Location(path, place[1]), f"{' '.join(hole.text().split())[:60]} is put into the statement's text")


def _hole(node: SgNode, language: str) -> SgNode | None:
    """The first value that is put into a statement, None when there is none or the text is only talked about."""
    parent = node.parent()
    if parent is None or joins(parent) or (parent.kind() == "call_expression" and node.kind() == "template_string"):
        return None
    around = enclosing(node, *_CALLS)
    callee = _callee(around) if around is not None else ""
    if _TALK.search(callee) or (node.kind() == "interpolated_string_expression" and _BINDS.search(callee)):
        return None
    before, pieces = "", list(parts(node))
    fragment = _FRAGMENTS.search(callee) is not None or _continues(node, parent, language)
    for part in pieces:
        if isinstance(part, str):
            before += part
            continue
        fits = (_SHAPE.match(before) and _VALUE.search(before) and not _IDENTIFIER.search(before)) or (
            fragment and _FRAGMENT.search(before)
        )
        if fits and not _harmless(part, language):
            return part
        before += "?"
    return None


def _continues(node: SgNode, parent: SgNode, language: str) -> bool:
    """Whether a text is added to a statement that was begun under a name (`sql += ...`): most filters of a list are written that way."""
    owner = parent.parent() if parent.kind() == "expression_list" else parent
    adds = _ADDS.match(owner.text()) if owner is not None and "assign" in owner.kind() else None
    if adds is None:
        return False
    around = enclosing(node, *_FUNCTIONS)
    scope = around if around is not None else node.get_root().root()
    return any(_BEGINS.match(value.text().strip()) for value in _values(language, scope, adds[1]))


def _callee(call: SgNode) -> str:
    """What a call calls: a path of names, a method's name or a type's."""
    named = (call.field(field) for field in ("function", "name", "method", "type", "constructor", "macro"))
    called = next((node.text() for node in named if node is not None), None)
    return re.sub(r"<[^<>]*>$", "", called if called is not None else re.split(r"[\s({]", call.text(), maxsplit=1)[0])


def _harmless(hole: SgNode, language: str) -> bool:
    """Whether an expression cannot carry a visitor's words."""
    written = hole.text().strip()
    if _is_harmless(hole):
        return True
    name = re.fullmatch(r"[$&*]?(\w+)", written)
    if name is None:
        return False
    around, root = enclosing(hole, *_FUNCTIONS), hole.get_root().root()
    scope = around if around is not None else root
    if any(declared == name[1] and _NUMERIC.fullmatch(kind) for declared, kind in declared_types(language, scope)):
        return True
    given = _values(language, scope, name[1]) or _values(language, root, name[1])
    return bool(given) and all(map(_is_harmless, given))


def _is_harmless(value: SgNode) -> bool:
    """Whether an expression says so itself: a constant, a number, something quoted. What a text in it says or a comment counts not."""
    written = value.text().strip()
    return bool(_CONSTANT.match(written) or _SAFE.search(code_of(value).strip()) or _MARKS.search(written))


def _values(language: str, scope: SgNode, name: str) -> list[SgNode]:
    """The values that a name is given in a piece of code."""
    return [value for names, value in assignments(language, scope) if name in names]
