"""What the inventory asks of code in languages other than Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.data import drivers, llm_sdks
from prodify.inventory.data.technologies import LLM_HOSTS
from prodify.inventory.facts import Role, Technology
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.facts import EnvVar, ModelCall, Note, OutboundCall, Route

_DIALECTS: Mapping[str, tuple[str, ...]] = {
    "javascript": ("javascript", "typescript", "tsx"),
    "java": ("java", "kotlin"),
    **{name: (name,) for name in ("go", "ruby", "rust", "csharp", "php")},
}
_SCRIPTS = frozenset(_DIALECTS["javascript"])
_NO_OTHERS = _SCRIPTS | {"python", "html"}
_LARAVELS_CHOICE = lazy(r"(?m)^\s*DB_CONNECTION\s*=\s*[a-z]")
_SEPARATORS = ("/", ".", "\\")


def datastores(repo: Inventory) -> Iterator[Technology]:
    """Datastores whose driver code imports, that code names, or that configuration files name."""
    imported = list(_imports(repo, drivers.DATASTORES))
    yield from imported
    addressed = list(_addressed(repo))
    yield from addressed
    yield from _node_drivers(repo) if not {t.name for t in (*imported, *addressed)} & set(drivers.NODE_DRIVERS.values()) else ()
    yield from _jvm_drivers(repo) if not any("jdbc" in t.note.lower() for t in addressed) else ()
    yield from _gems(repo, drivers.DATASTORES["ruby"])


def _addressed(repo: Inventory) -> Iterator[Technology]:
    """Datastores that code marks or configuration names."""
    for language, rule, words, name in drivers.CODE_MARKS:
        marks = [query(dialect, rule, keywords=words) for dialect in _DIALECTS[language]]
        for match in repo.find(*marks):
            if match.location.path.endswith("config/database.php") and "DB_CONNECTION" in (repo.files.text(match.location.path) or ""):
                continue  # Laravel's list of everything that it can connect to; which one it does is said by the default
            shown = " ".join(match.text.split())[:60]
            yield Technology(name, match.location, "a JDBC address" if "jdbc:" in shown else shown)
    for globs, pattern, names in drivers.CONFIGURATION:
        for path in repo.files.select(*globs, roles=(Role.PRODUCTION,)):
            text = repo.files.text(path) or ""
            if path.endswith("config/database.php") and _LARAVELS_CHOICE.search(_environment_of(repo, path)):
                continue  # the default is not what the project's own environment chooses
            for found in pattern.finditer(text):
                yield Technology(names[found[1]], Location(path, text.count("\n", 0, found.start()) + 1), found[0].strip()[:60])


def _environment_of(repo: Inventory, path: str) -> str:
    """The environment that stands beside a Laravel project's config directory."""
    home = path.removesuffix("config/database.php")
    return "\n".join(repo.files.text(f"{home}{name}") or "" for name in (".env", ".env.example"))


def _node_drivers(repo: Inventory) -> Iterator[Technology]:
    """The one database whose driver stands beside a mapper in a package.json; SQLite is beside another for tests."""
    for manifest in repo.manifests:
        used = [d for d in manifest.dependencies if not d.dev and not manifest.lock and d.ecosystem == "npm"]
        if drivers.NODE_MAPPERS.isdisjoint(d.name for d in used):
            continue
        declared = [Technology(drivers.NODE_DRIVERS[d.name], d.location, f"{d.name} is declared beside its mapper")
                    for d in used if d.name in drivers.NODE_DRIVERS]  # fmt: skip
        real = [t for t in declared if t.name != "sqlite"] or declared
        if len({t.name for t in real}) == 1:
            yield real[0]


