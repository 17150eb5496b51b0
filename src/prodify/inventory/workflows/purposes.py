"""What a job's commands and actions are for: tests, lint, images, deployments, scans."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.workflows.tools import (
    DEPLOY_ACTIONS,
    DEPLOYS,
    IMAGE_BUILD_ACTIONS,
    IMAGE_BUILDS,
    IMAGE_PUSHES,
    LINT_ACTIONS,
    LINTERS,
    SCAN_ACTIONS,
    SCANNERS,
    TEST_ACTIONS,
    TESTS,
)
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prodify.inventory.commands import Command
    from prodify.inventory.workflows.model import ActionUse, Work


_TEST_NAME = lazy(r"(?:^|[ :/_.-])(?:tests?|unit|spec|check|integration|e2e|pytest|jest|verify)(?:$|[ :/_.-])", re.IGNORECASE)
_TEST_SCRIPT = lazy(r"(?:^|/)(?:test_\w+|\w+_test|(?:run_?)?tests?)\.(?:py|[cm]?js|ts|rb|php)$")
_INTERPRETERS = frozenset("python python3 py node ruby php deno bun tsx ts-node".split())
_TARGET_PROGRAMS = frozenset("npm pnpm yarn bun make gmake just task composer poe hatch pdm rye tox nox deno rake turbo nx lerna".split())
_TRIVIAL = frozenset(
    "echo exit true false : printf cd set export rm mkdir cp mv ls cat sleep touch source . test [ [[ which chmod pip pip3 npm yarn pnpm "
    "apt-get apt apk brew curl wget docker docker-compose git env read".split()
)
_JVM = frozenset("mvn mvnw gradle gradlew".split())
_JVM_TESTS = frozenset("test verify package install check build deploy integrationTest integration-test ci".split())
_LINT_GOALS = frozenset("lint checkstyle:check spotless:check spotlessCheck ktlintCheck detekt pmd:check spotbugs:check lintDebug".split())
_IMAGE_WORKFLOW = lazy(
    r"(docker|image|container)[-_]?(build|publish|push)|(build|publish|push)[-_]?(docker|image|container)", re.IGNORECASE
)
_TEST_WORKFLOW = lazy(r"(^|[-_.])(unit-?)?tests?([-_.]|$)", re.IGNORECASE)
_HOOK = lazy(r"DEPLOY_?HOOK|deploy_hook|/deploy/srv-|render\.com/deploy|api\.vercel\.com/v1/integrations/deploy", re.IGNORECASE)
_CLUSTERS = ("kind create", "k3d cluster create", "minikube start", "microk8s install", "ctlptl create")
_CLUSTER_ACTIONS = (
    "helm/kind-action", "engineerd/setup-kind", "container-tools/kind-action", "medyagh/setup-minikube", "manusa/actions-setup-minikube",
    "AbsaOSS/k3d-action", "nolar/setup-k3d-k3s", "fluxcd/pkg/actions/kind",
)  # fmt: skip
_STARTS = ("docker compose up", "docker-compose up", "systemctl restart", "pm2 restart", "pm2 reload")
_REMOTE = lazy(r"\b(docker(-compose| compose)? (up|pull|run|stack)|git pull|systemctl (restart|reload)|pm2 |kubectl |supervisorctl)")


def tests(work: Work) -> tuple[Note, ...]:
    """Where this repository's tests run: a suite of another one that is cloned first says nothing of the code here."""
    clones = _clones(work)
    found = _notes(work, TESTS, TEST_ACTIONS, also=_is_test, but=lambda c: _is_in_clone(c, clones))
    return _sorted([*found, *_called(work, _TEST_WORKFLOW)])


def _clones(work: Work) -> frozenset[tuple[str | None, str]]:
    """Job and directory of what is cloned by commands."""
    found = set()
    for command in work.commands:
        if not command.runs("git clone"):
            continue
        words = [word.strip("\"'") for word in command.words[2:]]
        address = next((n for n, word in enumerate(words) if "://" in word or word.startswith("git@")), None)
        if address is not None:
            name = words[address + 1] if len(words) > address + 1 else words[address].rstrip("/").rpartition("/")[2].removesuffix(".git")
            found.add((command.job, posixpath.normpath(posixpath.join(command.directory, name))))
    return frozenset(found)


def _is_in_clone(command: Command, clones: frozenset[tuple[str | None, str]]) -> bool:
    home = posixpath.normpath(command.directory or ".")
    return any(command.job == job and (home == clone or home.startswith(clone + "/")) for job, clone in clones)


def lint(work: Work) -> tuple[Note, ...]:
    """Where linters, formatters and type checkers run."""
    return _notes(work, LINTERS, LINT_ACTIONS, also=lambda c: c.program in _JVM and bool(_LINT_GOALS & set(c.words)))


