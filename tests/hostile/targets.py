"""What is fuzzed: every reader and every editor of text from outside, by group. A target raises for whatever it must not do."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from prodify import edits
from prodify.changes import journal
from prodify.changes.lock import Lock
from prodify.changes.merge import merge3, merge_without_base
from prodify.edits import CannotEdit, Editor
from prodify.edits.jsapp import insert_after_app as into_javascript
from prodify.edits.jssecret import replace_literal_with_env as javascript_secret
from prodify.edits.pyapp import insert_after_app as into_python
from prodify.edits.pysecret import replace_literal_with_env as python_secret
from prodify.edits.secretplace import Target as Secret
from prodify.errors import ProdifyError
from prodify.imports import sarif
from prodify.inventory import Inventory
from prodify.inventory.dependencies.pythonfiles import load_toml
from prodify.inventory.globs import glob_test
from prodify.inventory.secrets import Scanner
from prodify.inventory.secrets.allow import is_allowed, parse_gitleaksignore
from prodify.inventory.shell import simple_commands
from prodify.inventory.sql import unsafe_sql
from prodify.inventory.yamlview import load_all, load_json
from prodify.model import Effort, Evidence, Finding, Fix, Kind, Level, Step
from prodify.profile_file import load
from prodify.suppress import inline_ignores, suppress, validate
from prodify.yamldepth import is_too_deep
from tests.hostile import texts

FILES = (
    "Dockerfile compose.yaml .github/workflows/ci.yml .gitlab-ci.yml .circleci/config.yml Jenkinsfile requirements.txt pyproject.toml "
    "package.json package-lock.json go.mod Cargo.toml Gemfile pom.xml a.csproj main.tf rules.yml "
    "k8s/a.yaml .env .gitignore .dockerignore prodify.yaml "
    "Makefile a.ipynb Procfile app.py server.js main.go A.java a.rb src/main.rs index.php "
    "Program.cs schema.sql run.sh .gitleaksignore README.md "
    "CODEOWNERS setup.cfg setup.py Pipfile a.kt a.ts a.vue nginx.conf a.properties"
).split()
FACTS = (
    "components routes environment datastores brokers llm_providers outbound_calls model_calls tests has dockerfiles compose_files "
    "pipelines kubernetes terraform monitoring secrets dockerignores"
).split()


@dataclass(frozen=True)
class Target:
    """A reader: `run` takes a text and returns what must be the same the second time."""

    group: str
    run: Callable[[str], object]
    given: texts.Given = texts.words
    slow: bool = False


def answer(reader: Callable[[str], object], text: str) -> object:
    """What a reader says; its documented error counts as an answer."""
    try:
        return reader(text)
    except ProdifyError as error:
        return error.message


def scratch() -> Path:
    """A directory of this process; it is made anew after a fork, and removed when the interpreter ends."""
    if not _scratch:
        _scratch.append(tempfile.TemporaryDirectory(prefix="prodify-fuzz-"))
    return Path(_scratch[0].name)


_scratch: list[tempfile.TemporaryDirectory[str]] = []


def tree(name: str, text: str) -> Path:
    """A tree of one file."""
    root = scratch() / name.replace("/", "-")
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return root


def facts(name: str) -> Callable[[str], object]:
    """Everything that the inventory says of a tree of one file, and the profile or why there is none."""

    def read(text: str) -> object:
        root = tree(name, text)
        repo = Inventory(root, history=False)
        return [*(repr(getattr(repo, fact)).replace(str(root), "") for fact in FACTS), str(answer(lambda _: load(repo.files), ""))]

    return read


def sql(text: str) -> object:
    """Statements in Python code, around what is given."""
    return repr(unsafe_sql(Inventory(tree("q.py", f'def f(cursor, x):\n    cursor.execute(f"select {{x}} \'" + {text})\n'), history=False)))


def bare_sql(text: str) -> object:
    """A file that is all the text's own."""
    return repr(unsafe_sql(Inventory(tree("q.py", text), history=False)))


