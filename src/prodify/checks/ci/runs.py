"""What CI does: exists, tests, lints, builds."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed, undecided
from prodify.checks.ci._samples import live


@check(
    step=Step.CI,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.MINUTES,
    fixed_by="ci",
    hint="Let your pipeline run on pushes and pull requests; repair it where it cannot be read.",
)
def ci_exists(repo: Inventory, profile: Profile) -> Verdict:
    """Something builds or tests every change.

    Why:
        Without it the first person to find out that a change broke something is a user.

    Fails:
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```
    """
    if not repo.files.paths:
        return not_applicable("an empty repository")
    active = [p for p in live(repo) if p.on_push or p.on_pull_request]
    if active:
        return passed(f"changes run through {', '.join(sorted({p.system for p in active}))}", *active)
    broken = [p for p in repo.pipelines if p.problem is not None]
    if broken:
        return undecided("a pipeline is there and cannot be read", *(Note(p.location, p.problem or "") for p in broken))
    idle = [p.location for p in live(repo)]
    return failed("no pipeline runs on a push or pull request" if idle else "there is no CI pipeline", *idle)


@check(
    step=Step.CI,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    fixed_by="ci",
    hint="Add a step that runs the tests (pytest, npm test, go test) to a pipeline that pull requests start.",
)
def tests_run_on_pull_requests(repo: Inventory, profile: Profile) -> Verdict:
    """Tests run before a change is merged.

    Why:
        A test that runs after the merge reports what is already broken for everybody; a workflow file that runs no test reports nothing.

    Fails:
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push]
        jobs:
          build:
            runs-on: ubuntu-24.04
            steps:
              - run: pip install -r requirements.txt
        ```

    Passes:
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: python -m pytest -q
        ```
    """
    if not repo.files.paths:
        return not_applicable("an empty repository")
    runs = [(p, note) for p in live(repo) for note in p.runs_tests]
    before = [note for p, note in runs if p.on_pull_request or (p.on_push and not p.branches)]
    if before:
        return passed("tests run before a merge", *before)
    if runs:
        return failed("tests run, but not for pull requests", *(note for _, note in runs))
    return failed("no pipeline runs a test", *(p.location for p in live(repo)))


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    fixed_by="ci",
    hint="Add pushes to the default branch to what starts the pipeline.",
)
def default_branch_is_built(repo: Inventory, profile: Profile) -> Verdict:
    """Every merge to the default branch runs through CI.

    Why:
        Two changes that are fine alone can break each other; only a run on the merged branch shows it.

    Fails:
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```

    Passes:
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on:
          pull_request:
          push:
            branches: [main]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```
    """
    if not live(repo):
        return not_applicable("no CI pipeline")
    good = [p for p in live(repo) if p.on_default_branch]
    return (
        passed("the default branch is built", *good)
        if good
        else failed("no pipeline runs on the default branch", *(p.location for p in live(repo)))
    )


@check(
    step=Step.CI,
    level=Level.NOTE,
    maturity=1,
    effort=Effort.MINUTES,
    fixed_by="ci",
    hint="Add a step that runs a linter (ruff check, eslint, golangci-lint) to the job that runs the tests.",
)
def lint_runs_in_ci(repo: Inventory, profile: Profile) -> Verdict:
    """A linter runs in CI.

    Why:
        It finds the undefined name and the unused import in a second, before a reviewer or a user does.

    Fails:
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```

    Passes:
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: ruff check .
              - run: pytest
        ```
    """
    if not live(repo):
        return not_applicable("no CI pipeline")
    runs = [note for p in live(repo) for note in p.runs_lint]
    return passed("a linter runs", *runs) if runs else failed("no linter runs in CI", *(p.location for p in live(repo)))


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.HOURS,
    fixed_by="ci",
    hint="Add a job that builds the image with docker build (or docker/build-push-action) on every change.",
)
def image_is_built_in_ci(repo: Inventory, profile: Profile) -> Verdict:
    """CI builds the image that is deployed.

    Why:
        An image that was built on somebody's machine holds whatever lay there, and nobody can build the same one again.

    Fails:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```

    Passes:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          image:
            runs-on: ubuntu-24.04
            steps:
              - run: docker build -t app .
        ```
    """
    if not repo.services and not repo.dockerfiles:
        return not_applicable("nothing is deployed as an image")
    builds = [note for p in live(repo) for note in p.builds_image]
    if builds:
        return passed("CI builds the image", *builds)
    return failed("CI builds no image", *(d.location for d in repo.dockerfiles))


@check(
    step=Step.CI,
    level=Level.NOTE,
    maturity=1,
    effort=Effort.MINUTES,
    fixed_by="pre-commit",
    hint="Write .pre-commit-config.yaml with hooks for secrets, large files and your linter, and run pre-commit install.",
)
def pre_commit_is_configured(repo: Inventory, profile: Profile) -> Verdict:
    """Checks run before each commit.

    Why:
        A secret or a syntax error that is caught on the developer's machine never reaches the history.

    Fails:
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```yaml title=".pre-commit-config.yaml"
        repos:
          - repo: https://github.com/pre-commit/pre-commit-hooks
            rev: v6.0.0
            hooks:
              - id: detect-private-key
        ```
    """
    if not repo.files.paths:
        return not_applicable("an empty repository")
    names = (
        ".pre-commit-config.yaml",
        ".pre-commit-config.yml",
        "lefthook.yml",
        "lefthook.yaml",
        ".lefthook.yml",
        ".husky/pre-commit",
        "prek.toml",
        ".overcommit.yml",
    )
    found = [Location(p) for p in names if p in repo.files]
    return passed("checks run before each commit", *found) if found else failed("nothing checks a commit before it is made")


@check(
    step=Step.CI,
    level=Level.NOTE,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(1104,),
    fixed_by="dependabot",
    hint="Let Dependabot or Renovate propose updates of every package manager that the repository uses, once a week.",
)
def dependency_updates_are_automated(repo: Inventory, profile: Profile) -> Verdict:
    """Updates of dependencies are proposed by a machine.

    Why:
        Nobody reads forty release pages a week; a bot does, and opens a small pull request that CI tests.

    Fails:
        ```text title="requirements.txt"
        flask==3.1.0
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask==3.1.0
        ```
        ```yaml title=".github/dependabot.yml"
        version: 2
        updates:
          - package-ecosystem: pip
            directory: /
            schedule: {interval: weekly}
        ```
    """
    names = (
        ".github/dependabot.yml", ".github/dependabot.yaml", "renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json",
        ".github/renovate.json", ".github/renovate.json5", ".gitlab/renovate.json",
    )  # fmt: skip
    found = [Location(p) for p in names if p in repo.files]
    if found:
        return passed("a bot proposes updates", *found)
    if not repo.manifests:
        return not_applicable("no dependency is declared")
    return failed("nobody proposes updates of dependencies", *(Location(m.path) for m in repo.manifests if not m.lock))
