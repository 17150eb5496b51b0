"""Manifests, lock files, and how Python's imports agree with them."""

from __future__ import annotations

import json

import pytest

from prodify.inventory import Inventory
from prodify.inventory.dependencies import (
    LockState,
    declared,
    declared_but_unused,
    first_use,
    imported_but_undeclared,
    lock_states,
    package_managers,
    problems,
)
from prodify.inventory.dependencies.names import distributions_of, is_declared, modules_of
from prodify.inventory.facts import Dependency

from .conftest import Make


def listed(inventory: Inventory, path: str) -> dict[str, Dependency]:
    return {d.name: d for m in inventory.manifests if m.path == path for d in m.dependencies}


def state(inventory: Inventory, component: str = ".", ecosystem: str = "pypi") -> LockState:
    return next(s for s in lock_states(inventory) if (s.component, s.ecosystem) == (component, ecosystem))


REQUIREMENTS = """\
# web
Flask==3.1.0  # pinned
requests[socks]>=2,<3 ; python_version > "3.8"
uvicorn
-r more.txt
-c constraints.txt
--index-url https://packages.example.com/simple
-e git+https://github.com/a/tool.git@main#egg=tool
git+https://github.com/a/lib@0123456789abcdef0123456789abcdef01234567
pkg @ https://example.com/pkg.whl
celery==5.*
gunicorn==23.0.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
"""


def test_requirement_lines(repo: Make) -> None:
    found = listed(repo({"requirements.txt": REQUIREMENTS, "more.txt": "redis==5\n", "constraints.txt": "x==1\n"}), "requirements.txt")
    assert {name: (d.pin, d.location.line) for name, d in found.items()} == {
        "Flask": ("exact", 2), "requests": ("range", 3), "uvicorn": ("none", 4), "tool": ("none", 8), "lib": ("exact", 9),
        "pkg": ("none", 10), "celery": ("range", 11), "gunicorn": ("exact", 12),
    }  # fmt: skip
    assert found["gunicorn"].hashed
    assert found["requests"].specifier == ">=2,<3"


def test_included_files_count_and_constraints_do_not(repo: Make) -> None:
    inventory = repo(
        {"requirements.txt": "-r deps/more.txt\n-c constraints.txt\n", "deps/more.txt": "redis==5\n", "constraints.txt": "x==1\n"}
    )
    assert [m.path for m in inventory.manifests] == ["deps/more.txt", "requirements.txt"]
    assert "redis" in listed(inventory, "deps/more.txt")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_encodings_of_windows(repo: Make, encoding: str) -> None:
    found = listed(repo({"requirements.txt": "Flask==3.1.0\r\nopenai\r\n".encode(encoding)}), "requirements.txt")
    assert {name: d.location.line for name, d in found.items()} == {"Flask": 1, "openai": 2}


def test_binary_and_broken_manifests_are_problems(repo: Make) -> None:
    inventory = repo(
        {"requirements.txt": b"F\0l\0a\0", "pyproject.toml": "[project\n", "web/package.json": "{", "api/composer.json": "[1]"}
    )
    assert {n.location.path for n in problems(inventory)} >= {"requirements.txt", "pyproject.toml", "web/package.json"}
    assert imported_but_undeclared(inventory) == ()


PYPROJECT = """\
[project]
name = "shop"
dependencies = [
  "fastapi>=0.115",
  'httpx==0.28.1',
]
[project.optional-dependencies]
postgres = ["psycopg[binary]"]
dev = ["ruff"]
[dependency-groups]
test = ["pytest>=8", {include-group = "lint"}]
lint = ["mypy"]
[tool.uv]
dev-dependencies = ["ipython"]
"""


def test_pyproject_groups(repo: Make) -> None:
    inventory = repo({"pyproject.toml": PYPROJECT})
    found = listed(inventory, "pyproject.toml")
    assert {n for n, d in found.items() if not d.dev} == {"fastapi", "httpx", "psycopg"}
    assert {n for n, d in found.items() if d.dev} == {"ruff", "pytest", "mypy", "ipython"}
    assert (found["httpx"].pin, found["httpx"].location.line) == ("exact", 5)
    assert inventory.manifests[0].manager == "uv"


