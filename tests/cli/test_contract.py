"""The published contracts of the command line: exit codes, streams, JSON, encodings, no network, no writing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from tests.cli.helpers import prodify

READ_ONLY = [
    ["audit"],
    ["audit", "--format", "json", "--show", "all"],
    ["detect"],
    ["detect", "--format", "json"],
    ["plan"],
    ["status"],
    ["config", "show"],
]


def tree_hash(root: Path) -> str:
    """A hash of every path, mode and byte below a directory."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        digest.update(f"{path.relative_to(root)} {path.lstat().st_mode}\0".encode())
        if path.is_file() and not path.is_symlink():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def test_version_is_one_line_and_imports_nothing_of_ours() -> None:
    done = prodify(["--version"])
    assert done.returncode == 0
    assert done.stdout.startswith("prodify ") and done.stdout.count("\n") == 1


def test_report_meets_the_shipped_schema(shared_example: Path) -> None:
    done = prodify(["audit", shared_example, "--format", "json", "--show", "all"])
    assert done.returncode == 0, done.stderr
    schema = json.loads(files("prodify").joinpath("schemas/audit-1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(done.stdout))


def test_two_runs_are_byte_identical_at_any_path(shared_example: Path, tmp_path: Path) -> None:
    first = prodify(["audit", shared_example, "--format", "json", "--show", "all"]).stdout
    assert prodify(["audit", ".", "--format", "json", "--show", "all"], cwd=shared_example).stdout == first
    moved = tmp_path / "another place" / "naïve"
    shutil.copytree(shared_example, moved)
    assert prodify(["audit", moved, "--format", "json", "--show", "all"]).stdout == first


def test_no_secret_value_of_the_example_is_printed(shared_example: Path) -> None:
    values = [line.partition("=")[2].strip() for line in (shared_example / ".env").read_text().splitlines() if "=" in line]
    secrets = [v for v in values if len(v) > 20 and not v.startswith("http")]
    assert len(secrets) >= 3
    for command in READ_ONLY:
        done = prodify(
            [
                command[0],
                *(["show"] if command[0] == "config" else []),
                shared_example,
                *[w for w in command[1:] if w != "show" or command[0] != "config"],
            ]
        )
        for secret in secrets:
            assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize("command", READ_ONLY, ids=" ".join)
def test_reading_commands_write_nothing_and_open_no_socket(command: list[str], shared_example: Path) -> None:
    before = tree_hash(shared_example)
    done = prodify(command, cwd=shared_example, sockets=False)
    assert done.returncode == 0, done.stderr
    assert tree_hash(shared_example) == before


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "utf-8"])
@pytest.mark.parametrize(
    "command", [["audit"], ["audit", "--show", "top"], ["plan"], ["detect"], ["explain", "debug-is-off"], ["list", "checks"]], ids=" ".join
)
def test_no_command_fails_on_an_encoding_and_none_writes_escapes_to_a_pipe(command: list[str], encoding: str, shared_example: Path) -> None:
    done = prodify(command, cwd=shared_example, env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_piped_text_is_one_line_a_place(shared_example: Path) -> None:
    done = prodify(["audit", shared_example])
    *findings, score = done.stdout.splitlines()
    assert score.startswith("score: ")
    assert len(findings) > 30
    for line in findings:
        place, level, check, *message = line.split(" ")
        assert place.endswith(":") and level in ("error", "warning", "note", "undecided"), line
        assert check.islower() and message


def test_first_screen_fits(shared_example: Path) -> None:
    done = prodify(["audit", shared_example, "--show", "top"], env={"COLUMNS": "80"})
    lines = done.stdout.splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    assert "prodify apply --step security --recipe secrets" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["audit", "{example}"], 0),
        (["audit", "{example}", "--fail-on", "never"], 0),
        (["audit", "{example}", "--fail-on", "error"], 1),
        (["audit", "{example}", "--fail-on", "note"], 1),
        (["audit", "{example}", "--fail-on", "error", "--exit-zero"], 0),
        (["audit", "{example}", "--fail-under", "90"], 1),
        (["audit", "{example}", "--fail-under", "1"], 0),
        (["audit", "{example}", "--select", "licence-is-present", "--fail-on", "warning"], 0),
        (["audit", "{empty}"], 3),
        (["audit", "{empty}", "--format", "json"], 3),
        (["audit", "{missing}"], 2),
        (["audit", "{file}"], 2),
        (["audit", "{example}", "--select", "no-such-check"], 2),
        (["audit", "{example}", "--step", "eleven"], 2),
        (["audit", "{example}", "--format", "pdf"], 2),
        (["audit", "{example}", "--set", "slo.latncy.threshold_ms=1"], 2),
        (["audit", "{example}", "--set", "audience=everyone"], 2),
        (["audit", "{example}", "--config", "{missing}"], 2),
        (["audit", "{example}", "--output", "{missing}/deep/report.json"], 2),
        (["explain", "no-such-thing"], 2),
        (["explain", "debug-is-off"], 0),
        (["apply", "{example}"], 2),
        (["apply", "{example}", "--recipe", "no-such-recipe", "--dry-run"], 2),
        (["apply", "{example}", "--step", "ci", "--check"], 1),
        (["verify", "{example}"], 3),
        (["no-such-command"], 2),
        (["config", "schema"], 0),
        (["list", "recipes"], 0),
        (["list", "validators", "--format", "json"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
@pytest.mark.parametrize("format_", [None, "json"])
def test_exit_codes(arguments: list[str], code: int, format_: str | None, shared_example: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    places = {"example": shared_example, "empty": tmp_path / "empty", "missing": tmp_path / "missing", "file": tmp_path / "file"}
    words = [word.format(**places) for word in arguments]
    if format_ and words[0] == "audit" and "--format" not in words:
        words += ["--format", format_]
    done = prodify(words)
    assert done.returncode == code, done.stdout[-500:] + done.stderr
    if code == 2:
        assert done.stderr.strip() and not done.stdout
    assert "Traceback" not in done.stderr


def test_unknown_words_get_a_suggestion(shared_example: Path) -> None:
    for arguments, word in (
        (["explain", "debug-is-of"], "debug-is-off"),
        (["audit", "--step", "securty"], "security"),
        (["audit", "--set", "budget.monthly_us=3"], "budget.monthly_usd"),
    ):
        done = prodify(arguments, cwd=shared_example)
        assert done.returncode == 2
        assert word in done.stderr


def test_a_fault_of_ours_is_code_4_with_a_log_and_no_content(shared_example: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import prodify.audit\ndef boom(*a, **k):\n    raise ValueError('sk_canary_value')\nprodify.audit.audit = boom\n", encoding="utf-8"
    )
    done = prodify(["audit", shared_example], env={"PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path)})
    assert done.returncode == 4
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1
    logs = list(tmp_path.glob("prodify-*.log"))
    assert len(logs) == 1
    assert "ValueError" in logs[0].read_text() and "sk_canary_value" not in logs[0].read_text() + done.stderr


def test_a_profile_with_a_wrong_key_names_its_line(example: Path) -> None:
    (example / "prodify.yaml").write_text("service:\n  name: where2eat\nslo:\n  latncy: {threshold_ms: 250}\n", encoding="utf-8")
    done = prodify(["audit", example])
    assert done.returncode == 2
    assert "prodify.yaml:4" in done.stderr and "latency" in done.stderr


def test_works_without_git_and_without_a_git_program(example: Path, tmp_path: Path) -> None:
    shutil.rmtree(example / ".git")
    plain = json.loads(prodify(["audit", example, "--format", "json"]).stdout)
    assert plain["target"] == {"path": ".", "commit": None, "dirty": None}
    assert plain["score"]["overall"] is not None
    (tmp_path / "bin").mkdir()
    python = os.path.dirname(shutil.which("python3") or "/usr/bin/python3")
    assert python
    done = prodify(["audit", example, "--format", "json"], env={"PATH": str(tmp_path / "bin")})
    assert done.returncode == 0, done.stderr


def test_hostile_links_are_not_followed(example: Path) -> None:
    (example / "leak.py").symlink_to("/etc/passwd")
    (example / "loop").symlink_to(example)
    os.mkfifo(example / "pipe.py")
    (example / "zero.py").symlink_to("/dev/zero")
    done = prodify(["audit", example, "--format", "json", "--show", "all"])
    assert done.returncode == 0, done.stderr
    assert "root:" not in done.stdout and "leak.py" not in done.stdout


def test_git_configuration_of_the_repository_is_not_run(example: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    with (example / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write(
            f'[core]\n\tfsmonitor = "touch {marker}; false"\n\thooksPath = {tmp_path}\n'
            f'[filter "x"]\n\tclean = touch {marker}\n\tsmudge = touch {marker}\n'
        )
    (example / ".gitattributes").write_text("* filter=x diff=x\n", encoding="utf-8")
    (example / "app.py").write_text((example / "app.py").read_text() + "\n", encoding="utf-8")
    assert prodify(["audit", example]).returncode == 0
    assert not marker.exists()
