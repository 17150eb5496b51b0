"""Reading a profile: from a file, pyproject.toml, settings and what is inferred; and every way to get it wrong."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from prodify.errors import ConfigError, ProdifyError, UsageError
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.model import Audience
from prodify.profile import Profile
from prodify.profile_file import known_keys, schema
from prodify.profile_text import profile_text
from tests.checks.conftest import lay_out


def load(tmp_path: Path, files: dict[str, str], *settings: str) -> Profile:
    return load_profile(Inventory(lay_out(tmp_path, files)), settings).profile


def test_without_a_file_the_stated_defaults_hold(tmp_path: Path) -> None:
    profile = load(tmp_path, {"a.txt": ""})
    assert (profile.audience, profile.slo.latency.threshold_ms, profile.slo.availability_percent) == (Audience.PUBLIC, 300, 99.9)
    assert (profile.slo.guardrails.latency_ms, profile.slo.guardrails.error_percent, profile.slo.window_days) == (400, 0.5, 30)
    assert (profile.traffic.baseline_rps, profile.traffic.peak_rps) == (100, 500)
    assert (profile.budget.monthly_usd, profile.budget.suspend_percent) == (200, 80)
    assert (profile.scaling.min_replicas, profile.max_replicas) == (2, 20)
    assert not profile.stated


def test_a_setting_wins_over_the_file_and_the_file_over_what_is_inferred(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask", "shop.py": "from flask import Flask\napp = Flask(__name__)\n"}
    files["prodify.yaml"] = "service: {name: stated}\nbudget: {monthly_usd: 5}\n"
    profile = load(tmp_path, files, "budget.monthly_usd=7", "slo.latency.threshold_ms=250")
    assert (profile.service.name, profile.budget.monthly_usd, profile.slo.latency.threshold_ms) == ("stated", 7, 250)
    assert (profile.source("service.name"), profile.source("budget"), profile.source("traffic")) == ("stated", "set", "default")


def test_pyproject_is_read_and_the_file_wins_with_a_notice(tmp_path: Path) -> None:
    table = "[tool.prodify.slo.latency]\nthreshold_ms = 500\n"
    assert load(tmp_path, {"pyproject.toml": table}).slo.latency.threshold_ms == 500
    other = tmp_path / "both"
    other.mkdir()
    loaded = load_profile(Inventory(lay_out(other, {"pyproject.toml": table, "prodify.yaml": "budget: {monthly_usd: 5}\n"})))
    assert loaded.path == "prodify.yaml" and loaded.profile.slo.latency.threshold_ms == 300
    assert "ignored" in loaded.notices[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slo:\n  latncy: {threshold_ms: 3}\n", ["prodify.yaml:2", "latency"]),
        ("slo: {latency: {threshold_ms: fast}}\n", ["threshold_ms", "fast"]),
        ("slo: {latency: {threshold_ms: 0}}\n", ["threshold_ms"]),
        ("slo: {availability_percent: 100}\n", ["availability_percent"]),
        ("audience: everyone\n", ["audience", "creator"]),
        ("service: {name: My App}\n", ["DNS label"]),
        ('service: {owner: "a\\nb"}\n', ["one printable line"]),
        ("service: {description: 'say \"hi\"'}\n", ["quotes"]),
        ("- a\n- b\n", ["list"]),
        ("a: [\n", ["not valid YAML"]),
        ("a: &x 1\nb: *x\n", ["alias"]),
        ("ignore: [{check: debug-is-off}]\n", ["reason"]),
        ("platform: {runtime: mainframe}\n", ["kubernetes"]),
        ("origin: []\n", ["origin"]),
    ],
)
def test_a_wrong_file_is_an_error_that_says_where_and_what(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {"prodify.yaml": text})
    for word in words:
        assert word in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("word", ["nonsense", "=3", "slo.latncy.threshold_ms=3", "slo.latency.threshold_ms=fast", "slo=3", "origin=x"])
def test_a_wrong_setting_is_an_error(tmp_path: Path, word: str) -> None:
    with pytest.raises(UsageError):
        load(tmp_path, {"a.txt": ""}, word)


def test_a_profile_is_bounded_against_bombs(tmp_path: Path) -> None:
    with pytest.raises(ProdifyError):
        load(tmp_path, {"prodify.yaml": "a: " + "[" * 5000 + "\n"})
    other = tmp_path / "large"
    other.mkdir()
    with pytest.raises(ProdifyError):
        load(other, {"prodify.yaml": "#" * 300_000})


def test_the_schema_accepts_what_we_write_and_refuses_unknown_keys() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    validator.validate(yaml.safe_load(profile_text(Profile())))
    assert list(validator.iter_errors({"slo": {"latncy": {}}}))
    json.dumps(schema())


def test_every_key_can_be_set_by_word(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    repo = Inventory(tmp_path)
    for key in known_keys():
        value: object = Profile()
        for part in key.split("."):
            value = getattr(value, part)
        if value is None or value == ():
            continue
        shown = list(value) if isinstance(value, tuple) else value.value if isinstance(value, Audience) else value
        assert load_profile(repo, (f"{key}={json.dumps(shown)}",)).profile.source(key) == "set"


@pytest.mark.parametrize(
    ("text", "settings", "error", "words"),
    [
        ("scaling:\n  min_replicas: 5\n  max_replicas: 2\n", (), ConfigError, "prodify.yaml:3: .*at most 2 replicas, and at least 5"),
        ("traffic:\n  peak_rps: 10\n", (), ConfigError, "prodify.yaml:2: .*10 requests a second at the peak, and 100"),
        ("platform:\n  runtime: cloud-run\n", ("platform.cloud=aws",), UsageError, "Cloud Run on aws"),
    ],
)
def test_values_that_contradict_each_other_are_refused(
    tmp_path: Path, text: str, settings: tuple[str, ...], error: type[ProdifyError], words: str
) -> None:
    with pytest.raises(error, match=words):
        load(tmp_path, {"prodify.yaml": text}, *settings)