def ignores(text: str) -> object:
    """Comments that accept findings; a secret's place is asked as well."""
    marked = f"x = 1  # prodify: ignore[{text}\n{text}\n// prodify: ignore[a] {text}\n"
    data = marked.encode("utf-8", "replace")
    allowed = [is_allowed(data, at) for at in range(0, len(data), 7)]
    return repr(inline_ignores(Inventory(tree("i.py", marked), history=False), ["i.py"])), allowed


def profile(text: str) -> object:
    """A profile, and what its ignores do to a finding."""
    repo = Inventory(tree("prodify.yaml", text), history=False)
    ignore = load(repo.files).profile.ignore
    validate(ignore, ["a"])
    places = (Evidence("c", 1),)
    finding = Finding("a", next(iter(Step)), Kind.FAIL, Level.NOTE, 1, "s", "t", "m", "w", places, "f", (), Effort.HOURS, Fix(None, "x"))
    return repr(suppress([finding], repo, ignore, date(2030, 1, 1)))


def lock(text: str) -> object:
    """A lock is written as it was read."""
    found = Lock.parse(text)
    written = found.text()
    assert Lock.parse(written).text() == written
    return written.encode()


def read_journal(text: str) -> object:
    """A journal that came with a tree."""
    folder = scratch() / "journal"
    folder.mkdir(exist_ok=True)
    (folder / journal.JOURNAL).write_bytes(text.encode("utf-8", "surrogatepass"))
    return repr(journal.load(folder))


