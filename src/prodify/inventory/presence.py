"""The yes-or-no summary of a repository: what is there at all. Evidence stands in the other facts; this only counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prodify.inventory.data.capabilities import HEALTH, LIMITS, LOGS, METRICS, OTEL
from prodify.inventory.facts import Role
from prodify.inventory.kubernetes import find_charts
from prodify.inventory.query import query
from prodify.inventory.syntax import location_of
from prodify.lazyre import guarded, lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Note
    from prodify.inventory.kubernetes.model import HelmChart
    from prodify.inventory.query import Query

_PROBE_PATH = lazy(
    r"/(health|healthz|health[-_]?check(er)?|livez?|liveness|readyz?|readiness|ping|heartbeat|status|up|_health|actuator/health)/?$"
)
_PROBE_NAME = lazy(r"(^|\.)(health|healthz|health_?check(er)?|check_health|liveness|readiness)$", re.IGNORECASE)
_ENV_EXAMPLE = guarded(
    r"(^|/)(\.?env[.\-_]?(example|sample|template|dist|defaults?|tmpl|schema|development\.example|local\.example)"
    r"|([\w\-]+\.|\.)?(example|sample|template|default|dummy|demo)[.\-_]env(\.(txt|local))?"
    r"|[\w\-]*\.env(\.\w+)*[.\-_](example|sample|template|dist)"
    r"|(config|settings|local_settings|secrets|application|appsettings)[.\-_](example|sample|template|dist)\.\w+"
    r"|(config|settings|secrets)\.\w+\.(example|sample|template|dist)|(example|sample)[.\-_](config|settings)\.\w+"
    r"|(examples?|samples?)([_\-]\w+)?/\.env(\.[\w\-]+)?|[\w\-]+[.\-_](example|sample|template)\.(config|cfg|ini|conf|toml))$",
    "example sample template dist default tmpl schema dummy demo",
    re.IGNORECASE,
)
_TOO_MANY = lazy(
    r"abort\(\s*429|status_code\s*=\s*(status\.)?(HTTP_)?429|return\b[^\n]*,\s*(status\s*=\s*)?429\b|\bstatus\(429\)|sendStatus\(429\)"
    r"|\bTooManyRequests\(|\bStatusTooManyRequests\b|\{[^{}\n]*\bstatus:\s*429\b"
)
"""An answer that somebody asks too often: a limiter of the service's own."""
_PLATFORMS = ("railway.toml", "railway.json", "render.yaml", "fly.toml", "app.yaml", "app.json", "*.do/app.yaml")
_PLATFORM_PROBE = lazy(
    r"(?m)^\s*[\"']?(healthcheckPath|healthCheckPath|liveness_check|readiness_check|health_check)\b"
    r"|^\s*\[{1,2}(http_service\.checks|services\.(http|tcp)_checks|checks)\b"
)
"""What hosting platforms call the address that they ask."""
_CHART_PROBE = lazy(r"(?m)^\s*(?:liveness|readiness)Probe:[ \t]*([^\n]*)\n([^\n]*)")
_OWN_PROBE = tuple(
    query(language, {"kind": "string_fragment", "regex": r"^/(health|healthz|healthcheck|health-check|livez|readyz)$", "inside": {
        "kind": "string", "inside": {"kind": "binary_expression", "has": {"field": "left", "regex": r"(^|\.)(url|pathname|path)$"}}}},
        keywords=("/health", "/livez", "/readyz"))
    for language in ("javascript", "typescript")
)  # fmt: skip
"""A server without a framework compares the address itself."""
_SERVED_PROBE = (
    query("csharp", {"kind": "invocation_expression", "has": {"field": "function", "regex": r"\.(Map|Use)HealthChecks$"}},
          keywords=("HealthChecks(",)),
    query("go", {"kind": "call_expression", "has": {"field": "function", "regex": r"^healthcheck\.New(HealthChecker)?$"}},
          keywords=("healthcheck.New",)),
    query("php", {"kind": "argument", "regex": r"^health\s*:\s*['\"]/", "inside": {"kind": "arguments", "inside": {
        "kind": "member_call_expression", "has": {"field": "name", "regex": "^withRouting$"}}}}, keywords=("withRouting",)),
)  # fmt: skip
"""Endpoints that a framework serves when it is told to: ASP.NET's, Fiber's, Laravel's."""
_DECLARATIONS = {
    "python": ("class_definition", "function_definition"), "go": ("function_declaration", "method_declaration", "type_spec"),
    "java": ("class_declaration", "method_declaration"), "ruby": ("class", "method"), "rust": ("struct_item", "function_item"),
    "php": ("class_declaration", "method_declaration"), "csharp": ("class_declaration", "method_declaration"),
    "javascript": ("class_declaration", "function_declaration"), "typescript": ("class_declaration", "function_declaration"),
}  # fmt: skip
_LIMITERS = tuple(
    query(
        language,
        {"any": [{"kind": kind} for kind in kinds], "has": {"field": "name", "regex": r"(?i)(rate_?limit|token_?bucket|leaky_?bucket)"}},
        keywords=("ateLimit", "rate_limit", "TokenBucket", "token_bucket", "LeakyBucket", "leaky_bucket"),
    )
    for language, kinds in _DECLARATIONS.items()
)
"""Limiters that somebody wrote by hand."""
_HANDLES = lazy(
    r"\b(request\.(user|META|headers|method|path|remote|client|ip|get)|req\.(ip|headers|socket|connection|user)|request: ?(Http)?Request"
    r"|http\.Handler|\*http\.Request|\w+\.Context\b.*\bgin|HttpServletRequest|HttpContext|REMOTE_ADDR|RemoteAddr|client_ip|ClientIP)"
)
"""Code that looks at a request which came in."""
_SERVED = ("python", "javascript", "typescript", "go")
_ENV_PER_STAGE = lazy(r"(^|/)\.env\.(dev|development|local|test)$")
_ENV_TO_RENAME = lazy(r"(^|/)(_\.?env(\.\w+)?_?|\.?env(\.\w+)?_)$")
"""A file that is to be renamed before use: `_env`, `_env.local_`."""
_LICENCE = lazy(r"^(LICEN[SC]E|COPYING|UNLICENSE)([.\-_].*)?$", re.IGNORECASE)
_README = lazy(r"^readme(\.(md|mdx|rst|txt|adoc|org|markdown|[a-z]{2}\.md))?$", re.IGNORECASE)
_MIGRATIONS = guarded(
    r"(^|/)(migration/\d[^/]*\.(sql|js|ts|go|php)|migrations/(versions/[^/]+\.py|\d{4}_[^/]+\.py|\d[^/]*\.(sql|js|ts|php|rb|cs|go)|[^/]+\.sql|\d+[^/]*/migration\.sql)"
    r"|alembic/versions/[^/]+\.py|prisma/migrations/.+\.sql|db/migrate/[^/]+\.rb|database/migrations/[^/]+\.php|Migrations/\d+_[^/]+\.cs"
    r"|migrations/Version\d+\.php|migrations/[^/]+/(up|down)\.sql|migrations?/(src/)?m\d{6,}_[^/]+\.rs|migrations/Migration\d+\.[jt]s"
    r"|db/migration/([^/]+/)?[VRU][^/]+\.(sql|java|kt)|drizzle/[^/]+\.sql|changelog[^/]*\.(xml|ya?ml|sql)|db/(schema|structure)\.(rb|sql)|Schemafile"
    r"|(database|db|storage|store|models?|migrations?|schema)/migrations?\.(go|py|rs|[jt]s))$",
    "migration Migrations/ migrate/ alembic/versions/ drizzle/ changelog db/schema db/structure Schemafile",
)
_UPDATES = lazy(
    r"^(\.github/dependabot\.ya?ml|(\.github/|\.gitlab/)?(renovate\.json5?|\.renovaterc(\.json5?)?)|\.pyup\.yml|\.dependabot/config\.yml)$"
)
_HOOKS = lazy(r"^(\.pre-commit-config\.ya?ml|lefthook\.ya?ml|\.lefthook\.ya?ml|\.husky/[^/]+|\.overcommit\.yml|captainhook\.json)$")
_OWNERS = frozenset(("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"))


