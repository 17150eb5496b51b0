"""Reading GitLab CI: jobs with `extends`, `default`, `!reference`, local includes and rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory.workflows.branches import holds_default
from prodify.inventory.workflows.github import step_commands, texts
from prodify.inventory.workflows.model import ActionUse, Job, Pipeline, PipelineStep
from prodify.inventory.yamlview import documents
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodify.inventory.workflows.github import Source
    from prodify.inventory.yamlview import YamlNode

_GLOBALS = frozenset(
    "default include stages variables workflow image services cache before_script after_script pages:deploy spec types".split()
)
MAX_LINES = 1000
"""Lines of one script, and jobs that one job extends."""
_MERGE = lazy(r"merge_request")
_BRANCH_RULE = lazy(r"\$CI_COMMIT_(?:BRANCH|REF_NAME)\s*(==|!=|=~)\s*(\$CI_DEFAULT_BRANCH|[\"'][^\"']*[\"']|/[^/]*/)")


def read_gitlab(path: str, source: Source) -> Pipeline:
    """The view of .gitlab-ci.yml with the local files that it includes."""
    docs = documents(source.files, path)
    problem = next((doc.problem for doc in docs if doc.problem is not None), None)
    root = next((doc.root for doc in reversed(docs) if doc.root is not None), None)
    if root is None or root.kind != "mapping":
        return Pipeline(path, "gitlab", problem=problem or "no pipeline: it holds no mapping")
    roots, includes = _included(root, source, {path})
    pool = {name: node for r in roots for name, node in r.items() if node.kind == "mapping" and name not in _GLOBALS}
    uses = tuple(includes)
    made = [_job(name, node, pool, root, source) for name, node in pool.items() if not name.startswith(".")]
    jobs = [job for job in made if job is not None]
    if jobs and uses:
        jobs[0] = replace(jobs[0], uses_all=uses)
    elif uses:
        jobs = [Job("include", uses[0].location, uses_all=uses)]
    triggers = ["push"] if any(job.on_pull_request is not False or job.on_default_branch is not False for job in jobs) else []
    if any(job.on_pull_request is not False for job in jobs) and _workflow_allows(root):
        triggers.append("pull_request")
    return Pipeline(path, "gitlab", root.string("workflow", "name"), tuple(triggers), jobs=tuple(jobs), env=texts(root.get("variables")),
                    node=root, problem=problem)  # fmt: skip


def _workflow_allows(root: YamlNode) -> bool:
    """Whether `workflow: rules` let pipelines of merge requests or of every branch through."""
    rules = root.get("workflow", "rules")
    if rules is None:
        return True
    conditions = [rule.string("if") for rule in rules if rule.string("when") != "never"]
    return any(c is None or _MERGE.search(c) is not None or not _BRANCH_RULE.search(c) for c in conditions)


def _included(root: YamlNode, source: Source, seen: set[str]) -> tuple[list[YamlNode], list[ActionUse]]:
    """Roots of included local files, last the file itself (it wins), and references to files of others."""
    roots: list[YamlNode] = []
    uses: list[ActionUse] = []
    include = root.get("include")
    items = [include] if include is not None and include.kind != "sequence" else list(include or ())
    for item in items:
        local = item.text if item.kind == "scalar" else item.string("local")
        if local and not local.startswith("http"):
            for path in [local.lstrip("/")] if "*" not in local else source.files.select("*/" + local.lstrip("/"), local.lstrip("/")):
                docs = documents(source.files, path) if path in source.files and path not in seen else ()
                seen.add(path)
                for doc in docs:
                    if doc.root is not None:
                        inner, more = _included(doc.root, source, seen)
                        roots += inner
                        uses += more
            continue
        for key in ("template", "remote", "project", "component"):
            name = item.string(key) or (local if key == "remote" and local and local.startswith("http") else None)
            if name:
                label = f"template:{name}" if key == "template" else name
                uses.append(ActionUse(label, item.string("ref"), item.location, "include"))
    return [*roots, root], uses


def _inherit(node: YamlNode, key: str, pool: Mapping[str, YamlNode]) -> YamlNode | None:
    """A key of a job, else of what it extends (the last one named and all that it extends come first), each job at most once."""
    waiting, seen = [node], set[str]()
    while waiting and len(seen) < MAX_LINES:
        node = waiting.pop()
        found = node.get(key)
        if found is not None:
            return found
        for parent in node.strings("extends"):
            if parent in pool and parent not in seen:
                seen.add(parent)
                waiting.append(pool[parent])
    return None


def _lines(node: YamlNode | None, pool: Mapping[str, YamlNode]) -> list[YamlNode]:
    """The scalars of a script in order; nested lists and `!reference [job, key]` are followed, up to `MAX_LINES` steps."""
    found: list[YamlNode] = []
    waiting, steps = [node] if node is not None else [], 0
    while waiting and steps < MAX_LINES:
        steps += 1
        node = waiting.pop()
        if node.kind == "scalar":
            found.append(node)
        elif node.tag == "!reference":
            path = [part.text for part in node]
            target = pool[path[0]].get(*path[1:]) if path and path[0] in pool else None
            waiting += [target] if target is not None else []
        else:
            waiting += reversed(list(node))
    return found


def _job(name: str, node: YamlNode, pool: Mapping[str, YamlNode], root: YamlNode, source: Source) -> Job | None:
    scripts = []
    for key in ("before_script", "script", "after_script"):
        body = _inherit(node, key, pool)
        if body is None and key != "script":
            body = root.get("default", key) or root.get(key)
        scripts += _lines(body, pool)
    trigger = _inherit(node, "trigger", pool)
    if not scripts and trigger is None:
        return None
    steps = tuple(PipelineStep(line.location, run=line.text, run_line=line.content_line, node=line) for line in scripts)
    commands = tuple(c for step in steps for c in step_commands(step, name, source.targets))
    needs = _inherit(node, "needs", pool)
    environment = _inherit(node, "environment", pool)
    pull, default = _when(node, pool)
    tags = _inherit(node, "tags", pool)
    timeout = _inherit(node, "timeout", pool)
    return Job(
        name,
        node.location,
        name,
        tuple(n.text or (n.string("job") or "") for n in needs) if needs is not None else (),
        tuple(t.text for t in tags or ()),
        timeout.text if timeout is not None else None,
        environment=(environment.text or environment.string("name")) if environment is not None else None,
        environment_location=environment.location if environment is not None else None,
        steps=steps,
        env=texts(_inherit(node, "variables", pool)),
        manual=_is_manual(node, pool),
        on_pull_request=pull,
        on_default_branch=default,
        node=node,
        commands=commands,
    )


def _is_manual(node: YamlNode, pool: Mapping[str, YamlNode]) -> bool:
    when, rules = _inherit(node, "when", pool), _inherit(node, "rules", pool)
    whens = {rule.string("when") for rule in rules or ()}
    return (when is not None and when.text == "manual") or ("manual" in whens and whens <= {"manual", "never"})


def _when(node: YamlNode, pool: Mapping[str, YamlNode]) -> tuple[bool | None, bool | None]:
    """Whether a job runs for merge requests (or every branch), and for the default branch; None when nothing restricts it."""
    only, rules = _inherit(node, "only", pool), _inherit(node, "rules", pool)
    if rules is not None:
        pull = default = False
        for rule in rules:
            condition, when = rule.string("if"), rule.string("when")
            if when == "never":
                continue
            match = _BRANCH_RULE.search(condition or "")
            if condition is None or (match is None and "CI_COMMIT_TAG" not in condition):
                pull = True
                default = default or condition is None or not _MERGE.search(condition)
            elif match is not None:
                positive = match.group(1) != "!="
                named = match.group(2).strip("\"'")
                default = default or (holds_default([named]) == positive)
                pull = pull or not positive
        return pull, default
    if only is not None:
        names = [n.text for n in only] or list(only.strings("refs"))
        if only.kind == "mapping" and not names:
            return None, None
        patterns = [n for n in names if n not in ("merge_requests", "branches", "tags", "schedules", "web", "pushes", "triggers", "api")]
        open_ = "branches" in names or "pushes" in names
        return "merge_requests" in names or open_, open_ or (bool(patterns) and holds_default(patterns))
    return None, None