def memory(text: str) -> object:
    """What prodify remembers of its own files."""
    folder = scratch() / "memory"
    folder.mkdir(exist_ok=True)
    (folder / "written.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    return journal.State(folder, folder, None).written()


def merges(text: str) -> object:
    """Three versions that stand in one text, in every order, with both ways to merge and with a lost base."""
    sides = [*text.split("=", 2), "", ""][:3]
    base, yours, theirs = sides
    for git in (False, True):
        assert merge3(base, yours, base, use_git=git) == (yours, 0)
        assert merge3(base, yours, yours, use_git=git).conflicts == 0
    apart = merge3(base, yours, theirs, use_git=False)
    assert apart == merge3(base, yours, theirs, use_git=False)
    return apart, merge3(base, yours, theirs), merge_without_base(yours, theirs)


def editor(edit: Editor) -> Callable[[str], object]:
    """An editor refuses with CannotEdit and nothing else, and has nothing to add to its own work."""

    def run(text: str) -> object:
        try:
            after = edit(text)
        except CannotEdit as error:
            return error.message
        assert edit(after) == after, "not idempotent"
        return after

    return run


def made_of(document: str) -> texts.Given:
    """A valid document with other values."""
    return texts.mutated(texts.DOCUMENTS[document])


@cache
def _scanner() -> Scanner:
    return Scanner()


READERS: dict[str, Target] = {
    "yaml": Target("markup", lambda text: [doc.problem for doc in load_all(text, "a.yaml")]),
    "yaml values": Target("markup", lambda text: repr([doc.root.value for doc in load_all(text, "a.yaml") if doc.root is not None])),
    "json": Target("markup", lambda text: load_json(text, "a.json").problem),
    "toml": Target("markup", load_toml),
    "depth": Target("markup", is_too_deep),
    "shell": Target("code", lambda text: repr(list(simple_commands(text)))),
    "globs": Target("own", lambda text: glob_test((text,))("some/path.py")),
    "secrets": Target("code", lambda text: repr(_scanner().scan("a.py", text.encode("utf-8", "replace")))),
    "sql": Target("code", sql),
    "sql file": Target("code", bare_sql),
    "ignores": Target("own", ignores),
    "gitleaksignore": Target("own", lambda text: sorted(map(repr, parse_gitleaksignore(text)))),
    "sarif": Target("own", lambda text: repr(sarif.parse(text.encode("utf-8", "surrogatepass"), "a.sarif")), made_of("a.sarif")),
    "profile": Target("own", profile, made_of("prodify.yaml")),
    "lock": Target("own", lock, made_of(".prodify.lock.json")),
    "journal": Target("own", read_journal, made_of("journal.json")),
    "memory": Target("own", memory, texts.mutated({"a.py": "b" * 64})),
    "merge": Target("merge", merges),
}  # fmt: skip


_SECRET = Secret(1, "*** (1 characters)", "a")
EDITORS: dict[str, Editor] = {
    "yaml": edits.yaml.merge({"services": {"db": {"image": "a"}}, "a": "b"}),
    "yaml item": edits.yaml.ensure_list_item(["repos", "a"], {"repo": "x", "rev": "1"}, key="repo"),
    "yaml list": edits.yaml.ensure_list_item(["a"], "b"),
    "toml": edits.toml.merge({"project": {"dependencies": ["a"]}, "tool": {"a": {"b": 1}}}),
    "toml over": edits.toml.merge({"a": {"b": "c"}, "tool": {"a": 1}}, overwrite=True),
    "json": edits.json.merge({"scripts": {"start": "a"}, "a": ["b"]}),
    "json over": edits.json.merge({"a": {"b": None}}, overwrite=True),
    "requirements": edits.requirements.add("flask==3.1.0", "a[b]>=1"),
    "dockerfile": edits.dockerfile.add_user("app"),
    "dotenv": edits.dotenv.add({"A": "b c", "D": ""}, section="more"),
    "gitignore": edits.gitignore.add(".env", "a/", section="more"),
    "markdown": edits.markdown.section("a", "text"),
    "python import": edits.python.add_import("import a"),
    "python first": edits.python.add_import("from a import b", first=True),
    "python app": into_python("app", "import a", "a.b(app)"),
    "python secret": python_secret(_SECRET, "A"),
    "javascript import": edits.javascript.add_import('import a from "a";', 'const a = require("a");', "javascript"),
    "typescript import": edits.javascript.add_import('import a from "a";', 'const a = require("a");', "typescript"),
    "javascript app": into_javascript("app", 'import a from "a";', 'const a = require("a");', "a(app);", "javascript"),
    "javascript secret": javascript_secret(_SECRET, "A", "javascript"),
}
_TREES = {"yaml": {"services": {"web": {}}, "repos": [{"repo": "y"}], "a": ["x"]}, "json": {"scripts": {"x": "y"}, "a": {"b": 1}}}


def _for_editor(name: str) -> texts.Given:
    tree = _TREES.get(name.split(maxsplit=1)[0])
    return texts.words if tree is None else texts.mutated(tree)


TARGETS: dict[str, Target] = {
    **{f"read: {name}": target for name, target in READERS.items()},
    **{f"edit: {name}": Target("edits", editor(edit), _for_editor(name)) for name, edit in EDITORS.items()},
    **{f"file: {name}": Target("files", facts(name), slow=True) for name in FILES},
    **{f"tree: {name}": Target("files", facts(name), texts.mutated(made), slow=True) for name, made in texts.DOCUMENTS.items()},
}
GROUPS = tuple(dict.fromkeys(target.group for target in TARGETS.values()))


def check(target: Target, text: str) -> None:
    """Raise when a target says another thing the second time, or something that is no documented error."""
    first = answer(target.run, text)
    assert first == answer(target.run, text), "not twice the same"


SEEDS = [json.dumps(document) for document in texts.DOCUMENTS.values()]
"""What a coverage-guided fuzzer starts from."""


def warm() -> None:
    """Load what is loaded once (patterns, grammars, the machinery of generated texts), so that no target waits for it."""
    _scanner()
    for name, code in (("w.py", "import os\nx = os.environ['A']\n"), ("w.js", "const e = require('express')\n"), ("w.yaml", "a: b\n")):
        facts(name)(code)
