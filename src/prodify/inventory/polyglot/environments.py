"""Environment variables of Go, Java, Kotlin, Ruby, Rust, PHP and C#: who reads one, as data, and what the code around it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.environment import variable
from prodify.inventory.facts import EnvVar, Role
from prodify.inventory.polyglot.callshapes import call_rule
from prodify.inventory.polyglot.nodes import arguments, enclosing, named, string_of
from prodify.inventory.query import query
from prodify.inventory.syntax import location_of
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.query import Query

_UPPER = lazy(r"^[A-Z_][A-Z0-9_]*$")
_NAME = lazy(r"^[A-Za-z_][A-Za-z0-9_]*$")
_RUST_ENV = r"^((std::)?env|dotenvy?)$"


def _calls(language: str, owner: str | None, name: str, *keywords: str) -> Query:
    return query(language, call_rule(language, owner, name), keywords=keywords)


READS: tuple[Query, ...] = (
    _calls("go", "^os$", "^(Getenv|LookupEnv)$", "os.Getenv", "os.LookupEnv"),
    _calls("java", "^System$", "^getenv$", "System.getenv"),
    _calls("java", "[dD]otenv$", "^get$", "otenv.get("),
    _calls("kotlin", "^System$", "^getenv$", "System.getenv"),
    query("ruby", {"kind": "element_reference", "has": {"field": "object", "regex": "^ENV$"}}, keywords=("ENV[",)),
    _calls("ruby", "^ENV$", "^fetch$", "ENV.fetch"),
    _calls("rust", _RUST_ENV, "^var(_os)?$", "env::var", "dotenv"),
    query("rust", {"kind": "macro_invocation", "has": {"field": "macro", "regex": "^(option_)?env$"}}, keywords=("env!(",)),
    _calls("php", None, "^(env|getenv)$", "env("),
    query("php", {"kind": "subscript_expression", "has": {"kind": "variable_name", "nthChild": 1, "regex": r"^\$_ENV$"}},
          keywords=("$_ENV",)),
    _calls("csharp", r"^(System\.)?Environment$", "^GetEnvironmentVariable$", "GetEnvironmentVariable"),
)  # fmt: skip
"""Reads whose first argument is the variable's name."""
HELPERS: tuple[Query, ...] = (
    _calls("go", None, r"(?i)(get\w*env\w*|^env\w*)$", "env", "Env"),
    _calls("java", None, r"^get\w*Env\w*$", "Env("),
    _calls("rust", None, "^var(_os)?$", 'var("'),
)
"""Calls that read a variable if what they are given is written like the name of one; Go's own helpers take a fallback beside it."""
FALLBACKS = frozenset(("unwrap_or", "unwrap_or_else", "unwrap_or_default", "or_else", "ok", "orElse", "orElseGet", "getOrElse", "or"))
"""Methods by which a read that found nothing goes on."""
_EITHER = frozenset(("||", "??", "?:", "or"))
_SHORT = frozenset(("binary_expression", "elvis_expression", "conditional_expression", "binary"))
_CHAINS = frozenset(("field_expression", "navigation_expression", "member_access_expression", "navigation_suffix"))
_THROUGH = frozenset(("parenthesized_expression", "parenthesized_statements", "argument", "value_argument"))
_ASKS = frozenset(("if_expression", "if_modifier", "unless_modifier", "if", "unless", "if_statement", "while_statement"))
_CONDITIONS = frozenset(("unary_expression", "unary", "unary_op_expression", "binary", "binary_expression", "comparison_expression",
                         "equality_expression", "call", "method_invocation"))  # fmt: skip
_OUTCOMES = frozenset(("body", "consequence", "alternative"))
_CLAP = {"kind": "attribute_item", "has": {"kind": "attribute", "all": [
    {"has": {"kind": "identifier", "nthChild": 1, "regex": "^(clap|arg)$"}},
    {"has": {"kind": "token_tree", "has": {"kind": "identifier", "regex": "^env$"}}}]}}  # fmt: skip
CLAP = query("rust", _CLAP, keywords=("env)]", "env,", "env ="))
"""`#[arg(long, env)]` and `#[clap(env = "NAME")]` above a field."""
_SPRING = lazy(r"\$\{([A-Z_][A-Z0-9_]*)(:[^}]*)?\}")
_ERB = lazy(r"""ENV(?:\[|\.fetch\()["']([A-Z_][A-Z0-9_]*)["'](?:\]|\)\s*(\{)?|\s*(,))""")


def environment(repo: Inventory) -> Iterator[EnvVar]:
    """Variables that code reads, and those that Spring's and Rails' configuration interpolates."""
    for row in (*READS, *HELPERS):
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                given = _given(node)
                name = string_of(given[0]) if given else None
                if name is None or not (_UPPER if row in HELPERS else _NAME).match(name):
                    continue
                if row in HELPERS and row.language == "go" and len(given) < 2:
                    continue
                yield _read(path, node, name, len(given) > 1)
    yield from _own_readers(repo)
    yield from _command_line(repo)
    yield from _configured(repo)


def _own_readers(repo: Inventory) -> Iterator[EnvVar]:
    """Reads through a function of the program's own, which hands the name on to the environment: `env::get_required("NAME")`."""
    names = set()
    for row in READS:
        for path in repo.syntax.sources("rust", row.keywords) if row.language == "rust" else ():
            for _, node in repo.syntax.nodes(row, path):
                given, around = _given(node), enclosing(node, "function_item")
                name = around.field("name") if around is not None else None
                if given and string_of(given[0]) is None and name is not None:
                    names.add(name.text())
    if not names:
        return
    function = rf"(^|::)({'|'.join(sorted(names))})(::<[^()]*>)?$"
    called = query("rust", {"kind": "call_expression", "has": {"field": "function", "regex": function}}, keywords=tuple(sorted(names)))
    for path in repo.syntax.sources("rust", called.keywords):
        for _, node in repo.syntax.nodes(called, path):
            given = arguments(node)
            text = string_of(given[0]) if given else None
            if text is not None and _UPPER.match(text):
                yield _read(path, node, text, len(given) > 1)


