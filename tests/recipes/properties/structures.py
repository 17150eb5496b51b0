"""What a generated file is once its language's own parser has read it: the shape, and the values in it.

Two files have the same shape when they differ in nothing but what stands inside a string, a scalar, a word, a comment or a piece of
running text. A value that breaks out of its place changes the shape, or makes the parser fail.
"""

from __future__ import annotations

import ast
import io
import json
import re
import shlex
import tokenize
import tomllib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import hcl2
import yaml
from ast_grep_py import SgNode, SgRoot
from markdown_it import MarkdownIt

from prodify.inventory.containers.dockerfile import parse as parse_dockerfile

Shape = Any
"""Nested tuples of names and of the marks that stand for values."""


class Reader:
    """Collects the values of a file, each with the kind of its place, while its shape is made."""

    def __init__(self) -> None:
        self.values: list[tuple[str, str]] = []

    def leaf(self, kind: str, value: str) -> str:
        self.values.append((kind, value))
        return f"<{kind}>"


@lru_cache(maxsize=4096)
def read(path: str, text: str) -> tuple[Shape, list[tuple[str, str]]]:
    """Shape and values of a file, read by the parser of its language.

    Raises:
        Exception: of the parser, when the text is not of that language.
    """
    reader = Reader()
    return _language(path)(text, reader, path), reader.values


def _language(path: str) -> Callable[[str, Reader, str], Shape]:
    name = path.rpartition("/")[2]
    if name in ("Dockerfile",) or name.endswith(".Dockerfile"):
        return _dockerfile
    by_ending: dict[str, Callable[[str, Reader, str], Shape]] = {
        ".yml": _yaml, ".yaml": _yaml, ".json": _json, ".toml": _toml, ".py": _python, ".tf": _hcl, ".hcl": _hcl, ".md": _markdown,
        ".js": _javascript, ".sh": _script,
    }  # fmt: skip
    return next((reader for ending, reader in by_ending.items() if name.endswith(ending)), _lines)


# -- data ---------------------------------------------------------------------------------------------------------------------


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _yaml(text: str, reader: Reader, path: str) -> Shape:
    list(yaml.load_all(text, Loader=_LOADER))  # constructs, so that an unknown tag is an error
    workflow = "/workflows/" in f"/{path}"
    documents = [_yaml_node(node, reader, workflow, "") for node in yaml.compose_all(text, Loader=_LOADER) if node is not None]
    return ("yaml", *documents, _hash_comments(text, reader))


def _yaml_node(node: yaml.Node, reader: Reader, workflow: bool, key: str) -> Shape:
    if isinstance(node, yaml.MappingNode):
        names = [name.value for name, _ in node.value]
        assert len(names) == len(set(names)), "a key stands twice"
        return ("map", *((_yaml_node(k, reader, workflow, ""), _yaml_node(v, reader, workflow, k.value)) for k, v in node.value))
    if isinstance(node, yaml.SequenceNode):
        return ("list", *(_yaml_node(item, reader, workflow, key) for item in node.value))
    if workflow:
        expressions = tuple(re.findall(r"\$\{\{.*?\}\}", node.value, re.DOTALL))
        if key == "run":
            return ("run", expressions, _shell(re.sub(r"\$\{\{.*?\}\}", "EXPRESSION", node.value, flags=re.DOTALL), reader))
        return (node.tag, expressions, reader.leaf("scalar", node.value))
    return (node.tag, reader.leaf("scalar", node.value))


def _json(text: str, reader: Reader, path: str) -> Shape:
    def walk(value: Any) -> Shape:
        if isinstance(value, dict):
            return ("map", *((reader.leaf("key", key), walk(item)) for key, item in value.items()))
        if isinstance(value, list):
            return ("list", *(walk(item) for item in value))
        return (type(value).__name__, reader.leaf("string", str(value)))

    return walk(json.loads(text))


def _toml(text: str, reader: Reader, path: str) -> Shape:
    return _json(json.dumps(tomllib.loads(text), default=str), reader, path)


def _hcl(text: str, reader: Reader, path: str) -> Shape:
    def walk(value: Any) -> Shape:
        if isinstance(value, dict):
            return ("map", *((key, walk(item)) for key, item in value.items() if not key.startswith("__")))
        if isinstance(value, list):
            return ("list", *(walk(item) for item in value))
        interpolations = tuple(re.findall(r"(?<!\$)\$\{|(?<!%)%\{", str(value)))
        return (type(value).__name__, interpolations, reader.leaf("string", str(value)))

    return ("hcl", walk(hcl2.loads(text)), _hash_comments(text, reader))


# -- code ---------------------------------------------------------------------------------------------------------------------


