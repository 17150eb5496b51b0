"""Every reader of text from outside, on texts that are generated: no exception but the documented one, soon over, twice the same.

`make fuzz SECONDS=600` looks longer. What it finds is mended and becomes a test beside the reader.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prodify.errors import ProdifyError
from prodify.imports import sarif
from prodify.inventory import Inventory
from prodify.inventory.dependencies.pythonfiles import load_toml
from prodify.inventory.globs import glob_test
from prodify.inventory.secrets.allow import parse_gitleaksignore
from prodify.inventory.shell import simple_commands
from prodify.inventory.yamlview import load_all, load_json
from prodify.profile_file import load
from prodify.yamldepth import is_too_deep
from tests.hostile.trees import slow

EXAMPLES = int(os.environ.get("PRODIFY_FUZZ_EXAMPLES", "40"))
MOST_SECONDS = 5.0

TOKENS = (
    "{ } [ ] ( ) < > : - , . = == != # // /* */ ' \" ` \\ $ ${ {{ }} | || && ; & * ! @ % ^ ~ ? + \n \t \r \0 \x85 \u2028 \ufeff "
    "é 0 1 9999999999 -1 1e999 0x "
    "FROM RUN CMD EXPOSE ENV USER COPY ARG AS on jobs steps uses run name services image ports build resource variable default provider "
    "apiVersion kind metadata spec data groups rules alert expr for labels import from def class return async await if else while "
    "flask==3.0 -r -e --hash [project] [tool.prodify] dependencies scripts select insert where true null yes &a *a << !!int !include "
    "service slo runs results version 2.1.0 cells source password token https:// ** */ a b c"
).split(" ")
TEXTS = st.lists(st.one_of(st.sampled_from([*TOKENS, " ", "  ", "\n", "\n  "]), st.text(max_size=5)), max_size=60).map("".join)

READERS: dict[str, Callable[[str], object]] = {
    "yaml": lambda text: [doc.problem for doc in load_all(text, "a.yaml")],
    "yaml values": lambda text: repr([doc.root.value for doc in load_all(text, "a.yaml") if doc.root is not None]),
    "json": lambda text: load_json(text, "a.json").problem,
    "toml": load_toml,
    "depth": is_too_deep,
    "shell": lambda text: repr(list(simple_commands(text))),
    "globs": lambda text: glob_test((text,))("some/path.py"),
    "gitleaksignore": lambda text: sorted(map(repr, parse_gitleaksignore(text))),
    "sarif": lambda text: repr(sarif.parse(text.encode("utf-8", "replace"), "a.sarif")),
}
FILES = (
    "Dockerfile compose.yaml .github/workflows/ci.yml .gitlab-ci.yml .circleci/config.yml Jenkinsfile requirements.txt pyproject.toml "
    "package.json package-lock.json go.mod Cargo.toml Gemfile pom.xml a.csproj main.tf rules.yml "
    "k8s/a.yaml .env .gitignore .dockerignore prodify.yaml "
    "Makefile a.ipynb Procfile app.py server.js main.go A.java a.rb src/main.rs index.php "
    "Program.cs schema.sql run.sh .gitleaksignore README.md "
    "CODEOWNERS"
).split()
FACTS = (
    "components routes environment datastores brokers llm_providers outbound_calls model_calls tests has dockerfiles compose_files "
    "pipelines kubernetes terraform monitoring secrets dockerignores"
).split()

fuzzed = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def answer(reader: Callable[[str], object], text: str) -> object:
    """What a reader says; its documented error counts as an answer."""
    try:
        return reader(text)
    except ProdifyError as error:
        return error.message


@pytest.mark.parametrize("name", READERS)
@fuzzed
@given(text=TEXTS)
def test_readers(name: str, text: str) -> None:
    start = time.process_time()
    assert answer(READERS[name], text) == answer(READERS[name], text)
    assert time.process_time() - start < MOST_SECONDS


@slow
@pytest.mark.parametrize("name", FILES)
@fuzzed
@given(text=TEXTS)
def test_facts_of_a_file(name: str, text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace")
    start = time.process_time()
    assert facts(root) == facts(root)
    assert time.process_time() - start < MOST_SECONDS


def facts(root: Path) -> list[str]:
    """Everything that the inventory says, and the profile or why there is none."""
    repo = Inventory(root, history=False)
    return [*(repr(getattr(repo, fact)).replace(str(root), "") for fact in FACTS), str(answer(lambda _: load(repo.files), ""))]
