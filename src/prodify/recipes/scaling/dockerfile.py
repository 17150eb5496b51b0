"""The recipe `dockerfile`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from prodify import edits
from prodify.api import Edit, File, Inventory, Profile, Step, recipe
from prodify.data import requirement
from prodify.data.images import image
from prodify.edits.pyproject import table
from prodify.escape import Code, shell_word
from prodify.recipes.scaling.service import Deployable, deployable
from prodify.recipes.scaling.static_files import collects
from prodify.recipes.scaling.worker_manifests import probe
from prodify.recipes.scaling.workers import STARTER, worker_alone, worker_of
from prodify.recipes.shared.layout import PORT, UID
from prodify.recipes.shared.packages import pyproject
from prodify.render import render

UPLOAD_MEGABYTES = 10
IGNORED = (
    "**/.env", "**/.env.*", "**/*.pem", "**/*.key", "**/*.db", "**/*.sqlite3", "**/*.log", "**/*.tfstate*", "**/.terraform",
    ".git", ".github", "**/.venv", "**/venv", "**/node_modules", "**/__pycache__", "**/*.pyc",
    "**/.pytest_cache", "**/.mypy_cache", "**/.ruff_cache", "**/.coverage", "htmlcov",
    "Dockerfile", ".dockerignore", "compose*.yaml", "tests", "requirements-dev.txt",
    "prodify.yaml", ".prodify.lock.json",
)  # fmt: skip
"""What an image never needs: secrets, state of other tools, history, caches, tests. Patterns start at the context's root."""
_TITLE = "Not for the image: secrets, caches, history, what only describes the service"
_ONLY_DESCRIBE = ("deploy", "docs", "infra", "load", "slo")

# Packages without a wheel need a compiler and headers to build, and a library to run.
_SYSTEM = {
    "psycopg2": ("gcc libc6-dev libpq-dev", "libpq5"),
    "mysqlclient": ("gcc libc6-dev default-libmysqlclient-dev pkg-config", "libmariadb3"),
}


@dataclass(frozen=True, slots=True)
class DockerfileContext:
    """What `scaling/Dockerfile` names; empty strings leave a part out."""

    title: str
    source: str
    python_image: str
    python_version: str
    variant: str
    uv_image: str
    manager: str
    requirements: str
    needs_source: bool
    dependencies_only: bool
    locked: bool
    install: Code
    server_requirement: str
    poetry_requirement: str
    build_packages: Code
    runtime_packages: Code
    writable: tuple[str, ...]
    source_root: str
    uid: int
    port: int
    static: tuple[Code, ...]
    port_setting: Code
    healthcheck: Code
    command: Code


