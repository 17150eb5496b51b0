"""Other scanners' SARIF: into the right step, marked with the source, without secrets, doubles or tracebacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodify.audit import Selection, audit
from prodify.errors import UsageError
from prodify.imports import sarif
from prodify.imports.places import path_of
from prodify.inventory import Inventory
from prodify.model import Finding, Kind, Level, Report, Step
from prodify.profile import Ignore, Profile
from prodify.reports.json import data
from prodify.reports.text import text

SECRET = "ghp_" + "k9Zq3LmT7vRx2WbN8sYc4HdJ6fPg1Q" + "aUeXoI"
SCHEMA = Path(__file__).resolve().parents[2] / "src/prodify/schemas/audit-1.schema.json"


def result(rule: str, uri: str = "app.py", line: int = 1, message: str = "bad", **more: Any) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}
    return {"ruleId": rule, "message": {"text": message}, "locations": [place], **more}


def document(tool: str, *results: Any, rules: tuple[Any, ...] = (), **run: Any) -> dict[str, Any]:
    driver = {"name": tool, "version": "1.2.3", "rules": list(rules)}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(results), **run}]}


def read(body: Any) -> list[sarif.Result]:
    return sarif.parse(json.dumps(body).encode(), "x.sarif")


def report_of(
    tmp_path: Path, body: Any, profile: Profile | None = None, ignores: bool = True, files: dict[str, str] | None = None
) -> Report:
    root = tmp_path / "repo"
    root.mkdir()
    for name, content in {"app.py": "import os\nprint(os)\n", **(files or {})}.items():
        (root / name).write_text(content)
    given_file = tmp_path / "x.sarif"
    given_file.write_text(json.dumps(body))
    selection = Selection(select=("no-secret-in-code", "sql-is-parameterised"))
    return audit(Inventory(root), profile or Profile(), selection, imports=(given_file,), ignores=ignores)


def foreign(report: Report) -> list[Finding]:
    return [f for f in report.findings if f.source is not None]


@pytest.mark.parametrize(
    ("tool", "rule", "tags", "step"),
    [
        ("Trivy", "CVE-2099-0001", ["vulnerability"], Step.SECURITY),
        ("Semgrep OSS", "python.lang.eval", ["CWE-95: Eval"], Step.SECURITY),
        ("zizmor", "template-injection", [], Step.CI),
        ("Checkov", "CKV2_GHA_1", [], Step.CI),
        ("Checkov", "CKV_K8S_8 liveness", [], Step.SCALING),
        ("hadolint", "DL3006", [], Step.SECURITY),
    ],
)
def test_every_tool_finds_its_step(tmp_path: Path, tool: str, rule: str, tags: list[str], step: Step) -> None:
    rules = ({"id": rule, "properties": {"tags": tags}},)
    (found,) = foreign(report_of(tmp_path, document(tool, result(rule), rules=rules)))
    assert found.step is step
    assert found.source is not None
    assert (found.source.tool, found.source.version, found.source.rule) == (tool, "1.2.3", rule)


def test_score_is_unchanged_and_schema_holds(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    without = report_of(tmp_path / "a", document("Semgrep"))
    report = report_of(tmp_path / "b", document("Semgrep", result("eval", level="error")))
    assert report.score == without.score
    assert len(report.findings) == len(without.findings) + 1
    found = next(f for f in data(report)["findings"] if f["source"])
    item = json.loads(SCHEMA.read_text())["properties"]["findings"]["items"]
    jsonschema.validate(found, item)
    assert "app.py:1: error import-semgrep-eval bad [Semgrep 1.2.3]" in text(report)


def test_levels_are_inherited() -> None:
    rules = (
        {"id": "a", "defaultConfiguration": {"level": "note"}},
        {"id": "b", "properties": {"security-severity": "8.1"}},
        {"id": "c", "defaultConfiguration": {"level": "none"}},
    )
    found = read(document("T", result("a"), result("b"), result("c"), result("d"), result("a", level="error"), rules=rules))
    assert [(r.rule, r.level) for r in found] == [
        ("a", Level.NOTE),
        ("b", Level.ERROR),
        ("d", Level.WARNING),
        ("a", Level.ERROR),
    ]


def test_what_is_no_failure_is_dropped() -> None:
    others = [result("a", kind=k) for k in ("pass", "notApplicable", "open")]
    assert read(document("T", *others, result("a", baselineState="absent"), result("a", level="none"))) == []


def test_what_somebody_has_to_look_at_counts_when_the_tool_gives_it_a_level() -> None:
    body = document("Kingfisher", result("key", kind="review", level="error"), result("other", kind="open", level="note"))
    assert [(r.rule, r.level) for r in read(body)] == [("key", Level.ERROR), ("other", Level.NOTE)]


def test_rules_of_extensions_arguments_and_taxa() -> None:
    rule = {
        "id": "x/y",
        "messageStrings": {"m": {"text": "{0} reaches {1} {7}"}},
        "relationships": [{"target": {"id": "089", "toolComponent": {"name": "cwe"}}}, {"target": {"id": "CWE-79"}}],
    }
    body = document("CodeQL", {"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {"id": "m", "arguments": ["a", "b"]}})
    body["runs"][0]["tool"]["extensions"] = [{"name": "pack", "rules": [rule]}]
    (found,) = read(body)
    assert (found.rule, found.message) == ("x/y", "a reaches b {7}")
    assert 79 in found.cwe


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("a b/ü.py", "a b/ü.py"),
        ("a%20b/%C3%BC.py", "a b/ü.py"),
        (r"a%20b\ü.py", "a b/ü.py"),
        ("./app.py", "app.py"),
        ("file:///srv/repo/app.py", "app.py"),
        ("/srv/repo/app.py", "app.py"),
        ("/srv/repository/app.py", None),
        ("../repo/app.py", None),
        ("/srv/repo/../etc/app.py", None),
        ("%2e%2e/app.py", None),
        ("https://example.com/app.py", None),
        ("C:/srv/app.py", None),
        ("", None),
        (7, None),
    ],
)
def test_places_stay_inside(uri: Any, expected: str | None) -> None:
    assert path_of({"uri": uri}, None, "/srv/repo", ("app.py", "a b/ü.py")) == expected


def test_bases_are_followed_and_loops_end() -> None:
    bases = {"SRC": {"uri": "file:///srv/repo/"}, "LOOP": {"uri": "x", "uriBaseId": "LOOP"}}
    assert path_of({"uri": "app.py", "uriBaseId": "SRC"}, bases, "/srv/repo", ("app.py",)) == "app.py"
    assert path_of({"uri": "app.py", "uriBaseId": "%SRCROOT%"}, None, "/srv/repo", ("app.py",)) == "app.py"
    assert path_of({"uri": "app.py", "uriBaseId": "LOOP"}, bases, "/srv/repo", ("app.py",)) is None


@pytest.mark.parametrize("tool", ["Kingfisher", "Semgrep", "gitleaks"])
def test_no_secret_reaches_the_report(tmp_path: Path, tool: str) -> None:
    place = result("github", message=f"found key = '{SECRET}' here", suppressions=[{"kind": "external", "justification": SECRET}])
    place["locations"][0]["physicalLocation"]["region"]["snippet"] = {"text": SECRET}
    rules = ({"id": "github", "shortDescription": {"text": f"like {SECRET}"}, "helpUri": f"https://example.com/{SECRET}"},)
    report = report_of(tmp_path, document(tool, place, rules=rules))
    assert len(foreign(report)) == 1
    assert SECRET not in json.dumps(data(report, "all")) + text(report, "all")


def test_our_own_finding_wins_and_names_the_other(tmp_path: Path) -> None:
    body = document("Kingfisher", result("kf.github", "cfg.py"))
    report = report_of(tmp_path, body, files={"cfg.py": f'TOKEN = "{SECRET}"\n'})
    assert foreign(report) == []
    own = next(f for f in report.findings if f.check == "no-secret-in-code")
    assert own.kind is Kind.FAIL
    assert own.evidence[0].note.endswith("also reported by Kingfisher")


def test_suppressions_of_the_tool_and_ours(tmp_path: Path) -> None:
    accepted = result("r1", suppressions=[{"kind": "inSource", "justification": "test only"}])
    rejected = result("r2", suppressions=[{"kind": "external", "status": "rejected"}])
    profile = Profile(ignore=(Ignore(check="import-t-r3", reason="known"),))
    report = report_of(tmp_path, document("T", accepted, rejected, result("r3")), profile)
    reasons = {f.check: f.suppressed and f.suppressed.reason for f in foreign(report)}
    assert reasons == {"import-t-r1": "test only", "import-t-r2": None, "import-t-r3": "known"}


def test_results_outside_are_counted(tmp_path: Path) -> None:
    report = report_of(tmp_path, document("T", result("r", "../../etc/passwd"), result("r", "gone.py")))
    assert foreign(report) == []
    assert any("2 results name no file" in notice for notice in report.notices)


def test_escape_sequences_do_not_pass(tmp_path: Path) -> None:
    (found,) = foreign(report_of(tmp_path, document("T\x1b[31m", result("r", message="a\x1b]0;x\x07b\nc"))))
    assert found.message.isprintable()
    assert found.source is not None
    assert found.source.tool.isprintable()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"version":"2.1.0"}', b'{"version":"2.0.0","runs":[]}', b"[" * 200_000]
)
def test_what_is_no_sarif_is_a_clear_error(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"--import: x\.sarif"):
        sarif.parse(content, "x.sarif")


def test_missing_files_directories_and_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(UsageError, match="--import"):
            sarif.read(path)
    monkeypatch.setattr(sarif, "MAX_BYTES", 10)
    (tmp_path / "big").write_bytes(b" " * 11)
    with pytest.raises(UsageError, match="larger"):
        sarif.read(tmp_path / "big")


def test_byte_order_mark_is_read() -> None:
    assert len(sarif.parse(b"\xef\xbb\xbf" + json.dumps(document("T", result("r"))).encode(), "x")) == 1


KEYS = st.sampled_from(
    [
        "tool",
        "driver",
        "rules",
        "results",
        "ruleId",
        "rule",
        "index",
        "ruleIndex",
        "level",
        "message",
        "text",
        "id",
        "arguments",
        "kind",
        "locations",
        "physicalLocation",
        "region",
        "startLine",
        "suppressions",
        "properties",
        "tags",
        "security-severity",
        "extensions",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8)
ANY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25)


@settings(max_examples=150, deadline=None)
@given(tool=ANY, results=st.lists(st.dictionaries(KEYS, ANY, max_size=6), max_size=4))
def test_any_json_is_read_without_a_traceback(tool: Any, results: list[Any]) -> None:
    body = {"version": "2.1.0", "runs": [{"tool": tool, "results": results}, tool]}
    for found in read(body):
        assert isinstance(found.level, Level)
        assert isinstance(found.message, str)
        assert found.rule
