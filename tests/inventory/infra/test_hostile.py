"""Files that try to do harm: every reader ends soon and without an exception."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from prodify.inventory import Inventory
from prodify.inventory.dependencies import declared_but_unused, imported_but_undeclared, lock_states, package_managers
from prodify.inventory.kubernetes import find_charts, find_templated, kustomize_images

from .conftest import Make
from .test_dependencies import LOCKS, MANIFESTS, PYPROJECT, REQUIREMENTS
from .test_kubernetes import DEPLOYMENT
from .test_monitoring import RULES
from .test_pipelines import CI, GITLAB, OTHERS

BIG = 900_000


def read_everything(inventory: Inventory) -> float:
    """Ask every question of this package and give the seconds that it took."""
    start = time.perf_counter()
    for dockerfile in inventory.dockerfiles:
        assert isinstance(dockerfile.runs_as_root, bool)
        assert dockerfile.command_words is not None
        assert isinstance(dockerfile.exposed_ports, tuple)
    assert all(isinstance(ignore.excludes("a/b/c"), bool) for ignore in inventory.dockerignores)
    assert isinstance(inventory.compose_files, tuple)
    for pipeline in inventory.pipelines:
        for purpose in ("runs_tests", "runs_lint", "builds_image", "pushes_image", "deploys", "scans"):
            assert isinstance(getattr(pipeline, purpose), tuple)
        assert isinstance(pipeline.on_default_branch, bool)
    for thing in inventory.kubernetes:
        assert isinstance(thing.containers + thing.init_containers, tuple)
    assert kustomize_images(inventory) is not None
    assert find_charts(inventory) + find_templated(inventory) is not None
    assert inventory.monitoring is not None
    assert inventory.terraform is not None
    assert lock_states(inventory) is not None
    assert package_managers(inventory) is not None
    assert imported_but_undeclared(inventory) is not None
    assert declared_but_unused(inventory) is not None
    return time.perf_counter() - start


def doubling() -> str:
    return "FROM x\nENV A=aaaaaaaa\n" + "ENV A=$A$A$A$A\n" * 200 + "EXPOSE $A\nUSER $A\n"


def circle_calls() -> str:
    names = "[" + ", ".join(["b"] * 300) + "]"
    return f"commands:\n  a: {{steps: {names.replace('b', 'a')}}}\n  b: {{steps: []}}\njobs: {{j: {{steps: {names.replace('b', 'a')}}}}}\n"


def gitlab_calls() -> str:
    many = ", ".join(["!reference [.a, script]"] * 50)
    parents = ", ".join(f".p{n}" for n in range(50))
    lines = [f".a: {{script: [{many}]}}", f"j: {{extends: [{parents}], script: [{many}]}}"]
    lines += [f".p{n}: {{extends: [{parents}]}}" for n in range(50)]
    return "\n".join(["include: [" + ", ".join(["/.gitlab-ci.yml"] * 200) + "]", *lines]) + "\n"


def same(text: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), text)


JENKINS, POM, FLOW, CIRCLE = "Jenkinsfile", "pom.xml", ".github/workflows/a.yml", ".circleci/config.yml"
REFERENCE = '<PackageReference Include="a">'
SELF = '{"scripts": {"a": "npm run a && npm run b", "b": "npm run a && npm run b"}}'
HOSTILE: dict[str, Callable[[], dict[str, str]]] = {
    "blank lines": lambda: same("\n" * BIG, "Dockerfile go.mod build.gradle Gemfile bun.lock pom.xml k8s.yaml a.rules"),
    "blank lines after a key": lambda: {"k.yaml": "apiVersion:" + "\n" * BIG + "kind:", "r.yml": "alert" + " \n" * (BIG // 2)},
    "long line": lambda: same("a" * BIG, "requirements.txt Makefile Dockerfile .dockerignore Jenkinsfile main.tf setup.cfg"),
    "spaces": lambda: same(" " * BIG, "requirements.txt Makefile package.json d.json setup.cfg Pipfile"),
    "unclosed comments": lambda: {JENKINS: "/*" * (BIG // 2), POM: "<!--" * (BIG // 8), "a.csproj": REFERENCE * 10_000},
    "unclosed elements": lambda: {POM: "<dependency>" * 30_000, "x/pom.xml": "<dependencyManagement>" * 20_000},
    "continuations": lambda: {
        "Dockerfile": "FROM x\nRUN \\\n" + "a \\\n" * 200_000,
        "Makefile": "a:\n\tb \\\n" + "c \\\n" * 200_000,
        "run.sh": "a\\\n" * 200_000,
        ".travis.yml": "script: [./run.sh, make]\n",
        "requirements.txt": "a \\\n" * 200_000,
    },
    "separators": lambda: {"run.sh": ";" * BIG, "b.sh": "a|" * (BIG // 2), ".travis.yml": "script: [./run.sh, ./b.sh]\n"},
    "values that double": lambda: {
        "Dockerfile": doubling(),
        "Makefile": "A=$(A)$(A)\nB=aaaaaaaaaa\n" + "B:=$(B)$(B)$(B)\n" * 100 + "all:\n\t$(B)\n",
        ".travis.yml": "script: make\n",
    },
    "many stages": lambda: {"Dockerfile": "".join(f"FROM s{n - 1} AS s{n}\nENV A=1\n" for n in range(20_000))},
    "rules with many stars": lambda: {".dockerignore": "**/" * 100 + "x\n" + "*a" * 200 + "\n", "a" * 200: "", "a/" * 50 + "b": ""},
    "workflows that call themselves": lambda: {FLOW: "on: push\njobs:\n" + "".join(f"  j{n}: {{uses: ./{FLOW}}}\n" for n in range(400))},
    "actions that use themselves": lambda: {
        FLOW: "on: push\njobs: {a: {steps: [" + ", ".join(["{uses: ./x}"] * 300) + "]}}\n",
        "x/action.yml": "runs:\n  steps:\n" + "    - uses: ./x\n    - run: ls\n" * 300,
    },
    "targets that call themselves": lambda: {
        "Makefile": "a:\n" + "\tmake a b\n" * 300 + "b:\n" + "\tmake a b\n" * 300,
        ".travis.yml": "script: [make a, npm run a]\n",
        "package.json": SELF,
    },
    "commands that call themselves": lambda: {CIRCLE: circle_calls(), ".gitlab-ci.yml": gitlab_calls()},
    "deep": lambda: {
        "main.tf": "a {\n" * 100_000,
        "package.json": '{"a":' * 100_000,
        "k.yaml": "apiVersion: v1\nkind: Pod\n" + "{a: " * 50_000,
        "pyproject.toml": "a = " + "[" * 100_000,
        "poetry.lock": "[" * 100_000,
        "Pipfile.lock": "[" * 100_000,
    },
    "numbers": lambda: {
        "Dockerfile": "FROM x\nEXPOSE " + "9" * 10_000,
        "k.yaml": "apiVersion: v1\nkind: Pod\nspec: {replicas: " + "9" * 5_000 + "}",
        "compose.yaml": "services: {a: {image: x, ports: ['" + "9" * 5_000 + "']}}",
    },
    "control characters": lambda: same("\x00\x01\x1b[31m", "Dockerfile compose.yaml .gitlab-ci.yml go.mod main.tf"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_soon(repo: Make, name: str) -> None:
    assert read_everything(repo(HOSTILE[name]())) < 10


WHOLE = {
    ".github/workflows/ci.yml": CI,
    ".gitlab-ci.yml": GITLAB, "k8s/a.yaml": DEPLOYMENT, "rules.yml": RULES, "requirements.txt": REQUIREMENTS,
    "pyproject.toml": PYPROJECT, "Dockerfile": "FROM a:1 AS b\nARG X=1\nENV Y=$X\nUSER u\nEXPOSE $Y\nCMD [\"sh\", \"-c\", \"x\"]\n",
    "compose.yaml": "services: {a: {build: {context: .}, ports: ['1:2'], environment: {A: b}, healthcheck: {test: x}}}\n",
    "main.tf": 'resource "a" "b" {\n  c = { d = "e" }\n}\n',
    "app.py": "import flask\ntry:\n    import x\nexcept ImportError:\n    pass\n",
    **{f"locks/{name}": text for name, (text, _) in LOCKS.items()},
    **{f"other/{name}": text for name, (text, _) in MANIFESTS.items()}, **OTHERS,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_mutilated_files_raise_nothing(repo: Make, seed: int) -> None:
    chance = random.Random(seed)
    files: dict[str, str | bytes] = {}
    for name, text in WHOLE.items():
        data = bytearray(text.encode())
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(data) + 1)
            action = chance.randrange(4)
            if action == 0:
                del data[at:]
            elif action == 1:
                data[at:at] = chance.choice([b"[", b"{", b'"', b"\n", b"\t", b": ", b"- ", b"&a *a", b"\\", b"\xff", b"{{", b"'"])
            elif action == 2:
                del data[at : at + chance.randrange(1, 30)]
            else:
                data[at:at] = data[: chance.randrange(len(data) + 1)]
        files[name] = bytes(data)
    assert read_everything(repo(files)) < 10
