"""What names are given in languages other than Python: assignments with their values, declared types, annotated parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.polyglot.nodes import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

_SCRIPTS = ("javascript", "typescript", "tsx")


def _rule(kinds: str) -> Mapping[str, object]:
    return {"rule": {"any": [{"kind": kind} for kind in kinds.split()]}}


_BINDERS: Mapping[str, Mapping[str, object]] = {
    **{language: _rule("variable_declarator assignment_expression") for language in (*_SCRIPTS, "java", "csharp")},
    "go": _rule("short_var_declaration assignment_statement var_spec const_spec"),
    "kotlin": _rule("property_declaration assignment"),
    "ruby": _rule("assignment operator_assignment"),
    "rust": _rule("let_declaration assignment_expression const_item static_item"),
    "php": _rule("assignment_expression const_element"),
}
_TYPED: Mapping[str, Mapping[str, object]] = {
    **{language: _rule("required_parameter optional_parameter variable_declarator") for language in ("typescript", "tsx")},
    "java": _rule("formal_parameter local_variable_declaration field_declaration enhanced_for_statement"),
    "csharp": _rule("parameter variable_declaration foreach_statement"),
    "go": _rule("parameter_declaration var_spec"),
    "kotlin": _rule("parameter variable_declaration"),
    "rust": _rule("parameter let_declaration"),
    "php": _rule("simple_parameter property_promotion_parameter property_declaration"),
}
_PARAMETERS: Mapping[str, tuple[str, str]] = {"java": ("formal_parameter", "annotation"), "csharp": ("parameter", "attribute")}
_NAMES = frozenset(
    "identifier simple_identifier shorthand_property_identifier_pattern shorthand_property_identifier name"
    " instance_variable global_variable".split()
)  # fmt: skip
_NAME_RULES: Mapping[str, Mapping[str, object]] = {
    **dict.fromkeys(_SCRIPTS, _rule("identifier shorthand_property_identifier_pattern shorthand_property_identifier")),
    "kotlin": _rule("simple_identifier"), "php": _rule("name"), "ruby": _rule("identifier instance_variable global_variable"),
    **dict.fromkeys(("go", "java", "csharp", "rust"), _rule("identifier")),
}  # fmt: skip
_SEVERAL = frozenset(("go", "kotlin"))
"""Languages that declare several names with one type, or whose grammar calls no part the name."""
_DECLARED = frozenset(("identifier", "simple_identifier", "variable_declarator", "property_element"))
_MEMBERS = frozenset(
    "member_expression subscript_expression selector_expression index_expression field_access field_expression member_access_expression"
    " element_access_expression call element_reference scoped_property_access_expression directly_assignable_member".split()
)


def names_in(language: str, node: SgNode, text: str, start: int = 0) -> set[str]:
    """The names that stand in an expression by themselves from `start` on; a member of something else only shares a name.

    `text` is that of the whole file.
    """
    places = ((found.text(), found.range().start.index) for found in node.find_all(_NAME_RULES[language]))  # type: ignore[call-overload]
    return {name for name, at in places if at >= start and text[at - 1 : at] not in (".", ">")}


def assignments(language: str, scope: SgNode) -> Iterator[tuple[frozenset[str], SgNode]]:
    """The names that declarations and assignments in a piece of code bind, each with the value; members of objects are left out."""
    for node in scope.find_all(_BINDERS[language]):  # type: ignore[call-overload]
        parts = [part for part in named(node) if part.kind() not in ("binding_pattern_kind", "modifiers")]
        target = next((t for f in ("left", "name", "pattern") if (t := node.field(f)) is not None), parts[0] if parts else None)
        value = node.field("right") or node.field("value") or (parts[-1] if len(parts) > 1 else None)
        if target is None or value is None or target.kind() in _MEMBERS or value.range() == target.range():
            continue
        yield frozenset(_bound(target)), value


def _bound(target: SgNode) -> Iterator[str]:
    """The names of a target, those of a pattern included."""
    if target.kind() in _NAMES:
        yield target.text()
        return
    for part in named(target):
        if target.kind() != "pair_pattern" or part.kind() != "property_identifier":
            yield from _bound(part)


def declared_types(language: str, scope: SgNode) -> Iterator[tuple[str, str]]:
    """Names that a piece of code declares with a type, and that type as written, without the marks around it."""
    for node in scope.find_all(_TYPED[language]) if language in _TYPED else ():  # type: ignore[call-overload]
        parts = [child for child in named(node) if child.kind() not in ("modifiers", "attribute_list", "visibility_modifier")]
        kind = node.field("type") or (parts[1] if language == "kotlin" and len(parts) > 1 else None)
        if kind is None:
            continue
        direct = [t for f in ("name", "pattern", "left") if (t := node.field(f)) is not None] if language not in _SEVERAL else []
        for part in direct or (child for child in parts if child.kind() in _DECLARED):
            target = part if direct else part.field("name") or part
            if target.kind() in _NAMES or target.kind() == "variable_name":
                yield target.text().lstrip("$"), kind.text().lstrip(":&*? ").rstrip("? ")


def annotated(language: str, scope: SgNode, names: frozenset[str]) -> Iterator[str]:
    """Parameters that carry one of these annotations."""
    parameter, mark = _PARAMETERS.get(language, ("", ""))
    for node in scope.find_all(kind=parameter) if parameter else ():
        marks = [*node.find_all(kind=mark), *(node.find_all(kind="marker_annotation") if language == "java" else ())]
        name = node.field("name")
        said = {written.text().rpartition(".")[2] for found in marks if (written := found.field("name")) is not None}
        if name is not None and said & names:
            yield name.text()