def _given(node: SgNode) -> list[SgNode]:
    """What a read is given: arguments, the index of a subscript, or the tokens of a macro."""
    kind = node.kind()
    if kind in ("element_reference", "subscript_expression"):
        return list(named(node))[1:2]
    if kind == "macro_invocation":
        return [token for tree in named(node) if tree.kind() == "token_tree" for token in named(tree)]
    return arguments(node)


def _read(path: str, node: SgNode, name: str, second: bool) -> EnvVar:
    text = node.text()
    asked = "LookupEnv" in text[:20] or text.startswith("option_env") or _is_asked(node)
    block = any(child.kind() in ("block", "do_block") for child in node.children())
    return variable(name, location_of(path, node), has_default=second or block or _goes_on(node), required=False if asked else None)


def _up(node: SgNode) -> tuple[SgNode, SgNode | None]:
    """The widest node that only wraps this one, and what stands around it."""
    parent = node.parent()
    while parent is not None and parent.kind() in _THROUGH:
        node, parent = parent, parent.parent()
    return node, parent


def _goes_on(node: SgNode) -> bool:
    """Whether something else is taken where the variable is not set: behind an operator or by a method."""
    inner, around = _up(node)
    while around is not None and around.kind() in _SHORT and _is_last(inner, around):  # the middle of `A || B || "x"`
        inner, around = _up(around)
    if around is None:
        return False
    kind = around.kind()
    if kind in _SHORT:
        first = next(iter(named(around)), None)
        words = {child.text() for child in around.children() if not child.is_named()}
        ahead = first is not None and first.range().start.index == inner.range().start.index
        return ahead and (kind in ("elvis_expression", "conditional_expression") or bool(words & _EITHER))
    if kind == "operator_assignment":
        return any(child.text() == "||=" for child in around.children())
    if kind in _CHAINS:
        return around.text()[len(inner.text()) :].strip(" .?\n\t:") in FALLBACKS
    if kind in ("method_invocation", "call"):
        method = around.field("name") or around.field("method")
        return method is not None and method.text() in FALLBACKS
    given = around.parent() if kind in ("argument_list", "value_arguments") else None
    outer = given.parent() if given is not None else None  # Optional.ofNullable(System.getenv("X")).orElse("d")
    method = outer.field("name") if outer is not None and outer.kind() == "method_invocation" else None
    return method is not None and method.text() in FALLBACKS


def _is_last(inner: SgNode, around: SgNode) -> bool:
    """Whether a node stands behind the operator."""
    return around.range().end.index == inner.range().end.index and any(child.text() in _EITHER for child in around.children())


def _is_asked(node: SgNode) -> bool:
    """Whether the read is a condition or a part of one: itself, compared, negated, or asked whether it is there."""
    inner, around = _up(node)
    while around is not None and around.kind() in _CONDITIONS:
        if around.kind() in ("call", "method_invocation") and not _is_receiver(inner, around):
            return False
        inner, around = _up(around)
    if around is None or around.kind() not in _ASKS:
        return False
    where = inner.range().start.index
    return not any((part := around.field(f)) is not None and part.range().start.index <= where < part.range().end.index for f in _OUTCOMES)


def _is_receiver(inner: SgNode, call: SgNode) -> bool:
    receiver = call.field("receiver") or call.field("object")
    return receiver is not None and receiver.range().start.index == inner.range().start.index


def _command_line(repo: Inventory) -> Iterator[EnvVar]:
    """Fields that clap fills from a variable, under the field's name in capitals unless another one is given."""
    for path in repo.syntax.sources("rust", CLAP.keywords):
        for _, node in repo.syntax.nodes(CLAP, path):
            field = node.next()
            while field is not None and field.kind() in ("attribute_item", "line_comment", "block_comment"):
                field = field.next()
            name, kind = (field.field("name"), field.field("type")) if field is not None else (None, None)
            if field is None or name is None or kind is None:
                continue
            tree = next(child for child in node.find_all(kind="token_tree"))
            tokens = [token.text() for token in tree.children()]
            at = tokens.index("env")
            given = tokens[at + 2].strip('"') if tokens[at + 1 : at + 2] == ["="] and len(tokens) > at + 2 else name.text().upper()
            required = not kind.text().startswith(("Option", "bool", "Vec")) and not any(t.startswith("default_value") for t in tokens)
            yield variable(given, Location(path, location_of(path, name).line), has_default=not required)


def _configured(repo: Inventory) -> Iterator[EnvVar]:
    """`${NAME}` in Spring's files and `<%= ENV["NAME"] %>` in Rails': text between other text, for which there is no grammar here."""
    for path in repo.files.select("application*.properties", "application*.yml", "application*.yaml", roles=(Role.PRODUCTION,)):
        for number, line in enumerate(repo.files.lines(path), 1):
            for found in _SPRING.finditer(line):
                yield variable(found[1], Location(path, number), has_default=found[2] is not None)
    for path in repo.files.select("config/*.yml", "*/config/*.yml", roles=(Role.PRODUCTION,)):
        if "<%=" in (repo.files.text(path) or ""):
            for number, line in enumerate(repo.files.lines(path), 1):
                for found in _ERB.finditer(line) if not line.lstrip().startswith("#") else ():
                    yield variable(found[1], Location(path, number), has_default=bool(found[2] or found[3]))
