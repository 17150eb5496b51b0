"""Plain data as YAML text that people read: order kept, long strings unfolded, several lines as a block."""

from __future__ import annotations

from typing import Any


def yaml_text(*documents: Any, header: str) -> str:
    """The documents as one YAML text under a comment. `header` is text without the hash, one comment a line.

    >>> print(yaml_text({"b": "x", "a": ["1\\n2\\n"]}, header="Why."), end="")
    # Why.
    b: x
    a:
      - |
        1
        2
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - lists stand indented
            super().increase_indent(flow, False)

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - written out each time
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    body = yaml.dump_all(documents, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=4096, explicit_start=len(documents) > 1)
    return "".join(f"# {line}\n" for line in header.splitlines()) + body