@recipe(
    step=Step.SCALING,
    fixes=(
        "platform-files-have-an-alternative",
        "image-is-the-artefact", "image-runs-as-non-root", "image-tag-is-not-latest", "base-image-is-pinned",
        "dockerignore-excludes-secrets", "image-build-leaks-no-secret", "dev-server-is-not-production",
        "production-server-is-configured", "port-comes-from-environment",
    ),
    after=("server", "worker"),
)  # fmt: skip
def dockerfile(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """A small image of the service that runs as an ordinary user: Dockerfile and .dockerignore.

    Written for Python web services and workers with requirements.txt, uv, Poetry or a plain pyproject.toml. An image that is
    described elsewhere in the repository is left to it.
    """
    alone = worker_alone(repo, profile)
    service = deployable(repo, profile) or (alone.image if alone is not None else None)
    if service is None:
        return
    path = service.path("Dockerfile")
    if any(other.path != path for other in repo.dockerfiles):
        return
    python = image("python")
    build, runtime = _system_packages(repo)
    yield File(
        path,
        render(
            "scaling/Dockerfile",
            DockerfileContext(
                title=service.names.service,
                source=profile.service.repository,
                python_image=python.image,
                python_version=service.python_version,
                variant=python.variant,
                uv_image=image("uv").reference,
                manager=service.manager,
                requirements=service.requirements,
                needs_source=_needs_source(repo, service),
                dependencies_only=service.manager == "project" and _declares(repo, service),
                locked=service.path("poetry.lock") in repo.files,
                install=Code(f"--requirement {service.requirements}" if service.manager == "requirements" else "."),
                server_requirement=requirement(service.server) if service.server_in_image else "",
                poetry_requirement=requirement("poetry"),
                build_packages=Code(build),
                runtime_packages=Code(runtime),
                writable=service.writable,
                source_root=service.source_root,
                uid=UID,
                port=0 if service.server == "worker" else PORT,
                port_setting=Code("" if service.server == "worker" else f" PORT={PORT}"),
                static=_stand_ins(repo, profile) if collects(repo, service) else (),
                healthcheck=Code(healthcheck(service) if service.server != "worker" else sign_of_life(repo, profile)),
                command=Code(json.dumps(command(service))),
            ),
        ),
    )
    yield Edit(
        service.path(".dockerignore"),
        edits.gitignore.add(*IGNORED, *_streamlit(service), *_only_describing(repo, service), section=_TITLE),
        why="keep secrets and everything that the service does not need out of the image",
        create=True,
    )


def sign_of_life(repo: Inventory, profile: Profile) -> str:
    """The exec form of a look at the file that a worker touches; empty where it touches none."""
    found = worker_of(repo, profile)
    wanted = probe(found, profile) if found is not None else []
    return json.dumps(wanted) if wanted else ""


def command(service: Deployable) -> list[str]:
    """The exec form of the start command."""
    if service.server == "gunicorn":
        application = f"{service.application}()" if service.factory else service.application
        return ["gunicorn", "--config", "gunicorn.conf.py", application]
    if service.server == "uvicorn":
        return ["python", "serve.py"]
    if service.server == "worker":
        return ["python", STARTER]
    options = (
        "--server.headless=true", "--server.address=0.0.0.0", f"--server.port={PORT}", "--browser.gatherUsageStats=false",
        # Visitors see that something went wrong, not where in the code; uploads end at 10 MB instead of 200.
        "--client.showErrorDetails=none", "--client.toolbarMode=viewer", f"--server.maxUploadSize={UPLOAD_MEGABYTES}",
    )  # fmt: skip
    return ["streamlit", "run", service.application, *options]


def healthcheck(service: Deployable) -> str:
    """The exec form of a health check that needs nothing but Python; a bare connection where no health path is known."""
    if service.health_path is None:
        code = f"import os, socket; socket.create_connection(('127.0.0.1', int(os.environ.get('PORT', {PORT}))), 2)"
    else:
        code = (
            "import os, urllib.request as u; "
            f"u.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '{PORT}') + '{service.health_path}', timeout=2)"
        )
    return json.dumps(["python", "-c", code])


def _stand_ins(repo: Inventory, profile: Profile) -> tuple[Code, ...]:
    """Settings for the one command that collects static files: it reads the settings and neither a database nor a secret."""
    from prodify.recipes.testing.unit import settings_of

    values, _ = settings_of(repo, profile)
    stand_ins = {"{database}": "sqlite://:memory:", "{upstream}": "http://localhost"}
    others = ("OTEL_", "PYTHON_", "OPENAI_", "ANTHROPIC_")
    own = [Code(f"{name}={shell_word(stand_ins.get(value, value))}") for name, value in values if not name.startswith(others)]
    return tuple(own) or (Code("ENVIRONMENT=build"),)


def _needs_source(repo: Inventory, service: Deployable) -> bool:
    """Whether installing the packages reads more of the repository than the one file: other lists, or the project itself."""
    if service.manager != "requirements":
        return service.manager == "project"
    if "/" in service.requirements:
        return True
    words = (line.split(maxsplit=1)[0] for line in repo.files.lines(service.path(service.requirements)) if line.strip())
    return any(word.startswith(("-r", "-c", "-e", "--requirement", "--constraint", "--editable", ".", "file:")) for word in words)


def _declares(repo: Inventory, service: Deployable) -> bool:
    """Whether pyproject.toml lists the dependencies by the standard, so that they can be installed without building the project."""
    project = table(pyproject(repo, service.directory), "project")
    return bool(project) and "dependencies" not in project.get("dynamic", ())


def _streamlit(service: Deployable) -> tuple[str, ...]:
    return ("**/.streamlit/secrets.toml",) if service.server == "streamlit" else ()


def _only_describing(repo: Inventory, service: Deployable) -> list[str]:
    """Folders that only describe the service, unless code of the service stands in one of that name."""
    return [name for name in _ONLY_DESCRIBE if service.path(f"{name}/__init__.py") not in repo.files]


def _system_packages(repo: Inventory) -> tuple[str, str]:
    """Debian packages for building and for running, for dependencies that come without a wheel."""
    named = {d.name.lower().replace("_", "-") for m in repo.manifests for d in m.dependencies if d.ecosystem == "pypi" and not d.dev}
    needed = [_SYSTEM[name] for name in sorted(named & set(_SYSTEM))]
    return tuple(" ".join(dict.fromkeys(" ".join(part).split())) for part in zip(*needed, strict=True)) if needed else ("", "")  # type: ignore[return-value]