def image_builds(work: Work) -> tuple[Note, ...]:
    """Where images are built."""
    return _sorted([*_notes(work, IMAGE_BUILDS, IMAGE_BUILD_ACTIONS), *_called(work, _IMAGE_WORKFLOW)])


def image_pushes(work: Work) -> tuple[Note, ...]:
    """Where images are pushed: a push command, a build with --push, or a build action with `push`."""
    pushed = _notes(work, IMAGE_PUSHES, (), also=lambda c: c.runs("docker", "podman", "depot", "nixpacks") and "--push" in c.words)
    actions = [use for use in work.uses_all if _named(use, IMAGE_BUILD_ACTIONS)]
    pushing = [use for use in actions if (use.input("push") or use.input("command") or "false") not in ("false", "build")]
    return _sorted([*pushed, *(Note(use.location, use.note) for use in pushing)])


def deployments(work: Work) -> tuple[Note, ...]:
    """Where something is deployed."""
    own = {job.id for job in work.each_job if "self-hosted" in job.runs_on}  # the runner is the server
    lasting = [job for job in work.each_job if not _has_throw_away_cluster(job)]
    found = [
        note for job in lasting
        for note in _notes(job, DEPLOYS, DEPLOY_ACTIONS, also=lambda c: _is_deployment(c) or (c.job in own and c.runs(*_STARTS)))
    ]  # fmt: skip
    return _sorted(found)


def _has_throw_away_cluster(job: Work) -> bool:
    """Whether a cluster is made for the job alone, to test on."""
    return bool(job.runs(*_CLUSTERS)) or any(_named(use, _CLUSTER_ACTIONS) for use in job.uses_all)


def scans(work: Work) -> tuple[Note, ...]:
    """Where something is scanned."""
    return _notes(work, SCANNERS, SCAN_ACTIONS)


def _called(work: Work, names: re.Pattern[str]) -> list[Note]:
    """Calls of other repositories' reusable workflows, known by their file's name alone."""
    return [Note(u.location, u.note) for u in work.uses_all if u.kind == "workflow" and names.search(u.name.rpartition("/")[2])]


def _is_test(command: Command) -> bool:
    """A build tool's goal that includes tests, or a target named test that leads to a real command."""
    words = set(command.words)
    if command.program in _JVM:
        skipped = any(w.startswith(("-DskipTests", "-Dmaven.test.skip")) for w in words) or ("-x" in words and "test" in words)
        return bool(words & _JVM_TESTS) and not skipped
    if command.runs("docker compose up", "docker-compose up", "docker compose run", "docker build", "docker compose -f"):
        return _TEST_NAME.search(command.text.replace("--", " ")) is not None
    if command.program in _INTERPRETERS and len(words) > 1 and _TEST_SCRIPT.search(command.words[1]):
        return True
    via = (command.via or "").rpartition(" -> ")[2] or command.via or ""
    program, _, target = via.partition(" ")
    real = command.program not in _TRIVIAL and not command.runs(*LINTERS)
    if program in _TARGET_PROGRAMS:
        return real and _TEST_NAME.search(target) is not None
    return False


def _is_deployment(command: Command) -> bool:
    """A deploy hook that is called, or a command that is sent to a server."""
    if command.runs("curl", "wget", "http", "xh"):
        return _HOOK.search(command.text) is not None
    if command.program in ("ssh", "sshpass"):
        return _REMOTE.search(command.text) is not None
    return command.runs("rsync") and ("@" in command.text or "::" in command.text)


@lru_cache(maxsize=32)
def _lowered(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _named(use: ActionUse, names: tuple[str, ...]) -> bool:
    """Whether a reference is one of the names, lies below one, or is one with its version."""
    known, parts = _lowered(names), use.name.lower().split("/")
    return any("/".join(parts[:count]) in known for count in range(1, min(len(parts), 5) + 1)) or f"{use.name}@{use.ref}".lower() in known


def _notes(
    work: Work,
    programs: tuple[str, ...],
    actions: tuple[str, ...],
    also: Callable[[Command], bool] | None = None,
    but: Callable[[Command], bool] | None = None,
) -> tuple[Note, ...]:
    commands = (c for c in work.commands if but is None or not but(c))
    found = [Note(c.location, c.note) for c in commands if c.runs(*programs) or (also is not None and also(c))]
    found += [Note(use.location, use.note) for use in work.uses_all if _named(use, actions)]
    return _sorted(found)


def _sorted(notes: Iterable[Note]) -> tuple[Note, ...]:
    """One note a place, by path and line; the first one found there stays."""
    places: dict[tuple[str, int], Note] = {}
    for note in notes:
        places.setdefault((note.location.path, note.location.line or 0), note)
    return tuple(places[key] for key in sorted(places))