def _python(text: str, reader: Reader, path: str) -> Shape:
    def walk(node: Any) -> Shape:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return ("str", reader.leaf("string", node.value))
        if isinstance(node, ast.AST):
            return (type(node).__name__, *((name, walk(value)) for name, value in ast.iter_fields(node)))
        if isinstance(node, list):
            return tuple(walk(item) for item in node)
        return repr(node)

    comments = [t.string for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]
    return ("python", walk(ast.parse(text)), tuple(reader.leaf("comment", comment) for comment in comments))


def _javascript(text: str, reader: Reader, path: str) -> Shape:
    def walk(node: SgNode) -> Shape:
        kind = node.kind()
        assert kind not in ("ERROR", "MISSING"), node.text()
        if kind == "string":
            return reader.leaf("string", node.text())
        if kind == "comment":
            return reader.leaf("comment", node.text())
        children = node.children()
        return (kind, *(walk(child) for child in children)) if children else (kind, node.text())

    return walk(SgRoot(text, "javascript").root())


def _script(text: str, reader: Reader, path: str) -> Shape:
    return ("sh", _shell(text, reader))


def _shell(text: str, reader: Reader) -> Shape:
    """Words and operators; a word keeps the expansions that stand in it outside of single quotes."""
    shape: list[Shape] = []
    for line in re.sub(r"\\\n", " ", text).split("\n"):
        shape.append(_shell_line(line, reader))
    return tuple(shape)


_SHELL_TOKEN = re.compile(
    r"""\s+|(?P<comment>\#.*)|(?P<operator>[;&|<>()]+)|(?P<word>(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s;&|<>()'"\\]|['"\\])+)""", re.DOTALL
)


def _shell_line(line: str, reader: Reader) -> Shape:
    found: list[Shape] = []
    at = 0
    while at < len(line):
        token = _SHELL_TOKEN.match(line, at)
        assert token is not None
        at = token.end()
        if token["comment"] is not None:
            found.append(reader.leaf("comment", token["comment"]))
        elif token["operator"] is not None:
            found.append(token["operator"])
        elif token["word"] is not None:
            bare = re.sub(r"'[^']*'|\\.", "", token["word"])
            found.append(("word", tuple(re.findall(r"\$\(|\$\{?\w+|`|\$\{", bare)), reader.leaf("word", token["word"])))
    return tuple(found)


def _dockerfile(text: str, reader: Reader, path: str) -> Shape:
    instructions, _ = parse_dockerfile(path, text)
    shape: list[Shape] = []
    for one in instructions:
        if one.json is not None:
            shape.append((one.keyword, "exec", tuple(reader.leaf("string", word) for word in one.json)))
        elif one.keyword in ("RUN",):
            shape.append((one.keyword, _shell(one.value, reader)))
        else:
            words = shlex.split(one.value, posix=False)
            shape.append((one.keyword, tuple((tuple(re.findall(r"(?<!\\)\$", w)), reader.leaf("word", w)) for w in words)))
    return (tuple(shape), _hash_comments(text, reader))


# -- text ---------------------------------------------------------------------------------------------------------------------


def _markdown(text: str, reader: Reader, path: str) -> Shape:
    def walk(tokens: list[Any]) -> Iterator[Shape]:
        for token in tokens:
            if token.type in ("text", "softbreak", "hardbreak", "text_special"):
                # Where a line breaks or an escape stands is no structure.
                reader.values.append(("text", token.content))
            elif token.type == "fence":
                shell = token.info.strip() == "sh"
                yield ("fence", token.info, _shell(token.content, reader) if shell else reader.leaf("code", token.content))
            elif token.type == "code_inline":
                yield reader.leaf("code", token.content)
            elif token.type == "html_block":
                yield ("html", re.sub(r"[0-9a-f]{12}", "", token.content))
            else:
                yield (token.type, token.tag, token.markup if token.type != "html_inline" else token.content, *_target(token, reader))
                yield from walk(token.children or [])

    return tuple(walk(MarkdownIt("commonmark").enable("table").parse(text)))


def _target(token: Any, reader: Reader) -> tuple[Shape, ...]:
    return tuple((name, reader.leaf("target", str(value))) for name, value in sorted(token.attrs.items()) if name in ("href", "src"))


def _lines(text: str, reader: Reader, path: str) -> Shape:
    """Ignore files, requirements, code owners, example settings: one thing a line."""
    shape: list[Shape] = []
    assert "\r" not in text.replace("\r\n", "\n")
    for line in text.split("\n"):
        if not line.strip():
            shape.append("")
        elif line.startswith("#"):
            shape.append(reader.leaf("comment", line))
        else:
            shape.append(tuple(reader.leaf("word", word) for word in line.split()))
    return tuple(shape)


def _hash_comments(text: str, reader: Reader) -> Shape:
    """Whole-line comments, by their number: one that ends early would be a line of data."""
    return tuple(reader.leaf("comment", line.strip()) for line in text.split("\n") if line.lstrip().startswith("#"))
