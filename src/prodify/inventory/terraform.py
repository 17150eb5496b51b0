"""Terraform files as blocks with attributes, read from the HCL syntax tree; nothing is evaluated."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.syntax import location_of
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

MAX_DEPTH = 30
MAX_NESTING = 200
"""Nested blocks are read to the first depth; a text whose brackets nest to the second is not parsed at all."""
_BRACKET = lazy(r"[{}\[\]()]")


@dataclass(frozen=True, slots=True, eq=False)
class TerraformBlock:
    """One block: `resource "aws_s3_bucket" "logs" { ... }` has type "resource" and labels ("aws_s3_bucket", "logs").

    `attributes` maps a name to its expression's text as written (`"10.0.0.0/8"` with its quotes, `var.size` without);
    `attribute_locations` has their places. `blocks` are the nested ones. The attributes of a *.tfvars file are one block of
    type "tfvars". A file with syntax errors gives what could be read, and a block of type "" with a `problem`.
    """

    type: str
    labels: tuple[str, ...]
    location: Location
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)
    attribute_locations: Mapping[str, Location] = field(default_factory=dict, repr=False)
    blocks: tuple[TerraformBlock, ...] = ()
    problem: str | None = None

    @property
    def path(self) -> str:
        """The file."""
        return self.location.path

    @property
    def note(self) -> str:
        """Type and labels; makes a block evidence."""
        return self.problem or " ".join((self.type, *self.labels))

    @property
    def kind(self) -> str:
        """The first label: a resource's or data source's type, a module's or variable's name; empty without labels."""
        return self.labels[0] if self.labels else ""

    @property
    def name(self) -> str:
        """The last label."""
        return self.labels[-1] if self.labels else ""

    def string(self, name: str) -> str | None:
        """The value of an attribute that is a plain quoted string, None for anything else (numbers and booleans come as their text)."""
        text = self.attributes.get(name)
        if text is None:
            return None
        if len(text) > 1 and text[0] == text[-1] == '"' and "${" not in text and '"' not in text[1:-1]:
            return text[1:-1]
        return text if text in ("true", "false") or text.replace(".", "", 1).isdigit() else None

    def block(self, *types: str) -> TerraformBlock | None:
        """The first nested block under a path of types (`block("versioning_configuration")`), None when there is none."""
        found: TerraformBlock | None = self
        for type_ in types:
            found = next((b for b in found.blocks if b.type == type_), None) if found is not None else None
        return found

    def walk(self) -> Iterator[TerraformBlock]:
        """This block and all nested ones."""
        yield self
        for block in self.blocks:
            yield from block.walk()


def find_blocks(repo: Inventory) -> tuple[TerraformBlock, ...]:
    """The top-level blocks of *.tf, *.tofu, *.tfvars and terragrunt.hcl files of the application, by path and line."""
    found: list[TerraformBlock] = []
    for path in repo.files.select("*.tf", "*.tofu", "*.tfvars", "terragrunt.hcl", roles=(Role.PRODUCTION,)):
        text = repo.files.text(path)
        if text is not None:
            found.extend(read_blocks(path, text))
    return tuple(found)


def read_blocks(path: str, text: str) -> tuple[TerraformBlock, ...]:
    """The blocks of one file's text."""
    from ast_grep_py import SgRoot

    depth = 0
    for match in _BRACKET.finditer(text):
        depth += 1 if match.group() in "{[(" else -1
        if depth > MAX_NESTING:
            line = text.count("\n", 0, match.start()) + 1
            return (TerraformBlock("", (), Location(path, line), problem=f"nested deeper than {MAX_NESTING} levels"),)
    found: list[TerraformBlock] = []
    loose: list[SgNode] = []
    for part in SgRoot(text, "hcl").root().children():
        broken = part if part.kind() == "ERROR" else part.find(kind="ERROR")
        if part.kind() in ("body", "ERROR"):
            found += [_block(path, node, 0) for node in part.children() if node.kind() == "block"]
            loose += [node for node in part.children() if node.kind() == "attribute"]
            unclosed = [node for node in part.children() if node.kind() == "block" and not node.children()[-1].text()]
            broken = broken if broken is not None or not unclosed else unclosed[0]
        if broken is not None:
            place = location_of(path, broken)
            found.append(TerraformBlock("", (), place, problem=f"no valid HCL near line {place.line}"))
    if loose:
        found.insert(0, TerraformBlock("tfvars", (), Location(path, 1), *_attributes(path, loose)))
    return tuple(found)


def _attributes(path: str, nodes: list[SgNode]) -> tuple[dict[str, str], dict[str, Location]]:
    texts: dict[str, str] = {}
    places: dict[str, Location] = {}
    for node in nodes:
        children = node.children()
        if len(children) > 2:
            name = children[0].text()
            texts[name] = children[2].text()
            places[name] = location_of(path, node)
    return texts, places


def _block(path: str, node: SgNode, depth: int) -> TerraformBlock:
    names, body = [], []
    for child in node.children():
        if child.kind() in ("identifier", "string_lit"):
            names.append(child.text().strip('"'))
        elif child.kind() == "body":
            body += child.children()
    attributes, places = _attributes(path, [child for child in body if child.kind() == "attribute"])
    blocks = tuple(_block(path, child, depth + 1) for child in body if child.kind() == "block") if depth < MAX_DEPTH else ()
    return TerraformBlock(names[0] if names else "", tuple(names[1:]), location_of(path, node), attributes, places, blocks)
