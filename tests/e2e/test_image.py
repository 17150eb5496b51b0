"""The generated Dockerfile, built and run for real: what is in the image, and whether it serves as the generated manifests run it.

Two examples with everything applied, built by buildah on a base image that is made here of Debian packages (tests/e2e/live/images.py), with
their requirements from the package index as the Dockerfile says. The container gets what the rendered Deployment gives it: user, read-only
file system, folders in memory, dropped capabilities, settings.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.validators.process import find_executable
from tests.cli.conftest import GIT
from tests.cli.helpers import ROOT, prodify
from tests.e2e.live.images import Built, Container, Store, lacking, named_base
from tests.e2e.live.stack import Postgres, free_port, wait_for

KUBECTL = find_executable("kubectl")

pytestmark = [
    pytest.mark.servers,
    pytest.mark.tools,
    pytest.mark.skipif(os.environ.get("PRODIFY_SLOW_TESTS") != "1", reason="takes minutes; PRODIFY_SLOW_TESTS=1 runs it"),
    pytest.mark.skipif(bool(lacking()), reason=lacking()),
    pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed; make validators installs it"),
]

CANARIES = {
    name: f"canary-{name}-{'7f3c9a' * 3}" for name in ("env", "production", "history", "key", "builder", "test", "log", "state")
}  # fmt: skip
"""Texts that must not be in an image, by the place where they stand."""

MOST_ADDED_MB = 250
"""What the image may weigh beyond its base; the packages of the larger example are about 100 MB."""

HOST = "shop.example.org"


@dataclass(frozen=True)
class Image:
    """An example with everything applied, its image, the image's configuration, and its layers."""

    example: str
    root: Path
    built: Built
    config: dict[str, Any]
    layers: list[Path]
    store: Store

    @property
    def deployment(self) -> dict[str, Any]:
        """The Deployment of the production overlay, and the settings of its ConfigMap."""
        command = [str(KUBECTL), "kustomize", str(self.root / "deploy/kubernetes/overlays/production")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        objects = {item["kind"]: item for item in yaml.safe_load_all(done.stdout)}
        return {**objects["Deployment"]["spec"]["template"], "settings": objects["ConfigMap"]["data"]}

    def members(self) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        """Every file of every layer, also those that a later layer hides."""
        for layer in self.layers:
            with tarfile.open(layer) as archive:
                yield from ((archive, member) for member in archive)


def git(root: Path, *arguments: str) -> None:
    subprocess.run([*GIT, *arguments], cwd=root, check=True, capture_output=True)


def plant(root: Path) -> None:
    """Put a canary wherever people leave secrets."""
    (root / ".env").write_text((root / ".env").read_text() if (root / ".env").exists() else "")
    with (root / ".env").open("a", encoding="utf-8") as file:
        file.write(f"\nCANARY={CANARIES['env']}\n")
    for path, name in (
        (".env.production", "production"), ("certs/server.key", "key"), ("tests/secrets.py", "test"), ("debug.log", "log"),
        ("infra/terraform.tfstate", "state"),
    ):  # fmt: skip
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"# {CANARIES[name]}\n", encoding="utf-8")
    (root / "token.txt").write_text(CANARIES["history"])
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "-m", "a token")
    (root / "token.txt").unlink()
    git(root, "commit", "-q", "-a", "-m", "no token")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    one = Store()
    yield one
    one.clear()


@pytest.fixture(scope="module", params=["where2eat-prototype", "django-notes"])
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, store: Store) -> Image:
    """An example with everything applied, secrets planted, and its image."""
    root = tmp_path_factory.mktemp("image") / "service"
    shutil.copytree(ROOT / "examples" / request.param, root, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3", "*.db", "uploads"))
    for arguments in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "the prototype"]):
        git(root, *arguments)
    done = prodify(["apply", root, "--all", "--yes"])
    assert done.returncode == 0, done.stderr
    plant(root)
    reference = named_base((root / "Dockerfile").read_text(encoding="utf-8"))
    origin = store.require_base(reference)
    built = store.build(root, f"localhost/{root.parent.name}", CANARY_TOKEN=CANARIES["builder"])
    folder = tmp_path_factory.mktemp("layers")
    config, layers = store.save(built.name, folder)
    whole, base = store.size(built.name), store.size(reference)
    sys.stdout.write(
        f"\n{request.param}: {reference} {origin}; built in {built.seconds:.0f} s; {whole / 1e6:.0f} MB, {(whole - base) / 1e6:.0f} MB of "
        f"them added to the base\n"
    )
    assert whole - base < MOST_ADDED_MB * 1e6
    return Image(request.param, root, built, config, layers, store)


def test_the_image_holds_no_secret_no_history_and_no_tests(image: Image) -> None:
    words = [text.encode() for text in CANARIES.values()]
    local = [line.partition("=")[2].strip().encode() for line in (image.root / ".env").read_text().splitlines()]
    words += [value for value in local if len(value) >= 16]
    assert not [word for word in words if word in json.dumps(image.config).encode()], "in the image's configuration or history"
    seen = 0
    for archive, member in image.members():
        parts = Path(member.name).parts
        if parts[:1] == ("app",):
            assert not {".git", ".env", "tests", "certs"} & set(parts[1:]) or member.isdir(), member.name
        content = archive.extractfile(member) if member.isfile() else None
        if content is not None:
            text = content.read()
            assert not [word for word in words if word in text], member.name
            seen += 1
    assert seen > 3000, "the packages alone are more files"


