"""CI pipelines: triggers, jobs, what their commands lead to, and what they are for."""

from __future__ import annotations

import pytest

from prodify.inventory.workflows import Pipeline
from prodify.inventory.workflows.branches import holds_default

from .conftest import Make

SHA = "0123456789abcdef" * 2 + "01234567"
CI = f"""\
name: CI
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
concurrency: {{group: ci}}
jobs:
  test:
    runs-on: [ubuntu-24.04]
    timeout-minutes: 10
    permissions: {{}}
    steps:
      - uses: actions/checkout@{SHA} # v5
        with: {{persist-credentials: false}}
      - uses: ./.github/actions/setup
      - name: Test
        env: {{A: b}}
        run: |
          npm ci
          npm test
  deploy:
    needs: test
    if: github.ref == 'refs/heads/main'
    environment: {{name: production}}
    uses: ./.github/workflows/deploy.yml
"""
DEPLOY = """\
on: {workflow_call: {}}
jobs:
  ship:
    runs-on: ubuntu-24.04
    steps:
      - uses: docker/build-push-action@v6
        with: {push: true}
      - run: kubectl -n shop apply -f k8s
"""
SETUP = "runs:\n  using: composite\n  steps:\n    - run: ruff check .\n      shell: bash\n    - uses: actions/setup-node@v4\n"


def one(repo: Make, path: str, text: str, **others: str) -> Pipeline:
    files = {path: text, **{name.replace("__", "/"): body for name, body in others.items()}}
    return next(p for p in repo(files).pipelines if p.path == path)


def notes(pipeline: Pipeline, purpose: str) -> list[str]:
    return [note.note for note in getattr(pipeline, purpose)]


@pytest.fixture
def ci(repo: Make) -> Pipeline:
    files = {".github/workflows/ci.yml": CI, ".github/workflows/deploy.yml": DEPLOY, ".github/actions/setup/action.yml": SETUP,
             "package.json": '{"scripts": {"test": "vitest run"}}'}  # fmt: skip
    return next(p for p in repo(files).pipelines if p.path.endswith("ci.yml"))


def test_a_workflow_in_full(ci: Pipeline) -> None:
    assert ci.triggers == ("push", "pull_request")
    assert ci.on_pull_request
    assert ci.on_default_branch
    assert ci.permissions == {"contents": "read"}
    assert ci.permissions_location is not None
    assert ci.permissions_location.line == 6
    assert ci.concurrency == "ci"
    test, deploy = ci.jobs
    assert (test.id, test.runs_on, test.timeout_minutes, test.permissions) == ("test", ("ubuntu-24.04",), "10", {})
    assert (deploy.needs, deploy.environment, deploy.uses) == (("test",), "production", "./.github/workflows/deploy.yml")
    assert deploy.condition is not None
    assert ci.before(deploy) == (test,)
    step = test.steps[2]
    assert (step.name, step.run_line, dict(step.env)) == ("Test", 21, {"A": "b"})


def test_references_and_their_pins(ci: Pipeline) -> None:
    uses = {u.name: (u.ref, u.is_sha, u.kind) for u in ci.uses}
    assert uses["actions/checkout"] == (SHA, True, "action")
    assert uses["actions/setup-node"] == ("v4", False, "action")
    assert uses["./.github/actions/setup"][2] == "local"
    assert uses["docker/build-push-action"] == ("v6", False, "action")
    assert ci.uses[0].input("persist-credentials") == "false"


def test_commands_are_followed_through_scripts_actions_and_called_workflows(ci: Pipeline) -> None:
    assert notes(ci, "runs_tests") == ["npm test -> vitest run"]
    assert ci.runs_tests[0].location.line == 22
    assert notes(ci, "runs_lint") == ["./.github/actions/setup -> ruff check ."]
    assert notes(ci, "deploys") == ["./.github/workflows/deploy.yml -> kubectl -n shop apply -f k8s"]
    assert notes(ci, "pushes_image") == ["docker/build-push-action@v6"]
    assert ci.runs("kubectl apply")[0].job == "deploy"
    assert not ci.jobs[0].deploys


