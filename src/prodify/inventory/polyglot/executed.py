"""Data of a request that is run as code, in languages other than Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.polyglot.bindings import annotated, assignments, names_in
from prodify.inventory.polyglot.nodes import code_of, enclosing, line_of
from prodify.inventory.query import Query, query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_REQUEST: Mapping[str, re.Pattern[str]] = {
    "javascript": lazy(r"\b(req|request|ctx|c)\.(body|query|params|headers|cookies|request\.body)\b|\bevent\.body\b|\bc\.req\.(query"
                       r"|param)\("),
    "go": lazy(r"\b(r|req|request)\.(URL\.Query|FormValue|PostFormValue|Form|PostForm)\b|mux\.Vars\(|chi\.URLParam\("
               r"|\b(c|ctx)\.(Query|Param|PostForm|FormValue|QueryParam|Params|DefaultQuery)\("),
    "java": lazy(r"\b(req|request|ctx)\.(getParameter|getHeader|getInputStream|getReader|queryParams?|params|body|queryParam|pathParam"
                 r"|formParam)\("),
    "ruby": lazy(r"\b(params|cookies)\b|\brequest\.(body|params|query_string)\b"),
    "php": lazy(r"\$_(GET|POST|REQUEST|COOKIE|FILES)\b|\$request->|php://input|\$this->request->"),
    "csharp": lazy(r"\bRequest\.(Query|Form|Body|Headers|Cookies|QueryString)\b"),
}  # fmt: skip
_FILLED = frozenset(
    "RequestParam PathVariable RequestBody RequestHeader QueryParam PathParam QueryValue Body"
    " FromQuery FromBody FromRoute FromForm FromHeader".split()
)  # fmt: skip
"""Annotations of parameters that a framework fills from a request."""
_FUNCTIONS = ("function_declaration", "method_declaration", "function_definition", "method_definition", "arrow_function",
    "function_expression",
              "func_literal", "method", "do_block", "anonymous_function", "program", "source_file",
              "compilation_unit")  # fmt: skip
_SCRIPT = r"^(eval|new Function|Function|vm\.runIn\w+|(child_process|cp)\.(exec|execSync)|exec|execSync|execAsync|\w*unserialize)\s*\("
_SINKS: tuple[tuple[str, Query], ...] = (
    *(("javascript", query(language, {"any": [{"kind": "call_expression"}, {"kind": "new_expression"}], "regex": _SCRIPT},
                           keywords=("eval(", "Function(", "vm.run", "exec", "unserialize")))
      for language in ("javascript", "typescript")),
    ("go", query("go", {"kind": "call_expression", "regex": r'(?s)^exec\.Command(Context)?\((ctx, )?"(/bin/)?(sh|bash|cmd|powershell)"'},
                 keywords=("exec.Command",))),
    ("java", query("java", {"any": [
        {"kind": "method_invocation", "regex": r"^(Runtime\.getRuntime\(\)|\w*[rR]untime|\w*[eE]ngine)\.(exec|eval)\("},
        {"kind": "object_creation_expression", "regex": r"^new (ObjectInputStream|ProcessBuilder)\("}]},
        keywords=("Runtime", "ngine.eval", "ObjectInputStream", "ProcessBuilder"))),
    ("ruby", query("ruby", {"any": [
        {"kind": "call", "regex": r"^(Kernel\.)?(eval|instance_eval|class_eval|system|exec|spawn|Marshal\.load|YAML\.(unsafe_)?load"
                                  r"|Open3\.\w+|IO\.popen)[\s(]"},
        {"kind": "subshell"}]}, keywords=("eval", "system", "exec", "Marshal", "YAML", "`", "Open3", "popen", "spawn"))),
    ("php", query("php", {"any": [
        {"kind": "function_call_expression", "regex": r"^(eval|system|exec|shell_exec|passthru|popen|proc_open|assert|unserialize"
                                                      r"|create_function)\("},
        {"kind": "include_expression"}, {"kind": "require_expression"}, {"kind": "include_once_expression"},
            {"kind": "require_once_expression"},
        {"kind": "shell_command_expression"}]},
        keywords=("eval", "system", "exec", "passthru", "popen", "proc_open", "assert", "unserialize", "include", "require", "`"))),
    ("csharp", query("csharp", {"kind": "invocation_expression", "regex": r"^(System\.Diagnostics\.)?Process\.Start\("
                                                                          r"|^CSharpScript\.\w+\("},
                     keywords=("Process.Start", "CSharpScript"))),
)  # fmt: skip
_ALWAYS = query("csharp", {"kind": "object_creation_expression", "regex": r"^new BinaryFormatter\("}, keywords=("BinaryFormatter",))
_QUOTED = lazy(r"(?i)escapeshell\w+\(|shellescape|Shellwords|basename\(|safe_load|JSON\.parse|intval\(|in_array\(")


_LOADERS = ("eval", "instance_eval", "class_eval", "Marshal.load", "YAML.load", "YAML.unsafe_load")
"""What of Ruby takes a text as it is; the others run a shell only for one that they are given as a whole."""


def executed_input(repo: Inventory) -> Iterator[Note]:
    """Calls that run what stands in a request, directly or through a name that their function assigned from it."""
    for language, row in _SINKS:
        for path in repo.syntax.sources(row.language, row.keywords):
            text = repo.syntax.text(path)
            given: dict[tuple[int, int], frozenset[str]] = {}
            for match, node in repo.syntax.nodes(row, path):
                called = re.split(r"[(\s]", match.text.removeprefix("new "), maxsplit=1)[0]
                if language == "javascript" and "exec" in called and "child_process" not in text:
                    continue
                if not _QUOTED.search(match.text) and _comes_from_request(row.language, node, text, called, given):
                    yield Note(Location(path, line_of(node)), f"{called} of a request's data")
    for found in repo.find(_ALWAYS):
        yield Note(found.location, "BinaryFormatter makes whatever objects the data names")


def _code(language: str, node: SgNode) -> str:
    return node.text() if language == "php" else code_of(node)  # PHP names the request in a text: `php://input`


def _comes_from_request(language: str, node: SgNode, text: str, called: str, given: dict[tuple[int, int], frozenset[str]]) -> bool:
    parts = [node]
    if language == "ruby" and called not in _LOADERS:  # a list of words runs no shell
        parts = list(node.find_all(kind="interpolation"))
    request = _REQUEST["javascript" if language in ("typescript", "tsx") else language]
    if any(request.search(_code(language, part).removeprefix(called)) for part in parts):
        return True
    around = enclosing(node, *_FUNCTIONS, *(("block",) if language == "ruby" else ()))  # elsewhere a block is no function
    if around is None:
        return False
    place = around.range()
    span = (place.start.index, place.end.index)
    if span not in given:
        given[span] = _given(language, around, request)
    begin = node.range().start.index + (len(called) if node.text().startswith(called) else 0)
    return any(given[span] & names_in(language, part, text, begin) for part in parts)


def _given(language: str, scope: SgNode, request: re.Pattern[str]) -> frozenset[str]:
    """The names that a function was given by a request: parameters that a framework fills, and what it assigned from one."""
    found = set(annotated(language, scope, _FILLED))
    for names, value in assignments(language, scope):
        code = _code(language, value)
        if request.search(code) and not _QUOTED.search(code):
            found |= names
    return frozenset(found)
