"""Every variable that code reads is in the example file, the manifest and, when secret, the secret mapping; and the reverse.

Modules that prodify wrote have a default for each of their settings: those have to stand in the example file and nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prodify.errors import ProdifyError
from prodify.validators import nomad
from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from prodify.validators.sources import Document, Sources

READ_BY_OTHERS: Mapping[str, str] = {
    r"OTEL_\w+": "OpenTelemetry's SDK",
    r"PORT|HOST|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS|GUNICORN_CMD_ARGS|UVICORN_\w+|STREAMLIT_\w+": "the server",
    r"PYTHON\w+|FLASK_\w+|DJANGO_SETTINGS_MODULE|NODE_\w+|GO\w+|JAVA_\w+": "the language's run-time or the framework",
    r"TZ|LANG|LC_\w+|HOME|PATH|TMPDIR|XDG_\w+|MPLCONFIGDIR|SSL_CERT_\w+|(HTTPS?|NO|ALL)_PROXY": "the operating system's libraries",
    r"AWS_\w+|GOOGLE_\w+|GCLOUD_\w+|AZURE_\w+|PG\w+": "the cloud's or the database's client library",
}
"""Variables that no code of the repository has to read, and who reads them."""
_LITERAL = re.compile(r"^[ \t]*+#?+[ \t]*+-[ \t]++(?:name:[ \t]++)?+['\"]?([A-Za-z_]\w*)(?:=|['\"]?[ \t]*$)", re.MULTILINE)
_KEY_IN_COMMENT = re.compile(r"^[ \t]*+#[ \t]{2,}+([A-Za-z_]\w*)[ \t]*$", re.MULTILINE)
_EXAMPLE = re.compile(r"^[ \t]*#?[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=", re.MULTILINE)


@dataclass(slots=True)
class Manifest:
    """What one way of running the service gives it: names with the path and line that state each, and those of the secret mapping."""

    kind: str
    path: str
    given: dict[str, tuple[str, int]] = field(default_factory=dict)
    secret: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)
    everything: bool = False
    """Whether the file of settings is handed over whole."""


@dataclass(frozen=True, slots=True)
class Read:
    """A variable that code reads: where, whether it is secret or needed, and whether only modules that prodify wrote read it."""

    name: str
    path: str
    line: int
    secret: bool
    required: bool
    added: bool
    tests_only: bool


def select(sources: Sources) -> Sequence[str]:
    """Return example files and the manifests that give a service its environment."""
    from prodify.inventory.envfiles import EXAMPLE_FILES

    return sorted({*sources.matching(*EXAMPLE_FILES), *sources.yaml_where(_gives_environment), *nomad.select(sources)})


def _gives_environment(document: Document) -> bool:
    value = document.value
    return isinstance(value, dict) and (
        value.get("kind") in ("Deployment", "ExternalSecret")
        or bool(value.get("configMapGenerator"))
        or str(value.get("apiVersion")).startswith("serving.knative.dev/")
        or (isinstance(value.get("services"), dict) and "kind" not in value)
    )


def read_by_code(root: Path) -> tuple[str, dict[str, Read]]:
    """Return the service's name and every variable that its repository's code reads, those of the platform left out.

    Raises:
        ToolError: when the profile cannot be read.
    """
    from prodify.infer import load_profile
    from prodify.inventory import Inventory
    from prodify.recipes.ci.planned import GENERATED
    from prodify.recipes.scaling.settings import NOT_THE_SERVICE, stored_names
    from prodify.recipes.shared.layout import naming
    from prodify.recipes.shared.variables import variables

    try:
        repo = Inventory(root, history=False)
        service = naming(repo, load_profile(repo).profile).service
    except ProdifyError as error:
        raise ToolError(f"the profile cannot be read: {error.message}") from None
    stored = frozenset(stored_names(repo))
    found: dict[str, Read] = {}
    for variable in variables(repo):
        path, name = variable.location.path, variable.name
        before = found.get(name)
        added = path.rpartition("/")[2] in GENERATED and (before is None or before.added)
        tests = bool(NOT_THE_SERVICE.search(path)) and (before is None or before.tests_only)
        place = before or Read(name, path, variable.location.line or 1, False, False, False, False)
        found[name] = Read(name, place.path, place.line, place.secret or variable.secret, name in stored, added, tests)
    return service, found


def run(job: Job) -> Iterator[Problem]:
    """Yield variables that a file leaves out although code reads them, and those that a manifest gives although nobody does."""
    from prodify.inventory.envfiles import EXAMPLE_FILES, is_platform_variable, is_skeletons

    service, read = read_by_code(job.root)
    examples = job.sources.matching(*EXAMPLE_FILES)
    listed = {name for path in examples for name in _EXAMPLE.findall(job.sources.texts[path])}
    for item in read.values():
        if item.tests_only or is_platform_variable(item.name) or is_skeletons(item.name, item.path):
            continue
        if examples and item.name not in listed:
            yield Problem(examples[0], None, f"{item.name}, which {item.path}:{item.line} reads, is not in the example file")
    for manifest in manifests(job.sources, service):
        yield from _left_out(manifest, read, listed)
        yield from _read_by_nobody(manifest, read)


def _left_out(manifest: Manifest, read: Mapping[str, Read], listed: set[str]) -> Iterator[Problem]:
    from prodify.inventory.envfiles import is_platform_variable

    known = {*manifest.given, *manifest.mentioned, *manifest.secret} | (listed if manifest.everything else set())
    for item in read.values():
        if item.added or item.tests_only or is_platform_variable(item.name):
            continue
        if item.name not in known:
            yield Problem(manifest.path, None, f"{item.name}, which {item.path}:{item.line} reads, is not in the {manifest.kind}")
        elif item.secret and item.required and item.name not in manifest.secret and item.name in manifest.given and not manifest.everything:
            path, line = manifest.given[item.name]
            yield Problem(path, line, f"{item.name} is secret and does not come from the secret store")


def _read_by_nobody(manifest: Manifest, read: Mapping[str, Read]) -> Iterator[Problem]:
    for name, (path, line) in manifest.given.items():
        if name not in read and not any(re.fullmatch(pattern, name) for pattern in READ_BY_OTHERS):
            yield Problem(path, line, f"{name} is given to the service, and nothing in this repository reads it")


def manifests(sources: Sources, service: str) -> Iterator[Manifest]:
    """Yield the ways in which the service of that name is run: Kubernetes together, each Cloud Run service, Compose file, task of Nomad."""
    cluster = Manifest("Kubernetes settings or secrets", "")
    for path in nomad.select(sources):
        for task in nomad.tasks(path, sources.texts[path], service):
            yield Manifest("Nomad task", path, {name: (path, line) for name, line in task.given.items()}, task.secret, task.mentioned)
    for path in set(select(sources)) - set(nomad.select(sources)):
        for document in sources.documents(path):
            value = document.value
            if not isinstance(value, dict):
                continue
            if str(value.get("apiVersion")).startswith("serving.knative.dev/"):
                if _label(value, "service") == service:
                    yield _cloud_run(sources, path, value)
            elif isinstance(value.get("services"), dict) and service in value["services"]:
                yield _compose(sources, path, value["services"][service])
            else:
                _kubernetes(cluster, sources, path, value, service)
    if cluster.path:
        yield cluster


def _kubernetes(cluster: Manifest, sources: Sources, path: str, value: dict[str, Any], service: str) -> None:
    """Add what one object of the cluster says; objects of other programs, such as the collector, are passed over."""
    text, name = sources.texts[path], str((value.get("metadata") or {}).get("name", ""))
    if value.get("kind") == "Deployment" and name == service:
        cluster.path = cluster.path or path
        for container in _at(value, "spec", "template", "spec", "containers")[:1]:
            _environment(cluster, path, text, container)
    elif value.get("kind") == "ExternalSecret" and name.startswith(service):
        keys = {str(row.get("secretKey")) for row in _at(value, "spec", "data") if isinstance(row, dict)}
        # Which keys a secret holds that is taken whole is known in the store; the comment says it.
        keys |= set(_KEY_IN_COMMENT.findall(text)) if _at(value, "spec", "dataFrom") else set()
        cluster.secret |= keys
        cluster.given.update({key: (path, line_of(text, key)) for key in keys})
    for generator in value.get("configMapGenerator") or []:
        if isinstance(generator, dict) and str(generator.get("name", "")).startswith(service):
            names = [str(literal).partition("=")[0] for literal in generator.get("literals") or []]
            cluster.given.update({key: (path, line_of(text, key)) for key in names})
            cluster.mentioned |= set(_LITERAL.findall(text))


def _cloud_run(sources: Sources, path: str, value: dict[str, Any]) -> Manifest:
    found = Manifest("Cloud Run service", path)
    text = sources.texts[path]
    for container in _at(value, "spec", "template", "spec", "containers")[:1]:
        _environment(found, path, text, container)
    found.mentioned |= set(_LITERAL.findall(text))
    return found


def _compose(sources: Sources, path: str, value: Any) -> Manifest:
    found = Manifest("Compose file", path)
    settings = value if isinstance(value, dict) else {}
    given = settings.get("environment") or {}
    names = list(given) if isinstance(given, dict) else [str(line).partition("=")[0] for line in given]
    found.given = {str(name): (path, line_of(sources.texts[path], str(name))) for name in names}
    found.everything = bool(settings.get("env_file"))
    return found


def _environment(found: Manifest, path: str, text: str, container: Any) -> None:
    entries = container.get("env") if isinstance(container, dict) else None
    rows = [row for row in (entries if isinstance(entries, list) else []) if isinstance(row, dict) and row.get("name")]
    used = " ".join(str(row.get("value", "")) for row in rows)
    for row in rows:
        name = str(row["name"])
        # One that only helps to write another is no setting of the service.
        if f"$({name})" not in used:
            found.given[name] = (path, line_of(text, name))
        if isinstance(row.get("valueFrom"), dict) and "secretKeyRef" in row["valueFrom"]:
            found.secret.add(name)


def _at(value: Any, *keys: str) -> list[Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def _label(value: dict[str, Any], key: str) -> str:
    return str(((value.get("metadata") or {}).get("labels") or {}).get(key, ""))


def line_of(text: str, name: str) -> int:
    """Return the first line that holds a name as a word, 1 where none does."""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


VALIDATORS = (
    Validator(
        name="environment-everywhere",
        title="every variable that code reads stands in the example file, the manifests and the secret mapping",
        select=select,
        run=run,
    ),
)
