"""Datastores, brokers and model providers in use, each once, with the place that shows it best."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.inventory.data import technologies as tables
from prodify.inventory.facts import Role, Technology
from prodify.inventory.pyexpr import parsed
from prodify.inventory.pynodes import said
from prodify.inventory.pyuse import imports_of
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prodify.inventory import Inventory

_URL = lazy(
    r"[\"'`=\s](" + "|".join(sorted(map(re.escape, tables.URL_SCHEMES), key=len, reverse=True)) + r")(?:\+\w+)?://(?=[^\s\"'`]|[\"'])"
)
_URL_WORDS = tuple(f"{scheme}" for scheme in tables.URL_SCHEMES)
_QUEUE = lazy(r"[\"']amqps?://")
_ENGINE = lazy(r"[\"'](" + "|".join(map(re.escape, tables.DJANGO_ENGINES)) + r")[\"']")
_ORM_NAMES = "create_engine|create_async_engine|engine_from_config|SQLALCHEMY_DATABASE_UR[IL]|dj_database_url|SQLModel|peewee|DATABASE_URL"
_ORM = query(
    "python",
    {"any": [
        {"any": [{"kind": "identifier"}, {"kind": "string_content"}], "regex": f"^({_ORM_NAMES})$"},
        {"kind": "attribute", "regex": r"(?-u)^(env\s*\.\s*db|databases\s*\.\s*Database|Tortoise\s*\.\s*init)$"},
    ]},
    keywords=("engine", "DATABASE_UR", "dj_database_url", "Tortoise"),
    where=lazy(rf"{_ORM_NAMES}|env\s*\.\s*db\b|databases\s*\.\s*Database\b|Tortoise\s*\.\s*init\b"),
)  # fmt: skip
"""What opens the connection string that comes from outside, or is called like it."""
_CODE = (
    "*.py",
    "*.js",
    "*.ts",
    "*.tsx",
    "*.mjs",
    "*.cjs",
    "*.go",
    "*.rb",
    "*.rs",
    "*.java",
    "*.kt",
    "*.php",
    "*.cs",
    "*.ini",
    "*.toml",
    "*.cfg",
    "*.properties",
    "*.yml",
    "*.yaml",
    "*.env",
    ".env*",
    "env.example",
    "*.conf",
    "appsettings*.json",
    "*.prisma",
)
_NOT_TEXT = lazy(r"(-lock\.json|\.lock|lock\.ya?ml)$")


def find_datastores(repo: Inventory) -> tuple[Technology, ...]:
    """Databases and caches: drivers imported, connection strings, ORM back ends, images that run beside the application."""
    from prodify.inventory.polyglot import datastores as other_languages

    return _merged(
        [
            *_imported(repo, tables.PYTHON_DATASTORES),
            *_django_engines(repo),
            *_flask_caches(repo),
            *_queues(repo),
            *_connection_strings(repo),
            *_url_drivers(repo),
            *other_languages(repo),
            *_images(repo, tables.IMAGES),
            *_bedrock_and_dynamo(repo, "dynamodb", "dynamodb"),
        ]
    )


def find_brokers(repo: Inventory) -> tuple[Technology, ...]:
    """Message brokers and task queues."""
    from prodify.inventory.polyglot import brokers as other_languages

    return _merged(
        [
            *_imported(repo, tables.PYTHON_BROKERS),
            *_amqp(repo),
            *other_languages(repo),
            *_images(repo, tables.BROKER_IMAGES),
            *_bedrock_and_dynamo(repo, "sqs", "sqs"),
        ]
    )


def find_llm_providers(repo: Inventory) -> tuple[Technology, ...]:
    """Model providers that code constructs a client of or calls; an import alone, a comment or a read-me file is not enough."""
    from prodify.inventory.llm import providers
    from prodify.inventory.polyglot import llm_providers as other_languages

    return _merged([*providers(repo), *other_languages(repo), *_bedrock_and_dynamo(repo, "bedrock-runtime", "bedrock")])


def _merged(found: Iterable[Technology]) -> tuple[Technology, ...]:
    """One entry a name, the first place found winning; sorted by name."""
    best: dict[str, Technology] = {}
    for technology in found:
        if technology.name:
            best.setdefault(technology.name, technology)
    return tuple(best[name] for name in sorted(best))


def _imported(repo: Inventory, table: Mapping[str, str]) -> Iterator[Technology]:
    for name, note in imports_of(repo, table):
        yield Technology(table[name], note.location, f"imports {name}")


def _django_engines(repo: Inventory) -> Iterator[Technology]:
    for path in repo.syntax.sources("python", ("django", "djongo")):
        if "settings" not in path and "config" not in path and "conf" not in path:
            continue
        for match, place in said(repo, path, _ENGINE):
            yield Technology(tables.DJANGO_ENGINES[match[1]], place, match[1])


def _flask_caches(repo: Inventory) -> Iterator[Technology]:
    """Flask-Caching's back end, whose address may come from the environment alone."""
    for assignment in repo.python.assignments("CACHE_TYPE", "*CACHE_TYPE*"):
        value = str(assignment.value or "").lower()
        name = next((known for known in ("redis", "memcached") if known in value), None)
        if name is not None:
            yield Technology(name, assignment.location, "CACHE_TYPE")


