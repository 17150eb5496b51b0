"""Between equals nothing is guessed: an audit says null and names the candidates, a command that must decide stops with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from prodify.inventory import Inventory
from tests.checks.conftest import lay_out
from tests.cli.helpers import prodify

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef home():\n    return 'hi'\n"
EXPRESS = "const express = require('express')\nconst app = express()\napp.listen(process.env.PORT)\n"
GIN = 'package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() {\n\tgin.Default().Run(":8080")\n}\n'
SPRING = (
    "@SpringBootApplication\npublic class {0} {{\n"
    "  public static void main(String[] a) {{ SpringApplication.run({0}.class, a); }}\n}}\n"
)
PACKAGE = json.dumps({"name": "shop", "private": True, "dependencies": {"express": "5"}})
POM = (
    "<project><artifactId>shop</artifactId><dependencies><dependency>\n<artifactId>spring-boot-starter-web</artifactId>"
    "</dependency></dependencies></project>\n"
)

EQUALS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "two applications of Flask in one folder": (
        {"requirements.txt": "flask\n", "one.py": FLASK, "two.py": FLASK}, ("one:app", "two:app")),
    "two servers of Express in one folder": (
        {"package.json": PACKAGE, "orders.js": EXPRESS, "places.js": EXPRESS}, ("orders.js", "places.js")),
    "two programs of one Go module": (
        {"go.mod": "module example.org/shop\n\ngo 1.24\n", "cmd/orders/main.go": GIN, "cmd/places/main.go": GIN},
        ("cmd/orders/main.go", "cmd/places/main.go")),
    "two applications of one Spring project": (
        {"pom.xml": POM, "src/main/java/Orders.java": SPRING.format("Orders"), "src/main/java/Places.java": SPRING.format("Places")},
        ("src/main/java/Orders.java", "src/main/java/Places.java")),
}  # fmt: skip


@pytest.mark.parametrize("name", EQUALS)
def test_an_audit_names_the_candidates_and_chooses_none(name: str, tmp_path: Path) -> None:
    files, candidates = EQUALS[name]
    (component,) = Inventory(lay_out(tmp_path, files)).components
    assert (component.kind, component.entrypoint, component.candidates) == ("service", None, candidates)
    assert component.place("entrypoint") is None


def test_a_command_that_must_decide_stops_with_the_candidates(tmp_path: Path) -> None:
    files, candidates = EQUALS["two applications of Flask in one folder"]
    root = lay_out(tmp_path / "shop", files)
    done = prodify(["apply", root, "--step", "ci", "--yes"])
    assert done.returncode == 2
    assert all(candidate in done.stderr for candidate in candidates)
    assert not (root / ".prodify.lock.json").exists()
    told = prodify(["detect", root, "--format", "json"])
    (component,) = json.loads(told.stdout)["inventory"]["components"]
    assert (component["entrypoint"], tuple(component["candidates"])) == (None, candidates)


def test_of_several_services_one_is_named_by_the_flag(tmp_path: Path) -> None:
    files = {f"{name}/{file}": text for name in ("orders", "places")
             for file, text in (("requirements.txt", "flask==3.1.0\n"), ("app.py", FLASK))}  # fmt: skip
    root = lay_out(tmp_path / "shop", files)
    repo = Inventory(root)
    assert repo.kind == "monorepo"
    assert [(c.path, c.entrypoint) for c in repo.components] == [("orders", "app:app"), ("places", "app:app")]
    done = prodify(["apply", root, "--step", "ci", "--yes"])
    assert done.returncode == 2
    assert all(word in done.stderr for word in ("orders", "places", "--service NAME"))
    named = prodify(["apply", root, "--step", "ci", "--dry-run", "--service", "orders"])
    assert named.returncode in (0, 1), named.stderr


def test_two_languages_in_one_folder_are_two_components(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask\n", "app.py": FLASK, "package.json": PACKAGE, "server.js": EXPRESS}
    repo = Inventory(lay_out(tmp_path, files))
    assert sorted((c.path, c.language, c.entrypoint) for c in repo.components) == [
        (".", "javascript", "server.js"), (".", "python", "app:app"),
    ]  # fmt: skip
