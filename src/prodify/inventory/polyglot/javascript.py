"""JavaScript and TypeScript: which files run on the server, and the queries for what they do there."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from prodify.inventory.environment import variable
from prodify.inventory.facts import EnvVar, OutboundCall, Role
from prodify.inventory.query import Query, query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Match

LANGUAGES = ("javascript", "typescript", "tsx")


def everywhere(rule: dict[str, object], keywords: tuple[str, ...]) -> tuple[Query, ...]:
    """One structural query in each dialect."""
    return tuple(query(language, rule, keywords=keywords) for language in LANGUAGES)


ENVIRONMENT = everywhere(
    {"kind": "member_expression", "regex": r"^(process\.env|import\.meta\.env|Bun\.env)\.[A-Za-z_]\w*$"},
    ("process.env", "import.meta.env", "Bun.env"),
)
ENVIRONMENT_KEYS = everywhere(
    {
        "any": [
            {"kind": "subscript_expression", "regex": r"""^process\.env\[["'][A-Za-z_]\w*["']\]$"""},
            {"kind": "call_expression", "regex": r"""^Deno\.env\.get\(["'][A-Za-z_]\w*["']\)$"""},
        ]
    },
    ("process.env[", "Deno.env"),
)
KIT_STATIC = everywhere(
    {
        "kind": "identifier", "regex": r"^[A-Z][A-Z0-9_]*$",
        "inside": {"kind": "import_specifier", "field": "name", "inside": {
            "kind": "import_statement", "stopBy": "end", "has": {"field": "source", "regex": r"^.\$env/static/"}}},
    },
    ("$env/static/",),
)  # fmt: skip
"""SvelteKit's variables of the build, imported by name."""
KIT_DYNAMIC = everywhere({"kind": "member_expression", "regex": r"^env\.[A-Z][A-Z0-9_]*$"}, ("$env/dynamic/",))
DESTRUCTURED = everywhere({"kind": "variable_declarator", "regex": r"(?s)^\{.*\}\s*=\s*process\.env$"}, ("process.env",))
OUTBOUND = everywhere(
    {
        "kind": "call_expression",
        "regex": r"^(await\s+)?(axios(\.(get|post|put|patch|delete|head|request))?|fetch|got(\.(get|post|put|patch|delete))?|nodeFetch"
        r"|needle|rp|requestPromise|unirest\.(get|post|put|patch|delete)|phin"
        r"|superagent\.(get|post|put|patch|delete)|request(\.(get|post|put))?|ky(\.(get|post|put|patch|delete))?|https?\.(get|request)"
        r"|undici\.request"
        r"|this\.(httpService|http|axios)\.(get|post|put|patch|delete|request)|\$fetch|ofetch)\s*(<[^(]*>)?\(",
    },
    ("axios", "fetch", "got", "superagent", "request", "ky", "http.", "https.", "undici", "httpService", "needle", "rp(",
    "requestPromise", "unirest", "phin"),
)
"""Calls of HTTP libraries by the name they are usually imported under; the import is checked as well."""
INSTANCES = everywhere(
    {"kind": "variable_declarator", "regex": r"(?s)=\s*(await\s+)?(axios|ky|got)\.(create|extend)\("}, (".create(", ".extend(")
)
OLD_OPENAI = everywhere(
    {
        "kind": "call_expression",
        "regex": r"^[\w$.]+\.(createChatCompletion|createCompletion|createImage|createEdit|createEmbedding|createTranscription)\(",
    },
    ("createChatCompletion", "createCompletion", "createImage", "createEmbedding", "createTranscription"),
)
"""Methods of the openai package before version 4, which is axios without a time-out."""

_BROWSER_DIRS = frozenset(("public", "static", "assets", "views", "templates", "wwwroot", "client", "frontend", "www"))
_META = frozenset(("next", "remix", "react-router", "sveltekit", "nuxt", "tanstack-start", "solid-start", "qwik"))
_SERVER_NAME = lazy(
    r"\.server\.|\+server\.|\+page\.server|\+layout\.server|(^|/)(route|middleware|proxy|server|instrumentation)\.[jt]sx?$|(^"
    r"|/)pages/api/|(^|/)server/"
)
_SERVER_TEXT = lazy(
    r"""^["']use server["']|export (?:async function|const) (?:loader|action)\b|from ["'](?:server-only|next/headers|next/server"""
    r"""|node:\w+|fs|fs/promises|openai|@anthropic-ai/sdk|@prisma/client|pg|mongoose)["']"""
    r"|process\.env\.(?!NEXT_PUBLIC_|NODE_ENV|PUBLIC_)[A-Z]",
    re.MULTILINE,
)


