"""promtool: recording and alerting rules, their unit tests, and Prometheus' configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prodify.validators.sources import Document, Sources

INSTALL = "apt-get install prometheus"

LINE = re.compile(r"line (\d+):|: (\d+):\d+: ")
QUANTILE = re.compile(r"histogram_quantile\(\s*([0-9.]+)")


def is_rules(document: Document) -> bool:
    """Whether the document is a rules file: a list of groups, each with rules."""
    groups = document.get("groups")
    return isinstance(groups, list) and any(isinstance(item, dict) and isinstance(item.get("rules"), list) for item in groups)


def is_operator_rule(document: Document) -> bool:
    """Whether the document is a PrometheusRule of the operator, which wraps a rules file."""
    return document.get("kind") == "PrometheusRule" and isinstance(document.get("spec"), dict)


def is_rule_test(document: Document) -> bool:
    """Whether the document is a file for `promtool test rules`."""
    return isinstance(document.get("rule_files"), list) and isinstance(document.get("tests"), list)


def is_config(document: Document) -> bool:
    """Whether the document is a configuration of Prometheus itself."""
    return isinstance(document.get("scrape_configs"), list) and "receivers" not in document.value


def select_rules(sources: Sources) -> Sequence[str]:
    """Return rules files and PrometheusRule objects."""
    return sources.yaml_where(lambda document: is_rules(document) or is_operator_rule(document))


def check_rules(job: Job, path: str, file: str, first_line: int = 1) -> Iterator[Problem]:
    """Yield what `promtool check rules` says of one file on disk, as problems of `path`."""
    done = job.call([job.tools["promtool"], "check", "rules", "--lint", "all", "--lint-fatal", file])
    if done.code == 0:
        return
    said = [line.strip() for line in done.stderr.splitlines() if line.strip() and line.strip() != "FAILED:"]
    if not said:
        raise ToolError(f"promtool ended with {done.code}: {done.last_words}")
    if said[0].startswith("lint error"):
        yield Problem(path, first_line if first_line > 1 else None, ", ".join(said)[:300])
        return
    for line in said:
        message = line.removeprefix(f"{file}: ")
        if message == "yaml: unmarshal errors:":
            continue
        found = LINE.search(f": {message}")
        number = int(found[1] or found[2]) if found else None
        yield Problem(path, number if first_line == 1 else first_line, message[:300])


def run_rules(job: Job) -> Iterator[Problem]:
    """Yield the problems of every rules file, and of every PrometheusRule after taking the rules out of it."""
    import yaml

    for path, argument in zip(job.files, job.arguments, strict=True):
        documents = job.sources.documents(path)
        if any(map(is_rules, documents)):
            yield from check_rules(job, path, argument)
        for document in filter(is_operator_rule, documents):
            inner = job.scratch() / "rules.yaml"
            inner.write_text(yaml.safe_dump(document.get("spec")), encoding="utf-8")
            for problem in check_rules(job, path, str(inner)):
                yield Problem(path, document.line, problem.message)
        for document in documents:
            yield from _quantiles(document)


def _quantiles(document: Document) -> Iterator[Problem]:
    """Yield quantiles above 1, which promtool accepts and Prometheus answers with infinity."""
    for expression in expressions(document.value):
        for quantile in QUANTILE.findall(expression):
            if float(quantile) > 1:
                yield Problem(document.path, document.line, f"histogram_quantile({quantile}, ...): a quantile is between 0 and 1")


def expressions(value: Any) -> Iterator[str]:
    """Yield every string under a key `expr`, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "expr" and isinstance(inner, str):
                yield inner
            else:
                yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)


def select_tests(sources: Sources) -> Sequence[str]:
    """Return the unit tests of rules."""
    return sources.yaml_where(is_rule_test)


def run_tests(job: Job) -> Iterator[Problem]:
    """Yield the failed cases of every test file, with what was expected and what came."""
    for path, argument in zip(job.files, job.arguments, strict=True):
        absent = [name for document in job.sources.documents(path) for name in _absent(document, job)]
        for name in absent:
            yield Problem(path, None, f"rule file {name} does not exist")
        if absent:
            continue
        done = job.call([job.tools["promtool"], "test", "rules", argument])
        if done.code != 0:
            said = " ".join(part.strip() for part in done.stderr.splitlines() + done.stdout.splitlines() if part.strip())
            cleaned = re.sub(rf"Unit Testing:\s+{re.escape(argument)}|FAILED:", "", said).strip()
            yield Problem(path, None, cleaned[:600] or f"promtool ended with {done.code}")


def _absent(document: Document, job: Job) -> list[str]:
    """Return rule files named by a test that match nothing: promtool takes a test without rules for a test that stays silent."""
    folder = (job.stage / document.path).parent
    names: Mapping[str, Any] = document.value
    return [str(name) for name in names.get("rule_files") or [] if not any(folder.glob(str(name))) and not (folder / str(name)).is_file()]


def select_config(sources: Sources) -> Sequence[str]:
    """Return Prometheus' configuration files."""
    return sources.yaml_where(is_config)


def run_config(job: Job) -> Iterator[Problem]:
    """Yield the problem of every configuration. Files that it names exist in the container only, so the syntax alone is judged."""
    for path, argument in zip(job.files, job.arguments, strict=True):
        done = job.call([job.tools["promtool"], "check", "config", "--syntax-only", argument])
        if done.code != 0:
            yield Problem(path, None, done.last_words.removeprefix("FAILED: "))


VALIDATORS = (
    Validator(
        name="promtool-rules",
        title="Prometheus rules: PromQL, fields, templates",
        select=select_rules,
        run=run_rules,
        executables=("promtool",),
        install=INSTALL,
    ),
    Validator(
        name="promtool-test",
        title="Prometheus rules: their unit tests",
        select=select_tests,
        run=run_tests,
        executables=("promtool",),
        install=INSTALL,
    ),
    Validator(
        name="promtool-config",
        title="Prometheus' configuration",
        select=select_config,
        run=run_config,
        executables=("promtool",),
        install=INSTALL,
    ),
)
