"""amtool: Alertmanager's configuration, with the templates that it names, and where the alerts of the repository's rules go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator
from prodify.validators.promtool import is_operator_rule, is_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

FAILED = re.compile(r"FAILED:\s*(?P<message>.+)", re.DOTALL)


def select(sources: Sources) -> Sequence[str]:
    """Return Alertmanager's configuration files."""
    return sources.yaml_where(lambda document: isinstance(document.get("route"), dict) and isinstance(document.get("receivers"), list))


def run(job: Job) -> Iterator[Problem]:
    """Yield the first mistake of every configuration; amtool stops there."""
    for path, argument in zip(job.files, job.arguments, strict=True):
        done = job.call([job.tools["amtool"], "check-config", argument])
        if done.code == 0:
            continue
        found = FAILED.search(done.stdout)
        if found is None:
            raise ToolError(f"amtool ended with {done.code}: {done.last_words}")
        yield Problem(path, None, " ".join(found["message"].split())[:300])


PAGERS = ("pagerduty_configs", "opsgenie_configs", "victorops_configs", "incidentio_configs", "jira_configs")
"""Receivers' parts that wake somebody, as far as they can be told from chats; webhooks may be either."""
WAKES = frozenset({"page", "critical", "p1"})
"""Severities that mean that somebody has to look now."""


def select_routes(sources: Sources) -> Sequence[str]:
    """Return Alertmanager's configuration where there are alerts to route."""
    return select(sources) if alerts(sources) else ()


def alerts(sources: Sources) -> list[dict[str, str]]:
    """Return the fixed labels of every alert of the rules files, its name among them."""
    found = []
    for path in sources.yaml_where(lambda document: is_rules(document) or is_operator_rule(document)):
        for document in sources.documents(path):
            spec = document.value.get("spec") if is_operator_rule(document) else document.value
            rules = [rule for group in spec.get("groups") or [] if isinstance(group, dict) for rule in group.get("rules") or []]
            for rule in (rule for rule in rules if isinstance(rule, dict) and isinstance(rule.get("alert"), str)):
                labels = {str(key): str(value) for key, value in (rule.get("labels") or {}).items() if "{{" not in str(value)}
                found.append(labels | {"alertname": rule["alert"]})
    return found


def run_routes(job: Job) -> Iterator[Problem]:
    """Yield alerts that end with the wrong receiver: pages that wake nobody, and the rest that wakes somebody.

    Where no receiver pages at all (a chat is all there is), only alerts that no route names are told.
    """
    known = alerts(job.sources)
    for path, argument in zip(job.files, job.arguments, strict=True):
        document = next(d for d in job.sources.documents(path) if isinstance(d.get("receivers"), list))
        receivers = [receiver for receiver in document.get("receivers") if isinstance(receiver, dict)]
        paging = {str(r.get("name")) for r in receivers if any(part in r for part in PAGERS)}
        fallback = str(document.get("route").get("receiver"))
        for labels in known:
            # Labels come from strangers' rules: one that amtool would take for an option is no label.
            pairs = [f"{key}={value}" for key, value in sorted(labels.items()) if re.fullmatch(r"[a-zA-Z_]\w*", key)]
            done = job.call([job.tools["amtool"], "config", "routes", "test", f"--config.file={argument}", *pairs])
            if done.code != 0:
                raise ToolError(f"amtool ended with {done.code}: {done.last_words}")
            reached = set(done.stdout.strip().split(","))
            yield from _judged(path, labels, reached, paging, fallback)


def _judged(path: str, labels: dict[str, str], reached: set[str], paging: set[str], fallback: str) -> Iterator[Problem]:
    name, severity = labels["alertname"], labels.get("severity", "none")
    where = ", ".join(sorted(reached))
    if paging and severity.lower() in WAKES and not reached & paging:
        yield Problem(path, None, f"{name} (severity {severity}) wakes nobody: it goes to {where}")
    if severity.lower() not in WAKES and reached & paging:
        yield Problem(path, None, f"{name} (severity {severity}) wakes somebody: it goes to {where}")
    if severity == "heartbeat" and reached == {fallback}:
        yield Problem(path, None, f"{name} has no route of its own: nobody would notice that it stays away")


VALIDATORS = (
    Validator(
        name="amtool",
        title="Alertmanager's configuration",
        select=select,
        run=run,
        executables=("amtool",),
        install="apt-get install prometheus-alertmanager",
    ),
    Validator(
        name="amtool-routes",
        title="Alertmanager's routes: every alert reaches whom its severity means",
        select=select_routes,
        run=run_routes,
        executables=("amtool",),
        install="apt-get install prometheus-alertmanager",
    ),
)