_FASTIFY_LOGGER = tuple(
    query(
        language,
        {"kind": "pair", "all": [{"has": {"field": "key", "regex": "^logger$"}}, {"not": {"has": {"field": "value", "regex": "^false$"}}}],
         "inside": {"kind": "object", "inside": {"kind": "arguments", "inside": {"kind": "call_expression", "has": {
             "field": "function", "regex": r"(?i)^(fastify|require\(.fastify.\)|new FastifyAdapter)$"}}}}},
        keywords=("logger",),
    )
    for language in ("javascript", "typescript")
)  # fmt: skip
"""Fastify's own logger is pino, which writes JSON, once it is switched on."""


def _defined(repo: Inventory, row: Query) -> Iterator[str]:
    """Names of what a query's declarations define."""
    for path in repo.syntax.sources(row.language, row.keywords):
        for _, node in repo.syntax.nodes(row, path):
            name = node.field("name")
            if name is not None:
                yield name.text()


def _limits_requests(repo: Inventory, language: str, name: str) -> bool:
    """Whether a limiter is used where requests are handled, and not on calls to somebody else's service."""
    return any(_HANDLES.search(repo.syntax.text(path)) for path in repo.syntax.sources(language, (name,)))


def _at_root(repo: Inventory, pattern: re.Pattern[str]) -> bool:
    return any("/" not in path and pattern.match(path) for path in repo.files.entries)


