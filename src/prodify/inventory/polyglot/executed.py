"""Data of a request that is run as code, in languages other than Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
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
_BOUND = lazy(
    r"@(?:RequestParam|PathVariable|RequestBody|RequestHeader|QueryParam|PathParam|QueryValue|Body)\b(?:\([^)]*\))?\s+(?:final\s+)?[\w<>\[\].]+\s+(\w+)"
    r"|\[From(?:Query|Body|Route|Form|Header)[^\]]*\]\s*[\w<>?\[\].]+\s+(\w+)"
)
"""Parameters that a framework fills from a request."""
_FUNCTIONS = ("function_declaration", "method_declaration", "function_definition", "method_definition", "arrow_function",
    "function_expression",
              "func_literal", "method", "do_block", "block", "anonymous_function", "program", "source_file",
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


def executed_input(repo: Inventory) -> Iterator[Note]:
    """Calls that run what stands in a request, directly or through a name that their function assigned from it."""
    for language, row in _SINKS:
        for path in repo.syntax.sources(row.language, row.keywords):
            text = repo.syntax.text(path)
            for match, node in repo.syntax.nodes(row, path):
                called = re.split(r"[(\s]", match.text.removeprefix("new "), maxsplit=1)[0]
                if language == "javascript" and "exec" in called and "child_process" not in text:
                    continue
                if not _QUOTED.search(match.text) and _comes_from_request(language, node, match.text, called):
                    yield Note(Location(path, line_of(node)), f"{called} of a request's data")
    for found in repo.find(_ALWAYS):
        yield Note(found.location, "BinaryFormatter makes whatever objects the data names")


def _comes_from_request(language: str, node: SgNode, text: str, called: str) -> bool:
    code = text if language == "php" else code_of(node)  # PHP names the request in a text: `php://input`
    given = code[len(called) :] if code.startswith(called) else text[len(called) :]
    if language == "ruby" and called not in ("eval", "instance_eval", "class_eval", "Marshal.load", "YAML.load", "YAML.unsafe_load"):
        given = " ".join(re.findall(r"#\{([^}]*)\}", code))  # a list of words runs no shell
    request = _REQUEST[language]
    if request.search(given):
        return True
    around = enclosing(node, *_FUNCTIONS)
    scope = "" if around is None else around.text() if language == "php" else code_of(around)
    names = {name for found in _BOUND.findall(scope) for name in found if name}
    for assigned in re.finditer(r"(?:\{([^{}]*)\}|\$?(\w+))\s*:?=(?!=)\s*([^\n;]*)", scope):
        if request.search(assigned[3]) and not _QUOTED.search(assigned[3]):
            names |= set(re.findall(r"\w+", assigned[1] or assigned[2]))
    return bool(names & set(re.findall(r"(?<![\w.>])[A-Za-z_]\w*", given)))  # a member of something else only shares the name