def test_the_code_is_there_and_belongs_to_root(image: Image) -> None:
    code = {member.name: member for _, member in image.members() if member.name.startswith("app/")}
    assert {"app/gunicorn.conf.py", "app/requirements.txt"} <= set(code)
    assert [name for name in code if name.endswith("/telemetry.py")] and [name for name in code if name.endswith("/health.py")]
    writable = {"app/uploads"} if image.example == "where2eat-prototype" else set()
    assert {member.name for member in code.values() if member.uid != 0 or member.mode & 0o002} == writable


def test_the_configuration_says_how_to_run_it(image: Image) -> None:
    config = image.config["config"]
    assert config["User"] == "10001:10001" and config["StopSignal"] == "SIGTERM" and config["ExposedPorts"] == {"8080/tcp": {}}
    assert config["Cmd"][0] == "gunicorn" and config["Healthcheck"]["Test"][0] == "CMD"
    assert "warning" not in image.built.log.lower()


def options(deployment: dict[str, Any]) -> list[str]:
    """What podman calls that which a Deployment says of its only container."""
    (container,) = deployment["spec"]["containers"]
    pod, own = deployment["spec"]["securityContext"], container["securityContext"]
    assert own["readOnlyRootFilesystem"] and not own["allowPrivilegeEscalation"] and own["capabilities"] == {"drop": ["ALL"]}
    volumes = {volume["name"]: volume["emptyDir"] for volume in deployment["spec"]["volumes"]}
    mounted = [(mount["mountPath"], volumes[mount["name"]]["sizeLimit"].removesuffix("i").lower()) for mount in container["volumeMounts"]]
    memory = container["resources"]["limits"]["memory"].removesuffix("i").lower()
    return [
        "--read-only", "--read-only-tmpfs=false", "--security-opt=no-new-privileges", "--cap-drop=all", f"--memory={memory}",
        f"--user={pod['runAsUser']}:{pod['runAsGroup']}", *[f"--tmpfs={path}:rw,size={size},mode=1777" for path, size in mounted],
    ]  # fmt: skip


@pytest.fixture
def database() -> Iterator[Postgres]:
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("no PostgreSQL server below /usr/lib/postgresql: make validators installs it")
    one = Postgres()
    yield one
    one.close()


def ask(port: int, path: str, host: str = HOST) -> int:
    """The status of an answer, 0 where nobody answers."""
    try:
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host}), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_it_serves_as_the_manifests_run_it_and_ends_in_time(image: Image, database: Postgres) -> None:
    deployment, port = image.deployment, free_port()
    given = {"SECRET_KEY": "for-this-test-only", "DATABASE_URL": database.url, "ALLOWED_HOSTS": HOST, "ENVIRONMENT": "production"}
    # The collector's address is the manifest's, and nobody answers there: the service has to do without.
    settings = {**deployment["settings"], **given, "PORT": str(port)}
    with image.store.container(image.built.name, options(deployment), settings) as container:
        wait_for("the first answer", lambda: ask(port, "/healthz") == 200, 90)
        if image.example == "django-notes":
            migrated = container.inside("python", "manage.py", "migrate", "-v", "0")
            assert migrated.returncode == 0, migrated.stderr
        assert (ask(port, "/readyz"), ask(port, "/")) == (200, 200), container.log()
        check_confined(container)
        assert container.healthy()
        check = image.config["config"]["Healthcheck"]["Test"][1:]
        assert container.inside("env", "PORT=1", *check).returncode != 0, "healthy where nobody answers"
        patience = deployment["spec"]["terminationGracePeriodSeconds"]
        status, seconds = container.stop(patience)
        assert status == 0, container.log()
        assert seconds < patience, container.log()
        sys.stdout.write(f"\n{image.example}: ended {seconds:.1f} s after SIGTERM, {patience} s allowed\n")
        check_log(container)


def check_confined(container: Container) -> None:
    """It is nobody, may do nothing, and can write only where a folder was given to it."""
    assert container.inside("id", "--user").stdout.strip() == "10001"
    state = dict(line.split(":", 1) for line in container.inside("cat", "/proc/1/status").stdout.splitlines() if ":" in line)
    assert int(state["CapEff"], 16) == int(state["CapBnd"], 16) == 0 and state["NoNewPrivs"].strip() == "1"
    assert "Read-only file system" in container.inside("touch", "/app/new").stderr
    assert "Read-only file system" in container.inside("touch", "/new").stderr
    assert container.inside("touch", "/tmp/new").returncode == 0


def check_log(container: Container) -> None:
    """Lines of JSON beside what the prototype prints; no error but that the collector is not there, and none with a secret."""
    text = container.log()
    assert not [canary for canary in CANARIES.values() if canary in text]
    assert "Traceback" not in text
    ours = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert not [line for line in ours if line["level"] not in ("INFO", "WARNING") and not line["logger"].startswith("opentelemetry.")], text
    assert any(line.get("http.response.status_code") == 200 for line in ours), text


def test_a_changed_line_builds_only_the_last_layers(image: Image) -> None:
    with (image.root / "gunicorn.conf.py").open("a", encoding="utf-8") as file:
        file.write("# a change\n")
    again = image.store.build(image.root, f"{image.built.name}-again")
    steps = [step.split()[0] for step in again.cached]
    assert any("pip install --requirement requirements.txt" in step for step in again.cached), again.log
    assert "COPY --from=build /opt/venv /opt/venv" in again.cached and "COPY . ." not in again.cached, steps
    sys.stdout.write(f"\n{image.example}: a changed line built in {again.seconds:.1f} s, {len(again.cached)} steps from the cache\n")
    assert again.seconds < image.built.seconds or image.built.cached
