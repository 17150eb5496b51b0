"""YAML as nodes with their places: reading, comparing, writing values. Nothing is constructed, so tags and aliases do no harm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prodify.edits.text import CannotEdit, lines_of
from prodify.yamldepth import is_too_deep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yaml.nodes import Node


def compose(text: str) -> Node | None:
    """Return the root node of a text with one document; None when there is none.

    Raises:
        CannotEdit: with the line, when it is not YAML; when it holds several documents.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # The C loader does not count characters as Python does outside ASCII; marks must be exact here.
    loader = loader if text.isascii() else yaml.SafeLoader
    if is_too_deep(text):
        raise CannotEdit("it nests too deeply", "Edit it by hand.")
    try:
        documents = list(yaml.compose_all(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CannotEdit(f"line {mark.line + 1 if mark else '?'} is not valid YAML", "Correct it and run again.") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise CannotEdit("it is not valid YAML", "Correct it and run again.") from None
    if len(documents) > 1:
        raise CannotEdit("it holds several YAML documents", "Edit it by hand.")
    return documents[0] if documents else None


def find(node: Node, key: str) -> tuple[Node, Node] | None:
    """Return the key and value nodes of a mapping's entry; keys are compared by their text (`on` stays `on`)."""
    for name, value in node.value:
        if name.value == key:
            return name, value
    return None


def kind(node: Node) -> str:
    """Return `mapping`, `sequence` or `scalar`."""
    return str(getattr(node, "id", "scalar"))


def in_braces(node: Node) -> bool:
    """Whether a mapping or sequence is written in braces or brackets."""
    return bool(getattr(node, "flow_style", False))


def is_empty(node: Node) -> bool:
    """Whether a value is missing (`key:` with nothing behind it)."""
    return kind(node) == "scalar" and node.value == "" and node.tag == "tag:yaml.org,2002:null"


@dataclass(slots=True)
class Meaning:
    """Numbers for structures: two nodes mean the same when their numbers are equal. Shared nodes (aliases) are visited once."""

    numbers: dict[object, int] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    alive: list[Node] = field(default_factory=list)

    def intern(self, structure: object) -> int:
        """Return the number of a structure."""
        return self.numbers.setdefault(structure, len(self.numbers))

    def of(self, node: Node | None) -> int:
        """Return the number of a node.

        Raises:
            CannotEdit: for a node that contains itself.
        """
        if node is None:
            return self.intern(("mapping", ()))
        if id(node) not in self.seen:
            self.alive.append(node)
            self.seen[id(node)] = -1
            self.seen[id(node)] = self.intern(self._structure(node))
        if self.seen[id(node)] < 0:
            raise CannotEdit("it holds a value that contains itself", "Edit it by hand.")
        return self.seen[id(node)]

    def _structure(self, node: Node) -> object:
        if kind(node) == "mapping":
            return ("mapping", tuple((key.value if kind(key) == "scalar" else self.of(key), self.of(value)) for key, value in node.value))
        if kind(node) == "sequence":
            return ("sequence", tuple(self.of(item) for item in node.value))
        return ("scalar", node.tag, node.value)

    def of_data(self, data: Any) -> int:
        """Return the number that plain data would have as YAML."""
        return self.of(compose(dump(data)))


@dataclass(frozen=True, slots=True)
class Style:
    """How new lines look: the width of one indentation, and whether block scalars (`|`) may be used."""

    step: int = 2
    blocks: bool = True


def style_of(text: str) -> Style:
    """Return a text's style: its smallest indentation, 2 when it has none.

    At the end of a file without final newline a block scalar would lose its last newline; there strings are quoted.
    """
    lines = [line for line in lines_of(text) if line.strip() and not line.lstrip().startswith("#")]
    widths = {len(line) - len(line.lstrip(" ")) for line in lines} & {2, 3, 4, 8}
    return Style(min(widths, default=2), not text or text.endswith("\n"))


def dump(data: Any, indent: int = 0, style: Style | None = None) -> str:
    """Return data as block YAML in its own order, every line indented, ending in a newline."""
    import yaml

    style = style or Style()

    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - the base class's signature
            super().increase_indent(flow, False)

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
            return True

    def text(dumper: Dumper, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value and style.blocks else None)

    Dumper.add_representer(str, text)
    Dumper.add_representer(tuple, Dumper.represent_list)
    # Wider steps would put spaces behind the dash of a list of mappings.
    step = 2 if _holds_list_of_mappings(data) else style.step
    out = yaml.dump(data, Dumper=Dumper, sort_keys=False, default_flow_style=False, allow_unicode=True, width=10_000, indent=step)
    if out.endswith("\n...\n"):
        out = out[:-4]
    return "".join(" " * indent + line if line.strip() else line for line in out.splitlines(keepends=True))


def _holds_list_of_mappings(data: Any) -> bool:
    if isinstance(data, dict):
        return any(_holds_list_of_mappings(value) for value in data.values())
    return isinstance(data, (list, tuple)) and any(isinstance(item, (dict, list, tuple)) for item in data)


def dump_flow(data: Any) -> str:
    """Return data on one line, for a place between braces or brackets."""
    import yaml

    out = yaml.safe_dump(data, sort_keys=False, default_flow_style=True, allow_unicode=True, width=10_000)
    return out.removesuffix("\n").removesuffix("\n...").strip()


def plain_keys(wanted: Mapping[str, Any]) -> None:
    """Refuse keys that are no plain text.

    Raises:
        ValueError: for a key that is not a string without line breaks.
    """
    if not all(isinstance(key, str) and "\n" not in key for key in wanted):
        raise ValueError("every key must be a string on one line")