def _queues(repo: Inventory) -> Iterator[Technology]:
    """The queue that Celery is told of by a variable named after it, where the address itself is nowhere: `REDIS_TLS_URL`."""
    for bound in repo.python.assignments("*BROKER_URL", "*RESULT_BACKEND", "*.broker_url", "*.result_backend"):
        value = None if bound.literal else parsed(bound.text)
        words = (n.value for n in ast.walk(value) if isinstance(n, ast.Constant)) if value is not None else ()
        if any(isinstance(word, str) and word.startswith("REDIS") for word in words):
            yield Technology("redis", bound.location, bound.target)


def _connection_strings(repo: Inventory) -> Iterator[Technology]:
    for path in repo.files.select(*_CODE, roles=(Role.PRODUCTION,)):
        text = repo.files.text(path)
        if (
            text is None
            or "://" not in text
            or _NOT_TEXT.search(path)
            or path.endswith("config/cable.yml")
            or not any(word in text for word in _URL_WORDS)
        ):
            continue
        if path.endswith(".py"):
            for found, place in said(repo, path, _URL):
                yield Technology(tables.URL_SCHEMES[found[1]], place, f"{found[1]}:// connection string")
            continue
        comment = "//" if path.endswith((".js", ".ts", ".tsx", ".go", ".rs", ".java", ".kt", ".php", ".cs")) else "#"
        for match in _URL.finditer(text):
            start, end = text.rfind("\n", 0, match.start(1)) + 1, text.find("\n", match.end())
            line = text[start : end if end >= 0 else len(text)]
            if len(line) < 2000 and not line.lstrip().startswith(comment) and not _is_only_compared(line):
                place = Location(path, text.count("\n", 0, start) + 1)
                yield Technology(tables.URL_SCHEMES[match[1]], place, f"{match[1]}:// connection string")


def _is_only_compared(line: str) -> bool:
    """Whether a line only asks which scheme a string has."""
    return re.search(r"startswith\(|\.startsWith\(|==\s*[\"']\w+://|in\s+\(?[\"']\w+://", line) is not None


def _url_drivers(repo: Inventory) -> Iterator[Technology]:
    """Drivers that are declared and loaded by the scheme of a connection string that comes from outside."""
    if not any(any(True for _ in repo.syntax.nodes(_ORM, path)) for path in repo.syntax.sources("python", _ORM.keywords)):
        return
    server = any(t.name not in ("sqlite", "redis") for t in _connection_strings(repo))  # beside it a file's driver is there for tests
    for manifest in repo.manifests:
        for dependency in manifest.dependencies:
            name = dependency.name.lower()
            if name == "aiosqlite" and server:
                continue
            if dependency.ecosystem == "pypi" and not dependency.dev and not manifest.lock and name in tables.URL_DRIVERS:
                yield Technology(
                    tables.URL_DRIVERS[name], dependency.location, f"{name} is declared, the connection string comes from outside"
                )


def _images(repo: Inventory, table: Mapping[str, str]) -> Iterator[Technology]:
    """Images that run beside the application in compose files and Kubernetes manifests."""
    for compose in repo.compose_files:
        if compose.role is Role.PRODUCTION:
            for service in compose.services:
                if service.image is not None and (name := table.get(_image_name(service.image.text))):
                    yield Technology(name, service.image.location, service.image.text)
    for item in repo.kubernetes:
        if item.role is Role.PRODUCTION:
            for container in item.containers:
                if container.image is not None and (name := table.get(_image_name(container.image.text))):
                    yield Technology(name, container.image.location, container.image.text)


def _image_name(text: str) -> str:
    return text.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()


def _bedrock_and_dynamo(repo: Inventory, service: str, name: str) -> Iterator[Technology]:
    """AWS services by the name that a boto3 client is made with."""
    for call in repo.python.calls("boto3.client", "boto3.resource", "*.client", "*.resource") if _has_boto(repo) else ():
        first = call.arg("service_name", 0)
        if first is not None and first.value == service:
            yield Technology(name, call.location, f"client of {service}")


def _has_boto(repo: Inventory) -> bool:
    return any(True for _ in repo.syntax.sources("python", ("boto3", "aioboto3")))


def _amqp(repo: Inventory) -> Iterator[Technology]:
    for path in repo.syntax.sources("python", ("amqp://", "amqps://")):
        for _, place in said(repo, path, _QUEUE):
            yield Technology("rabbitmq", place, "amqp:// connection string")