def server_side(repo: Inventory, path: str) -> bool:
    """Whether a file runs on the server: part of a component that is no browser application, and not the browser's half of one.

    In frameworks that have both halves, route handlers, `.server` modules, actions and server components count.
    """
    owner = None
    for component in repo.components:
        inside = component.path == "." or path.startswith(component.path + "/")
        if inside and component.language in ("javascript", "typescript") and (owner is None or len(component.path) > len(owner.path)):
            owner = component
    if owner is None or owner.kind in ("web", "static-site"):
        return False
    parts = path.split("/")[:-1]
    if owner.framework in _META:
        text = repo.files.text(path) or ""
        if re.match(r"""\s*["']use client["']""", text):
            return False
        if _SERVER_NAME.search(path) or _SERVER_TEXT.search(text):
            return True
        return owner.framework == "next" and re.search(r"(^|/)app/(.*/)?(page|layout)\.[jt]sx$", path) is not None
    return not _BROWSER_DIRS & set(parts) and not path.endswith((".vue", ".svelte"))


def environment(repo: Inventory) -> Iterator[EnvVar]:
    """Variables read through process.env and its relatives; what only the build sets (MODE, DEV, PROD) is left out."""
    for match in repo.find(*ENVIRONMENT, *ENVIRONMENT_KEYS):
        name = re.findall(r"[A-Za-z_]\w*", match.text)[-1]
        line = _line(repo, match)
        after = line.partition(match.text)[2]
        if (name in ("MODE", "DEV", "PROD", "SSR", "BASE_URL") and match.text.startswith("import.meta")) or re.match(r"\s*=[^=>]", after):
            continue
        default = (
            re.match(r"[)!\s]*(?:as \w+[)\s]*)?(\|\||\?\?)\s*+(?!(undefined|null|process\.exit|\(\(\) => \{ throw|throw))\S", after)
            is not None
        )
        asked = (
            re.match(r"[)\s]*(===|!==|==|!=|\?(?!\.)|&&)", after) is not None
            or re.search(r"\b(if|while)\s*\(!?\s*$|!\s*$", line.partition(match.text)[0]) is not None
        )
        yield variable(name, match.location, has_default=default, required=False if asked else None)
    for match in repo.find(*DESTRUCTURED):
        for part in match.text[: match.text.rindex("=")].strip(" {}\n").split(","):
            name = re.match(r"\s*([A-Z_][A-Z0-9_]*)\s*(?::\s*\w+)?\s*(=)?", part)
            if name:
                yield variable(name[1], match.location, has_default=name[2] is not None)

    for match in repo.find(*KIT_STATIC):
        yield variable(match.text, match.location, has_default=False)
    for match in repo.find(*KIT_DYNAMIC):
        if "$env/dynamic/" in repo.syntax.text(match.location.path):
            yield variable(match.text.partition(".")[2], match.location, has_default=False)
    yield from _schemas(repo)


_VALIDATED = lazy(
    r"\b(\w+)\s*\.\s*(?:safeParse|parse|validateSync|validate)\(\s*process\.env\b|\bcleanEnv\(\s*process\.env\s*,|\bcreateEnv\("
)
_SCHEMA_KEY = lazy(r"^\s*[\"']?([A-Z][A-Z0-9_]*)[\"']?\s*:(?!:)", re.MULTILINE)


def _schemas(repo: Inventory) -> Iterator[EnvVar]:
    """Keys of a schema that process.env is held against (zod, yup, joi, envalid, t3-env)."""
    for language in LANGUAGES:
        for path in repo.syntax.sources(language, ("process.env",)):
            text = repo.files.text(path) or ""
            call = _VALIDATED.search(text)
            start = -1 if call is None else call.start() if call[1] is None else text.find(f"{call[1]} =")
            if start < 0:
                continue
            end = re.compile(r"^\}?\)*;?\s*$", re.MULTILINE).search(text, text.find("\n", start) + 1)
            body = text[start : end.start() if end else len(text)]
            keys = list(_SCHEMA_KEY.finditer(body))
            for index, key in enumerate(keys):
                value = body[key.end() : keys[index + 1].start() if index + 1 < len(keys) else len(body)]
                place = Location(path, text.count("\n", 0, start + key.start(1)) + 1)
                if not value.lstrip().startswith("process.env"):
                    default = re.search(r"\.default\(|\bdefault\s*:|\.optional\(|\.nullish\(", value) is not None
                    yield variable(key[1], place, has_default=default)


def _line(repo: Inventory, match: Match) -> str:
    lines = repo.files.lines(match.location.path)
    number = match.location.line or 1
    return lines[number - 1] if number <= len(lines) else ""