def test_poetry(repo: Make) -> None:
    text = ('[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
        'flask = "^3.0"\nredis = {version = "5.0.1", extras = ["x"]}\n'
            'lib = {git = "https://github.com/a/lib"}\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n')  # fmt: skip
    found = listed(repo({"pyproject.toml": text}), "pyproject.toml")
    assert {n: (d.pin, d.dev, d.location.line) for n, d in found.items()} == {
        "flask": ("range", False, 5), "redis": ("exact", False, 6), "lib": ("none", False, 7), "pytest": ("none", True, 9),
    }  # fmt: skip


def test_a_pyproject_with_tool_settings_alone_is_no_manifest(repo: Make) -> None:
    assert repo({"pyproject.toml": "[tool.ruff]\nline-length = 100\n", "setup.cfg": "[flake8]\nmax-line-length = 100\n"}).manifests == ()


def test_setup_files(repo: Make) -> None:
    setup_py = ('from setuptools import setup\nREQUIRES = [\n    "click>=8",\n]\nsetup(\n    name="tool",\n    install_requires=REQUIRES,\n'
                '    extras_require={"dev": ["pytest"], "s3": ["boto3"]},\n)\n')  # fmt: skip
    setup_cfg = "[options]\ninstall_requires =\n    flask>=3\n    jinja2\n[options.extras_require]\ntest =\n    pytest\n"
    inventory = repo({"setup.py": setup_py, "lib/setup.cfg": setup_cfg, "old/setup.py": "print 'x'\nsetup(install_requires=['six'])\n"})
    assert {n: (d.location.line, d.dev) for n, d in listed(inventory, "setup.py").items()} == {
        "click": (3, False),
        "pytest": (8, True),
        "boto3": (8, False),
    }
    assert {n: (d.location.line, d.dev) for n, d in listed(inventory, "lib/setup.cfg").items()} == {
        "flask": (3, False), "jinja2": (4, False), "pytest": (7, True),
    }  # fmt: skip
    assert "six" in listed(inventory, "old/setup.py")


def test_pipfile_and_conda(repo: Make) -> None:
    conda = "name: x\ndependencies:\n  - python=3.12\n  - numpy=2.1\n  - conda-forge::pandas==2.2.3\n  - pip:\n      - openai==1.0\n"
    inventory = repo({"Pipfile": '[packages]\nflask = "*"\n[dev-packages]\npytest = "==8.0"\n', "environment.yml": conda})
    assert {n: (d.pin, d.dev) for n, d in listed(inventory, "Pipfile").items()} == {"flask": ("none", False), "pytest": ("exact", True)}
    assert {n: d.pin for n, d in listed(inventory, "environment.yml").items()} == {"numpy": "range", "pandas": "exact", "openai": "exact"}


def test_package_json_and_its_managers(repo: Make) -> None:
    text = (
        '{\n "name": "w",\n "dependencies": {\n  "react": "^19.0.0",\n  "left-pad": "1.3.0",\n'
        '  "x": "latest"\n },\n "devDependencies": {"vitest": "*"}\n}'
    )
    inventory = repo(
        {"web/package.json": text, "web/yarn.lock": '# yarn lockfile v1\n\nreact@^19.0.0:\n  version "19.1.0"\n', "api/package.json": text}
    )
    found = listed(inventory, "web/package.json")
    assert {n: (d.pin, d.dev, d.location.line) for n, d in found.items()} == {
        "react": ("range", False, 4), "left-pad": ("exact", False, 5), "x": ("none", False, 6), "vitest": ("none", True, 8),
    }  # fmt: skip
    assert package_managers(inventory) == {"api": "npm", "web": "yarn"}
    assert listed(inventory, "web/yarn.lock")["react"].specifier == "==19.1.0"


