"""The generated chaos tests: they pass on a service that bounds its calls, and fail on one that waits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from prodify.model import Audience
from prodify.profile import Profile
from tests.cli.helpers import prodify
from tests.e2e.live.stack import Postgres
from tests.e2e.test_applied_example import runs_the_service

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
SLOW = pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it")
PATH = "tests/chaos/test_dependencies.py"
CALLER = (
    "import os\n\nimport requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
    '@app.route("/")\ndef index():\n    try:\n        return requests.get(os.environ["WEATHER_URL"]{limit}).text\n'
    '    except requests.RequestException:\n        return "no weather"\n\n\n@app.route("/healthz")\ndef healthz():\n    return "ok"\n'
)


def caller(limit: str) -> dict[str, str]:
    return {"app.py": CALLER.replace("{limit}", limit), "requirements.txt": "flask==3.1.3\nrequests==2.34.0\n"}


def chaos(root: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "tests/chaos", *words]
    return subprocess.run(command, cwd=root, env={**os.environ, **settings}, capture_output=True, text=True, check=False, timeout=400)


def counted(done: subprocess.CompletedProcess[str], what: str) -> int:
    found = re.search(rf"(\d+) {what}", done.stdout)
    return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    if not list(Path("/usr/lib/postgresql").glob("*/bin")):
        pytest.skip("postgresql is not installed: make validators")
    server = Postgres()
    server._run("createdb", "-h", "127.0.0.1", "-p", str(server.port), "-U", "app", "test")
    yield f"postgresql://app:unused@127.0.0.1:{server.port}/test"
    server.close()


def test_golden(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("chaos", {PATH: render_tree(["chaos"], example_repo, Profile())[PATH]})


def test_without_anything_that_could_fail_there_is_nothing_to_test(flask_repo: Path, render_tree: RenderTree) -> None:
    assert render_tree(["chaos"], flask_repo, Profile()) == {}


def test_for_its_creator_it_is_too_much() -> None:
    from prodify.recipes.testing.chaos import chaos as recipe

    assert Audience.CREATOR not in recipe.audiences


@SLOW
@runs_the_service
@pytest.mark.servers
def test_the_example_survives(example_repo: Path, database: str) -> None:
    done = prodify(["apply", example_repo, "--all", "--yes"])
    assert done.returncode == 0, done.stderr
    done = chaos(example_repo, TEST_DATABASE_URL=database)
    assert done.returncode == 0 and counted(done, "passed") == 5, done.stdout[-4000:]
    assert counted(done, "skipped") == 2 and "no page in PAGES asks another service" in done.stdout, "its pages call others on POST only"


@SLOW
@runs_the_service
@pytest.mark.servers
def test_a_readiness_that_does_not_look_is_found(example_repo: Path, database: str) -> None:
    assert prodify(["apply", example_repo, "--all", "--yes"]).returncode == 0
    health = example_repo / "health.py"
    blind = health.read_text().replace("503", "200")
    assert blind != health.read_text()
    health.write_text(blind)
    done = chaos(example_repo, "-k", "out_of_rotation and down", TEST_DATABASE_URL=database)
    assert done.returncode == 1 and "nobody would stop sending requests here" in done.stdout, done.stdout[-3000:]


@SLOW
@runs_the_service
@pytest.mark.parametrize(("limit", "passes"), [(", timeout=2", True), ("", False)])
def test_a_call_without_a_time_limit_is_found(make_repo: MakeRepo, limit: str, passes: bool) -> None:
    root = make_repo(caller(limit))
    done = prodify(["apply", root, "--recipe", "chaos", "--recipe", "server", "--yes"])
    assert done.returncode == 0, done.stderr
    done = chaos(root)
    assert (done.returncode == 0) == passes and counted(done, "skipped") == 0, done.stdout[-3000:]
    assert passes or ("somebody else's service" in done.stdout and counted(done, "failed") == 1), done.stdout[-3000:]
