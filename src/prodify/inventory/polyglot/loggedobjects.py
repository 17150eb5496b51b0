"""What JavaScript writes to its log as a whole, although a credential or a person's data is part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note, Role
from prodify.inventory.polyglot.javascript import everywhere
from prodify.inventory.polyglot.logged import JS_LOGGERS, credential, in_service, values
from prodify.inventory.polyglot.nodes import enclosing, line_of, named
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_CALLS = everywhere({"kind": "call_expression", "has": {"field": "function", "regex": JS_LOGGERS}}, ("console.", "log.", "ogger."))
_EVERYTHING = lazy(r"^(process\.env|(req|request|ctx\.request|c\.req)\.headers)$")
_PEOPLE = lazy(
    r"^(await\s+)?([\w.]+\.)?(?i:user|account|member|customer|admin|employee|patient|usuario)s?(Model|Repository|Schema)?"
    r"\.(find(One|ById|ByPk|Unique|First|Many|All|OneBy|By)?(OrThrow|OrFail)?|create|findOneAndUpdate|findByIdAndUpdate)\("
)
_NARROWED = lazy(r"\.(select|lean)\(|\bselect\s*:|\battributes\s*:")
"""A query that names what it wants."""
_HOLDER = lazy(r"""^["']?(?i:authorization|x-api-key|api-?key|cookie)["']?$""")
_SCOPES = ("function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function_declaration",
           "program")  # fmt: skip


def logged_objects(repo: Inventory) -> Iterator[Note]:
    """Log calls of such an object, of a document of a person, of the whole environment or of all headers."""
    for row in _CALLS:
        for path in repo.syntax.sources(row.language, row.keywords, (Role.PRODUCTION,)):
            if not in_service(repo, path):
                continue
            declared: dict[str, list[SgNode]] | None = None
            for _, call in repo.syntax.nodes(row, path):
                declared = _declared(call) if declared is None else declared
                for value in values(call, top=True):
                    reason = _reason(value, call, declared)
                    if reason is not None:
                        yield Note(Location(path, line_of(call)), reason)
                        break


def _declared(call: SgNode) -> dict[str, list[SgNode]]:
    found: dict[str, list[SgNode]] = {}
    for node in call.get_root().root().find_all(kind="variable_declarator"):
        name = node.field("name")
        if name is not None and name.kind() == "identifier":
            found.setdefault(name.text(), []).append(node)
    return found


def _reason(value: SgNode, call: SgNode, declared: dict[str, list[SgNode]]) -> str | None:
    text = value.text()
    if _EVERYTHING.match(text):
        return "the whole environment is logged" if text.startswith("process") else "all headers of a request are logged"
    for declarator in declared.get(text, ()) if value.kind() == "identifier" else ():
        bound = declarator.field("value")
        if bound is None or not _reaches(declarator, call):
            continue
        if bound.kind() == "object" and any(_holds(entry) for entry in named(bound)):
            return f"{text}, which a credential was put into, is logged"
        if _PEOPLE.match(bound.text()) and not _NARROWED.search(bound.text()):
            return f"{text}, all that is kept of a person, is logged"
    return None


def _reaches(declarator: SgNode, call: SgNode) -> bool:
    """Whether a variable that is declared before a call is the one that the call means."""
    home = enclosing(declarator, *_SCOPES)
    before = declarator.range().start.index < call.range().start.index
    return home is not None and before and home.range().end.index >= call.range().end.index


def _holds(entry: SgNode) -> bool:
    if entry.kind() == "shorthand_property_identifier":
        return credential(entry.text()) is not None
    key, value = entry.field("key"), entry.field("value")
    if entry.kind() != "pair" or key is None or value is None or value.kind() in ("string", "number", "true", "false"):
        return False
    return _HOLDER.match(key.text()) is not None or credential(value.text()) is not None
