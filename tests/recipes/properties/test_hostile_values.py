"""Templates come from us, values from strangers: whatever a repository or a profile says comes out as data in every generated file.

Everything that every recipe writes is rendered twice: with harmless values and with hostile ones. The parser of each file's language
has to find the same shape in both (`structures`): the same keys, statements, words of commands, expressions of workflows, cells and
links. A value that cannot be written anywhere (an environment variable that no shell can set) is left out, not escaped by luck.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from prodify.errors import ConfigError, ProdifyError, UsageError
from prodify.profile import Profile
from prodify.profile_file import validate
from prodify.proposal import Proposal

from .rendering import bounded, rendered, write
from .repositories import KINDS, files_of
from .structures import Shape, read

PIECES = (
    '"', "'", '"""', "`id`", "\n", "\r\n", "\nq: 1", "{{ 7*7 }}", "${{ github.token }}", "$(id)", "${IFS}", "%{ if true }", ": ", " #", "|",
    "<script>", "\u2028", "\u0085", "\u202e", "\u200b", "\U0001f600", "\\", "\\n", ";id;", "](javascript:x)[", "*", "_", "-", "&", "!", "%",
    "@", ",", "]", "}", ")", "*/", "//", "--", "\x00", "\x1b[31m", "= ", "\t", "é", "~", "?", "!!python/object:x ", "{=", "#%", "x" * 3000,
)  # fmt: skip
VALUES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("q".join).map(lambda text: f"q{text}q")
RUNTIMES = {
    "flask": ("platform.runtime=kubernetes", "platform.cloud=gcp"),
    "fastapi": ("platform.runtime=cloud-run", "platform.cloud=gcp"),
    "django": ("platform.runtime=compose", "audience=creator"),
    "worker": ("platform.runtime=kubernetes", "platform.cloud=aws"),
    "node": ("platform.runtime=kubernetes", "platform.cloud=azure"),
}
TITLE = "Harmless " * 5
REFUSED = {
    "setting": "q-q", "secret_setting": "q-q_API_KEY", "database": "q-q_DATABASE_URL", "redis": "q-q_REDIS_URL", "upload": "q q",
    "model": "qarmless", "title": TITLE,
}  # fmt: skip
"""Values without harm that are left out for the same reason as hostile ones."""


def same_shape(path: str, hostile: str, harmless: Shape) -> None:
    try:
        shape, _ = read(path, hostile)
    except Exception as error:
        raise AssertionError(f"{path} cannot be parsed: {error!r:.300}") from error
    assert shape == harmless, f"{path} has another shape: {difference(shape, harmless)}"


def difference(found: Shape, expected: Shape, where: str = "") -> str:
    """The first place where two shapes differ."""
    if isinstance(found, tuple) and isinstance(expected, tuple):
        for number, (a, b) in enumerate(zip(found, expected, strict=False)):
            if a != b:
                return difference(a, b, f"{where}.{number}")
    return f"at {where}: {found!r:.300} instead of {expected!r:.300}"


@lru_cache
def harmless_shapes(kind: str, folder: str = "") -> dict[str, Shape]:
    words = (*RUNTIMES[kind], "service.name=harmless") if folder else RUNTIMES[kind]
    found = rendered(files_of(kind, folder=folder, **REFUSED), words)
    return {path: read(path, text)[0] for path, text in found.items()}


def without_parameters(text: str) -> str:
    """Not a parameter of the framework's, which is structure of the route and not of the file."""
    return re.sub(r"[<>{}\x00]", "", text)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(values=st.tuples(*[VALUES] * 9))
@example(values=('q"q', "q'q", 'q"]; import os; os.system("id") #', "q`id`q", 'q"); import os #', "q\nq: 1", "q\u2028q", 'q")q', "q$(id)q"))
@bounded(quick=2, slow=12)
def test_facts_of_a_repository_are_data(kind: str, values: tuple[str, ...]) -> None:
    route, parameter, setting, secret, database, redis, upload, model, title = values
    files = files_of(
        kind, route="/qa" + without_parameters(route), parameter="/qb" + without_parameters(parameter), setting=setting + "-",
        secret_setting=secret + "-_API_KEY", database=database + "-_DATABASE_URL", redis=redis + "-_REDIS_URL", upload=upload + " ",
        model=model, title=TITLE + " ".join(title.replace("\x00", "").split()),
    )  # fmt: skip
    found, expected = rendered(files, RUNTIMES[kind]), harmless_shapes(kind)
    assert set(found) == set(expected)
    # The user's own list of packages is copied as it is, and the title of the read-me file is the user's own text.
    found["README.md"] = found.get("README.md", "").replace(files["README.md"], files_of(kind, **REFUSED)["README.md"])
    for path in set(expected) - {"requirements.in"}:
        same_shape(path, found[path], expected[path])