LOCKS = {
    "package-lock.json": (
        json.dumps({"packages": {"": {}, "node_modules/react": {"version": "19.1.0"}, "node_modules/a/node_modules/b": {}}}),
        "react",
    ),
    "pnpm-lock.yaml": ("lockfileVersion: '9.0'\npackages:\n\n  react@19.1.0:\n    resolution: {}\n", "react"),
    "bun.lock": ('{\n  "packages": {\n    "react": ["react@19.1.0", ""],\n  }\n}\n', "react"),
    "poetry.lock": ('[[package]]\nname = "flask"\nversion = "3.1.0"\n', "flask"),
    "uv.lock": ('version = 1\n[[package]]\nname = "flask"\nversion = "3.1.0"\n', "flask"),
    "pdm.lock": ('[[package]]\nname = "flask"\nversion = "3.1.0"\n', "flask"),
    "Pipfile.lock": (json.dumps({"default": {"flask": {"version": "==3.1.0"}}, "develop": {}}), "flask"),
    "go.sum": ("github.com/gin-gonic/gin v1.10.0 h1:x=\ngithub.com/gin-gonic/gin v1.10.0/go.mod h1:y=\n", "github.com/gin-gonic/gin"),
    "Cargo.lock": ('[[package]]\nname = "axum"\nversion = "0.8.1"\n', "axum"),
    "Gemfile.lock": ("GEM\n  specs:\n    rails (8.0.1)\n      actioncable (= 8.0.1)\n", "rails"),
    "composer.lock": (json.dumps({"packages": [{"name": "laravel/framework", "version": "v12"}]}), "laravel/framework"),
    "packages.lock.json": (json.dumps({"version": 1, "dependencies": {"net10.0": {"Npgsql": {"resolved": "9.0.0"}}}}), "Npgsql"),
    "gradle.lockfile": ("org.x:y:1.2=runtimeClasspath\n", "org.x:y"),
}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files(repo: Make, name: str) -> None:
    text, package = LOCKS[name]
    (manifest,) = repo({name: text}).manifests
    assert manifest.lock
    assert [d.name for d in manifest.dependencies] == [package]
    assert manifest.dependencies[0].pin == "exact"


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_of_nonsense(repo: Make, name: str) -> None:
    (manifest,) = repo({name: "[" * 10_000}).manifests
    assert manifest.lock
    assert manifest.dependencies == ()


MANIFESTS = {
    "go.mod": ("module x\n\ngo 1.25\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgolang.org/x/net v0.30.0 // indirect\n)\n",
               {"github.com/gin-gonic/gin": ("exact", 6, False)}),
    "pom.xml": ("<project><properties><v>1.2</v></properties>\n<dependencies>\n<dependency><groupId>a</groupId><artifactId>b</artifactId>"
                "<version>${v}</version></dependency>\n<dependency><groupId>c</groupId><artifactId>d</artifactId><scope>test</scope></dependency>\n"
                "</dependencies></project>", {"a:b": ("exact", 3, False), "c:d": ("none", 4, True)}),
    "build.gradle.kts": ('dependencies {\n  implementation("a.b:c:1.2")\n  testImplementation("d.e:f:1.+")\n}\n',
                         {"a.b:c": ("exact", 2, False), "d.e:f": ("range", 3, True)}),
    "Cargo.toml": ('[package]\nname = "x"\n[dependencies]\naxum = "0.8"\nserde = { version = "=1.0.2" }\n[dev-dependencies]\ntower = "*"\n',
                   {"axum": ("range", 4, False), "serde": ("exact", 5, False), "tower": ("range", 7, True)}),
    "Gemfile": ('source "https://rubygems.org"\ngem "rails", "~> 8.0"\ngem "pg"\n'
                'group :development, :test do\n  gem "rspec", "3.13.0"\nend\n',
                {"rails": ("range", 2, False), "pg": ("none", 3, False), "rspec": ("exact", 5, True)}),
    "composer.json": ('{"require": {"php": "^8.3",\n "laravel/framework": "^12.0"}, "require-dev": {"phpunit/phpunit": "12.0.1"}}',
                      {"laravel/framework": ("range", 2, False), "phpunit/phpunit": ("exact", 2, True)}),
    "app.csproj": ('<Project>\n<ItemGroup>\n<PackageReference Include="Npgsql" Version="9.0.0" />\n<PackageReference Include="X">\n'
                   "<Version>1.*</Version></PackageReference>\n</ItemGroup></Project>",
                   {"Npgsql": ("exact", 3, False), "X": ("range", 4, False)}),
}  # fmt: skip


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifests_of_other_languages(repo: Make, name: str) -> None:
    text, expected = MANIFESTS[name]
    assert {n: (d.pin, d.location.line, d.dev) for n, d in listed(repo({name: text}), name).items()} == expected


