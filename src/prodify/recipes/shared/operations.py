"""Commands for whoever is on call, for the runtime that the profile names. Runbooks hold nothing that cannot be pasted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.escape import Code
from prodify.recipes.shared.layout import HEALTH_PATH, PORT, READY_PATH
from prodify.recipes.shared.metrics import MODEL_DURATION, REQUEST_DURATION, quantile, selector
from prodify.recipes.shared.tasks import RUN_DURATION, queue_length

if TYPE_CHECKING:
    from prodify.profile import Profile
    from prodify.recipes.shared.layout import Naming


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, and where it is typed: sh in a shell, promql in Grafana's or Prometheus' query field."""

    text: Code
    language: str = "sh"


def commands(profile: Profile, names: Naming) -> dict[str, Command]:
    """Every command by its key; the same keys for every runtime."""
    runtime = {"kubernetes": _kubernetes, "cloud-run": _cloud_run, "compose": _compose}[profile.platform.runtime]
    return {key: Command(Code(text)) for key, text in runtime(profile, names).items()} | _queries(names.service)


def worker_commands(profile: Profile, names: Naming, worker: str) -> dict[str, Command]:
    """Commands on a background worker by their keys; the same for every runtime."""
    runtime = {"kubernetes": _kubernetes_worker, "cloud-run": _cloud_run_worker, "compose": _compose_worker}[profile.platform.runtime]
    selected, run = selector(worker), RUN_DURATION.prometheus
    slow = f"topk(5, sum by (task_name) (rate({run}_sum{{{selected}}}[15m])) / sum by (task_name) (rate({run}_count{{{selected}}}[15m])))"
    failed = f'topk(5, sum by (task_name, error_type) (increase({run}_count{{{selected}, task_state="failure"}}[1h])))'
    queries = {"queue": queue_length(selected), "slow_tasks": slow, "failed_tasks": failed}
    found = {key: Command(Code(text)) for key, text in runtime(profile, names, worker).items()}
    return found | {key: Command(Code(text), "promql") for key, text in queries.items()}


def _kubernetes_worker(profile: Profile, names: Naming, worker: str) -> dict[str, str]:
    target = f"--namespace {names.namespace}"
    pods = f"{target} --selector app.kubernetes.io/name={worker}"
    more = f'{{"spec": {{"minReplicaCount": {2 * profile.scaling.min_replicas}}}}}'
    return {
        "worker_status": f"kubectl get pods {pods} --output wide && kubectl get scaledobject {target} && kubectl top pods {pods}",
        "worker_errors": f'kubectl logs {pods} --since=15m --tail=-1 --prefix=false | grep \'"level": "ERROR"\' | tail -20',
        "worker_logs": f"kubectl logs {pods} --since=1h --tail=40; kubectl describe pods {pods} | grep --after-context 8 'Last State'",
        "worker_scale": f"kubectl patch scaledobject {worker} {target} --type merge --patch '{more}'",
        "worker_restart": f"kubectl rollout restart deployment/{worker} {target}",
        "worker_rollback": f"kubectl rollout undo deployment/{worker} {target}",
        "worker_releases": f"kubectl rollout history deployment/{worker} {target}",
        "worker_stop": f"kubectl annotate scaledobject {worker} {target} autoscaling.keda.sh/paused-replicas=0",
    }