@given(value=VALUES)
@example(value='q"; a')
@bounded(quick=2, slow=10)
def test_a_route_arrives_to_the_letter(value: str) -> None:
    route = "/qa" + without_parameters(value)
    found = rendered(files_of("flask", route=route))
    for path in ("load/locustfile.py", "tests/smoke/test_smoke.py"):
        pages = next(n.value for n in ast.parse(found[path]).body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "PAGES")
        assert route in ast.literal_eval(pages)
    line = re.search(r"^const PAGES = (.*);$", found["load/k6.js"], re.MULTILINE)
    assert line is not None and route in json.loads(line[1])
    assert f"'{route}'" in ast.unparse(ast.parse(found["tests/characterisation/test_routes.py"])) or repr(route) in ast.unparse(
        ast.parse(found["tests/characterisation/test_routes.py"])
    )


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_load_test_is_a_script_to_node(tmp_path: Path) -> None:
    found = rendered(files_of("flask", route="/qa" + "".join(without_parameters(piece) for piece in PIECES)))
    (tmp_path / "k6.mjs").write_text(found["load/k6.js"], encoding="utf-8")
    done = subprocess.run(["node", "--check", str(tmp_path / "k6.mjs")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("folder", ["my api (new)/", "café/", "a+b@c/", "on/", "1e3/", "x ~y/"])
@pytest.mark.parametrize("kind", ["flask", "fastapi"])
def test_a_folder_with_an_odd_name_is_data(kind: str, folder: str) -> None:
    words = (*RUNTIMES[kind], "service.name=harmless")
    found, expected = rendered(files_of(kind, folder=folder, **REFUSED), words), harmless_shapes(kind, "harmless/")
    assert len(found) == len(expected)
    for path, text in found.items():
        renamed = "harmless/" + path.removeprefix(folder) if path.startswith(folder) else path
        same_shape(path, text, expected[renamed])
    workflow = yaml.safe_load(found[".github/workflows/ci.yml"])
    assert workflow["jobs"]["test"]["defaults"]["run"]["working-directory"] == folder.rstrip("/")


@given(value=VALUES.filter(lambda text: not re.fullmatch(r"[\w .+@~()-]+", text) and not set("/\x00") & set(text) and len(text) < 200))
@example(value="a;id")
@example(value="${{ github.token }}")
@bounded(quick=3, slow=15)
def test_a_folder_that_no_file_can_name_is_refused(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    files = files_of("flask", folder=f"{value}/")
    for path, text in rendered(files, RUNTIMES["flask"]).items():
        read(path, text)
        assert "/workflows/ci" not in path and "Dockerfile" not in path
    with pytest.raises(UsageError, match="cannot name") as raised:
        Proposal(write(tmp_path_factory.mktemp("folder"), files), Profile()).require_component()
    assert raised.value.exit_code == 2


LINES = VALUES.map(lambda text: "".join(c for c in text if c.isprintable())[:200])
PROFILE = dict.fromkeys(("owner", "description", "channel", "primary", "secondary", "hours"), "Qarmless")
NAMES = ("true", "null", "on", "y", "1e3", "0x1f", "0123", "2024-01-01", "12-30", "nan", "a" * 63, "1")
WORDS = ("1", "1e3", "true", "null", "a:b", "0x1", "2024-01-01", "12:30", "x/y", "a" * 200)


def profile_of(runtime: str, cloud: str, name: str, word: str, lines: dict[str, str]) -> Profile:
    return validate(
        {
            "service": {"name": name, "owner": lines["owner"], "description": lines["description"], "repository": word},
            "platform": {"runtime": runtime, "cloud": cloud, "region": word, "project": word, "registry": word},
            "on_call": {key: lines[key] for key in ("channel", "primary", "secondary", "hours")},
            "llm": {"fallbacks": [word]},
        },
        "prodify.yaml",
    )


@lru_cache
def profile_shapes(runtime: str, cloud: str) -> dict[str, Shape]:
    profile = profile_of(runtime, cloud, "harmless", "harmless", PROFILE)
    return {path: read(path, text)[0] for path, text in rendered(files_of("flask"), profile=profile).items()}


@pytest.mark.parametrize(("runtime", "cloud"), [("kubernetes", "gcp"), ("kubernetes", "aws"), ("cloud-run", "gcp"), ("compose", "none")])
@given(name=st.sampled_from(NAMES), word=st.sampled_from(WORDS), values=st.tuples(*[LINES] * 6))
@example(name="true", word="1e3", values=("a | <b>x</b> [a](javascript:b) %{if} $(id)", "a: b # c", "#a | it's", "- x", "*y*", "1. &amp;"))
@bounded(quick=2, slow=12)
def test_a_profile_is_data(runtime: str, cloud: str, name: str, word: str, values: tuple[str, ...]) -> None:
    lines = dict(zip(PROFILE, (value.replace("@", "") for value in values), strict=True))
    try:
        profile = profile_of(runtime, cloud, name, word, lines)
    except ConfigError as error:
        assert error.exit_code == 2
        lines = {key: re.sub(r'["\\`]|\$\{|\{\{|\{=|\{%', "", value)[:200] or "q" for key, value in lines.items()}
        profile = profile_of(runtime, cloud, name, word, lines)
    found, expected = rendered(files_of("flask"), profile=profile), profile_shapes(runtime, cloud)
    renamed = {path.replace(f"{name}.json", "harmless.json"): path for path in found}
    assert set(renamed) == set(expected)
    for path, own in renamed.items():
        if not path.endswith(("labels.tftest.hcl",)):
            same_shape(path, found[own], expected[path])


@pytest.mark.parametrize("key", ["region", "registry"])
def test_a_place_has_a_name(key: str) -> None:
    with pytest.raises(ConfigError, match=f"{key} is ''"):
        validate({"platform": {key: ""}}, "prodify.yaml")


@pytest.mark.parametrize("value", ["-x", "a b", "a;b", "a:", ":a", "$(id)", "a\n", "${{ x }}", "é", "a" * 201])
def test_a_word_that_is_none_is_refused(value: str) -> None:
    for key in ("region", "project", "registry"):
        with pytest.raises(ProdifyError) as raised:
            validate({"platform": {key: value}}, "prodify.yaml")
        assert raised.value.exit_code == 2 and key in raised.value.message
