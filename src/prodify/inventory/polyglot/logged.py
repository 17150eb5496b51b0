"""Credentials that programs in languages other than Python hand to their log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.polyglot.callshapes import call_rule, callee
from prodify.inventory.polyglot.nodes import arguments, line_of, named
from prodify.inventory.polyglot.texts import PIECES, TEXTS, joins, last_name
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.query import Query

_SECRETS = (
    r"password|passwd|pwd|contrasena|senha|secret|secret_?key|api_?key|private_?key|client_?secret|jwt_?secret|cvv"
    r"|credit_?card(?:_?number)?"
)
_SECRET = lazy(
    rf"(?:(?!(?:\w+_)?(?:hash|hashed|encrypted|crypted|masked|redacted|confirm|forgot|reset|has|is|no|min|max|wrong|invalid|show|hide)_)\w+_)?"
    rf"(?:{_SECRETS})|(?:(?:access|refresh|auth|id|bot|jwt|reset|session|api|bearer|user)_?)?token"
    r"|(?:auth|authorization)(?:_header|_value)?|bearer|(?:database|db|mongo|mongodb|postgres|mysql)_ur[il]"
)
_WORDS = ("assword", "asswd", "PASSW", "ecret", "SECRET", "oken", "TOKEN", "piKey", "pi_key", "API_KEY", "pikey", "ApiKey", "rivateKey",
          "pwd", "uthorization", "authHeader", "bearer", "_URI", "_URL", "contrasena", "senha", "private_key", "cvv")  # fmt: skip
_LEVELS = (
    r"(log|info|debug|warn|warning|error|trace|verbose|fatal|severe|fine|print|printf|println|write|infof|debugf|warnf|errorf|infow|debugw)"
)
JS_LOGGERS = rf"(?i)^(console|\w*log(ger)?|this\.\w*log(ger)?|(req|request|app|fastify|server)\.log)\.{_LEVELS}$"
_LEVEL = f"(?i)^{_LEVELS}$"


def _logs(language: str, *shapes: tuple[str | None, str]) -> tuple[Query, ...]:
    """Calls that write to a log: on what, and which function."""
    return (query(language, {"any": [call_rule(language, owner, name) for owner, name in shapes]}, keywords=_WORDS),)


_CALLS = (
    *(query(language, {"kind": "call_expression", "has": {"field": "function", "regex": JS_LOGGERS}}, keywords=_WORDS)
      for language in ("javascript", "typescript", "tsx")),
    query("go", {"kind": "call_expression", "has": {
        "field": "function", "regex": rf"(?i)^(fmt\.print(ln|f)?|([\w.]+\.)?\w*(log|logger|logrus|sugar|slog|zap)(\(\))?\.{_LEVELS}(ln"
                                      rf"|f)?)$"}},
          keywords=_WORDS),
    *_logs("java", (r"(?i)^system\.(out|err)$", "(?i)^print(ln|f)?$"), (r"(?i)^(this\.)?\w*log(ger)?$", _LEVEL)),
    *_logs("kotlin", (None, "^(println|print)$"), (r"(?i)^\w*log(ger)?$", _LEVEL)),
    *_logs("ruby", (None, "^(puts|p|pp|print)$"), (r"(?i)^([\w:]+\.)?\w*logger$", _LEVEL)),
    query("rust", {"kind": "macro_invocation", "has": {
        "field": "macro", "regex": r"^(\w+::)?(e?print(ln)?|dbg|info|debug|warn|error|trace)$"}}, keywords=_WORDS),
    query("php", {"kind": "function_call_expression", "has": {"field": "function", "regex": r"^\\?(error_log|syslog|logger)$"}},
          keywords=_WORDS),
    *_logs("php", (r"^\\?(\w+\\)*Log$", _LEVEL), (r"(?i)^\$(this->)?\w*log(ger)?$", _LEVEL)),
    *_logs("csharp", (r"(?i)^(system\.)?(console|(diagnostics\.)?(debug|trace))$", "(?i)^write(line)?$"),
           (r"(?i)^_?\w*log(ger)?$", rf"(?i)^(log\w*|{_LEVELS}\w*)$")),
)  # fmt: skip
_THROUGH = frozenset(
    "arguments argument_list value_arguments argument value_argument call_suffix template_substitution interpolation"
    " interpolated_expression object parenthesized_expression await_expression as_expression non_null_expression"
    " literal_value hash array_creation_expression"
    " array_element_initializer reference_expression".split()
)
_FIELDS = lazy(r"(zap|slog)\.\w+|JSON\.stringify|String|fmt\.Sprint\w*|string")
"""Functions whose result says what they are given."""
_CALL_KINDS = frozenset(("call_expression", "method_invocation", "invocation_expression", "function_call_expression"))
_IN_BRACES = lazy(r"(?<!\{)\{([a-z_]\w*)(?::[^{}]*)?\}(?!\})")
"""A name in a format text; doubled braces are text."""


def logged_credentials(repo: Inventory) -> Iterator[Note]:
    """Log calls that are handed a credential as it is; its length, its hash and whether it is there are none."""
    for row in _CALLS:
        for path in repo.syntax.sources(row.language, row.keywords):
            if not in_service(repo, path):
                continue
            for _, node in repo.syntax.nodes(row, path):
                shown = _macro_values(node) if row.language == "rust" else (n.text() for n in values(node, top=True))
                found = next((name for text in shown if (name := credential(text)) is not None), None)
                if found is not None and not _is_file(repo, path, row.language, found):
                    called = re.split(r"[(\s!]", _one_line(node), maxsplit=1)[0][:40]
                    yield Note(Location(path, line_of(node)), f"{called} of {found}")


def _one_line(call: SgNode) -> str:
    """What a call calls, without the blanks of a chain over lines."""
    return "".join((call.text() if call.kind() == "macro_invocation" else callee(call)).split())


_OPENS = r"(^|\.)((ListenAndServe|Serve|Run|Start|Listen|Load)\w*TLS\w*|LoadX509KeyPair|readFile(Sync)?|existsSync|ReadFile|Open|Stat)$"
_OPENED = {
    language: query(language, {"kind": "call_expression", "has": {"field": "function", "regex": _OPENS}},
                    keywords=("TLS", "LoadX509", "readFile", "existsSync", "ReadFile", "Open", "Stat"))
    for language in ("go", "javascript", "typescript")
}  # fmt: skip
"""Calls that take the names of files."""


def _is_file(repo: Inventory, path: str, language: str, name: str) -> bool:
    """Whether a variable holds where a key is kept, not the key: the same file hands it to a call that opens files."""
    row = _OPENED.get(language)
    calls = repo.syntax.nodes(row, path) if row is not None else ()
    return any(argument.text() == name for _, call in calls for argument in arguments(call))


def credential(text: str) -> str | None:
    """The name of the credential that an expression is, None for anything else."""
    name = last_name(text)
    if name is None:
        return None
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().removeprefix("get_")
    return name if _SECRET.fullmatch(plain) else None


def values(node: SgNode, *, top: bool = False) -> Iterator[SgNode]:
    """The expressions whose value a call writes, through concatenation, interpolation, objects and fields of structured loggers."""
    kind = node.kind()
    if top or (kind in _CALL_KINDS and _FIELDS.fullmatch("".join(callee(node).split()))):
        for child in node.children():
            if child.kind() in ("arguments", "argument_list", "value_arguments", "call_suffix"):
                yield from values(child)
    elif kind in _THROUGH or kind in TEXTS or joins(node):
        for child in named(node):
            yield from values(child)
    elif kind in PIECES:
        return
    elif kind in ("pair", "keyed_element"):
        yield from values(list(named(node))[-1])
    else:
        yield node


def _macro_values(macro: SgNode) -> Iterator[str]:
    """The values of a Rust macro: arguments, and names inside the braces of its format text."""
    tokens = next((child for child in macro.children() if child.kind() == "token_tree"), None)
    group: list[SgNode] = []
    for token in [] if tokens is None else tokens.children()[1:]:
        if token.text() == "," or token.range().end.index == macro.range().end.index:
            yield from _macro_value(macro, group)
            group = []
        elif "comment" not in token.kind():
            group.append(token)


def _macro_value(macro: SgNode, tokens: list[SgNode]) -> Iterator[str]:
    if len(tokens) == 1 and tokens[0].kind() in TEXTS:
        yield from _IN_BRACES.findall(tokens[0].text())
        return
    if len(tokens) > 2 and tokens[1].text() == "=":  # `token = %value`
        tokens = tokens[2:]
    while tokens and tokens[0].text() in ("%", "?", "&", "*"):
        tokens = tokens[1:]
    if tokens:
        start = macro.range().start.index
        yield macro.text()[tokens[0].range().start.index - start : tokens[-1].range().end.index - start]


def in_service(repo: Inventory, path: str) -> bool:
    """Whether a file belongs to a component that is no browser application: a visitor's own console is no log."""
    owners = [c for c in repo.components if c.path == "." or path.startswith(c.path + "/")]
    nearest = max(owners, key=lambda c: len(c.path), default=None)
    return nearest is not None and nearest.kind not in ("web", "static-site", "library", "cli") and not path.endswith((".jsx", ".tsx"))
