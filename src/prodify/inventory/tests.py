"""First-party tests: which there are, what they assert, what kind they are and what they need."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from prodify.inventory.data import test_patterns as patterns
from prodify.inventory.facts import Note, Role
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.pymodule import PyModule
    from prodify.inventory.suites import Suites


_FORK_FROM = 1 << 20
"""Characters of Python tests after which two processes parse the rest: a fifth of a second of work."""
_SHOWN = 5
"""Files that a report names."""
_HEAD = lazy(r"^.*?\)\s*(->[^:]*)?:\s*(?:#[^\n]*)?", re.DOTALL)
_DOCSTRING = lazy(r"^\s*[rbu]?(\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"\s*$|'[^'\n]*'\s*$)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TestFacts:
    """Tests by kind, each with its place; `assertions` counts statements that can fail.

    `cases` are tests that do something: stubs (`pass`, `assert True`, an empty file that a generator left) are not among them.
    `integration`: with a datastore; `contract`: of an API exposed or consumed; `smoke`: of a running system; `load`, `chaos`;
    `model_failures`: of a language model that fails or answers badly; `coverage`: where coverage is measured; `needs_secrets`: tests
    that cannot run without a secret from outside. `unread`: files of large suites whose tests are not among `cases`.
    """

    __test__ = False

    cases: tuple[Note, ...] = ()
    assertions: int = 0
    integration: tuple[Note, ...] = ()
    contract: tuple[Note, ...] = ()
    smoke: tuple[Note, ...] = ()
    load: tuple[Note, ...] = ()
    chaos: tuple[Note, ...] = ()
    model_failures: tuple[Note, ...] = ()
    coverage: tuple[Note, ...] = ()
    needs_secrets: tuple[Note, ...] = ()
    unread: int = 0


def find_tests(repo: Inventory) -> TestFacts:
    """Everything about tests, from the code, the configuration and the pipelines."""
    from prodify.inventory.suites import Suites

    suites = Suites(repo)
    cases, assertions = _collect(repo, suites)
    files = _Files(dict.fromkeys(note.location.path for note in cases), suites)
    texts = {path: repo.files.text(path) or "" for path in repo.files.select("*", roles=(Role.TEST,)) if _is_code(path)} | {
        path: repo.files.text(path) or "" for path in files
    }
    support = "\n".join(
        text for path, text in texts.items() if path.endswith(("conftest.py", "setup.ts", "setup.js", "helper.rb", "base.py"))
    )
    return TestFacts(
        cases=tuple(cases),
        assertions=assertions,
        integration=tuple(
            _first(path, texts[path], patterns.INTEGRATION, "uses a datastore")
            for path in files.where(lambda path: _is_integration(path, texts[path], support))
        ),
        contract=tuple(
            _first(path, text, patterns.CONTRACT, "contract test") for path, text in texts.items() if _is_contract(path, text, files)
        ),
        smoke=tuple(_smoke(repo)),
        load=tuple(_load(repo)),
        chaos=tuple(_chaos(repo)),
        model_failures=tuple(
            _first(path, texts[path], patterns.MODEL_FAILURE, "a model that fails")
            for path in files.where(lambda path: _tests_model_failure(texts[path]))
        ),
        coverage=tuple(_coverage(repo)),
        needs_secrets=tuple(_needs_secrets(texts, files, support)),
        unread=len(suites.unread()),
    )


class _Files:
    """The files that hold tests. Of those that were not read it is found out when somebody asks whether they do."""

    def __init__(self, read: dict[str, None], suites: Suites) -> None:
        self._read = read
        self._suites = suites
        self._all = sorted({*read, *suites.unread()})

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __contains__(self, path: str) -> bool:
        return path in self._read or bool(self._suites.of(path).cases)

    def where(self, holds: Callable[[str], bool]) -> list[str]:
        """Those of which something holds: all that were read, and where they are few as many of the others as are shown."""
        found = [path for path in self._read if holds(path)]
        others = (path for path in self._suites.unread() if len(found) < _SHOWN and holds(path) and path in self)
        return sorted([*found, *islice(others, max(0, _SHOWN - len(found)))])


def _is_code(path: str) -> bool:
    return path.endswith(
        (".py", ".js", ".ts", ".tsx", ".jsx", ".mjs", ".go", ".java", ".kt", ".rb", ".rs", ".php", ".cs", ".yml", ".yaml", ".sh")
    )


def _first(path: str, text: str, pattern: re.Pattern[str], note: str) -> Note:
    match = pattern.search(text)
    return Note(Location(path, text.count("\n", 0, match.start()) + 1 if match else 1), note)


# -- cases ------------------------------------------------------------------------------------------------------------


def _collect(repo: Inventory, suites: Suites) -> tuple[list[Note], int]:
    found, assertions = _in_python(repo)
    for tests in suites.read():
        found += tests.cases
        assertions += tests.assertions
    for globs, begins, asserts in patterns.WITHOUT_A_TREE:
        for path in repo.files.select(*globs, roles=(Role.TEST,)):
            notes, count = _in_text(path, repo.files.text(path) or "", begins, asserts)
            found += notes
            assertions += count
    for path in repo.files.select("*.sh", "*.bats", roles=(Role.TEST,)):
        text = repo.files.text(path) or ""
        if patterns.SHELL_TEST.search(text):
            found.append(Note(Location(path, 1), "shell test"))
            assertions += len(patterns.SHELL_TEST.findall(text))
    return sorted(found, key=lambda n: (n.location.path, n.location.line or 0)), assertions


def _in_python(repo: Inventory) -> tuple[list[Note], int]:
    """Tests and assertions of Python files; where there are many, two processes parse them."""
    from prodify.inventory.secrets.parallel import in_order

    paths = list(repo.syntax.sources("python", ("def test", "def runTest"), (Role.TEST,)))

    def one(index: int) -> tuple[tuple[list[Note], int], int] | None:
        module = repo.python.module(paths[index])
        return None if module is None else (_in_module(module, repo.files.lines(module.path)), len(repo.syntax.text(module.path)))

    results = [result for _, result in in_order(one, len(paths), fork_from=_FORK_FROM)]
    return [note for notes, _ in results for note in notes], sum(count for _, count in results)


def _in_module(module: PyModule, lines: tuple[str, ...]) -> tuple[list[Note], int]:
    found, count = [], 0
    for name, location in _tests_of(module):
        body = _body(lines, location)
        if not all(patterns.STUB.match(statement) for statement in body):
            found.append(Note(location, name))
            count += len(patterns.PYTHON_ASSERTION.findall("\n".join(body)))
    return found, count


def _tests_of(module: PyModule) -> Iterator[tuple[str, Location]]:
    """Test functions and methods by name and place."""
    methods = {f.location for f in module.functions if f.cls is not None} if any(name == "runTest" for name, _ in module.defined) else ()
    return ((name, place) for name, place in module.defined if name.startswith("test") or (name == "runTest" and place in methods))


def _body(lines: tuple[str, ...], place: Location) -> list[str]:
    """The statements of a function, one line each, without its head, docstring and comments."""
    text = "\n".join(lines[(place.line or 1) - 1 : place.end_line or 1])
    text = _DOCSTRING.sub("", _HEAD.sub("", text, count=1), count=1)
    return [s for line in text.split("\n") if (s := line.strip()) and not s.startswith("#")]


def _in_text(path: str, text: str, begins: re.Pattern[str], asserts: re.Pattern[str]) -> tuple[list[Note], int]:
    """Tests and assertions in a file of a language that has no grammar here; a test with nothing in it is a stub."""
    matches = list(begins.finditer(text))
    found, count = [], 0
    for index, match in enumerate(matches):
        end = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        body = text[match.end() : end]
        real = len(asserts.findall(body))
        if real == 0 and len(body.strip()) < 60 and re.fullmatch(r"[\s\w,()=>{}'\"`;:*.]*", body):
            continue
        count += real
        found.append(Note(Location(path, text.count("\n", 0, match.start()) + 1), (match["name"] or match[0].strip())[:80]))
    return found, count


# -- kinds ------------------------------------------------------------------------------------------------------------


def _is_integration(path: str, text: str, support: str) -> bool:
    """Whether a test file works with a datastore: named so, or it or the shared set-up it uses opens one."""
    if re.search(r"(^|/)(integration|it|functional)(_tests?)?/|integration", path):
        return True
    if patterns.INTEGRATION.search(text):
        return True
    return bool(patterns.INTEGRATION.search(support)) and re.search(r"\b(client|db|session|database|connection)\b", text) is not None


def _is_contract(path: str, text: str, files: _Files) -> bool:
    """Whether a file uses a tool for contracts, or holds tests and is named after them; those of a block chain are of another kind."""
    named = patterns.CONTRACT_FILE.search(path) is not None and path in files and not patterns.ON_A_CHAIN.search(text)
    return named or patterns.CONTRACT.search(text) is not None


def _tests_model_failure(text: str) -> bool:
    return patterns.MODEL.search(text) is not None and patterns.MODEL_FAILURE.search(text) is not None


def _smoke(repo: Inventory) -> Iterator[Note]:
    for path, entry in repo.files.entries.items():
        if re.search(r"smoke", path, re.IGNORECASE) and entry.role not in (Role.VENDORED, Role.GENERATED, Role.DOCS) and _is_code(path):
            text = repo.files.text(path) or ""
            if re.search(r"curl|http|request|fetch|assert|expect|wget", text):
                yield Note(Location(path, 1), "smoke test")


def _load(repo: Inventory) -> Iterator[Note]:
    for path, entry in repo.files.entries.items():
        if entry.role in (Role.VENDORED, Role.GENERATED, Role.DOCS):
            continue
        if path.endswith(".jmx"):
            yield Note(Location(path, 1), "JMeter plan")
        elif path.endswith((".js", ".ts", ".mjs")) and "k6" in (text := repo.files.text(path) or ""):
            if re.search(r"""from\s+["']k6(/\w+)?["']|require\(["']k6""", text):
                yield Note(Location(path, 1), "k6 script")
        elif path.endswith(".py") and "locust" in (text := repo.files.text(path) or ""):
            if re.search(r"^\s*(from|import)\s+locust\b", text, re.MULTILINE):
                yield Note(Location(path, 1), "Locust file")
        elif path.endswith((".yml", ".yaml")) and "phases" in (text := repo.files.text(path) or ""):
            if re.search(r"^config:", text, re.MULTILINE) and re.search(r"^\s+phases:", text, re.MULTILINE):
                yield Note(Location(path, 1), "Artillery script")
        elif path.endswith((".scala", ".kt", ".java")) and "io.gatling" in (repo.files.text(path) or ""):
            yield Note(Location(path, 1), "Gatling simulation")


def _chaos(repo: Inventory) -> Iterator[Note]:
    for path, entry in repo.files.entries.items():
        if entry.role in (Role.VENDORED, Role.GENERATED, Role.DOCS) or not (_is_code(path) or path.endswith(".json")):
            continue
        named = re.search(r"(^|/)chaos", path, re.IGNORECASE) is not None
        text = repo.files.text(path) if named or entry.role is Role.TEST or path.endswith((".yml", ".yaml")) else None
        if text and (named or patterns.CHAOS.search(text)):
            yield _first(path, text, patterns.CHAOS, "chaos experiment")


def _coverage(repo: Inventory) -> Iterator[Note]:
    for path in repo.files.select(*patterns.COVERAGE_FILES):
        yield Note(Location(path, 1), "coverage configuration")
    for path in repo.files.select(*patterns.CONFIG_FILES):
        text = repo.files.text(path)
        if text and patterns.COVERAGE.search(text):
            yield _first(path, text, patterns.COVERAGE, "measures coverage")


def _needs_secrets(texts: dict[str, str], files: _Files, support: str) -> Iterator[Note]:
    """Reads of a secret in test files that nothing sets."""
    from prodify.inventory.environment import is_secret

    for path in dict.fromkeys([*files, *(p for p in texts if p.endswith("conftest.py"))]):
        text = texts.get(path, "")
        for match in patterns.SECRET_READ.finditer(text):
            name = next((group for group in match.groupdict().values() if group), "")
            if (
                is_secret(name)
                and (path in files or path.endswith("conftest.py"))
                and not re.search(patterns.SETS_VARIABLE.format(re.escape(name)), text + support)
                and "skip" not in text[max(0, match.start() - 200) : match.end() + 80]
            ):
                yield Note(Location(path, text.count("\n", 0, match.start()) + 1), name)
