"""The reference pages, written from code: `python -m prodify.docsgen` writes them, `--check` says whether they are current."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodify.checks import all_checks
from prodify.explain import check_text, recipe_text
from prodify.model import Step
from prodify.recipes import all_recipes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.api import Check

_NOTICE = "<!-- Written by `make docs` from the code; edit the docstrings, not this page. -->\n"


def pages() -> dict[str, str]:
    """Every generated page by its path below docs/."""
    found = {f"checks/{step.number:02}-{step.slug}.md": _step_page(step) for step in Step}
    found["checks.md"] = _check_index()
    found["recipes.md"] = _recipe_page()
    found["commands.md"] = _command_page()
    found["profile.md"] = _profile_page()
    return found


def _step_page(step: Step) -> str:
    checks = [c for c in all_checks() if c.step is step]
    body = "\n".join(_lowered(check_text(c)) for c in checks)
    return f"{_NOTICE}# Step {step.number}: {step.title}\n\n{body}"


def _lowered(text: str) -> str:
    """Headings one level down, outside fenced blocks."""
    lines, fenced = [], False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        lines.append(f"#{line}" if line.startswith("#") and not fenced else line)
    return "\n".join(lines) + "\n"


def _check_index() -> str:
    rows = "".join(_check_row(c) for c in all_checks())
    head = "| step | check | level | maturity | claim | fixed by |\n| --- | --- | --- | --- | --- | --- |\n"
    return f"{_NOTICE}# The checks\n\n{len(all_checks())} checks in ten steps.\n\n{head}{rows}"


def _check_row(check: Check) -> str:
    page = f"checks/{check.step.number:02}-{check.step.slug}.md#{check.id}"
    cells = (
        f"{check.step.number} {check.step.slug}",
        f"[{check.id}]({page})",
        check.level.value,
        check.maturity,
        check.title,
        check.fixed_by or "",
    )
    return f"| {' | '.join(map(str, cells))} |\n"


def _recipe_page() -> str:
    body = "\n".join(_lowered(recipe_text(r)) for r in all_recipes())
    return f"{_NOTICE}# The recipes\n\n{len(all_recipes())} recipes.\n\n{body}"


def _command_page() -> str:
    import typer

    from prodify.cli.app import build

    group = typer.main.get_command(build())
    commands = getattr(group, "commands", {})
    parts = [f"{_NOTICE}# The commands\n"]
    for name, command in commands.items():
        import click

        context = click.Context(command, info_name=f"prodify {name}", terminal_width=100, max_content_width=100)
        parts.append(f"## prodify {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _profile_page() -> str:
    from prodify.profile_file import schema

    body = schema()
    rows = "".join(_profile_rows(body, body["$defs"], ""))
    head = "| key | default | meaning |\n| --- | --- | --- |\n"
    intro = (
        "`prodify.yaml` states the goals of a service once; everything that is generated derives from them. The same keys may stand\n"
        "under `[tool.prodify]` in pyproject.toml; where both are there, `prodify.yaml` is used. An unknown key is an error.\n"
        "`--set KEY=VALUE` overrides a value for one run, and `prodify config schema` prints the JSON Schema.\n"
    )
    return f"{_NOTICE}# The profile\n\n{intro}\n{head}{rows}"


def _profile_rows(node: dict[str, Any], definitions: dict[str, Any], prefix: str) -> Iterator[str]:
    """One row a leaf key, in the order of the schema."""
    for name, field in node["properties"].items():
        target = definitions.get(field.get("$ref", "").rpartition("/")[2], {})
        if "properties" in target:
            yield from _profile_rows(target, definitions, f"{prefix}{name}.")
        else:
            default = json.dumps(field.get("default")) if "default" in field else ""
            meaning = field.get("description") or target.get("description") or field.get("title", "")
            yield f"| `{prefix}{name}` | `{default}` | {meaning} |\n"


def _stale(root: Path) -> Iterator[str]:
    wanted = pages()
    for path, text in wanted.items():
        target = root / path
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            yield path
    for old in sorted((root / "checks").glob("*.md")):
        if f"checks/{old.name}" not in wanted:
            yield f"checks/{old.name}"


def main(arguments: Sequence[str]) -> int:
    """Write the pages into docs/ of the current directory, or with --check return 1 when one is not current."""
    root = Path("docs")
    if "--check" in arguments:
        stale = list(_stale(root))
        sys.stderr.writelines(f"docs/{path} is not current; run make docs\n" for path in stale)
        return 1 if stale else 0
    for path, text in pages().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
