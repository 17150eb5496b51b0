"""What holds between the generated files: runbooks and alerts, variables and the places where they stand, whatever the runtime."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.validators.base import Outcome, Status
from prodify.validators.runner import verify
from prodify.validators.sources import Sources
from tests.validators.test_one_number import GOALS, RUNTIMES, generated


def written(root: Path, runtime: str, cloud: str) -> Sources:
    """The example with everything applied on disk, and what was written."""
    sources = generated(root, {**GOALS, "platform.runtime": runtime, "platform.cloud": cloud, "audience": "public"})
    for path, text in sources.texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return sources


def prove(root: Path, sources: Sources, validator: str) -> Outcome:
    (outcome,) = verify(root, [path for path in sources if (root / path).is_file()], only=[validator]).outcomes
    return outcome


@pytest.mark.parametrize(("runtime", "cloud"), RUNTIMES)
def test_everything_stands_where_it_belongs(tmp_path: Path, runtime: str, cloud: str) -> None:
    sources = written(tmp_path / "repo", runtime, cloud)
    for validator in ("environment-everywhere", "runbook-per-alert"):
        outcome = prove(tmp_path / "repo", sources, validator)
        assert (outcome.status, outcome.problems) == (Status.PASSED, ()), validator
        assert len(outcome.files) >= 2


GONE = {
    "kubernetes": {
        "deploy/kubernetes/base/external-secret.yaml": "    #   GOOGLE_PLACES_API_KEY\n",
        "deploy/kubernetes/base/kustomization.yaml": "      # - SMTP_PORT=\n",
        ".env.example": "# LLM_FALLBACKS=\n",
    },
    "cloud-run": {
        "deploy/cloud-run/production.yaml": "            # - name: SMTP_PORT\n",
        "deploy/cloud-run/staging.yaml": "            - name: GOOGLE_PLACES_API_KEY\n",
        ".env.example": "GOOGLE_PLACES_API_KEY=\n",
    },
    "compose": {"compose.yaml": "    env_file:\n      - path: .env\n        required: false\n"},
}


@pytest.mark.parametrize("runtime", GONE)
def test_a_variable_that_is_left_out_anywhere_is_noticed(tmp_path: Path, runtime: str) -> None:
    root = tmp_path / "repo"
    sources = written(root, runtime, "gcp")
    for path, line in GONE[runtime].items():
        text = sources.texts[path]
        assert line in text, f"{path} has no {line}"
        (root / path).write_text(text.replace(line, line.replace("- name: GOOGLE_PLACES", "- name: OTHER") if "name: G" in line else "", 1))
        outcome = prove(root, sources, "environment-everywhere")
        assert outcome.status is Status.FAILED, path
        (root / path).write_text(text, encoding="utf-8")


def test_a_variable_that_new_code_reads_is_noticed_in_every_place(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    sources = written(root, "kubernetes", "gcp")
    with (root / "mailer.py").open("a", encoding="utf-8") as code:
        code.write('\nREPLY_TO = os.environ["REPLY_TO_ADDRESS"]\n')
    outcome = prove(root, sources, "environment-everywhere")
    assert {problem.path for problem in outcome.problems} == {".env.example", "deploy/kubernetes/base/deployment.yaml"}
    assert all("REPLY_TO_ADDRESS" in problem.message for problem in outcome.problems)


def test_a_page_or_an_alert_that_is_gone_is_noticed(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    sources = written(root, "kubernetes", "gcp")
    rules, page = "deploy/prometheus/rules/slo.yaml", "docs/runbooks/high-latency.md"
    for path, text in ((rules, sources.texts[rules].replace("alert: HighLatency\n", "alert: TooSlow\n")), (page, None)):
        if text is None:
            (root / path).unlink()
        else:
            (root / path).write_text(text, encoding="utf-8")
        assert prove(root, sources, "runbook-per-alert").status is Status.FAILED, path
        (root / path).write_text(sources.texts[path], encoding="utf-8")
