"""Runbooks and alerts, both ways: every alert links the page that says what to do, and every such page has its alert.

A page for an alert carries the alert's name, and nothing else, as its title. Pages without an alert of their own (rollback, restore)
have titles of several words and are left alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, Validator
from prodify.validators.promtool import is_operator_rule, is_rules
from prodify.validators.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINKS = ("runbook_url", "runbook", "runbook_link")
"""Annotations that lead to a page, in the order in which they are looked for."""
_TITLE = re.compile(r"^# (\S+)[ \t]*$", re.MULTILINE)
_ALERT_NAME = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+|Watchdog")
_INDEXES = ("index.md", "README.md")
"""Pages of a folder that list the others."""


def alerts(sources: Sources) -> Iterator[tuple[str, str, int, str]]:
    """Yield path, alert, line and link ("" without one) of every alerting rule."""
    for path in sources.yaml_where(lambda document: is_rules(document) or is_operator_rule(document)):
        for document in sources.documents(path):
            spec = document.get("spec") if is_operator_rule(document) else document.value
            for rule in _rules(spec):
                name, annotations = str(rule.get("alert") or ""), rule.get("annotations")
                known = annotations if isinstance(annotations, dict) else {}
                link = next((str(known[key]) for key in LINKS if known.get(key)), "")
                if name:
                    yield path, name, _line(sources.texts[path], name), link


def _rules(spec: Any) -> Iterator[dict[str, Any]]:
    groups = spec.get("groups") if isinstance(spec, dict) else None
    for group in groups if isinstance(groups, list) else []:
        rules = group.get("rules") if isinstance(group, dict) else None
        yield from (rule for rule in (rules if isinstance(rules, list) else []) if isinstance(rule, dict))


def _line(text: str, alert: str) -> int:
    found = re.search(rf"^\s*-?\s*alert:\s*[\"']?{re.escape(alert)}[\"']?\s*$", text, re.MULTILINE)
    return text.count("\n", 0, found.start() + len(found[0]) - len(found[0].lstrip())) + 1 if found else 1


def select(sources: Sources) -> Sequence[str]:
    """Return the rule files that alert, and the pages that their links lead to."""
    found = list(alerts(sources))
    return sorted({path for path, *_ in found} | {page for page in sources if page in set(_pages(sources, found).values())})


def _pages(sources: Sources, found: Sequence[tuple[str, str, int, str]]) -> dict[str, str]:
    """Alert to the page in the repository that its link means; a link may be a whole address that ends in the page's path."""
    folders = [page for page in sources if page.endswith((".md", ".markdown"))]
    pages = {}
    for _, name, _, link in found:
        target = link.partition("#")[0].partition("?")[0].removeprefix("./")
        page = next((page for page in folders if target == page or ("://" in target and target.endswith(f"/{page}"))), None)
        if page:
            pages[name] = page
    return pages


def run(job: Job) -> Iterator[Problem]:
    """Yield alerts without a page, pages that are about another alert, and pages without an alert."""
    found = list(alerts(job.sources))
    pages = _pages(job.sources, found)
    for path, name, line, link in found:
        if not link:
            yield Problem(path, line, f"alert {name} links no runbook: whoever is called does not know what to do")
        elif name in pages:
            titles = _TITLE.findall(job.sources.texts[pages[name]])[:1]
            if titles and _ALERT_NAME.fullmatch(titles[0]) and titles[0] != name:
                yield Problem(path, line, f"alert {name} links {pages[name]}, which is about {titles[0]}")
        elif "://" not in link and not (job.root / link.partition("#")[0]).is_file():
            yield Problem(path, line, f"alert {name} links {link}, which does not exist")
    yield from _orphans(job.sources, {name for _, name, _, _ in found}, set(pages.values()))


def _orphans(sources: Sources, names: set[str], pages: set[str]) -> Iterator[Problem]:
    """Yield pages beside runbooks that carry the name of an alert that there is not, and alerts that an index leaves out."""
    folders: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        folders[str(PurePosixPath(page).parent)].add(page)
    for path in sources.matching("*.md", "*.markdown"):
        folder = str(PurePosixPath(path).parent)
        if folder not in folders:
            continue
        title = next(iter(_TITLE.findall(sources.texts[path])), "")
        if _ALERT_NAME.fullmatch(title) and title not in names:
            yield Problem(path, 1, f"no rule raises the alert {title} that this page is about")
        if PurePosixPath(path).name in _INDEXES:
            for page in sorted(folders[folder]):
                if PurePosixPath(page).name not in sources.texts[path]:
                    yield Problem(path, None, f"the index does not list {PurePosixPath(page).name}")


VALIDATORS = (
    Validator(name="runbook-per-alert", title="every alert has a runbook, every runbook an alert", select=select, run=run),
)
