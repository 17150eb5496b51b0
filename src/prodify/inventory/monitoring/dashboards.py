"""Reading Grafana dashboards: titles and queries with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.monitoring.model import Dashboard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.yamlview import YamlNode
    from prodify.model import Location

_QUERY_KEYS = ("expr", "rawSql", "query", "definition")


def is_dashboard(root: YamlNode) -> bool:
    """Whether a JSON document is a Grafana dashboard: it has panels (or rows of them), and a title or a schema version."""
    has_panels = any((node := root.get(key)) is not None and node.kind == "sequence" for key in ("panels", "rows"))
    return has_panels and ("schemaVersion" in root or "title" in root)


def dashboard(root: YamlNode) -> Dashboard:
    """The view of one dashboard."""
    panels = tuple(
        title for node in root.walk() if node.kind == "mapping" and "type" in node and "gridPos" in node and (title := node.string("title"))
    )
    return Dashboard(root.path, root.string("title") or "", root.location, tuple(_queries(root)), panels)


def _queries(root: YamlNode) -> Iterator[tuple[str, Location]]:
    """Expressions of targets and variables; a variable's query may be a mapping that holds another."""
    seen: set[tuple[str, int]] = set()
    for node in root.walk():
        for key in _QUERY_KEYS if node.kind == "mapping" else ():
            query = node.get(key)
            if query is None or query.kind != "scalar" or not query.text.strip():
                continue
            target = key == "expr" or "refId" in node or "datasource" in node
            if target and (query.text, query.line) not in seen:
                seen.add((query.text, query.line))
                yield query.text, query.location