def test_vendored_tests_and_examples_are_left_out(repo: Make) -> None:
    files = {p + "/requirements.txt": "x\n" for p in ("venv/lib", "node_modules/a", "tests", "examples/one", "docs")}
    assert repo(files).manifests == ()


# -- locking ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "locked", "how"),
    [
        ({"requirements.txt": "flask\nredis==5.0\n"}, False, "none"),
        ({"requirements.txt": "flask==3.1.0\n"}, True, "pinned"),
        ({"requirements.txt": "flask==3.1.0 --hash=sha256:aa\n"}, True, "pinned-hashed"),
        ({"requirements.txt": "flask==3.1.0\n", "requirements-dev.txt": "pytest\n"}, True, "pinned"),
        ({"requirements.txt": "-r requirements/docker.txt\n", "requirements/common.txt": "flask==1.0\n",
          "requirements/docker.txt": "-r common.txt\ngunicorn==19.7\n", "requirements/dev.txt": "-r common.txt\nfaker\n"}, True, "pinned"),
        ({"requirements.txt": "flask\n", "constraints.txt": "flask==3.1.0\n", "requirements-c.txt": ("-c constraints.txt\n"
            "")}, True, "pinned"),
        ({"requirements.in": "flask\n", "requirements.txt": "# autogenerated by pip-compile\nflask==3.1.0\n"}, True, "pinned"),
        ({"pyproject.toml": PYPROJECT}, False, "none"),
        ({"pyproject.toml": PYPROJECT, "uv.lock": LOCKS["uv.lock"][0]}, True, "lock"),
        ({"Pipfile": '[packages]\nflask = "*"\n', "Pipfile.lock": "{}"}, True, "lock"),
        ({"requirements.txt": ""}, True, "nothing-to-lock"),
    ],
)  # fmt: skip
def test_whether_python_is_locked(repo: Make, files: dict[str, str], locked: bool, how: str) -> None:
    found = state(repo(files))
    assert (found.locked, found.how) == (locked, how)
    assert bool(found.unpinned) is not locked


def test_the_first_unpinned_requirement_is_the_place(repo: Make) -> None:
    found = state(repo({"requirements.txt": "flask==3.1.0\nredis\n"}))
    assert (found.location.path, found.location.line, [d.name for d in found.unpinned]) == ("requirements.txt", 2, ["redis"])


def test_other_ecosystems_and_workspaces(repo: Make) -> None:
    package = '{"dependencies": {"react": "^19"}}'
    inventory = repo({"package.json": '{"workspaces": ["web"]}', "pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "web/package.json": package,
                      "go/go.mod": "module x\nrequire github.com/a/b v1.0.0\n", "java/pom.xml": MANIFESTS["pom.xml"][0]})  # fmt: skip
    assert state(inventory, "web", "npm").how == "lock"
    assert not state(inventory, "go", "go").locked
    assert state(inventory, "java", "maven").how == "nothing-to-lock"


# -- imports ------------------------------------------------------------------------------------------------------------


def undeclared(inventory: Inventory) -> dict[str, tuple[str, int | None]]:
    return {n.note: (n.location.path, n.location.line) for n in imported_but_undeclared(inventory)}


