"""What a workflow may do, and what could make it do something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.ci._samples import github
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNTRUSTED = lazy(
    r"\$\{\{[^}]*\b(github\.event\.(issue|pull_request|comment|review|review_comment|discussion|pages|commits|head_commit)\.(title|body|name|message|email|page_name)"
    r"|github\.event\.(issue|pull_request|comment|review|discussion|head_commit)[\w.\[\]*]*\.(title|body|message|email|name|label|ref)|github\.head_ref"
    r"|github\.event\.pull_request\.head\.(ref|label|repo\.default_branch))"
)
_HEAD = lazy(r"github\.event\.pull_request\.head\.(sha|ref)|github\.head_ref|refs/pull/")


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(250, 732),
    hint="Write permissions: {} at the top of the workflow and give each job what it needs.",
)
def workflow_permissions_are_least(repo: Inventory, profile: Profile) -> Verdict:
    """Workflows state the least permissions that they need.

    Why:
        A job without a statement may get a token that writes to the whole repository; a hijacked action then pushes what it likes.

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
        permissions:
          contents: read
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```
    """
    workflows = github(repo)
    if not workflows:
        return not_applicable("no GitHub workflow")
    bad = []
    for workflow in workflows:
        if workflow.permissions == "write-all":
            bad.append(Note(workflow.permissions_location or workflow.location, "write-all"))
        elif workflow.permissions is None:
            bad += [Note(job.location, f"job {job.id} states no permissions") for job in workflow.jobs if job.permissions is None]
        bad += [Note(job.permissions_location or job.location, "write-all") for job in workflow.jobs if job.permissions == "write-all"]
    return failed("a job's token may do more than it needs", *bad) if bad else passed("every job states its permissions", *workflows)


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(829, 1357),
    hint="Write the full commit id with the version behind it as a comment; Dependabot keeps both current.",
)
def actions_are_pinned(repo: Inventory, profile: Profile) -> Verdict:
    """Actions are pinned to a commit.

    Why:
        A tag can be moved: in March 2026 76 of 77 tags of a popular scanner's action pointed at stolen-credential code for a day.

    Fails:
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@v7
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
              - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
              - run: pytest
        ```
    """
    uses = [use for workflow in github(repo) for use in workflow.uses if not use.is_local]
    if not uses:
        return not_applicable("no workflow uses an action")
    loose = [use for use in uses if not use.is_sha]
    return (
        failed(f"{len(loose)} of {len(uses)} actions can change under the same name", *loose)
        if loose
        else passed("every action is pinned to a commit", *uses[:5])
    )


@check(
    step=Step.CI,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(94, 78),
    hint='Pass the value through env: and use "$NAME" in the script.',
)
def untrusted_input_stays_out_of_scripts(repo: Inventory, profile: Profile) -> Verdict:
    """Text that strangers write is not put into a workflow's scripts.

    Why:
        `${{ }}` is replaced before the shell reads the script: a pull request's title becomes commands that run with the workflow's token.

    Fails:
        ```yaml title=".github/workflows/greet.yml"
        name: greet
        on: [issues]
        permissions: {}
        jobs:
          greet:
            runs-on: ubuntu-24.04
            steps:
              - run: echo "New issue ${{ github.event.issue.title }}"
        ```

    Passes:
        ```yaml title=".github/workflows/greet.yml"
        name: greet
        on: [issues]
        permissions: {}
        jobs:
          greet:
            runs-on: ubuntu-24.04
            steps:
              - run: echo "New issue $TITLE"
                env:
                  TITLE: ${{ github.event.issue.title }}
        ```
    """
    workflows = github(repo)
    if not workflows:
        return not_applicable("no GitHub workflow")
    bad = list(_injections(repo))
    return (
        failed("a script holds text that strangers write", *bad) if bad else passed("no script holds text that strangers write", *workflows)
    )


def _injections(repo: Inventory) -> Iterator[Note]:
    for workflow in github(repo):
        for step in (s for job in workflow.jobs for s in job.steps):
            script = step.run or (step.with_.get("script", "") if "github-script" in (step.uses or "") else "")
            for number, line in enumerate(script.splitlines()):
                match = _UNTRUSTED.search(line)
                if match:
                    place = Location(workflow.path, step.run_line + number) if step.run else step.location
                    yield Note(place, match[1])


@check(
    step=Step.CI,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(829, 250),
    hint="Use pull_request, or split: build without secrets, and use the artefact in a workflow_run that checks nothing out.",
)
def pull_request_target_is_safe(repo: Inventory, profile: Profile) -> Verdict:
    """No workflow runs a stranger's code with the repository's secrets.

    Why:
        `pull_request_target` has the secrets and a token that writes; checking the pull request's code out there hands both to its author.

    Fails:
        ```yaml title=".github/workflows/pr.yml"
        name: pr
        on: pull_request_target
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@v6
                with:
                  ref: ${{ github.event.pull_request.head.sha }}
              - run: npm test
        ```

    Passes:
        ```yaml title=".github/workflows/pr.yml"
        name: pr
        on: pull_request
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@v6
              - run: npm test
        ```
    """
    workflows = github(repo)
    if not workflows:
        return not_applicable("no GitHub workflow")
    bad = [
        Note(step.location, f"{step.uses or 'git'} of the pull request's code")
        for workflow in workflows
        if {"pull_request_target", "workflow_run", "issue_comment"} & set(workflow.triggers)
        for job in workflow.jobs
        for step in job.steps
        if ("checkout" in (step.uses or "") and _HEAD.search(" ".join(step.with_.values()))) or ("gh pr checkout" in (step.run or ""))
    ]
    return (
        failed("a stranger's code runs with the repository's secrets", *bad)
        if bad
        else passed("no privileged workflow checks a pull request's code out", *workflows)
    )


@check(
    step=Step.CI,
    level=Level.NOTE,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(522,),
    hint="Add with: persist-credentials: false to actions/checkout where nothing is pushed.",
)
def checkout_drops_credentials(repo: Inventory, profile: Profile) -> Verdict:
    """The checkout leaves no token behind.

    Why:
        actions/checkout writes the job's token to the disk; every later step, and every artefact that packs the folder, can read it.

    Fails:
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@v7
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
              - uses: actions/checkout@v7
                with:
                  persist-credentials: false
              - run: pytest
        ```
    """
    checkouts = [use for workflow in github(repo) for use in workflow.uses if use.name == "actions/checkout"]
    if not checkouts:
        return not_applicable("no workflow checks the code out")
    keeps = [use for use in checkouts if (use.input("persist-credentials") or "").lower() != "false"]
    return failed("a checkout leaves its token on the disk", *keeps) if keeps else passed("every checkout drops its token", *checkouts)


@check(
    step=Step.CI,
    level=Level.NOTE,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(400,),
    hint="Add timeout-minutes to every job: two to three times what it usually takes.",
)
def jobs_have_timeouts(repo: Inventory, profile: Profile) -> Verdict:
    """Every job has a time limit.

    Why:
        A hanging test holds its runner for six hours by default, and the queue and the bill with it.

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
            timeout-minutes: 15
            steps:
              - run: pytest
        ```
    """
    jobs = [job for workflow in github(repo) for job in workflow.jobs if job.uses is None]
    if not jobs:
        return not_applicable("no GitHub job")
    endless = [
        Note(job.location, f"job {job.id}") for job in jobs if job.timeout_minutes is None and not all(s.timeout_minutes for s in job.steps)
    ]
    return (
        failed("a job may run for six hours", *endless)
        if endless
        else passed("every job has a time limit", *(job.location for job in jobs))
    )
