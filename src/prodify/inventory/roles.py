"""What a file is for, told from its path alone: production, test, example, docs, vendored or generated."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from prodify.inventory.facts import Role
from prodify.lazyre import lazy

VENDORED_DIRS = frozenset(
    "node_modules bower_components site-packages dist-packages third_party thirdparty vendor vendors .yarn jspm_packages Pods "
    ".mvn .venv venv virtualenv .virtualenv ENV .tox .nox __pypackages__ .terraform".split()
)
GENERATED_DIRS = frozenset(
    "dist .next .nuxt .svelte-kit .output __pycache__ .pytest_cache .mypy_cache .ruff_cache coverage htmlcov .gradle staticfiles "
    ".vs".split()
)
_BUILT = lazy(
    r"/(build/(classes|generated|kotlin|libs|reports|resources|test-results|tmp)|target/(test-)?classes|target/generated-\w+"
    r"|out/production|(bin|obj)/(Debug|Release))/"
)
"""Where Gradle, Maven, IntelliJ and .NET put what they build: copies of sources and settings, where somebody committed them."""
TEST_DIRS = frozenset(
    "test tests testing __tests__ spec specs e2e cypress playwright testdata fixtures __mocks__ __fixtures__ test_data "
    "testutil testutils test_utils test-utils testhelper testhelpers test_helpers test-helpers testsupport "
    "benches benchmarks".split()
)
_TEST_PROJECT = lazy(r"(?:^|[_-])tests$|\.(?:\w*test|tests)$")
"""`unit_tests`, `backend-tests`, and the projects of a .NET solution: `Shop.Tests`, `Shop.UnitTest`."""
EXAMPLE_DIRS = frozenset("example examples sample samples demo demos playground cookbook recipes-examples".split())
EXAMPLE_ROOTS = frozenset(("contrib",))
"""At the root these hold what others contributed to try things out; deeper down they are packages (`django/contrib`)."""
DOCS_DIRS = frozenset("doc docs documentation wiki".split())
CONFIG_DIRS = frozenset(".github .gitlab .circleci .devcontainer .vscode .idea".split())

_TEST_FILE = lazy(
    r"(^|/)(test_[^/]*\.py|[^/]*_test\.(py|go|rb|exs|dart)|tests?\.(py|[jt]sx?)|conftest\.py|locustfile\.py|benchmarks?\.py|bench_[^/]*\.py|([^/]*[._-])?k6([._-][^/]*)?\.[jt]s|[^/]*[._-](test|spec)\.[cm]?[jt]sx?|[^/]*_spec\.rb"
    r"|[^/]*Tests?\.(java|kt|cs|php)|[^/]*IT\.java|(pytest|tox|jest|vitest|playwright|cypress|karma)\.(ini|config\.[cm]?[jt]s))$"
)
_GENERATED_FILE = lazy(
    r"([-.](?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,20}(\.chunk)?\.(js|css)|\.min\.(js|css)|\.bundle\.js|\.map|_pb2(_grpc)?\.pyi?|\.pb\.go|\.g\.dart|\.generated\.[a-z]+|\.Designer\.cs|ModelSnapshot\.cs|-lock\.ya?ml)$"
)
_VENDORED_FILE = lazy(
    r"^(jquery([._-][\w.-]+)?|modernizr([._-][\w.-]+)?|(bootstrap|angular|backbone|underscore|lodash|handlebars|mustache|popper|moment|d3|knockout"
    r"|zepto|foundation|require)([._-]v?\d[\w.-]*|\.bundle|\.slim|\.full)?)\.js$",
    re.IGNORECASE,
)
"""Browser libraries that are copied into a project's static files under their own names."""
_DOCS_FILE = lazy(r"\.(md|mdx|rst|adoc|org|[1-8])$", re.IGNORECASE)  # sections 1 to 8 of the manual


@lru_cache(maxsize=65536)
def _of_directory(directory: str) -> Role | None:
    parts = directory.split("/") if directory else []
    if not VENDORED_DIRS.isdisjoint(parts) or f"/{directory}".find("/.venv") >= 0 or f"/{directory}".find("/venv-") >= 0:
        return Role.VENDORED
    if not GENERATED_DIRS.isdisjoint(parts) or f"{directory}/".find(".egg-info/") >= 0 or _BUILT.search(f"/{directory}/"):
        return Role.GENERATED
    if parts and parts[0] in EXAMPLE_ROOTS:
        return Role.EXAMPLE
    lowered = [part.lower() for part in _before_packages(parts)]
    for names, role in ((TEST_DIRS, Role.TEST), (EXAMPLE_DIRS, Role.EXAMPLE), (DOCS_DIRS, Role.DOCS)):
        if not names.isdisjoint(lowered):
            return role
    if lowered[-2:] == ["database", "factories"]:  # Laravel's makers of test data
        return Role.TEST
    return Role.TEST if any(_TEST_PROJECT.search(part) for part in lowered) else None


@lru_cache(maxsize=65536)
def _of_name(name: str) -> Role | None:
    if _GENERATED_FILE.search(name):
        return Role.GENERATED
    if _VENDORED_FILE.search(name):
        return Role.VENDORED
    if _TEST_FILE.search(name):
        return Role.TEST
    return Role.DOCS if _DOCS_FILE.search(name) else None


def _before_packages(parts: list[str]) -> list[str]:
    """Directories up to a JVM source root: below it they are package names, and `samples` or `demo` says nothing there."""
    for index in range(len(parts) - 2):
        if parts[index] == "src" and parts[index + 2] in ("java", "kotlin", "scala", "groovy"):
            return parts[: index + 2]
    return parts


@lru_cache(maxsize=65536)
def role_of(path: str) -> Role:
    """The role of a relative POSIX path.

    >>> role_of("src/app.py").value, role_of("tests/test_app.py").value, role_of("README.md").value
    ('production', 'test', 'docs')
    """
    directory, _, name = path.rpartition("/")
    found = _of_directory(directory)
    if found is Role.VENDORED or found is Role.GENERATED:
        return found
    by_name = _of_name(name)
    if by_name is not None and (found is None or by_name is not Role.DOCS):
        return by_name
    return found or Role.PRODUCTION


class FileEntry(NamedTuple):
    """A file of the index. `tracked`: in git's index.

    `blob` is the git blob id that the index holds for it, None for untracked files and without git.
    """

    path: str
    tracked: bool
    blob: str | None = None

    @property
    def role(self) -> Role:
        """What the file is for. Found when it is asked for: of a large tree's files most are never asked."""
        return role_of(self.path)


_BESIDE = frozenset(
    "scripts script tools bin infra infrastructure terraform functions deploy deployment ops notebooks migrations management "
    "load loadtest loadtests load_test load_tests load-test load-tests perf".split()
)


def beside_the_service(path: str) -> bool:
    """Whether production code is not the service itself: scripts, Django's commands, infrastructure, migrations, load tests.

    What stands there prints to a terminal and gets its settings from whoever runs it.

    >>> beside_the_service("infra/functions/suspend/main.py"), beside_the_service("src/shop/app.py")
    (True, False)
    """
    return any(part.lower() in _BESIDE for part in path.split("/")[:-1])