_BRINGING = ("flower", "ray", "jupyter-server", "notebook", "celery-exporter")
"""Packages that need Prometheus' client for themselves: a frozen list names it for their sake."""


def uses_metrics(repo: Inventory) -> Note | None:
    """Where the service counts what it does; a client that is only listed because another package needs it is no such place."""
    found = repo.uses(*(name for name in METRICS if name != "prometheus-client"))
    client = repo.uses("prometheus-client") if found is None else None
    if client is None or repo.uses(*_BRINGING) is None:
        return found or client
    return next(iter(repo.python.imports("prometheus_client")), None)


def has_env_example(repo: Inventory) -> bool:
    """Whether an example of the configuration file is committed, whatever it is called; an `.env.dev` of empty values counts."""
    for path, entry in repo.files.entries.items():
        if entry.role in (Role.VENDORED, Role.GENERATED):
            continue
        if _ENV_EXAMPLE.search(path):
            return True
        if (_ENV_PER_STAGE.search(path) or _ENV_TO_RENAME.search(path)) and _is_template(repo.files.text(path) or ""):
            return True
    return False


def _is_template(text: str) -> bool:
    """Whether most variables of a file are empty or placeholders."""
    values = [line.split("=", 1)[1].strip().strip("\"'") for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#")]
    blank = [v for v in values if not v or re.search(r"your|example|change|xxx|<.*>|\.\.\.|placeholder|secret$", v, re.IGNORECASE)]
    return bool(values) and len(blank) * 2 >= len(values)


def has_lockfile(repo: Inventory) -> bool:
    """Whether every component whose ecosystem has lock files has one."""
    from prodify.inventory.dependencies import lock_states
    from prodify.inventory.dependencies.model import Manifest

    states = [state for state in lock_states(repo) if state.how != "nothing-to-lock"]
    compiled = {m.component for m in repo.manifests if isinstance(m, Manifest) and m.compiled}  # what pip-compile writes is pip's lock file
    locked = (state.how in ("lock", "pinned-hashed") or (state.how == "pinned" and state.component in compiled) for state in states)
    return bool(states) and all(locked)


_FROZEN = 30
"""Requirements, all of them exact, from which on a file lists an environment and not what somebody chose."""


def uses_otel(repo: Inventory) -> Note | None:
    """Where OpenTelemetry is used. In a frozen environment another package may have brought it, so something must name it."""
    note = repo.uses(*OTEL)
    manifest = next((m for m in repo.manifests if note is not None and m.path == note.location.path), None)
    if manifest is None or manifest.manager != "pip" or len(manifest.dependencies) < _FROZEN:
        return note
    named = any(True for _ in repo.syntax.sources("python", ("opentelemetry",)))
    starting = repo.files.select("Dockerfile*", "Procfile", "*.sh", "*compose*.y*ml", "*.toml")
    return note if named or any("opentelemetry" in (repo.files.text(path) or "") for path in starting) else None


def has_healthcheck(repo: Inventory) -> bool:
    """Whether a health endpoint exists or a container, an orchestrator or a load balancer checks one."""
    if any(_PROBE_PATH.search("/" + r.path.lstrip("/")) or _PROBE_NAME.search(r.handler or "") for r in repo.routes):
        return True
    if any(image.healthcheck is not None for image in repo.dockerfiles):
        return True
    if any(service.healthcheck is not None for compose in repo.compose_files for service in compose.services):
        return True
    if any(container.probes for item in repo.kubernetes for container in item.containers):
        return True
    if any(_has_probes(repo, chart) for chart in find_charts(repo)):
        return True
    if repo.uses(*HEALTH) is not None:
        return True
    if any("health_check" in (repo.files.text(path) or "") for path in repo.files.select("*.tf")):
        return True
    if any(_PLATFORM_PROBE.search(repo.files.text(path) or "") for path in repo.files.select(*_PLATFORMS)):
        return True
    return bool(repo.find(*_OWN_PROBE, *_SERVED_PROBE))


def _has_probes(repo: Inventory, chart: HelmChart) -> bool:
    """Whether a chart's templates write probes: their own, or values that values.yaml has."""
    values = chart.values
    given = {name for name in ("livenessProbe", "readinessProbe") for node in (values.walk() if values is not None else ())
             if (probe := node.get(name)) is not None and probe.kind == "mapping"}  # fmt: skip
    for path in chart.templates:
        for written in _CHART_PROBE.finditer(repo.files.text(path) or "") if path.endswith((".yaml", ".yml")) else ():
            if given or not any("toYaml" in part for part in written.groups()):
                return True
    return False


def has_structured_logs(repo: Inventory) -> bool:
    """Whether logs are written as data: a library that does, or a formatter that writes JSON."""
    if repo.uses(*LOGS) is not None:
        return True
    for path in repo.syntax.sources("python", ("JsonFormatter", "JSONFormatter", "serialize=True")):
        text = repo.files.text(path) or ""
        if "logging" in text or "loguru" in text:
            return True
    return any(True for _ in repo.syntax.sources("go", ("slog.NewJSONHandler",))) or bool(repo.find(*_FASTIFY_LOGGER))


_IN_MIDDLEWARE: dict[str, object] = {"inside": {"stopBy": "end", "any": [
    {"kind": "member_call_expression", "has": {"field": "name", "regex": "^middleware$"}},
    {"kind": "scoped_call_expression", "has": {"field": "name", "regex": "^middleware$"}},
    {"kind": "array_element_initializer", "regex": r"^.middleware.\s*=>"},
]}}  # fmt: skip
"""Where Laravel's routes name what a request passes through."""
_FRAMEWORKS_LIMIT = (
    query("php", {"kind": "string", "regex": r"^.throttle:[\w,.:-]+.$"}, keywords=("throttle",)),
    query("php", {"kind": "string", "regex": "^.throttle.$", **_IN_MIDDLEWARE}, keywords=("throttle",)),
    query("php", {"any": [
        {"kind": "scoped_call_expression", "regex": r"^\\?(\w+\\)*RateLimiter::for\("},
        {"kind": "member_call_expression", "has": {"field": "name", "regex": "^throttle(Api|WithRedis)$"}},
    ]}, keywords=("RateLimiter", "throttleApi", "throttleWithRedis")),
    query("ruby", {"kind": "call", "regex": r"^rate_limit[\s(]+to:"}, keywords=("rate_limit",)),
    query("csharp", {"kind": "invocation_expression", "has": {"field": "function", "regex": r"\.(UseRateLimiter|RequireRateLimiting)$"}},
          keywords=("RateLimit",)),
    *(query(language, {"kind": kind, "regex": r"^@(RateLimiter|RateLimit(ed|ing)?|Bucket4j\w*)\b"}, keywords=("@RateLimit", "@Bucket4j"))
      for language, kind in (("java", "annotation"), ("kotlin", "annotation"))),
)  # fmt: skip
"""Limits that come with the framework and are switched on in code."""
_LIMIT_MET = query(
    "python", {"kind": "except_clause", "has": {"nthChild": 1, "regex": r"Rate_?Limit"}}, keywords=("RateLimit", "Rate_Limit")
)
"""The limit of somebody else was met."""
_API_GROUP = query("php", {"kind": "string", "regex": "^.api.$", **_IN_MIDDLEWARE}, keywords=("middleware",))
"""A use of the group that Laravel's kernel comes with: a limit in a group that no route belongs to limits nothing."""


def _answers_too_many(repo: Inventory, path: str) -> bool:
    """Whether a file answers 429 of its own accord: what hands on that a model's or another server's limit was met limits nothing."""
    text = repo.files.text(path) or ""
    found = list(_TOO_MANY.finditer(text))
    if not found or not path.endswith(".py"):
        return bool(found)
    passed_on = [location_of(path, node) for _, node in repo.syntax.nodes(_LIMIT_MET, path)]
    lines = (text.count("\n", 0, match.start()) + 1 for match in found)
    return any(not any((p.line or 0) <= line <= (p.end_line or 0) for p in passed_on) for line in lines)


def has_rate_limit(repo: Inventory) -> bool:
    """Whether requests are limited: a library in use, REST framework throttles, or a proxy's limit."""
    if repo.uses(*LIMITS) is not None:
        return True
    if any(True for _ in repo.syntax.sources("python", ("DEFAULT_THROTTLE_RATES", "throttle_classes", "RateLimiter", "rate_limit("))):
        return True
    if any(not match.location.path.endswith("Http/Kernel.php") or repo.find(_API_GROUP) for match in repo.find(*_FRAMEWORKS_LIMIT)):
        return True
    if any(_limits_requests(repo, row.language, name) for row in _LIMITERS for name in _defined(repo, row)):
        return True
    answering = (path for language in _SERVED for path in repo.syntax.sources(language, ("429", "TooMany")))
    if any(_answers_too_many(repo, path) for path in answering):
        return True
    return any("limit_req" in (repo.files.text(path) or "") for path in repo.files.select("nginx*.conf", "*/nginx/*.conf", "*.conf"))


_ANSWERS: dict[str, Callable[[Inventory], bool]] = {
    "tests": lambda r: bool(r.tests.cases) and r.tests.assertions > 0,
    "ci": lambda r: any(p.on_push or p.on_pull_request for p in r.pipelines),
    "dockerfile": lambda r: bool(r.dockerfiles),
    "compose": lambda r: bool(r.compose_files),
    "k8s": lambda r: any(o.kind for o in r.kubernetes) or bool(r.files.select("Chart.yaml")),
    "terraform": lambda r: bool(r.terraform),
    "env_example": has_env_example,
    "readme": lambda r: _at_root(r, _README),
    "lockfile": has_lockfile,
    "healthcheck": has_healthcheck,
    "otel": lambda r: uses_otel(r) is not None,
    "metrics": lambda r: uses_metrics(r) is not None,
    "structured_logs": has_structured_logs,
    "rate_limit": has_rate_limit,
    "migrations": lambda r: any(_MIGRATIONS.search(path) for path, e in r.files.entries.items() if e.role is not Role.VENDORED),
    "precommit": lambda r: any(_HOOKS.match(path) for path in r.files.entries),
    "license": lambda r: _at_root(r, _LICENCE),
    "codeowners": lambda r: any(path in r.files for path in _OWNERS),
    "dependabot": lambda r: any(_UPDATES.match(path) for path in r.files.entries),
}


class Presence(Mapping[str, bool]):
    """The report's `has` block, keys in its order; each is found out when it is first asked for."""

    def __init__(self, repo: Inventory) -> None:
        self._repo = repo
        self._known: dict[str, bool] = {}

    def __getitem__(self, key: str) -> bool:
        if key not in self._known:
            self._known[key] = _ANSWERS[key](self._repo)
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_ANSWERS)

    def __repr__(self) -> str:
        return f"Presence({dict(self)!r})"

    def __len__(self) -> int:
        return len(_ANSWERS)
