"""Container images and what runs in them."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Note, Profile, Role, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.deployed import deployed_images
from prodify.inventory.yamlview import YamlNode


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(250,),
    fixed_by="dockerfile",
    hint="Add a USER with a number above 0 to the last stage of the Dockerfile (`prodify apply --recipe image-user` writes it), "
    "and give it the files that it writes.",
)
def image_runs_as_non_root(repo: Inventory, profile: Profile) -> Verdict:
    """The container image does not run as root.

    Why:
        A process that runs as root in the container is root on the host's kernel; an escape then needs no second step.

    Fails:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        CMD ["gunicorn", "app:app"]
        ```

    Passes:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        CMD ["gunicorn", "app:app"]
        ```
    """
    images = [d for d in repo.dockerfiles if d.stages and d.role is Role.PRODUCTION]
    if not images:
        return not_applicable("no Dockerfile")
    root = [d.user_location for d in images if d.runs_as_root]
    if root:
        return failed("the container runs as root", *root)
    return passed("every image names a user other than root", *(d.user_location for d in images))


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(1357,),
    fixed_by="dockerfile",
    hint="Name a version in every FROM (python:3.14-slim-trixie), or better its digest.",
)
def base_image_is_pinned(repo: Inventory, profile: Profile) -> Verdict:
    """Base images name a version.

    Why:
        Without a version the same Dockerfile builds something else next month, and nobody sees which change broke it.

    Fails:
        ```dockerfile title="Dockerfile"
        FROM python
        USER 10001
        ```

    Passes:
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim-trixie
        USER 10001
        ```
    """
    images = [image for d in repo.dockerfiles for image in d.images]
    if not images:
        return not_applicable("no image is built on another")
    floating = [image for image in images if image.is_floating]
    return failed("a base image names no version", *floating) if floating else passed("every base image names a version", *images)


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(1357,),
    hint="Name a version or, better, a digest for every image.",
)
def image_tag_is_not_latest(repo: Inventory, profile: Profile) -> Verdict:
    """Images that are deployed name a version, not latest.

    Why:
        Two machines that pull `latest` at different times run different programs, and going back is impossible: there is no name for
        before.

    Fails:
        ```yaml title="compose.yaml"
        services:
          cache:
            image: redis:latest
        ```

    Passes:
        ```yaml title="compose.yaml"
        services:
          cache:
            image: redis:8.2-alpine
        ```
    """
    images = deployed_images(repo)
    if not images:
        return not_applicable("no image is deployed by name")
    floating = [image for image in images if image.is_floating]
    return (
        failed("an image is deployed without a version", *floating) if floating else passed("every deployed image names a version", *images)
    )


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=3,
    effort=Effort.HOURS,
    cwe=(250,),
    fixed_by="kubernetes",
    hint="Set runAsNonRoot, seccompProfile RuntimeDefault, allowPrivilegeEscalation: false and capabilities drop ALL in every pod.",
)
def pods_are_restricted(repo: Inventory, profile: Profile) -> Verdict:
    """Pods meet the restricted Pod Security Standard.

    Why:
        Without these four settings a container may become root, gain capabilities or use any system call; they cost a normal service
        nothing.

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
              containers:
                - name: app
                  image: ghcr.io/o/app:1.0.0
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
              securityContext:
                runAsNonRoot: true
                seccompProfile: {type: RuntimeDefault}
              containers:
                - name: app
                  image: ghcr.io/o/app:1.0.0
                  securityContext:
                    allowPrivilegeEscalation: false
                    capabilities: {drop: [ALL]}
        ```
    """
    # Knative's platforms (Cloud Run) isolate instances themselves and know no such settings.
    elsewhere = ("knative.dev", "run.googleapis.com")
    workloads = [o for o in repo.kubernetes if o.is_workload and o.containers and not o.group.endswith(elsewhere)]
    if not workloads:
        return not_applicable("no Kubernetes workload")
    bad = []
    for item in workloads:
        for container in item.containers:
            missing = [name for name, keys, want in _RESTRICTED if _setting(item.pod_spec, container.security_context, keys) not in want]
            if missing:
                bad.append(Note(container.location, f"{item.note} {container.name}: {', '.join(missing)} not set"))
    return failed("a pod may do more than it needs", *bad) if bad else passed("every pod is restricted", *workloads)


_RESTRICTED = (
    ("runAsNonRoot", ("runAsNonRoot",), (True,)),
    ("seccompProfile", ("seccompProfile", "type"), ("RuntimeDefault", "Localhost")),
    ("allowPrivilegeEscalation", ("allowPrivilegeEscalation",), (False,)),
    ("capabilities.drop", ("capabilities", "drop", 0), ("ALL",)),
)


def _setting(pod: object, container: object, keys: tuple[str | int, ...]) -> object:
    """A setting of a container's security context, else of the pod's."""
    for node in (container, pod.get("securityContext") if isinstance(pod, YamlNode) else None):
        if isinstance(node, YamlNode):
            found = node.get(*keys)
            if found is not None:
                return found.value
    return None


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(250,),
    hint="Remove privileged, host namespaces and the container engine's socket; give single capabilities where one is really needed.",
)
def containers_are_not_privileged(repo: Inventory, profile: Profile) -> Verdict:
    """No container is privileged.

    Why:
        A privileged container, or one that holds the engine's socket, owns the machine and every other container on it.

    Fails:
        ```yaml title="compose.yaml"
        services:
          app:
            image: ghcr.io/o/app:1.0.0
            privileged: true
        ```

    Passes:
        ```yaml title="compose.yaml"
        services:
          app:
            image: ghcr.io/o/app:1.0.0
        ```
    """
    services = [s for f in repo.compose_files for s in f.services]
    workloads = [o for o in repo.kubernetes if o.is_workload]
    if not services and not workloads:
        return not_applicable("no container is deployed")
    bad = [Note(s.location, f"{s.name} is privileged") for s in services if s.privileged]
    for item in workloads:
        for container in item.containers:
            flag = container.security_context.get("privileged") if container.security_context is not None else None
            if flag is not None and flag.value is True:
                bad.append(Note(flag.location, f"{item.note} {container.name} is privileged"))
    return (
        failed("a container is privileged", *bad)
        if bad
        else passed("no container is privileged", *workloads, *(s.location for s in services))
    )