@pytest.mark.parametrize(
    ("script", "real"),
    [
        ('echo \\"Error: no test specified\\" && exit 1', False), ("jest", True), ("node scripts/check.js", True), ("echo ok", False),
        ("npm run unit", False), ("eslint .", False), ("react-scripts test", True),
    ],
)  # fmt: skip
def test_npm_test_counts_when_the_script_is_real(repo: Make, script: str, real: bool) -> None:
    pipeline = one(repo, ".github/workflows/a.yml", "on: push\njobs: {a: {runs-on: x, steps: [{run: npm test}]}}\n",
                   **{"package.json": '{"scripts": {"test": "' + script + '"}}'})  # fmt: skip
    assert bool(pipeline.runs_tests) is real


@pytest.mark.parametrize(
    ("run", "files", "tests"),
    [
        ("npm test", {}, False),
        ("make test", {}, False),
        ("make test", {"Makefile": "PY ?= uv run\ntest: lint\n\t@$(PY) pytest -q\nlint:\n\truff check\n"}, True),
        ("make", {"Makefile": "all: check\ncheck:\n\tpytest\n"}, True),
        ("make -C api check", {"api/Makefile": "check:\n\tgo test ./...\n"}, True),
        ("make lint", {"Makefile": "lint:\n\truff check\n"}, False),
        ("tox -e py", {"tox.ini": "[testenv]\ncommands =\n    pytest {posargs}\n"}, True),
        ("tox", {"tox.ini": "[testenv:lint]\ncommands = ruff check\n"}, False),
        ("nox -s tests", {"noxfile.py": 'import nox\n@nox.session\ndef tests(session):\n    session.run("pytest", "-q")\n'}, True),
        ("just test", {"justfile": "test: build\n    cargo test\nbuild:\n    cargo build\n"}, True),
        ("task test", {"Taskfile.yml": "tasks:\n  test:\n    cmds: [go test ./...]\n"}, True),
        ("./ci/run.sh", {"ci/run.sh": "#!/bin/bash\ncd api\npytest\n"}, True),
        ("poe test", {"pyproject.toml": '[tool.poe.tasks]\ntest = "pytest -q"\n'}, True),
        ("hatch run cov", {"pyproject.toml": '[tool.hatch.envs.default.scripts]\ncov = "coverage run -m pytest"\n'}, True),
        ("cd web && yarn test", {"web/package.json": '{"scripts": {"test": "jest"}}'}, True),
        ("npm --prefix web run test:ci", {"web/package.json": '{"scripts": {"test:ci": "vitest run"}}'}, True),
        ("pnpm -r test", {"package.json": "{}", "a/package.json": '{"scripts": {"test": "jest"}}'}, True),
        ("composer test", {"composer.json": '{"scripts": {"test": ["phpunit"]}}'}, True),
        ("./mvnw -B verify", {}, True),
        ("mvn package -DskipTests", {}, False),
        ("./gradlew build", {}, True),
        ("./gradlew build -x test", {}, False),
        ("python manage.py test", {}, True),
        ("docker compose -f docker-compose.test.yml up --exit-code-from sut", {}, True),
        ("docker compose run --rm web pytest", {}, True),
        ("pip install pytest", {}, False),
        ("echo 'run pytest'", {}, False),
        ("python -m unittest", {}, True),
        ("node --test", {}, True),
    ],
)  # fmt: skip
def test_what_a_test_run_is(repo: Make, run: str, files: dict[str, str], tests: bool) -> None:
    workflow = "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          " + run + "\n"
    pipeline = next(iter(repo({".github/workflows/a.yml": workflow, **files}).pipelines))
    assert bool(pipeline.runs_tests) is tests, [c.note for c in pipeline.commands]


