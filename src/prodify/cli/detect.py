"""`prodify detect`: the inventory alone, with its evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prodify.cli.choices import ReportFormat
from prodify.cli.options import JsonFormatOption, PathArgument
from prodify.cli.session import emit, say


def detect(path: PathArgument = Path(), format_: JsonFormatOption = ReportFormat.TEXT) -> None:
    """Show what was recognised in a repository, and where."""
    import json

    from prodify.inventory import Inventory
    from prodify.snapshot import inventory_snapshot

    data, notices = inventory_snapshot(Inventory(path))
    for notice in notices:
        say(notice)
    if format_ is ReportFormat.JSON:
        emit(json.dumps({"schema": "prodify.inventory/1", "inventory": data}, indent=2, ensure_ascii=False) + "\n")
        return
    from prodify.reports.presentation import visible

    emit("\n".join(map(visible, _lines(data))) + "\n")


def _lines(data: dict[str, Any]) -> list[str]:
    lines = [f"kind: {data['kind']}"]
    for component in data["components"]:
        words = [component["framework"], component["language"], component["kind"]]
        lines.append(f"component {component['path']}: {component['name']} ({', '.join(w for w in words if w)})")
        for key in ("entrypoint", "port", "package_manager", "runtime_version"):
            if component[key] is not None:
                place = component["proof"].get(key)
                shown = f"  ({place['path']}:{place['line']})" if place else ""
                lines.append(f"  {key.replace('_', ' ')}: {component[key]}{shown}")
        lines += [f"  could also start at: {name}" for name in component["candidates"]]
        lines += [
            f"  {place['path']}{':' + str(place['line']) if place['line'] else ''}: {place['note']}" for place in component["evidence"]
        ]
    for key in ("datastores", "brokers", "llm_providers"):
        lines.append(f"{key.replace('_', ' ')}: {', '.join(data[key]) or 'none'}")
    lines.append(f"routes: {len(data['routes'])}")
    lines += [f"  {r['method']:<10} {r['path']}  ({r['location']['path']}:{r['location']['line']})" for r in data["routes"]]
    lines.append(f"environment variables: {len(data['environment'])}")
    lines += [f"  {e['name']}{' (required)' if e['required'] else ''}  ({e['path']}:{e['line']})" for e in data["environment"]]
    lines.append("has: " + (", ".join(k for k, v in data["has"].items() if v) or "nothing of the list"))
    lines.append("lacks: " + (", ".join(k for k, v in data["has"].items() if not v) or "nothing of the list"))
    return lines
