"""Default tags for providers in Terraform that the user wrote: an editor of HCL, and where it is needed. Part of the recipe `tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify import edits
from prodify.edits import CannotEdit
from prodify.inventory.terraform import read_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from prodify.inventory import Inventory
    from prodify.inventory.terraform import TerraformBlock

DEFAULTS = {
    "aws": "default_tags {{\n{indent}  tags = {value}\n{indent}}}",
    "google": "default_labels = {value}",
}
"""What a provider's block holds so that all its resources carry tags, by the provider's name."""


def is_tagged(provider: TerraformBlock) -> bool:
    """Whether a provider's block tags what it makes."""
    return "default_labels" in provider.attributes or provider.block("default_tags") is not None


def with_default_tags(provider: str, value: str) -> Callable[[str], str]:
    """Give every block of that provider default tags, `value` being an expression, unless it has some.

    >>> print(with_default_tags("aws", "local.tags")('provider "aws" {\\n  region = "eu-west-1"\\n}\\n'), end="")
    provider "aws" {
      region = "eu-west-1"
    <BLANKLINE>
      default_tags {
        tags = local.tags
      }
    }

    Raises:
        CannotEdit: (from the editor) when the text is no valid HCL.
    """

    @edits.preserving
    def edit(text: str) -> str:
        for _ in range(100):
            bare = next((b for b in _providers(text, provider) if not is_tagged(b)), None)
            if bare is None:
                return text
            text = _insert(text, bare, DEFAULTS[provider], value)
        raise CannotEdit("there are too many providers", "Add default tags by hand.")

    return edit


def _providers(text: str, name: str) -> list[TerraformBlock]:
    blocks = read_blocks("edited.tf", text)
    if any(block.problem for block in blocks):
        raise CannotEdit("it is no valid HCL", "Add default tags to the provider by hand.")
    return [block for block in blocks if block.type == "provider" and block.kind == name]


def _insert(text: str, block: TerraformBlock, pattern: str, value: str) -> str:
    lines = text.split("\n")
    first, last = (block.location.line or 1) - 1, (block.location.end_line or block.location.line or 1) - 1
    head, closing, rest = lines[last].rpartition("}")
    if not closing or rest.strip() or (first == last and head.count("{") != 1):
        raise CannotEdit("the provider's block does not end on a line of its own", "Add default tags to it by hand.")
    outer = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    indent = f"{outer}  "
    added = [f"{indent}{line}" if not line.startswith(indent) else line for line in pattern.format(value=value, indent=indent).split("\n")]
    before = [head.rstrip()] if first == last or head.strip() else []
    if first == last and head.partition("{")[2].strip():
        opening, _, body = head.partition("{")
        before = [f"{opening}{{", f"{indent}{body.strip()}"]
    if last > first + 1 or before[1:]:
        added.insert(0, "")
    return "\n".join([*lines[:last], *before, *added, f"{outer}{closing}{rest}", *lines[last + 1 :]])


def roots(repo: Inventory, prefix: str) -> tuple[str, ...]:
    """Folders of Terraform that hold resources of a provider and are not called as a module by another folder, sorted."""
    from posixpath import dirname, join, normpath

    called = {
        normpath(join(dirname(block.path), source))
        for block in repo.terraform
        if block.type == "module" and (source := block.string("source") or "").startswith(".")
    }
    holding = {dirname(block.path) for block in repo.terraform if block.type == "resource" and block.kind.startswith(f"{prefix}_")}
    return tuple(sorted(folder for folder in holding if normpath(folder or ".") not in called))
