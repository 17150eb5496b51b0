"""The Streamlit example in short form: audited, everything applied, its generated tests run, and served as its image starts it.

Streamlit with pandas and pyarrow takes 480 MB, too much for the end-to-end packages: what runs it is skipped unless PRODIFY_SLOW_TESTS=1,
which installs the requirements of the applied example into an environment of its own, or PRODIFY_STREAMLIT_PYTHON names an interpreter
that has them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from prodify.changes import Lock
from prodify.inventory import Inventory
from prodify.validators import Status, verify
from tests.cli.helpers import ROOT, apply_and_undo, prodify
from tests.e2e.live.stack import free_port, wait_for
from tests.e2e.test_fastapi_example import audit, commit, environment, failing
from tests.recipes.observability.otlp import Receiver, values

EXAMPLE = ROOT / "examples" / "streamlit-receipts"
FOR_PEOPLE = {"no-secret-in-history", "sql-is-parameterised", "templates-are-escaped"}


@pytest.fixture(scope="module")
def prototype(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("streamlit") / "receipts"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("__pycache__", "*.db", "uploads"))
    commit(root, ["init", "-q"], ["add", "-A", "-f"])
    return root


@pytest.fixture(scope="module")
def applied(prototype: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example with everything applied and committed."""
    root = tmp_path_factory.mktemp("applied") / "receipts"
    shutil.copytree(prototype, root)
    done = prodify(["apply", root, "--all", "--yes"])
    assert done.returncode == 0, done.stderr
    commit(root, ["add", "-A"])
    return root


def test_the_score_rises(prototype: Path, applied: Path) -> None:
    before, after = audit(prototype), audit(applied)
    sys.stdout.write(f"\nscore {before['score']['overall']} -> {after['score']['overall']}\n")
    assert before["score"]["overall"] < 30
    known = {"no-secret-in-code", "sql-is-parameterised", "templates-are-escaped", "unit-tests-exist", "outbound-calls-have-timeouts"}
    assert known <= failing(before)
    assert after["score"]["overall"] > 70
    assert failing(after, errors=True) == FOR_PEOPLE


def test_a_second_apply_does_nothing_and_undo_takes_all_back(prototype: Path, tmp_path: Path) -> None:
    apply_and_undo(prototype, tmp_path / "receipts")


def test_what_is_written_fits_streamlit(applied: Path) -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=applied, capture_output=True, text=True, check=True).stdout.splitlines()
    assert ".streamlit/secrets.toml" not in tracked
    assert "**/.streamlit/secrets.toml" in (applied / ".dockerignore").read_text().splitlines()
    assert 'os.environ["PASSWORD"]' in (applied / "app.py").read_text(), "an empty password would let everybody in"
    deployment = (applied / "deploy/kubernetes/base/deployment.yaml").read_text()
    assert "sessionAffinity: ClientIP" in deployment and deployment.count("path: /_stcore/health") == 3
    # Nothing measures its pages, so nothing may wait for such measures, and nothing pretends to load it.
    for path in ("deploy/kubernetes/components", "deploy/prometheus", "deploy/grafana", "slo", "load"):
        assert not (applied / path).exists(), path
    assert "No library measures how long its pages take" in (applied / "README.md").read_text()
    store = (applied / "deploy/kubernetes/base/external-secret.yaml").read_text()
    assert "#   OPENAI_API_KEY\n    #   PASSWORD\n" in store