def _jvm_drivers(repo: Inventory) -> Iterator[Technology]:
    """The one database whose driver a build declares, for frameworks that connect by themselves to an address from outside.

    Several are a choice that is made elsewhere, and H2 is beside another for tests.
    """
    by_themselves = any(c.framework in ("spring-boot", "quarkus", "micronaut") for c in repo.components)
    if not by_themselves and not any(repo.syntax.sources("java", ("setJdbcUrl", "DriverManager.getConnection"))):
        return
    declared = [
        Technology(drivers.JVM_DRIVERS[d.name], d.location, f"{d.name} is declared, the address comes from outside")
        for m in repo.manifests
        if not m.lock
        for d in m.dependencies
        if not d.dev and d.name in drivers.JVM_DRIVERS
    ]
    real = [t for t in declared if t.name != "h2"] or declared
    if len({t.name for t in real}) == 1:
        yield real[0]


def brokers(repo: Inventory) -> Iterator[Technology]:
    """Brokers whose client code imports."""
    yield from _imports(repo, drivers.BROKERS)
    yield from _gems(repo, drivers.BROKERS["ruby"])


def _imports(repo: Inventory, table: Mapping[str, Mapping[str, str]]) -> Iterator[Technology]:
    from prodify.inventory.polyglot import imports

    for language, names in table.items():
        below = {tuple(name + separator for separator in _SEPARATORS): technology for name, technology in names.items()}
        known: dict[str, str | None] = {**names}  # the same few modules are imported everywhere
        for path, imported, line in imports.imports(repo, language, names):
            if imported not in known:
                known[imported] = next((technology for starts, technology in below.items() if imported.startswith(starts)), None)
            found = known[imported]
            if found is not None:
                yield Technology(found, Location(path, line), f"imports {imported}")


def _gems(repo: Inventory, names: Mapping[str, str]) -> Iterator[Technology]:
    """Gems that Bundler requires by itself, where no database.yml says which one is used."""
    for manifest in repo.manifests:
        directory, _, file = manifest.path.rpartition("/")
        if file != "Gemfile" or repo.files.entries[manifest.path].role is not Role.PRODUCTION:
            continue
        configured = (f"{directory}/" if directory else "") + "config/database.yml" in repo.files
        for gem in manifest.dependencies:
            if gem.name in names and not (configured and gem.name in ("pg", "mysql2", "sqlite3")):
                yield Technology(names[gem.name], gem.location, f"gem {gem.name}")


_TEXTS = tuple(
    query(language, {"any": [{"kind": kind} for kind in kinds.split()], "regex": "://"}, keywords=tuple(LLM_HOSTS))
    for kinds, languages in (
        ("string template_string", ("javascript", "typescript", "tsx")),
        ("interpreted_string_literal raw_string_literal", ("go",)),
        ("string_literal", ("java", "kotlin")),
        ("string heredoc_body", ("ruby",)),
        ("string_literal raw_string_literal", ("rust",)),
        ("string encapsed_string heredoc_body nowdoc_body", ("php",)),
        ("string_literal verbatim_string_literal raw_string_literal interpolated_string_expression", ("csharp",)),
    )
    for language in languages
)
"""Texts with an address in them; what stands in a comment is none."""
_ITEMS = ("//", "#", "* ", "- ")
"""How a line of a text begins that explains something to a reader: an address there is talked about."""


def llm_providers(repo: Inventory) -> Iterator[Technology]:
    """Model providers whose SDK code imports, or whose API's address stands in code."""
    from prodify.inventory.llm import ADDRESS
    from prodify.inventory.polyglot import jssdks

    yield from jssdks.providers(repo, repo.script_values)
    for row in _TEXTS:
        for path in repo.syntax.sources(row.language, row.keywords):
            for match, _ in repo.syntax.nodes(row, path):
                for number, line in enumerate(match.text.split("\n"), match.location.line or 1):
                    found = None if line.lstrip().startswith(_ITEMS) else ADDRESS.search(line)
                    if found is not None:
                        yield Technology(LLM_HOSTS[found[1]], Location(path, number), found[1])
    yield from _imports(repo, drivers.MODELS)
    for path in repo.files.select("*.vue", "*.svelte", "*.astro", roles=(Role.PRODUCTION,)):
        for number, line in enumerate(repo.files.lines(path), 1):
            found = None if line.lstrip().startswith(_ITEMS) else ADDRESS.search(line)
            if found is not None:
                yield Technology(LLM_HOSTS[found[1]], Location(path, number), found[1])
    yield from _sdks(repo)


