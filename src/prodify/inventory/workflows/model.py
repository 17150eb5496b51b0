"""Typed views of CI pipelines, whatever the system: jobs, steps, commands, actions."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from prodify.inventory.commands import Command, matching
from prodify.inventory.facts import Note
from prodify.lazydata import dataclass
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodify.inventory.yamlview import YamlNode

Permissions = str | dict[str, str] | None
"""None: not stated; "read-all" or "write-all"; or scope -> read, write, none (an empty dict drops all)."""


@dataclass(frozen=True, slots=True)
class ActionUse:
    """A reference to someone's action, orb, template or reusable workflow.

    `name` is "owner/repo" or "owner/repo/path", `ref` what follows the @ (None when there is none). `kind`: action, workflow, docker,
    local, orb, include, pipe or task; only actions and workflows of GitHub have a sha to pin to. `with_` are the inputs as text.
    """

    name: str
    ref: str | None
    location: Location
    kind: str = "action"
    job: str | None = None
    with_: tuple[tuple[str, str], ...] = ()

    @property
    def is_sha(self) -> bool:
        """Whether the reference is a full commit id (40 or 64 hex digits), or a digest for docker images."""
        ref = (self.ref or "").removeprefix("sha256:")
        return len(ref) in (40, 64) and all(c in "0123456789abcdefABCDEF" for c in ref)

    @property
    def is_local(self) -> bool:
        """Whether it lies in the same repository."""
        return self.kind == "local"

    @property
    def note(self) -> str:
        """The reference as written."""
        return f"{self.name}@{self.ref}" if self.ref else self.name

    def input(self, name: str) -> str | None:
        """The text of an input, None when it is not given."""
        return dict(self.with_).get(name)


@dataclass(frozen=True, slots=True, eq=False)
class PipelineStep:
    """One step. `run` is the script as written, `uses` the reference as written; `with_` and `env` map names to text.

    `if_` is the condition as written, `working_directory` relative to the root. `run_line` is the line of the script's first line.
    """

    location: Location
    name: str | None = None
    uses: str | None = None
    with_: Mapping[str, str] = field(default_factory=dict)
    run: str | None = None
    run_line: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    if_: str | None = None
    shell: str | None = None
    working_directory: str | None = None
    continue_on_error: bool = False
    timeout_minutes: str | None = None
    node: YamlNode | None = None


class Work:
    """What jobs and pipelines have in common: the commands they run and the actions they use."""

    __slots__ = ()

    commands: tuple[Command, ...]
    uses_all: tuple[ActionUse, ...]

    @property
    def each_job(self) -> tuple[Job, ...]:
        """A pipeline's jobs; a job is its own only one."""
        raise NotImplementedError

    def runs(self, *programs: str) -> tuple[Command, ...]:
        """Commands that run one of `programs` ("pytest", "docker build"), looked for through wrappers, npm scripts, make, tox, nox,
        just and shell scripts of the repository. Each is evidence: it has `location` and `note`."""
        return matching(self.commands, programs)

    @property
    def runs_tests(self) -> tuple[Note, ...]:
        """Where tests are run: a test runner, or a target named test that resolves to a real command."""
        from prodify.inventory.workflows.purposes import tests

        return tests(self)

    @property
    def runs_lint(self) -> tuple[Note, ...]:
        """Where linters, formatters or type checkers are run."""
        from prodify.inventory.workflows.purposes import lint

        return lint(self)

    @property
    def builds_image(self) -> tuple[Note, ...]:
        """Where a container image is built."""
        from prodify.inventory.workflows.purposes import image_builds

        return image_builds(self)

    @property
    def pushes_image(self) -> tuple[Note, ...]:
        """Where a container image is pushed to a registry."""
        from prodify.inventory.workflows.purposes import image_pushes

        return image_pushes(self)

    @property
    def deploys(self) -> tuple[Note, ...]:
        """Where something is deployed: kubectl, helm, terraform, a cloud's command or action, a deploy hook."""
        from prodify.inventory.workflows.purposes import deployments

        return deployments(self)

    @property
    def scans(self) -> tuple[Note, ...]:
        """Where dependencies, images, code or secrets are scanned; the note begins with the tool's name."""
        from prodify.inventory.workflows.purposes import scans

        return scans(self)