def _cloud_run_worker(profile: Profile, names: Naming, worker: str) -> dict[str, str]:  # noqa: ARG001 - same signature everywhere
    project = f" --project {profile.platform.project}" if profile.platform.project else ""
    where = f"--region {profile.region}{project}"
    log = f'resource.type="cloud_run_worker_pool" AND resource.labels.worker_pool_name="{worker}"'
    return {
        "worker_status": f"gcloud run worker-pools describe {worker} {where}",
        "worker_errors": f"gcloud logging read '{log} AND jsonPayload.level=\"ERROR\"' --freshness 15m --limit 20{project}",
        "worker_logs": f"gcloud logging read '{log}' --freshness 1h --limit 40{project}",
        "worker_scale": f"gcloud run worker-pools update {worker} {where} --instances {2 * profile.scaling.min_replicas}",
        "worker_restart": f'gcloud run worker-pools update {worker} {where} --update-labels restarted="$(date +%s)"',
        "worker_rollback": f'gcloud run worker-pools update {worker} {where} --image "$LAST_GOOD_IMAGE"',
        "worker_releases": f"gcloud run worker-pools revisions list --worker-pool {worker} {where}",
        "worker_stop": f"gcloud run worker-pools update {worker} {where} --instances 0",
    }


def _compose_worker(profile: Profile, names: Naming, worker: str) -> dict[str, str]:  # noqa: ARG001 - same signature everywhere
    return {
        "worker_status": f"docker compose ps {worker} && docker stats --no-stream",
        "worker_errors": f'docker compose logs --since 15m --no-log-prefix {worker} | grep \'"level": "ERROR"\' | tail -20',
        "worker_logs": f"docker compose logs --since 1h --tail 40 {worker}",
        "worker_scale": f"docker compose up --detach --no-recreate --scale {worker}=2 {worker}",
        "worker_restart": f"docker compose restart {worker}",
        "worker_rollback": f'IMAGE="$LAST_GOOD_IMAGE" docker compose up --detach --no-build {worker}',
        "worker_releases": f"docker compose images {worker} && git log --oneline -5",
        "worker_stop": f"docker compose stop {worker}",
    }


def _queries(service: str) -> dict[str, Command]:
    selected = selector(service)
    name = REQUEST_DURATION.prometheus
    failed_calls = f'{MODEL_DURATION.prometheus}_count{{{selected}, error_type!=""}}'
    queries = {
        "slow_routes": f"topk(5, histogram_quantile(0.95, sum by (http_route, le) (rate({name}_bucket{{{selected}}}[5m]))))",
        "error_routes": f'topk(5, sum by (http_route) (increase({name}_count{{{selected}, http_response_status_code=~"5.."}}[6h])))',
        "bounds": f"sum by (le) ({name}_bucket{{{selected}}})",
        "budget": f'slo:period_error_budget_remaining:ratio{{service="{service}"}}',
        "error_ratio": f'slo:sli_error:ratio_rate5m{{service="{service}", slo="availability"}}',
        "model_latency": quantile(selected, 0.95, "15m", MODEL_DURATION),
        "model_errors": f"sum by (error_type, gen_ai_request_model) (increase({failed_calls}[15m]))",
    }
    return {key: Command(Code(text), "promql") for key, text in queries.items()}


def _kubernetes(profile: Profile, names: Naming) -> dict[str, str]:
    target = f"--namespace {names.namespace}"
    pods = f"{target} --selector app.kubernetes.io/name={names.service}"
    more = f'{{"spec": {{"minReplicas": {2 * profile.baseline_replicas}}}}}'
    return {
        "status": f"kubectl get pods {pods} --output wide",
        "errors": f'kubectl logs {pods} --since=15m --tail=-1 --prefix=false | grep \'"level": "ERROR"\' | tail -20',
        "releases": f"kubectl rollout history deployment/{names.service} {target}",
        "dependencies": f"kubectl exec {target} deployment/{names.service} -- {_probe(READY_PATH)}",
        "saturation": f"kubectl top pods {pods} && kubectl get hpa {target}",
        "collector": "kubectl logs --namespace observability --selector app.kubernetes.io/name=otel-collector --since=15m --tail=50",
        "prometheus": "kubectl get pods --namespace observability --selector app.kubernetes.io/name=prometheus",
        "alertmanager": "kubectl get pods --namespace observability --selector app.kubernetes.io/name=alertmanager",
        "rollback": f"kubectl rollout undo deployment/{names.service} {target}",
        "rollback_status": f"kubectl rollout status deployment/{names.service} {target} --timeout=5m",
        "scale": f"kubectl patch hpa {names.service} {target} --type merge --patch '{more}'",
        "stop": f"kubectl scale deployment/{names.service} {target} --replicas=0",
        "restart": f"kubectl rollout restart deployment/{names.service} {target}",
        "model": f'kubectl set env deployment/{names.service} {target} LLM_PROVIDER="$PROVIDER" LLM_MODEL="$MODEL"',
    }


