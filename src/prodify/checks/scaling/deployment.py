"""How the service is started, scaled and released."""

from __future__ import annotations

import re

from prodify.api import TEAM_AND_PUBLIC, Audience, Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.components.commands import RANKS, launches

_SERVERS = frozenset(("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "uwsgi", "granian", "streamlit"))
_PLATFORM_SCALES = ("cloud-run", "serverless")


def _workloads(repo: Inventory) -> list[object]:
    return [o for o in repo.kubernetes if o.is_long_running]


@check(step=Step.SCALING, level=Level.WARNING, maturity=1, effort=Effort.MINUTES, fixed_by="server")
def production_server_is_configured(repo: Inventory, profile: Profile) -> Verdict:
    """A production server starts the application.

    Why:
        Workers, threads and time limits decide how many users fit and how a restart behaves; a framework's own server has none of them.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        gunicorn
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```text title="Procfile"
        web: gunicorn --workers 2 app:app
        ```
    """
    services = [c for c in repo.web_services if c.language == "python"]
    if not services:
        return not_applicable("no Python web service")
    starts = [x for x in launches(repo) if RANKS[x.source] >= RANKS["script"] and x.program in _SERVERS]
    calls = repo.python.calls("uvicorn.run", "waitress.serve", "hypercorn.*", "granian.*")
    configured = [Location(p) for p in repo.files.select("gunicorn.conf.py", "gunicorn_config.py", "gunicorn.py", "uwsgi.ini")]
    if starts or calls or configured:
        return passed("a production server starts it", *(Note(x.location, x.program) for x in starts), *calls[:2], *configured)
    return failed("nothing starts it with a production server", *(n for c in services for n in c.evidence[:1]))


@check(step=Step.SCALING, level=Level.WARNING, maturity=2, effort=Effort.HOURS, fixed_by="server")
def shutdown_is_graceful(repo: Inventory, profile: Profile) -> Verdict:
    """A stopped service finishes what it began.

    Why:
        Every deployment stops processes. Without a grace period each of them cuts off the requests that are under way.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        CMD flask run
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        gunicorn
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        CMD ["gunicorn", "--graceful-timeout", "30", "app:app"]
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    servers = [x for x in launches(repo) if x.program in _SERVERS - {"streamlit"} and RANKS[x.source] >= RANKS["compose"]]
    handlers = [*repo.python.calls("signal.signal"), *repo.python.functions("*.on_event")]
    if servers or handlers:
        return passed("the server or the code handles the stop signal", *(Note(x.location, x.program) for x in servers), *(h.location for h in handlers[:2]))
    if not repo.dockerfiles and not launches(repo):
        return failed("nothing says how the service is stopped", *(n for c in repo.services for n in c.evidence[:1]))
    return failed("nothing handles the stop signal", *(d.command.location if d.command else d.location for d in repo.dockerfiles))


@check(step=Step.SCALING, level=Level.WARNING, maturity=1, effort=Effort.MINUTES, hint="Use one port: read PORT in the code, and give the same number in the image, compose file and manifests.")
def ports_agree(repo: Inventory, profile: Profile) -> Verdict:
    """Code, image and manifests name the same port.

    Why:
        A container that listens on 5000 behind a service that asks 8080 starts, looks healthy, and answers nobody.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        if __name__ == "__main__":
            app.run(host="0.0.0.0", port=5000)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        EXPOSE 8080
        CMD ["python", "app.py"]
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        if __name__ == "__main__":
            app.run(host="0.0.0.0", port=8080)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        EXPOSE 8080
        CMD ["python", "app.py"]
        ```
    """
    from prodify.inventory.ports import disagreements

    compared, wrong = disagreements(repo)
    if not compared:
        return not_applicable("no two places name a port")
    return failed("places disagree about the port", *wrong) if wrong else passed("the ports agree", *compared)


@check(step=Step.SCALING, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="kubernetes")
def autoscaling_is_configured(repo: Inventory, profile: Profile) -> Verdict:
    """The number of replicas follows the load.

    Why:
        A fixed number is too small on the day that matters and too dear on all others.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title="deploy/hpa.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          minReplicas: 2
          maxReplicas: 20
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    objects = [o for o in repo.kubernetes if o.kind in ("HorizontalPodAutoscaler", "ScaledObject") or o.group.endswith("knative.dev")]
    blocks = [b for b in repo.terraform if b.kind in ("aws_appautoscaling_target", "aws_autoscaling_group", "google_cloud_run_v2_service", "google_cloud_run_service")]
    if objects or blocks:
        return passed("replicas follow the load", *objects, *blocks)
    return failed("the number of replicas is fixed, or nothing says it")


@check(step=Step.SCALING, level=Level.ERROR, maturity=3, effort=Effort.MINUTES, fixed_by="kubernetes")
def autoscaler_has_requests(repo: Inventory, profile: Profile) -> Verdict:
    """What is autoscaled by CPU requests CPU.

    Why:
        Utilisation is measured against the request. Without one the autoscaler knows nothing and does nothing.

    Fails:
        ```yaml title="deploy/app.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          maxReplicas: 20
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```

    Passes:
        ```yaml title="deploy/app.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          maxReplicas: 20
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers:
                - name: app
                  image: ghcr.io/o/app:1.0.0
                  resources: {requests: {cpu: 100m, memory: 128Mi}}
        ```
    """
    scalers = [o for o in repo.kubernetes if o.kind == "HorizontalPodAutoscaler"]
    if not scalers:
        return not_applicable("no autoscaler on CPU")
    bad = []
    for scaler in scalers:
        target = scaler.get("spec", "scaleTargetRef", "name")
        for item in repo.kubernetes:
            if target is not None and item.is_long_running and item.name == target.text and item.kind != "Rollout":
                bad += [Note(c.location, f"{item.note} {c.name} requests no CPU") for c in item.containers if "cpu" not in dict(c.requests)]
    return failed("an autoscaled container requests no CPU", *bad) if bad else passed("autoscaled containers request CPU", *scalers)


@check(step=Step.SCALING, level=Level.WARNING, maturity=3, audiences=(Audience.PUBLIC,), effort=Effort.MINUTES, fixed_by="kubernetes")
def autoscaler_bounds_fit_goals(repo: Inventory, profile: Profile) -> Verdict:
    """The autoscaler's bounds fit the goals.

    Why:
        One replica is no redundancy, and an upper bound below the planned peak is an outage with a date.

    Fails:
        ```yaml title="deploy/hpa.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          minReplicas: 1
          maxReplicas: 3
        ```

    Passes:
        ```yaml title="deploy/hpa.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          minReplicas: 2
          maxReplicas: 20
        ```
    """
    scalers = [o for o in repo.kubernetes if o.kind == "HorizontalPodAutoscaler" and o.get("spec", "maxReplicas") is not None]
    production = [o for o in scalers if "staging" not in o.path and "dev" not in o.path.split("/")]
    if not production:
        return not_applicable("no autoscaler for production")
    bad = []
    for scaler in production:
        low, high = scaler.get("spec", "minReplicas"), scaler.get("spec", "maxReplicas")
        minimum = low.value if low is not None else 1
        maximum = high.value if high is not None else 0
        if isinstance(minimum, int) and minimum < profile.scaling.min_replicas:
            bad.append(Note(scaler.location, f"minReplicas {minimum}, the goals ask for {profile.scaling.min_replicas}"))
        if isinstance(maximum, int) and maximum < profile.max_replicas:
            bad.append(Note(scaler.location, f"maxReplicas {maximum}, the goals ask for {profile.max_replicas}"))
    return failed("the autoscaler's bounds do not fit the goals", *bad) if bad else passed("the bounds fit the goals", *production)


@check(step=Step.SCALING, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, fixed_by="kubernetes")
def probes_are_set(repo: Inventory, profile: Profile) -> Verdict:
    """Containers have liveness and readiness probes.

    Why:
        Without readiness users are sent to a process that still starts; without liveness a hung one stays in the rotation for ever.

    Fails:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0", ports: [{containerPort: 8080}]}]
        ```

    Passes:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers:
                - name: app
                  image: ghcr.io/o/app:1.0.0
                  ports: [{containerPort: 8080}]
                  livenessProbe: {httpGet: {path: /healthz, port: 8080}}
                  readinessProbe: {httpGet: {path: /readyz, port: 8080}}
        ```
    """
    serving = [(o, c) for o in repo.kubernetes if o.is_long_running for c in o.containers if c.ports]
    if not serving:
        return not_applicable("no container serves a port")
    bad = [Note(c.location, f"{o.note} {c.name} lacks {', '.join(sorted({'liveness', 'readiness'} - c.probes))}") for o, c in serving if not {"liveness", "readiness"} <= c.probes]
    return failed("a serving container lacks a probe", *bad) if bad else passed("every serving container is probed", *(c.location for _, c in serving))


@check(step=Step.SCALING, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, cwe=(770,), fixed_by="kubernetes")
def resources_are_set(repo: Inventory, profile: Profile) -> Verdict:
    """Containers request what they need and have a memory limit.

    Why:
        Without requests the scheduler packs blindly; without a memory limit one leak takes every other service on the machine down.

    Fails:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```

    Passes:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers:
                - name: app
                  image: ghcr.io/o/app:1.0.0
                  resources: {requests: {cpu: 100m, memory: 256Mi}, limits: {memory: 512Mi}}
        ```
    """
    containers = [(o, c) for o in repo.kubernetes if o.is_workload for c in o.containers]
    if not containers:
        return not_applicable("no Kubernetes workload")
    bad = [Note(c.location, f"{o.note} {c.name}") for o, c in containers if "memory" not in dict(c.limits) or not {"cpu", "memory"} <= set(dict(c.requests))]
    return failed("a container has no requests or no memory limit", *bad) if bad else passed("every container's needs are stated", *(c.location for _, c in containers))


@check(step=Step.SCALING, level=Level.NOTE, maturity=3, audiences=(Audience.PUBLIC,), effort=Effort.MINUTES, fixed_by="kubernetes")
def disruption_budget_exists(repo: Inventory, profile: Profile) -> Verdict:
    """Maintenance leaves a replica running.

    Why:
        Upgrading the cluster's machines evicts pods; a disruption budget keeps it from evicting all of them at once.

    Fails:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```

    Passes:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: app}
        spec: {minAvailable: 1, selector: {matchLabels: {app: app}}}
        ```
    """
    workloads = [o for o in repo.kubernetes if o.is_long_running and not o.group.endswith("knative.dev")]
    if not workloads:
        return not_applicable("no long-running Kubernetes workload")
    budgets = [o for o in repo.kubernetes if o.kind == "PodDisruptionBudget"]
    return passed("a disruption budget is there", *budgets) if budgets else failed("maintenance may stop every replica at once", *workloads)


@check(step=Step.SCALING, level=Level.WARNING, maturity=3, audiences=(Audience.PUBLIC,), effort=Effort.HOURS, fixed_by="rollouts")
def releases_are_progressive(repo: Inventory, profile: Profile) -> Verdict:
    """A release reaches a few users first.

    Why:
        A canary that is watched shows a bad release to one user in twenty for five minutes instead of to all of them for an hour.

    Fails:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```

    Passes:
        ```yaml title="deploy/rollout.yaml"
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          strategy: {canary: {steps: [{setWeight: 5}, {pause: {duration: 5m}}]}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```
    """
    if not repo.services and not _workloads(repo):
        return not_applicable("no service is released")
    objects = [o for o in repo.kubernetes if o.kind in ("Rollout", "Canary")]
    gradual = [Note(c.location, c.note) for p in repo.pipelines for c in p.commands if re.search(r"update-traffic|--to-tags|--canary|codedeploy|--no-traffic", c.text)]
    flags = repo.uses("openfeature-sdk", "launchdarkly-server-sdk", "unleash-client", "flagsmith", "growthbook")
    if objects or gradual or flags:
        return passed("releases reach a few users first", *objects, *gradual, *([flags] if flags else []))
    return failed("a release reaches every user at once")