def test_targets_that_call_each_other_end(repo: Make) -> None:
    files = {
        ".github/workflows/a.yml": "on: push\njobs: {a: {steps: [{run: make a}]}}\n",
        "Makefile": "a:\n\tmake b\nb:\n\tmake a\n\tpytest\n",
    }
    (pipeline,) = repo(files).pipelines
    assert len(pipeline.commands) < 20
    assert pipeline.runs_tests


@pytest.mark.parametrize(
    ("events", "triggers", "default"),
    [
        ("on: push", ("push",), True),
        ("on: [push, pull_request]", ("push", "pull_request"), True),
        ("on: {push: {branches: ['release/**']}}", ("push",), False),
        ("on: {push: {branches-ignore: [main, master]}}", ("push",), False),
        ("on: {push: {tags: ['v*']}}", ("tag",), False),
        ("on: {schedule: [{cron: '0 0 * * *'}]}", ("schedule",), False),
        ("on: {push: {branches: [$default-branch]}}", ("push",), False),
    ],
)
def test_triggers(repo: Make, events: str, triggers: tuple[str, ...], default: bool) -> None:
    pipeline = one(repo, ".github/workflows/a.yml", events + "\njobs: {a: {runs-on: x}}\n")
    assert pipeline.triggers == triggers
    assert pipeline.on_default_branch is default


def test_default_branches_by_pattern() -> None:
    assert holds_default(["mas*"])
    assert not holds_default(["**", "!main", "!master", "!trunk", "!develop", "!production", "!default"])
    assert holds_default(["$CI_DEFAULT_BRANCH"])


@pytest.mark.parametrize(
    "text", ["", "a: [", "- 1\n- 2\n", "on: push\n", "on: push\njobs: 3\n", "on: push\njobs: {a: 1, b: {steps: {x: y}}}\n"]
)
def test_broken_workflows_are_told_and_do_no_harm(repo: Make, text: str) -> None:
    (pipeline,) = repo({".github/workflows/a.yml": text}).pipelines
    assert not pipeline.commands
    assert not pipeline.runs_tests
    if "jobs" not in text:
        assert pipeline.problem


def test_only_files_where_github_looks(repo: Make) -> None:
    assert repo({".github/workflows/sub/a.yml": CI, "docs/.github/workflows/a.yml": CI, ".github/a.yml": CI}).pipelines == ()


GITLAB = """\
include:
  - local: /ci/base.yml
  - template: Security/SAST.gitlab-ci.yml
stages: [test, deploy]
default:
  before_script: [pip install -r requirements.txt]
.python:
  script:
    - !reference [.base, script]
unit:
  extends: .python
  stage: test
deploy:
  stage: deploy
  needs: [unit]
  environment: {name: production}
  script: [helm upgrade web chart]
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      when: manual
"""


def test_gitlab(repo: Make) -> None:
    pipeline = one(repo, ".gitlab-ci.yml", GITLAB, ci__base=" ", **{"ci/base.yml": ".base:\n  script: [pytest -q]\n"})
    assert pipeline.on_pull_request
    assert notes(pipeline, "runs_tests") == ["pytest -q"]
    assert pipeline.runs_tests[0].location.path == "ci/base.yml"
    deploy = pipeline.job("deploy")
    assert deploy is not None
    assert (deploy.manual, deploy.on_pull_request, deploy.on_default_branch, deploy.environment) == (True, False, True, "production")
    assert notes(pipeline, "scans") == ["template:Security/SAST.gitlab-ci.yml"]


