"""What the production guide says of each step and recipe: what it is for, how to try it, how to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Step
from prodify.recipes.ci.project import SMOKE
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
    "env-example": "cp EXAMPLE .env  # then fill it in",
    "profile": "prodify audit .",
    "ci": "git switch --create try-ci && git commit --allow-empty --message try && git push --set-upstream origin try-ci",
    "gitlab-ci": "git switch --create try-ci && git commit --allow-empty --message try && git push --set-upstream origin try-ci",
    "pre-commit": "pre-commit run --all-files",
    "policy": "conftest verify --policy policy",
    "unit": "pytest tests/characterisation",
    "integration": "TEST_DATABASE_URL=postgresql://localhost/test pytest tests/integration",
    "contract": "pytest tests/characterisation/test_contract.py",
    "chaos": "TEST_DATABASE_URL=postgresql://localhost/test pytest tests/chaos",
    "smoke": "BASE_URL=http://localhost:8080 pytest tests/smoke",
    "load": f"k6 run {LOAD_TESTS}/k6.js",
    "feature-flags": "pytest tests/test_feature_flags.py",
    "model-failures": "pytest tests/test_llm_adapter.py",
    "health": "curl --fail http://localhost:8080/readyz",
    "collector": f"otelcol validate --config {COLLECTOR}",
    "local-stack": "docker compose --file compose.observability.yaml up --detach --wait",
    "slo": f"promtool test rules {PROMETHEUS_TESTS}/slo_test.yaml",
    "admission-policy": f"kubectl apply --dry-run=server --filename {KUBERNETES}/policies/admission-policy.yaml",
    "hardening": "curl --head http://localhost:8080/  # the headers are there",
    "network-policy": f"kubectl apply --dry-run=server --kustomize {KUBERNETES}/overlays/staging",
    "scanning": "gh workflow run security  # on GitLab: Build > Pipelines > New pipeline",
    "secrets": "git ls-files '*.env'  # names nothing",
    "dockerfile": "docker build --tag try . && docker run --rm --env-file .env --publish 8080:8080 try",
    "compose": "docker compose up --detach --wait",
    "cloud-run": "gcloud run services replace --dry-run deploy/cloud-run/production.yaml",
    "nomad": "nomad job validate -var environment=staging -var image=$IMAGE@$DIGEST deploy/nomad/service.nomad.hcl",
    "managed-database": f"terraform fmt -check -recursive {INFRA}  # and read the plan before anything is applied",
    "kubernetes": f"kubectl kustomize {KUBERNETES}/overlays/staging",
    "alertmanager": f"amtool check-config {ALERTMANAGER}",
    "terraform": f"terraform -chdir={INFRA}/modules/labels init && terraform -chdir={INFRA}/modules/labels test",
    "crossplane": "kubectl apply --dry-run=server --filename deploy/crossplane/definition.yaml",
    "pulumi": f"cd {INFRA}/pulumi && python -m venv venv && venv/bin/pip install -r requirements.txt pytest && venv/bin/pytest",
    "rightsizing": "pytest tests/test_rightsize.py",
    "budget": f"terraform -chdir={INFRA}/modules/budget/thresholds init && terraform -chdir={INFRA}/modules/budget/thresholds test",
}
"""Recipe to the command that shows it working without touching anything that is in use."""

TRY_OF_FILES: Mapping[str, Mapping[str, str]] = {
    "smoke": {
        f"{SMOKE}/test_smoke.py": TRY["smoke"],
        f"{SMOKE}/test_worker.py": f"SMOKE_BROKER_URL=redis://localhost:6379/0 pytest {SMOKE}/test_worker.py",
    },
    "load": {f"{LOAD_TESTS}/k6.js": TRY["load"], f"{LOAD_TESTS}/enqueue.py": f"python {LOAD_TESTS}/enqueue.py --help"},
}
"""The same for recipes that write different files for web services and workers."""

BACK: Mapping[str, str] = {
    "ci": "Delete the workflow file, or switch the workflow off under Actions; on GitLab delete `.gitlab-ci.yml`.",
    "gitlab-ci": "Delete `.gitlab-ci.yml`, or switch CI/CD off under Settings > General > Visibility.",
    "codeowners": "Delete the file; reviews are asked for by hand again.",
    "dependabot": "Delete the file, or switch version updates off under Settings > Advanced Security. Open pull requests can be closed.",
    "lock": "Take requirements.in for requirements.txt again and delete the script.",
    "pre-commit": "`pre-commit uninstall` on each machine; the file alone does nothing.",
    "policy": "Delete the workflow (on GitLab `.gitlab/policy.gitlab-ci.yml`); the rules judge nothing by themselves.",
    "unit": "Delete `tests/characterisation`; the service does not know of it.",
    "integration": "Delete `tests/integration`; CI then starts no database.",
    "contract": "Delete `test_contract.py`, `contract.json`, `openapi.json` and `consumed.json` in `tests/characterisation`.",
    "chaos": "Delete `tests/chaos`; the service does not know of it.",
    "smoke": "Delete `tests/smoke` and the step of the deployment that runs it.",
    "load": f"Delete `{LOAD_TESTS}`; nothing runs it by itself.",
    "model-failures": "Delete the test; the adapter does not know of it.",
    "collector": f"`kubectl delete --kustomize {COLLECTOR.rpartition('/')[0]}`: services go on without it and drop their telemetry.",
    "dashboard": "Delete it in Grafana.",
    "local-stack": "`docker compose --file compose.observability.yaml down --volumes`.",
    "telemetry": "Take out the line that calls `telemetry.instrument`, its import and the file. Without a collector it sends nothing.",
    "health": "Take out the line that adds the endpoints, and remove the probes that ask them first.",
    "hardening": "Take out the line that calls `hardening.protect`; the module alone does nothing.",
    "admission-policy": "`kubectl delete --filename` of the file: bindings and policies go, what runs is left alone.",
    "image-user": "Take the USER line out again.",
    "network-policy": "`kubectl delete networkpolicy --all` in the namespace: all pods may talk to all again.",
    "pod-security": "Set the label `pod-security.kubernetes.io/enforce` to `baseline`; pods that run are left alone either way.",
    "cache": "Set ANSWER_CACHE_SECONDS to 0; for good, take the decorators, their import and the file out.",
    "rate-limit": "Take out the line that sets the limiter up and its import.",
    "scanning": "Delete the workflow file (on GitLab `.gitlab/security.gitlab-ci.yml`, and its schedule).",
    "secrets": "Nothing to take back: what was in the history is known to others. Keep the new values out.",
    "server": "Start the service by its former command; the settings alone do nothing.",
    "cloud-run": "`gcloud run services update-traffic SERVICE --to-revisions REVISION=100` gives an earlier revision all requests.",
    "compose": "`docker compose down` stops all; volumes stay until `--volumes` is given.",
    "dockerfile": "Deploy the image of the last release again; the Dockerfile changes nothing that runs.",
    "kubernetes": "`kubectl delete --kustomize` of an overlay removes what it made, volumes excepted.",
    "nomad": "`nomad job revert` gives an earlier version back its place; `nomad job stop` ends the service, and the variables stay.",
    "rollouts": "`kubectl argo rollouts abort` keeps the old version; without the canary component the Deployment rolls as before.",
    "slo": "Take the rule file out of Prometheus; nothing else reads it.",
    "alertmanager": "Load the former configuration; silence first what would page meanwhile.",
    "crossplane": "`kubectl delete` of a request asks for its database to go; it refuses until its protection is taken off.",
    "pulumi": "`pulumi destroy --preview-only` shows what would go. The database refuses to go until its protection is taken off.",
    "terraform": "`terraform plan -destroy` shows what would go. The database refuses to be destroyed until its protection is taken off.",
    "tags": "Take the module out of the provider's block; `terraform plan` shows the labels going.",
    "budget": "Take the module out: `terraform plan` shows what goes. No budget stops anything by itself.",
    "backup": "Take the job out of what schedules it; dumps that are there stay until somebody deletes them.",
    "managed-database": "`infra/modules/database/README.md` says how; the database refuses to go until its protection is taken off.",
    "keda": "Take the component `worker-scaling` out of the overlay: the number of workers then stays as it is.",
    "static-files": "Take WhiteNoise's line out of MIDDLEWARE and the collectstatic line out of the Dockerfile.",
    "task-telemetry": "Take out the line that calls the module, its import and the file. Without a collector it sends nothing.",
    "worker": "Start the worker by its former command; the file alone does nothing.",
    "rightsizing": "Delete the script and its test; a patch that came of it is taken out of the overlay.",
    "suspend": "Set the variable `suspend_apply` to false: it then only says what it would do.",
    "staging-schedule": "Delete the two CronJobs; staging then runs all the time.",
    "model-limits": "Take the limit and the variable out of the call; the model's name stands in the last commit before.",
    "feature-flags": "Keep the proven way where code asks a flag; then delete the module, its test and the component.",
    "llm-adapter": "Nothing calls the module until you do.",
}
"""Recipe to how its effect is taken back; the files themselves come back with `git revert` or `prodify undo`."""

DOCUMENTS = frozenset(
    "profile env-example service-readme budget-policy security-policy cost-report game-day on-call postmortem runbook".split()
)
"""Recipes that write only what people read: nothing runs differently for it, so the file is all that there is to take back."""