def outbound(repo: Inventory) -> Iterator[OutboundCall]:
    """Server-side calls of HTTP libraries. fetch, axios, got and superagent wait for ever unless told otherwise."""
    instances = _instances(repo)
    for match in repo.find(*OUTBOUND, *_instance_queries(instances)):
        path = match.location.path
        if not server_side(repo, path):
            continue
        name = re.match(r"(?:await\s+)?([\w$.]+)", match.text)
        called = name[1] if name else ""
        head = called.split(".")[0]
        if head == "this":
            head = "axios"
        if not _is_http(repo, path, head, instances) or _is_relative(match.text):
            continue
        bounded = instances.get((path, head), instances.get(("", head), False)) or _has_default(repo, path)
        yield OutboundCall(_library(head, instances, path), called, match.location, bounded or is_bounded(match.text))
    for match in repo.find(*OLD_OPENAI):
        if server_side(repo, match.location.path) and "OpenAIApi" in (repo.files.text(match.location.path) or ""):
            yield OutboundCall("openai", match.text.split("(")[0], match.location, "timeout" in match.text)


def is_bounded(text: str) -> bool:
    """Whether a call's own text bounds how long it waits."""
    return re.search(r"\btimeout\b|\bsignal\b|AbortSignal|\.timeout\(", text) is not None


def _is_relative(text: str) -> bool:
    """Whether the address starts with a slash: a browser's call of its own server."""
    return re.match(r"(?:await\s+)?[\w$.]+\s*(?:<[^(]*>)?\(\s*[\"'`]/", text) is not None


def _instances(repo: Inventory) -> dict[tuple[str, str], bool]:
    """Client objects made by `axios.create(...)`, by file and name, for importers by name alone; the value: whether they are bounded."""
    found: dict[tuple[str, str], bool] = {}
    for match in repo.find(*INSTANCES):
        name = re.match(r"[\w$]+", match.text)
        if name:
            found[(match.location.path, name[0])] = found[("", name[0])] = is_bounded(match.text)
    return found


def _instance_queries(instances: dict[tuple[str, str], bool]) -> tuple[Query, ...]:
    names = sorted({name for _, name in instances})
    if not names:
        return ()
    alternatives = "|".join(re.escape(name).replace("\\$", "[$]") for name in names)
    return everywhere(
        {"kind": "call_expression", "regex": rf"^(await\s+)?({alternatives})(\.(get|post|put|patch|delete|head|request))?\s*(<[^(]*>)?\("},
        tuple(names),
    )


def _is_http(repo: Inventory, path: str, head: str, instances: dict[tuple[str, str], bool]) -> bool:
    """Whether the name is the HTTP library and no function of the file's own."""
    if (path, head) in instances:
        return True
    if head in ("fetch", "$fetch"):
        return not re.search(
            rf"(?:function|const|let)\s+{re.escape(head)}\b\s*(?:=\s*(?!require|await import)|\()", repo.files.text(path) or ""
        )
    text = repo.files.text(path) or ""
    imported = re.search(
        rf"import\s+(?:\*\s+as\s+)?[{{\s\w,]*\b{re.escape(head)}\b[\s\w,}}]*\s*from|(?:const|let"
        rf"|var)\s+[{{\s\w,]*\b{re.escape(head)}\b[^=\n]*=\s*(?:await\s+)?(?:require|import)\(",
        text,
    )
    return imported is not None or (head == "axios" and "httpService" in text)


def _library(head: str, instances: dict[tuple[str, str], bool], path: str) -> str:
    return "axios" if (path, head) in instances or ("", head) in instances else head


def _has_default(repo: Inventory, path: str) -> bool:
    return "axios.defaults.timeout" in (repo.files.text(path) or "") or any(
        "axios.defaults.timeout" in (repo.files.text(p) or "")
        for language in LANGUAGES
        for p in repo.syntax.sources(language, ("axios.defaults.timeout",))
    )


def resolve(repo: Inventory, path: str, target: str) -> str | None:
    """The source file behind a relative import."""
    stem = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    bare = re.sub(r"\.[cm]?jsx?$", "", stem)
    candidates = [
        stem,
        *(
            f"{base}{end}"
            for base in dict.fromkeys((stem, bare))
            for end in (".ts", ".tsx", ".js", ".mjs", ".jsx", ".cjs", "/index.ts", "/index.js")
        ),
    ]
    return next((c for c in candidates if c in repo.files), None)


def script_files(repo: Inventory) -> tuple[str, ...]:
    """Production files of all dialects."""
    return tuple(p for language in LANGUAGES for p in repo.syntax.by_language[language] if repo.files.entries[p].role is Role.PRODUCTION)