@dataclass(frozen=True, slots=True, eq=False)
class Job(Work):
    """One job. `needs` are job ids; `runs_on` the labels; `timeout_minutes` as written (None: the system's default).

    `environment` is the deployment environment's name. `condition` as written. `uses` is the reusable workflow that the job calls.
    `commands` holds every shell command of its steps, targets resolved (see Command.via); `uses_all` the actions it uses.
    `on_pull_request` and `on_default_branch`: whether the job itself can run then (None: nothing restricts it beyond the pipeline).
    """

    id: str
    location: Location
    name: str | None = None
    needs: tuple[str, ...] = ()
    runs_on: tuple[str, ...] = ()
    timeout_minutes: str | None = None
    permissions: Permissions = None
    permissions_location: Location | None = None
    environment: str | None = None
    environment_location: Location | None = None
    steps: tuple[PipelineStep, ...] = ()
    condition: str | None = None
    uses: str | None = None
    with_: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    concurrency: str | None = None
    continue_on_error: bool = False
    manual: bool = False
    on_pull_request: bool | None = None
    on_default_branch: bool | None = None
    node: YamlNode | None = None
    commands: tuple[Command, ...] = ()
    uses_all: tuple[ActionUse, ...] = ()

    @property
    def each_job(self) -> tuple[Job, ...]:
        """The job itself."""
        return (self,)


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline(Work):
    """One pipeline file.

    `system`: github, gitlab, circleci, travis, azure, jenkins, bitbucket, codebuild, cloudbuild, drone, woodpecker, appveyor, buildkite,
    semaphore or forgejo. `triggers` are events by GitHub's names (push, pull_request, schedule, workflow_dispatch, tag ...).
    `branches` are the patterns that pushes are limited to (empty: any branch); `pull_request_branches` likewise.
    `permissions` None: not stated. `problem` says why the file could not be read; such a pipeline has no jobs.
    `called`: it runs only when another workflow calls it (its jobs are seen through the caller as well).
    """

    path: str
    system: str
    name: str | None = None
    triggers: tuple[str, ...] = ()
    trigger_locations: Mapping[str, Location] = field(default_factory=dict)
    branches: tuple[str, ...] = ()
    pull_request_branches: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = ()
    permissions: Permissions = None
    permissions_location: Location | None = None
    concurrency: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    node: YamlNode | None = None
    problem: str | None = None

    @property
    def location(self) -> Location:
        """The file's first line."""
        return Location(self.path, 1)

    @property
    def each_job(self) -> tuple[Job, ...]:
        """The jobs."""
        return self.jobs

    @property
    def on_pull_request(self) -> bool:
        """Whether it runs for pull (merge) requests."""
        return "pull_request" in self.triggers or "pull_request_target" in self.triggers

    @property
    def on_push(self) -> bool:
        """Whether it runs for pushes to branches."""
        return "push" in self.triggers

    @property
    def on_default_branch(self) -> bool:
        """Whether a push to main or master (or any protected default) runs it."""
        from prodify.inventory.workflows.branches import holds_default

        return self.on_push and holds_default(self.branches)

    @property
    def called(self) -> bool:
        """Whether only other workflows start it."""
        return self.triggers == ("workflow_call",)

    @property
    def commands(self) -> tuple[Command, ...]:  # type: ignore[override]
        """Every shell command of every job, in order, targets resolved."""
        return tuple(command for job in self.jobs for command in job.commands)

    @property
    def uses_all(self) -> tuple[ActionUse, ...]:  # type: ignore[override]
        """Every action reference of every job, in order."""
        return tuple(use for job in self.jobs for use in job.uses_all)

    @property
    def uses(self) -> tuple[ActionUse, ...]:
        """Every action reference, `uses_all` by another name."""
        return self.uses_all

    def job(self, id_: str) -> Job | None:
        """The job of that id."""
        return next((job for job in self.jobs if job.id == id_), None)

    def before(self, job: Job) -> tuple[Job, ...]:
        """The jobs that must have succeeded before this one, all levels, nearest first."""
        found: list[Job] = []
        wanted = list(job.needs)
        while wanted:
            other = self.job(wanted.pop(0))
            if other is not None and other not in found and other is not job:
                found.append(other)
                wanted.extend(other.needs)
        return tuple(found)