@pytest.mark.tools
def test_every_validator_accepts_it(applied: Path) -> None:
    written = [path for path in Lock.load(applied).entries if path in Inventory(applied).files]
    wrong = [
        f"{outcome.validator}: {problem.path}:{problem.line or ''} {problem.message}"
        for outcome in verify(applied, written).outcomes
        if outcome.status not in (Status.PASSED, Status.MISSING)
        for problem in outcome.problems
    ]
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="module")
def python(applied: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with what the applied example asks for."""
    ready = os.environ.get("PRODIFY_STREAMLIT_PYTHON")
    if ready:
        return ready
    if os.environ.get("PRODIFY_SLOW_TESTS") != "1":
        pytest.skip("Streamlit takes 480 MB; PRODIFY_SLOW_TESTS=1 installs it")
    home = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    install = ["-m", "pip", "install", "--quiet", "-r", "requirements.txt", "-r", "requirements-dev.txt"]
    subprocess.run([home / "bin" / "python", *install], cwd=applied, check=True, timeout=1200)
    return str(home / "bin" / "python")


@pytest.mark.servers
def test_the_generated_tests_are_green_at_once(applied: Path, python: str) -> None:
    command = [python, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(command, cwd=applied, env=environment(), capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    for page in ("app.py", "pages/history.py"):
        assert f"PASSED tests/characterisation/test_pages.py::test_the_page_runs_without_an_error[{page}]" in done.stdout
    assert not list(applied.glob("*.db"))


@pytest.mark.servers
def test_it_serves_as_its_image_starts_it_and_stops(applied: Path, python: str, tmp_path: Path) -> None:
    start = json.loads(re.findall(r"^CMD (\[.*\])$", (applied / "Dockerfile").read_text(), re.MULTILINE)[-1])
    port, log, receiver = free_port(), tmp_path / "log", Receiver()
    command = [python, "-m", *[word.replace("8080", str(port)) for word in start]]
    settings = environment(PASSWORD="for-this-test-only", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, OTEL_METRIC_EXPORT_INTERVAL="300")
    with log.open("w") as stream:
        process = subprocess.Popen(command, cwd=applied, env=settings, stdout=stream, stderr=stream)
    try:
        end = time.monotonic() + 300
        while ask(port, "/_stcore/health")[0] != 200:
            assert process.poll() is None and time.monotonic() < end, log.read_text()[-3000:]
            time.sleep(0.2)
        assert ask(port, "/_stcore/health") == (200, b"ok")
        assert b"<title>Streamlit</title>" in ask(port, "/")[1]
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert time.monotonic() - began < 15
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        receiver.close()
    said: Any = log.read_text()
    assert "Traceback" not in said and "usage statistics" not in said


VISITOR = """import sys

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

with connect(f"ws://127.0.0.1:{sys.argv[1]}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    socket.send(asked.SerializeToString())
    while True:
        told = ForwardMsg.FromString(socket.recv(timeout=60))
        if told.WhichOneof("type") == "script_finished":
            print(ForwardMsg.ScriptFinishedStatus.Name(told.script_finished))
            break
"""
"""A browser, as far as Streamlit can tell: it opens the socket, asks for the page and waits until the script has run."""


@pytest.mark.servers
def test_a_run_of_the_page_is_told_under_the_name_of_the_service(applied: Path, python: str, tmp_path: Path) -> None:
    root, receiver, upstream = shutil.copytree(applied, tmp_path / "receipts"), Receiver(), Receiver()
    page = (root / "app.py").read_text()
    call = 'import requests\nrequests.post(os.environ["UPSTREAM"], data="", timeout=5)\n'
    (root / "app.py").write_text(page.replace('st.set_page_config', f"{call}st.set_page_config"))
    (name,) = re.findall(r"^  name: (\S+)", (root / "prodify.yaml").read_text(), re.MULTILINE)
    start = json.loads(re.findall(r"^CMD (\[.*\])$", (root / "Dockerfile").read_text(), re.MULTILINE)[-1])
    port, log = free_port(), tmp_path / "log"
    settings = environment(
        PASSWORD="for-this-test-only", UPSTREAM=f"{upstream.endpoint}/asked?key=hidden", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint,
        OTEL_METRIC_EXPORT_INTERVAL="300", OTEL_BSP_SCHEDULE_DELAY="200", ENVIRONMENT="production",
    )  # fmt: skip
    with log.open("w") as stream:
        command = [python, "-m", *[word.replace("8080", str(port)) for word in start]]
        process = subprocess.Popen(command, cwd=root, env=settings, stdout=stream, stderr=stream)
    try:
        wait_for("Streamlit", lambda: ask(port, "/_stcore/health")[0] == 200, 120)
        assert not receiver.metrics, "nothing of ours runs before the first visitor"
        visit = subprocess.run([python, "-c", VISITOR, str(port)], capture_output=True, text=True, timeout=90, check=False)
        assert "FINISHED_SUCCESSFULLY" in visit.stdout, visit.stdout + visit.stderr + log.read_text()[-2000:]
        wait_for("its metrics", lambda: {"process.cpu.time", "process.memory.usage"} <= {m.name for _, m in receiver.metrics}, 10)
        assert {resource["service.name"] for resource, _ in receiver.metrics} == {name}
        assert {resource["deployment.environment.name"] for resource, _ in receiver.metrics} == {"production"}
        wait_for("its span", lambda: bool(receiver.traced), 10)
        ((resource, span),) = receiver.traced
        assert resource["service.name"] == name and span.name == "POST"
        assert values(span.attributes)["url.full"] == f"{upstream.endpoint}/asked", "keys travel behind the question mark"
    finally:
        process.kill()
        process.wait()
        receiver.close()
        upstream.close()


def ask(port: int, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""
