"""Data of a request that is run as code, in languages other than Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.polyglot.bindings import annotated, assignments, names_in
from prodify.inventory.polyglot.callshapes import call_rule, callee
from prodify.inventory.polyglot.nodes import enclosing, line_of
from prodify.inventory.polyglot.requestdata import origins, taken_apart
from prodify.inventory.query import Query, query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_FILLED = frozenset(
    "RequestParam PathVariable RequestBody RequestHeader QueryParam PathParam QueryValue Body"
    " FromQuery FromBody FromRoute FromForm FromHeader".split()
)  # fmt: skip
"""Annotations of parameters that a framework fills from a request."""
_FUNCTIONS = ("function_declaration", "method_declaration", "function_definition", "method_definition", "arrow_function",
    "function_expression",
              "func_literal", "method", "do_block", "anonymous_function", "program", "source_file",
              "compilation_unit")  # fmt: skip
_NEW = {"javascript": "new_expression", "java": "object_creation_expression"}


def _calls(language: str, *shapes: tuple[str | None, str]) -> dict[str, object]:
    """Calls of functions, each with its owner or none."""
    return {"any": [call_rule(language, owner, name) for owner, name in shapes]}


def _made(language: str, field: str, names: str) -> dict[str, object]:
    return {"kind": _NEW[language], "has": {"field": field, "regex": names}}


_SHELL = {"any": [{"nthChild": 1}, {"nthChild": 2}], "kind": "interpreted_string_literal", "regex": r'^"(/bin/)?(sh|bash|cmd|powershell)"$'}
_SCRIPT = {"any": [
    *(call_rule("javascript", owner, name) for owner, name in (
        (None, r"^(eval|Function|exec|execSync|execAsync|\w*unserialize)$"), ("^vm$", r"^runIn\w+$"),
        (r"^(child_process|cp|require\(.(node:)?child_process.\))$", "^(exec|execSync)$"), (r"\w", r"^\w*unserialize$"))),
    _made("javascript", "constructor", "^Function$")]}  # fmt: skip
_PHP_NAMES = r"^\\?(eval|system|exec|shell_exec|passthru|popen|proc_open|assert|unserialize|create_function)$"
_SINKS: tuple[tuple[str, Query], ...] = (
    *(("javascript", query(language, _SCRIPT, keywords=("eval", "Function", "vm", "exec", "unserialize")))
      for language in ("javascript", "typescript")),
    ("go", query("go", {"all": [call_rule("go", "^exec$", "^Command(Context)?$"), {"has": {"field": "arguments", "has": _SHELL}}]},
                 keywords=("exec.Command",))),
    ("java", query("java", {"any": [
        _calls("java", (r"^(Runtime\.getRuntime\(\)|\w*[rR]untime)$", "^exec$"), (r"^Runtime\s*\.\s*getRuntime\(\)", "^exec$"),
               (r"^\w*[eE]ngine$", "^eval$")),
        _made("java", "type", "^(ObjectInputStream|ProcessBuilder)$")]},
        keywords=("Runtime", "ngine", "ObjectInputStream", "ProcessBuilder"))),
    ("ruby", query("ruby", {"any": [
        {"kind": "call", "has": {"field": "method", "regex": "^(eval|system|exec|spawn)$"},
         "not": {"has": {"field": "receiver", "not": {"regex": "^Kernel$"}}}},
        {"kind": "call", "has": {"field": "method", "regex": "^(instance_eval|class_eval)$"}},
        _calls("ruby", ("^Marshal$", "^load$"), ("^YAML$", "^(unsafe_)?load$"), ("^Open3$", "."), ("^IO$", "^popen$")),
        {"kind": "subshell"}]}, keywords=("eval", "system", "exec", "Marshal", "YAML", "`", "%x", "Open3", "popen", "spawn"))),
    ("php", query("php", {"any": [
        {"kind": "function_call_expression", "has": {"field": "function", "regex": _PHP_NAMES}},
        {"kind": "include_expression"}, {"kind": "require_expression"}, {"kind": "include_once_expression"},
            {"kind": "require_once_expression"},
        {"kind": "shell_command_expression"}]},
        keywords=("eval", "system", "exec", "passthru", "popen", "proc_open", "assert", "unserialize", "include", "require", "`"))),
    ("csharp", query("csharp", _calls("csharp", (r"^(System\.Diagnostics\.)?Process$", "^Start$"), ("^CSharpScript$", ".")),
                     keywords=("Process", "CSharpScript"))),
)  # fmt: skip
_ALWAYS = query("csharp", {"kind": "object_creation_expression", "has": {
    "field": "type", "regex": r"^([\w.]+\.)?BinaryFormatter$"}}, keywords=("BinaryFormatter",))  # fmt: skip
_CHILD = frozenset(("child_process", "node:child_process"))
_QUOTED = lazy(r"(?i)(^|\W)(escapeshell\w+|shellescape|Shellwords\W+\w+|basename|safe_load|JSON\.parse|intval|in_array)$")
"""Functions whose result is no program, by the name that they are called under."""
_ANY_CALL: Mapping[str, Mapping[str, object]] = {
    language: {"rule": {"any": [{"kind": kind} for kind in kinds.split()]}} for languages, kinds in (
        ("javascript typescript tsx", "call_expression"), ("go", "call_expression"), ("java", "method_invocation"), ("ruby", "call"),
        ("php", "function_call_expression member_call_expression scoped_call_expression"), ("csharp", "invocation_expression"))
    for language in languages.split()
}  # fmt: skip


_LOADERS = ("eval", "instance_eval", "class_eval", "Marshal.load", "YAML.load", "YAML.unsafe_load")
"""What of Ruby takes a text as it is; the others run a shell only for one that they are given as a whole."""


def executed_input(repo: Inventory) -> Iterator[Note]:
    """Calls that run what stands in a request, directly or through a name that their function assigned from it."""
    for language, row in _SINKS:
        for path in repo.syntax.sources(row.language, row.keywords):
            text = repo.syntax.text(path)
            given: dict[tuple[int, int], frozenset[str]] = {}
            for _, node in repo.syntax.nodes(row, path):
                called = _called(node)
                if language == "javascript" and "exec" in called and not _CHILD & repo.scripts.imports(path).modules:
                    continue
                if not _is_quoted(row.language, node) and _comes_from_request(row.language, node, text, called, given):
                    yield Note(Location(path, line_of(node)), f"{called} of a request's data")
    for found in repo.find(_ALWAYS):
        yield Note(found.location, "BinaryFormatter makes whatever objects the data names")


def _called(node: SgNode) -> str:
    """What runs the data, in one line."""
    if node.kind() in ("subshell", "shell_command_expression") or node.kind().startswith(("include", "require")):
        return re.split(r"[(\s]", node.text(), maxsplit=1)[0]
    made = node.field("constructor") or node.field("type")
    name = "".join((made.text() if made is not None else callee(node)).split())
    return name.removeprefix("Kernel.").removeprefix("\\")


def _is_quoted(language: str, node: SgNode) -> bool:
    """Whether something in an expression makes a word or a number of what it is given."""
    return any(_QUOTED.search("".join(callee(call).split())) for call in node.find_all(_ANY_CALL[language]))  # type: ignore[call-overload]


def _begin(node: SgNode) -> int:
    """Where what a call is given begins: behind the name of what it calls."""
    inside = next((child for child in node.children() if child.kind() in ("arguments", "argument_list")), None)
    return (inside or node).range().start.index


def _comes_from_request(language: str, node: SgNode, text: str, called: str, given: dict[tuple[int, int], frozenset[str]]) -> bool:
    parts = [node]
    if language == "ruby" and called not in _LOADERS and not called.endswith((".instance_eval", ".class_eval")):
        parts = list(node.find_all(kind="interpolation"))  # a list of words runs no shell
    begin = _begin(node)
    if any(origin.range().start.index >= begin for part in parts for origin in origins(language, part)):
        return True
    around = enclosing(node, *_FUNCTIONS, *(("block",) if language == "ruby" else ()))  # elsewhere a block is no function
    if around is None:
        return False
    place = around.range()
    span = (place.start.index, place.end.index)
    if span not in given:
        given[span] = _given(language, around)
    return any(given[span] & names_in(language, part, text, begin) for part in parts)


def _given(language: str, scope: SgNode) -> frozenset[str]:
    """The names that a function was given by a request: parameters that a framework fills, and what it assigned from one."""
    found = set(annotated(language, scope, _FILLED))
    for names, value in assignments(language, scope):
        found |= taken_apart(names, value)
        if next(origins(language, value), None) is not None and not _is_quoted(language, value):
            found |= names
    return frozenset(found)
