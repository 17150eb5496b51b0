"""The main job, end to end: the example is audited, gets everything applied, and then really is what the files say.

What was generated is accepted by the real validators, its own tests are green, and the service starts with the generated server
settings, answers, measures itself and stops in good order. Nothing leaves the machine.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from prodify.validators import discover
from tests.cli.conftest import GIT, copy_example
from tests.cli.helpers import prodify

NEEDED = ("flask", "sqlalchemy", "openai", "flask_cors", "gunicorn", "opentelemetry.sdk", "opentelemetry.instrumentation.flask")
SETTINGS = {
    "SECRET_KEY": "for-this-test-only",
    "OPENAI_API_KEY": "none",
    "GOOGLE_PLACES_API_KEY": "none",
    "SMTP_HOST": "localhost",
    "SMTP_USER": "none",
    "SMTP_PASSWORD": "none",
    "SEND_MAILS": "0",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    "PLACES_BASE_URL": "http://127.0.0.1:9",
}

FOR_PEOPLE = {"estimate-fits-budget", "load-baseline-is-recorded", "infrastructure-is-planned-on-pull-requests"}
"""What generated files cannot settle: a decision about money, a run against a real environment, a cloud account for CI."""

BUILT_WITH_GO = {validator.name for validator in discover() if validator.install.startswith("go install")}
"""Validators that are there only where Go is."""


def _missing() -> list[str]:
    missing = []
    for name in NEEDED:
        try:
            found = importlib.util.find_spec(name)
        except ModuleNotFoundError:
            found = None
        if found is None:
            missing.append(name)
    return missing


runs_the_service = pytest.mark.skipif(bool(_missing()), reason=f"not installed: {', '.join(_missing())}; make validators installs them")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_example(tmp_path_factory.mktemp("before") / "where2eat")


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with everything applied and committed."""
    root = copy_example(tmp_path_factory.mktemp("applied") / "where2eat")
    done = prodify(["apply", root, "--all", "--yes"])
    assert done.returncode == 0, done.stderr
    for arguments in (["add", "-A"], ["commit", "-q", "-m", "production layer"]):
        subprocess.run([*GIT, *arguments], cwd=root, check=True, capture_output=True)
    return root


def audit(root: Path) -> dict:  # type: ignore[type-arg]
    report: dict = json.loads(prodify(["audit", root, "--format", "json"]).stdout)  # type: ignore[type-arg]
    return report


def test_the_score_rises_and_no_generated_file_is_found_fault_with(before: Path, applied: Path) -> None:
    old, new = audit(before), audit(applied)
    assert old["score"]["overall"] < 25
    assert new["score"]["overall"] > old["score"]["overall"] + 45
    ours = set(json.loads((applied / ".prodify.lock.json").read_text())["files"]) - {
        p.relative_to(before).as_posix() for p in before.rglob("*")
    }
    counted = [f for f in new["findings"] if f["kind"] == "fail" and f["status"] == "stable" and f["check"] not in FOR_PEOPLE]
    blamed = {(f["check"], e["path"]) for f in counted for e in f["evidence"] if e["path"] in ours}
    assert not blamed


def test_a_second_apply_changes_nothing(applied: Path) -> None:
    done = prodify(["apply", applied, "--all", "--check"])
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    assert prodify(["status", applied, "--check"]).returncode == 0


def test_the_printed_patch_makes_the_same_tree(before: Path, applied: Path, tmp_path: Path) -> None:
    root = tmp_path / "patched"
    shutil.copytree(before, root)
    patch = prodify(["apply", root, "--all", "--diff", "-q"]).stdout
    subprocess.run(["git", "apply", "-"], cwd=root, input=patch.encode(), check=True, capture_output=True)
    listed = subprocess.run(["git", "ls-files"], cwd=applied, capture_output=True, text=True, check=True).stdout.split()
    different = [p for p in listed if (root / p).read_bytes() != (applied / p).read_bytes()]
    assert not different


def test_undo_takes_everything_back(before: Path, tmp_path: Path) -> None:
    root = tmp_path / "undone"
    shutil.copytree(before, root)
    assert prodify(["apply", root, "--all", "--yes"]).returncode == 0
    assert prodify(["undo", root]).returncode == 0
    status = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    assert status.stdout == ""


def test_nothing_is_left_to_fill_in_and_no_secret_is_written(before: Path, applied: Path) -> None:
    values = [
        line.partition("=")[2].strip() for line in (before / ".env").read_text().splitlines() if "=" in line and not line.startswith("#")
    ]
    secrets = [v for v in values if len(v) > 20 and "://" not in v] + ["Wh3re2E4t"]
    for path in json.loads((applied / ".prodify.lock.json").read_text())["files"]:
        text = (applied / path).read_text(encoding="utf-8")
        assert not any(word in text for word in ("CHANGEME", "<insert", "TODO", "FIXME", "{=", "=}")), path
        assert not any(secret in text for secret in secrets), path


@pytest.mark.tools
def test_the_real_validators_accept_everything(applied: Path) -> None:
    done = prodify(["verify", applied, "--format", "json"])
    assert done.returncode == 0, done.stdout
    said = {row["validator"]: row["status"] for row in json.loads(done.stdout)["validators"]}
    if os.environ.get("PRODIFY_REQUIRE_TOOLS") == "1":
        absent = [
            name
            for name, status in said.items()
            if status == "missing"
            and not name.startswith(("terraform", "custom-resources", "openslo"))
            and not (name in BUILT_WITH_GO and (shutil.which("go") is None or os.environ.get("PRODIFY_WITHOUT_GO")))
        ]
        assert not absent
    if "passed" not in said.values():
        pytest.skip("no validator is installed; make validators installs them")


@runs_the_service
@pytest.mark.servers
def test_the_generated_tests_are_green_at_once(applied: Path, tmp_path: Path) -> None:
    root = tmp_path / "tested"
    shutil.copytree(applied, root)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture
def service(applied: Path, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], Path]]:
    """The service under gunicorn with two workers, without a collector: its address, process and log."""
    root, log, port = tmp_path / "served", tmp_path / "log", free_port()
    shutil.copytree(applied, root)
    (root / ".env").unlink(missing_ok=True)
    environment = {**os.environ, **SETTINGS, "PORT": str(port), "WEB_CONCURRENCY": "2", "DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}"}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app"], cwd=root, env=environment, stdout=stream, stderr=stream
        )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                get(f"http://127.0.0.1:{port}/healthz")
                break
            except OSError:
                assert process.poll() is None, log.read_text(errors="replace")[-2000:]
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", process, log
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


@runs_the_service
@pytest.mark.servers
def test_the_service_starts_answers_and_stops_in_good_order(service: tuple[str, subprocess.Popen[bytes], Path]) -> None:
    url, process, log = service
    assert [get(url + path) for path in ("/", "/healthz", "/readyz", "/search?q=noodles", "/nowhere")] == [200, 200, 200, 200, 404]
    process.send_signal(signal.SIGTERM)
    started = time.monotonic()
    assert process.wait(timeout=15) == 0
    assert time.monotonic() - started < 5
    lines = log.read_text(encoding="utf-8").splitlines()
    requests = [json.loads(line) for line in lines if line.startswith("{") and '"http.route": "/search"' in line]
    assert len(requests) == 1 and len(requests[0]["trace_id"]) == 32
    assert not any(word in line for line in lines for word in ("Traceback", "Exception while exporting", "Failed to export"))