def test_imported_and_not_declared(repo: Make) -> None:
    code = ("import os, json\nimport yaml\nfrom bs4 import BeautifulSoup\nimport flask\n"
        "from werkzeug.security import x\nimport helpers.tools\n"
            "from . import y\nimport asyncore\nfrom google.cloud import storage\n")  # fmt: skip
    inventory = repo({"requirements.txt": "flask\ngoogle-cloud-storage\n", "app.py": code, "helpers/tools.py": "import requests\n"})
    assert undeclared(inventory) == {"pyyaml": ("app.py", 2), "beautifulsoup4": ("app.py", 3), "requests": ("helpers/tools.py", 1)}


def test_optional_imports_are_no_mistake(repo: Make) -> None:
    code = ("from typing import TYPE_CHECKING\nimport sys\ntry:\n    import orjson\nexcept ImportError:\n    import simplejson\n"
            "if TYPE_CHECKING:\n    import pandas\nif sys.version_info < (3, 11):\n    import tomli\n"
            "try:\n    import numpy\nexcept ValueError:\n    pass\n")  # fmt: skip
    assert set(undeclared(repo({"requirements.txt": "flask\n", "app.py": code}))) == {"numpy"}


def test_without_a_manifest_nothing_is_said(repo: Make) -> None:
    assert undeclared(repo({"app.py": "import flask\n", "web/package.json": "{}"})) == {}


def test_each_file_answers_to_the_manifests_above_it(repo: Make) -> None:
    inventory = repo({"a/requirements.txt": "flask\n", "a/app.py": ("import flask, redis\n"
        ""), "b/requirements.txt": "redis\n", "b/app.py": "import flask\n",
                      "c/app.py": "import django\n"})  # fmt: skip
    assert undeclared(inventory) == {"redis": ("a/app.py", 1), "flask": ("b/app.py", 1)}


def test_tests_and_tools_do_not_count(repo: Make) -> None:
    files = {
        "requirements.txt": "flask\n",
        "tests/test_a.py": "import pytest\n",
        "conftest.py": "import pytest\n",
        "setup.py": "import numpy\n",
    }
    assert undeclared(repo(files)) == {}


def test_declared_and_not_used(repo: Make) -> None:
    files = {"requirements.txt": "flask\nflask-script\ngunicorn\npsycopg2-binary\ndjango-cors-headers\nstripe\n",
             "app.py": "from flask import Flask\n", "settings.py": "INSTALLED_APPS = ['corsheaders']\n"}  # fmt: skip
    assert [d.name for d in declared_but_unused(repo(files))] == ["flask-script", "stripe"]


def test_frozen_lists_say_nothing_of_use(repo: Make) -> None:
    frozen = "".join(f"package{n}==1.{n}\n" for n in range(20))
    assert declared_but_unused(repo({"requirements.txt": frozen, "app.py": "import package1\n"})) == ()


def test_first_use_prefers_the_declaration(repo: Make) -> None:
    inventory = repo({"requirements.txt": "Flask_SQLAlchemy==3\n", "dev-requirements.txt": "locust\n", "app.py": "import sentry_sdk\n"})
    assert inventory.uses("flask-sqlalchemy").location.path == "requirements.txt"  # type: ignore[union-attr]
    assert first_use(inventory, ("sentry-sdk",)).location.path == "app.py"  # type: ignore[union-attr]
    assert first_use(inventory, ("locust", "django")) is None
    assert declared(inventory, "locust", dev=True)


def test_names_both_ways() -> None:
    assert distributions_of("cv2.aruco")[0] == "opencv-python"
    assert distributions_of("google.generativeai") == ("google-generativeai",)
    assert distributions_of("django.db") == ("django",)
    assert modules_of("scikit-learn") == ("sklearn",)
    assert "dotenv" in modules_of("python-dotenv")
    assert is_declared("PIL.Image", ["pillow"])
    assert is_declared("opentelemetry.instrumentation.flask", ["opentelemetry-instrumentation-flask"])
    assert not is_declared("azure.identity.aio", ["azure-storage-blob"])
