"""What the production guide says of each step and recipe: what it is for, how to try it, how to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Step
from prodify.recipes.shared.layout import ALERTMANAGER, COLLECTOR, INFRA, KUBERNETES, LOAD_TESTS, PROMETHEUS_TESTS

if TYPE_CHECKING:
    from collections.abc import Mapping

PURPOSE: Mapping[Step, str] = {
    Step.GOALS: "What good enough means, in numbers, and what the service needs to run. Everything below takes its numbers from here.",
    Step.CI: "Every change is tested before it counts, and what is tested is what gets deployed.",
    Step.TESTING: "Proof that the service does what it did yesterday, holds its goals under load, and survives what it depends on.",
    Step.OBSERVABILITY: "What the service is doing right now, and why one request was slow: metrics, traces and logs that belong together.",
    Step.SLO: "Somebody is called when users suffer, and not otherwise.",
    Step.SECURITY: "No secret in the repository, no door open by default, weaknesses found before somebody else finds them.",
    Step.SCALING: "The image, the server and what runs it: enough copies for the load, and releases that can be taken back.",
    Step.COST: "What it costs is known, bounded, and somebody hears of it before the bill.",
    Step.RUNBOOKS: "What to do at three in the morning, written down at three in the afternoon.",
    Step.PORTABILITY: "The infrastructure as code, and one place for what ties the service to a provider.",
}

TRY: Mapping[str, str] = {
    "env-example": "cp .env.example .env  # then fill it in",
    "ci": "git switch --create try-ci && git commit --allow-empty --message try && git push --set-upstream origin try-ci",
    "pre-commit": "pre-commit run --all-files",
    "unit": "pytest tests/characterisation",
    "integration": "TEST_DATABASE_URL=postgresql://localhost/test pytest tests/integration",
    "smoke": "BASE_URL=http://localhost:8080 pytest tests/smoke",
    "load": f"k6 run {LOAD_TESTS}/k6.js",
    "model-failures": "pytest tests/test_llm_adapter.py",
    "health": "curl --fail http://localhost:8080/readyz",
    "collector": f"otelcol validate --config {COLLECTOR}",
    "slo": f"promtool test rules {PROMETHEUS_TESTS}/slo_test.yaml",
    "dockerfile": "docker build --tag try . && docker run --rm --env-file .env --publish 8080:8080 try",
    "compose": "docker compose up --detach --wait",
    "kubernetes": f"kubectl kustomize {KUBERNETES}/overlays/staging",
    "alertmanager": f"amtool check-config {ALERTMANAGER}",
    "terraform": f"terraform -chdir={INFRA}/modules/labels init && terraform -chdir={INFRA}/modules/labels test",
    "budget": f"terraform -chdir={INFRA}/modules/budget/thresholds init && terraform -chdir={INFRA}/modules/budget/thresholds test",
}
"""Recipe to the command that shows it working without touching anything that is in use."""

BACK: Mapping[str, str] = {
    "ci": "Delete the workflow file, or switch the workflow off under Actions.",
    "unit": "Delete `tests/characterisation`; the service does not know of it.",
    "telemetry": "Take out the line that calls `telemetry.instrument`, its import and the file. Without a collector it sends nothing.",
    "health": "Take out the line that adds the endpoints, and remove the probes that ask them first.",
    "hardening": "Take out the line that calls `hardening.protect`; the module alone does nothing.",
    "secrets": "Nothing to take back: what was in the history is known to others. Keep the new values out.",
    "dockerfile": "Deploy the image of the last release again; the Dockerfile changes nothing that runs.",
    "kubernetes": "`kubectl delete --kustomize` of an overlay removes what it made, volumes excepted.",
    "rollouts": "`kubectl argo rollouts abort` keeps the old version; without the canary component the Deployment rolls as before.",
    "slo": "Take the rule file out of Prometheus; nothing else reads it.",
    "alertmanager": "Load the former configuration; silence first what would page meanwhile.",
    "terraform": "`terraform plan -destroy` shows what would go. The database refuses to be destroyed until its protection is taken off.",
    "suspend": "Set the variable `dry_run` to true: it then only says what it would do.",
    "staging-schedule": "Delete the two CronJobs; staging then runs all the time.",
    "llm-adapter": "Nothing calls the module until you do.",
}
"""Recipe to how its effect is taken back; the files themselves come back with `git revert` or `prodify undo`."""