OTHERS = {
    ".circleci/config.yml": (
        "version: 2.1\norbs: {aws-ecr: circleci/aws-ecr@9.0}\ncommands:\n  t:\n    steps:\n      - run: {name: x, command: pytest}\njobs:\n"
        "  test:\n    docker: [{image: 'cimg/python:3.13'}]\n    steps: [checkout, t]\nworkflows:\n  w:\n    jobs: [test]\n"
    ),
    ".travis.yml": "language: python\nscript:\n  - pytest\n",
    "azure-pipelines.yml": "trigger: [main]\njobs:\n  - job: t\n    steps:\n      - script: |\n          pytest\n        displayName: T\n",
    "bitbucket-pipelines.yml": "pipelines:\n  default:\n    - step:\n        script: [pytest]\n",
    ".drone.yml": "kind: pipeline\nsteps:\n  - name: t\n    commands: [pytest]\n",
    ".woodpecker/t.yml": "steps:\n  t:\n    image: x\n    commands: [pytest]\n",
    "buildspec.yml": "version: 0.2\nphases:\n  build:\n    commands: [pytest]\n",
    "cloudbuild.yaml": "steps:\n  - name: python:3.13\n    entrypoint: bash\n    args: ['-c', 'pip install . && pytest']\n",
    "appveyor.yml": "test_script:\n  - pytest\n",
    ".buildkite/pipeline.yml": "steps:\n  - label: t\n    command: pytest\n",
    "Jenkinsfile": "pipeline {\n  stages {\n    stage('T') { steps { sh 'pytest' } }\n    // sh 'mypy'\n  }\n}\n",
    ".forgejo/workflows/t.yml": "on: [push]\njobs: {t: {steps: [{run: pytest}]}}\n",
}


@pytest.mark.parametrize("path", OTHERS)
def test_other_systems_run_tests(repo: Make, path: str) -> None:
    (pipeline,) = repo({path: OTHERS[path]}).pipelines
    assert pipeline.problem is None
    assert [c.words for c in pipeline.runs("pytest")] == [("pytest",)]
    assert len(pipeline.runs_tests) == 1
    line = OTHERS[path].split("\n")[(pipeline.runs_tests[0].location.line or 0) - 1]
    assert "pytest" in line or path == "cloudbuild.yaml"
    assert not pipeline.runs_lint


@pytest.mark.parametrize("path", OTHERS)
def test_other_systems_survive_nonsense(repo: Make, path: str) -> None:
    for text in ("", "[", "a: {b: [c: d]}", "steps: 3\njobs: {a: [1]}\npipelines: x\nphases: []\n"):
        for pipeline in repo({path: text}).pipelines:
            assert not pipeline.runs_tests


def test_travis_runs_a_languages_default(repo: Make) -> None:
    pipeline = one(repo, ".travis.yml", "language: node_js\n", **{"package.json": '{"scripts": {"test": "mocha"}}'})
    assert notes(pipeline, "runs_tests") == ["npm test -> mocha"]


@pytest.mark.parametrize(
    ("run", "purpose"),
    [
        ("gcloud run deploy web --image x", "deploys"), ("flyctl deploy --remote-only", "deploys"), ("terraform -chdir=x "
            "apply -auto-approve", "deploys"),
        ("curl -X POST $RENDER_DEPLOY_HOOK_URL", "deploys"), ("ssh user@host 'cd app && docker compose up -d'", "deploys"),
        ("docker build -t x .", "builds_image"), ("docker push x", "pushes_image"), ("docker buildx build --push -t x .", "pushes_image"),
        ("trivy image x", "scans"), ("npm "
            "audit --omit=dev", "scans"), ("uvx pip-audit", "scans"), ("npx eslint .", "runs_lint"), ("uv run mypy src", "runs_lint"),
    ],
)  # fmt: skip
def test_purposes(repo: Make, run: str, purpose: str) -> None:
    pipeline = one(repo, ".github/workflows/a.yml", f'on: push\njobs:\n  a:\n    steps:\n      - run: "{run}"\n')
    assert len(getattr(pipeline, purpose)) == 1


@pytest.mark.parametrize(
    "run", ["terraform plan", "kubectl get pods", "curl https://example.com", "ssh host uptime", "docker pull x", "echo docker push"]
)
def test_no_purpose(repo: Make, run: str) -> None:
    pipeline = one(repo, ".github/workflows/a.yml", f"on: push\njobs: {{a: {{steps: [{{run: {run}}}]}}}}\n")
    assert not pipeline.deploys
    assert not pipeline.pushes_image
    assert not pipeline.builds_image