def _sdks(repo: Inventory) -> Iterator[Technology]:
    """SDKs that code names, and the one that a starter brings for code that only asks for what it made."""
    for language, names in llm_sdks.IN_CODE.items():
        for path in repo.syntax.sources(language, names):
            text = repo.files.text(path) or ""
            for name, provider in names.items():
                if name in text and (number := _said(repo, path, name)):
                    yield Technology(provider, Location(path, number), f"imports {name.removeprefix('import ')}")
    if not any(any(repo.syntax.sources(language, llm_sdks.STARTER_CODE)) for language in ("java", "kotlin")):
        return
    started = [
        Technology(llm_sdks.STARTERS[artefact], d.location, f"{artefact} is declared")
        for m in repo.manifests
        if not m.lock
        for d in m.dependencies
        if (artefact := d.name.rpartition(":")[2]) in llm_sdks.STARTERS
    ]
    if len({t.name for t in started}) == 1:
        yield started[0]


def _said(repo: Inventory, path: str, text: str) -> int | None:
    """The first line that holds a text and is no comment."""
    lines = enumerate(repo.files.lines(path), 1)
    return next((number for number, line in lines if text in line and not line.lstrip().startswith(("//", "#", "*"))), None)


def _speaks(repo: Inventory, *, scripts: bool) -> bool:
    """Whether there is code in JavaScript or TypeScript, or in a language that is neither that nor Python: most small repositories have
    little of it, and to load what reads it takes as long as to read it."""
    paths = repo.syntax.by_language
    return any(paths[language] for language in (_SCRIPTS if scripts else paths.keys() - _NO_OTHERS))


def routes(repo: Inventory) -> Iterator[Route]:
    """HTTP routes."""
    scripts, others = _speaks(repo, scripts=True), _speaks(repo, scripts=False)
    if scripts:
        from prodify.inventory.polyglot import jsroutes

        yield from jsroutes.routes(repo)
    if others:
        from prodify.inventory.polyglot import goroutes, otherroutes, phproutes, rubyroutes, rustroutes

        for module in (goroutes, rustroutes, otherroutes, phproutes, rubyroutes):
            yield from module.routes(repo)
    if scripts or others:
        from prodify.inventory.polyglot import annotated

        yield from annotated.routes(repo)


def environment(repo: Inventory) -> Iterator[EnvVar]:
    """Environment variables that code reads."""
    if _speaks(repo, scripts=True):
        from prodify.inventory.polyglot import jsenvironment

        yield from jsenvironment.environment(repo)
    if _speaks(repo, scripts=False):
        from prodify.inventory.polyglot import environments

        yield from environments.environment(repo)


def outbound(repo: Inventory) -> Iterator[OutboundCall]:
    """Server-side HTTP calls."""
    if _speaks(repo, scripts=True):
        from prodify.inventory.polyglot import jsoutbound

        yield from jsoutbound.outbound(repo)
    if _speaks(repo, scripts=False):
        from prodify.inventory.polyglot import outgoing

        yield from outgoing.outbound(repo)


def services(repo: Inventory) -> Iterator[Technology]:
    """Services behind an HTTP API whose SDK code on the server's side imports."""
    if _speaks(repo, scripts=True):
        from prodify.inventory.polyglot import jsservices

        yield from jsservices.services(repo)


def open_origins(repo: Inventory) -> Iterator[Note]:
    """Middleware for origins that lets every one in, whatever it is called."""
    if _speaks(repo, scripts=True):
        from prodify.inventory.polyglot import jscors

        yield from jscors.open_middleware(repo)


def model_calls(repo: Inventory) -> Iterator[ModelCall]:
    """Calls of language models."""
    if _speaks(repo, scripts=True):
        from prodify.inventory.polyglot import jsmodels

        yield from jsmodels.model_calls(repo)
    if _speaks(repo, scripts=False):
        from prodify.inventory.polyglot import othermodels

        yield from othermodels.model_calls(repo)