def _cloud_run(profile: Profile, names: Naming) -> dict[str, str]:
    project = f" --project {profile.platform.project}" if profile.platform.project else ""
    where = f"--region {profile.region}{project}"
    log = f'resource.type="cloud_run_revision" AND resource.labels.service_name="{names.service}"'
    url = f"\"$(gcloud run services describe {names.service} {where} --format 'value(status.url)')"
    return {
        "status": f"gcloud run services describe {names.service} {where}",
        "errors": f"gcloud logging read '{log} AND jsonPayload.level=\"ERROR\"' --freshness 15m --limit 20{project}",
        "releases": f"gcloud run revisions list --service {names.service} {where}",
        "dependencies": f'curl --silent --show-error --max-time 10 {url}{READY_PATH}"',
        "saturation": f"gcloud run services describe {names.service} {where} --format 'yaml(spec.template)'",
        "collector": f"gcloud logging read '{log} AND textPayload:opentelemetry' --freshness 15m --limit 50{project}",
        "prometheus": 'curl --silent --show-error --max-time 10 "$PROMETHEUS_URL/-/ready"',
        "alertmanager": 'curl --silent --show-error --max-time 10 "$ALERTMANAGER_URL/-/ready"',
        "rollback": f'gcloud run services update-traffic {names.service} {where} --to-revisions "$REVISION=100"',
        "rollback_status": f"gcloud run services describe {names.service} {where} --format 'yaml(status.traffic)'",
        "scale": f"gcloud run services update {names.service} {where} --min-instances {2 * profile.baseline_replicas}",
        "stop": f"gcloud run services update {names.service} {where} --ingress internal",
        "restart": f'gcloud run services update {names.service} {where} --update-labels restarted="$(date +%s)"',
        "model": f'gcloud run services update {names.service} {where} --update-env-vars "LLM_PROVIDER=$PROVIDER,LLM_MODEL=$MODEL"',
    }


def _compose(profile: Profile, names: Naming) -> dict[str, str]:  # noqa: ARG001 - same signature for every runtime
    return {
        "status": "docker compose ps",
        "errors": f'docker compose logs --since 15m --no-log-prefix {names.service} | grep \'"level": "ERROR"\' | tail -20',
        "releases": f"docker compose images {names.service} && git log --oneline -5",
        "dependencies": f"docker compose exec {names.service} {_probe(READY_PATH)}",
        "saturation": "docker stats --no-stream",
        "collector": "docker ps --all --filter name=collector",
        "prometheus": "docker ps --all --filter name=prometheus",
        "alertmanager": "docker ps --all --filter name=alertmanager",
        "rollback": f'IMAGE="$LAST_GOOD_IMAGE" docker compose up --detach --no-build {names.service}',
        "rollback_status": f"docker compose exec {names.service} {_probe(HEALTH_PATH)}",
        "scale": f"docker compose up --detach --scale {names.service}=2",
        "stop": f"docker compose stop {names.service}",
        "restart": f"docker compose restart {names.service}",
        "model": f'printf "LLM_PROVIDER=%s\\nLLM_MODEL=%s\\n" "$PROVIDER" "$MODEL" >> .env && docker compose up --detach {names.service}',
    }


def _probe(path: str) -> str:
    """Asks the service from inside its own container, which holds Python but no curl."""
    address = f'"http://127.0.0.1:" + os.environ.get("PORT", "{PORT}") + "{path}"'
    return f"python -c 'import os, urllib.request as u; print(u.urlopen({address}).read())'"
