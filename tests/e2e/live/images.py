"""Container images without a registry: a base image made of Debian packages, builds with buildah, containers with podman.

Everything is kept in a store of its own below ~/.cache/prodify, named after what the base image is made of, so that a second run starts
at once and the machine's own images are not touched. The base image stands in for the official one under the name that a Dockerfile
uses: it proves the Dockerfile's own lines, not what the official image brings.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("buildah", "podman", "runc", "debootstrap", "conmon")
SUITE = "trixie"
PACKAGES = ("ca-certificates", "python3", "python3-venv", "python3-pip")
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
NEEDLESS = ("var/cache/apt", "var/lib/apt/lists", "var/log", "usr/share/doc", "usr/share/man", "usr/share/locale")
"""Folders that are emptied; an official image has them empty too."""

PIP = f"[global]\ncert = {AUTHORITIES}\n"
"""The authorities that this machine trusts are trusted in the build, by the base image and not by what is built on it."""

SETTINGS = {
    # runc works in every layout of control groups; the limits are those that any machine allows.
    "containers.conf": '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n\n'
    '[engine]\ncgroup_manager = "cgroupfs"\nruntime = "runc"\nevents_logger = "file"\n\n[network]\nnetwork_backend = "netavark"\n',
    "registries.conf": 'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "disabled"\n',
    "policy.json": '{"default": [{"type": "insecureAcceptAnything"}]}\n',
}


def lacking() -> str:
    """Why no image can be built here, or the empty string."""
    absent = [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/libexec/podman") is None]
    if absent:
        return f"{', '.join(absent)} not found: make validators as root on Debian installs them"
    if os.geteuid() != 0:
        return "building and running images without a daemon needs root here"
    return "" if AUTHORITIES.is_file() else f"no {AUTHORITIES}"


def named_base(dockerfile: str) -> str:
    """The reference of the base image that a Dockerfile's last stage starts from, its ARG filled in."""
    arguments = dict(line.removeprefix("ARG ").split("=", 1) for line in dockerfile.splitlines() if line.startswith("ARG ") and "=" in line)
    reference = [line.split()[1] for line in dockerfile.splitlines() if line.startswith("FROM ")][-1]
    for name, value in arguments.items():
        reference = reference.replace(f"${{{name}}}", value)
    return reference


@dataclass(frozen=True)
class Built:
    """An image: its name, what the builder said, and the seconds that it took."""

    name: str
    log: str
    seconds: float

    @property
    def cached(self) -> list[str]:
        """The steps that were taken from an earlier build: `COPY requirements.txt ./`."""
        return [before.partition(": ")[2] for before, line in pairwise(self.log.splitlines()) if line.startswith("--> Using cache")]


class Store:
    """Images and containers in a folder of their own."""

    def __init__(self) -> None:
        made_of = [SUITE, *PACKAGES, *NEEDLESS, PIP, platform.machine(), hashlib.sha256(AUTHORITIES.read_bytes()).hexdigest()]
        self.key = hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]
        self.root = Path.home() / ".cache" / "prodify" / "containers" / self.key
        self.made: set[str] = set()
        (self.root / "tmp").mkdir(parents=True, exist_ok=True)
        folder = subprocess.run(["stat", "--file-system", "--format=%T", self.root], capture_output=True, text=True, check=True)
        driver = "vfs" if folder.stdout.strip() == "overlayfs" else "overlay"
        storage = f'[storage]\ndriver = "{driver}"\ngraphroot = "{self.root}/storage"\nrunroot = "/run/prodify-containers-{self.key}"\n'
        for name, text in {**SETTINGS, "storage.conf": storage}.items():
            (self.root / name).write_text(text, encoding="utf-8")
        self.environment = {
            **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "http_proxy", "https_proxy", "no_proxy")},
            "CONTAINERS_CONF": f"{self.root}/containers.conf",
            "CONTAINERS_STORAGE_CONF": f"{self.root}/storage.conf",
            "CONTAINERS_REGISTRIES_CONF": f"{self.root}/registries.conf",
            "TMPDIR": f"{self.root}/tmp",
            "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/libexec/podman",
        }

    def call(
        self, *command: str, seconds: float = 600, check: bool = True, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program on this store.

        Raises:
            AssertionError: it ended with another status than 0, unless `check` is false; with what it said.
        """
        environment = {**self.environment, **(more or {})}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds, check=False, cwd=self.root)
        assert done.returncode == 0 or not check, f"{command[:3]}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done

    def base(self, reference: str) -> str:
        """Have a base image of Debian's Python under a name such as `python:3.14-slim-trixie`; answers how it came about."""
        with (self.root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.call("buildah", "inspect", "--type=image", f"docker.io/library/{reference}", check=False).returncode == 0:
                return "from an earlier run"
            began = time.monotonic()
            if self.call("buildah", "inspect", "--type=image", "localhost/base", check=False).returncode != 0:
                self._make_base()
            self.call("buildah", "tag", "localhost/base", f"docker.io/library/{reference}")
            return f"made in {time.monotonic() - began:.0f} s"

    def require_base(self, reference: str) -> str:
        """The same; the test is skipped where this machine lets nobody make or run an image, which its sandbox decides."""
        try:
            how = self.base(reference)
        except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"no base image can be made here: {str(error)[-400:]}")
        name = f"docker.io/library/{reference}"
        tried = self.call("podman", "run", "--rm", "--pull=never", "--network=host", name, "python3", "-c", "pass", check=False)
        if tried.returncode != 0:
            pytest.skip(f"no container can be run here: {tried.stderr[-400:]}")
        return how

    def _make_base(self) -> None:
        with tempfile.TemporaryDirectory(dir=self.root / "tmp") as folder:
            system = Path(folder) / "system"
            self.call("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(system), seconds=1800)
            for name in NEEDLESS:
                shutil.rmtree(system / name)
                (system / name).mkdir()
            for program in ("python3", "python", "pip"):
                (system / "usr/local/bin" / program).symlink_to(f"/usr/bin/{program if program == 'pip' else 'python3'}")
            for marker in system.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
                marker.unlink()
            (system / AUTHORITIES.relative_to("/")).write_bytes(AUTHORITIES.read_bytes())
            (system / "etc/pip.conf").write_text(PIP, encoding="utf-8")
            container = self.call("buildah", "from", "scratch").stdout.strip()
            self.call("buildah", "add", container, str(system), "/")
            path = "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
            self.call("buildah", "config", "--env", path, "--env", "LANG=C.UTF-8", "--cmd", '["python3"]', container)
            self.call("buildah", "commit", "--rm", container, "localhost/base")

    def build(self, context: Path, name: str, **environment: str) -> Built:
        """Build the Dockerfile of a folder; `environment` is that of the builder, as a pipeline's would be."""
        began = time.monotonic()
        # The format has to be Docker's: the other one knows no HEALTHCHECK. A process in a chroot needs nothing of the host but root.
        options = ("--isolation=chroot", "--pull-never", "--format=docker", "--layers", "--tag", name)
        done = self.call("buildah", "build", *options, str(context), seconds=1200, more=environment)
        self.made.add(name)
        return Built(name, done.stdout + done.stderr, time.monotonic() - began)

    def save(self, name: str, folder: Path) -> tuple[dict[str, Any], list[Path]]:
        """The configuration of an image with its history, and its layers as tar files, the base image's first."""
        self.call("buildah", "push", "--disable-compression", name, f"dir:{folder}")
        manifest = json.loads((folder / "manifest.json").read_text())
        config = json.loads((folder / manifest["config"]["digest"].partition(":")[2]).read_text())
        return config, [folder / layer["digest"].partition(":")[2] for layer in manifest["layers"]]

    def size(self, name: str) -> int:
        """Bytes of an image with all that it is built on."""
        (found,) = json.loads(self.call("podman", "image", "inspect", name).stdout)
        return int(found["Size"])

    @contextmanager
    def container(self, image: str, options: list[str], settings: Mapping[str, str]) -> Iterator[Container]:
        """A running container; what it said is shown when the block fails."""
        variables = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
        started = self.call("podman", "run", "--detach", "--pull=never", "--network=host", *options, *variables, image)
        one = Container(self, started.stdout.strip())
        try:
            yield one
        except BaseException:
            sys.stdout.write(one.log())
            raise
        finally:
            self.call("podman", "rm", "--force", "--time=0", one.id, check=False)

    def clear(self) -> None:
        """Forget the images that were built; the base image stays."""
        for name in self.made:
            self.call("podman", "image", "rm", "--force", name, check=False)


@dataclass(frozen=True)
class Container:
    """A container that runs."""

    store: Store
    id: str

    def log(self) -> str:
        """What it wrote to both streams."""
        done = self.store.call("podman", "logs", self.id, check=False)
        return done.stdout + done.stderr

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program beside the service."""
        return self.store.call("podman", "exec", self.id, *command, check=False, seconds=60)

    def healthy(self) -> bool:
        """What the image's own HEALTHCHECK says now."""
        return self.store.call("podman", "healthcheck", "run", self.id, check=False, seconds=60).returncode == 0

    def stop(self, seconds: int) -> tuple[int, float]:
        """Ask it to end, as a platform does that kills after so many seconds; answers its exit status and the seconds that it took."""
        began = time.monotonic()
        self.store.call("podman", "stop", f"--time={seconds}", self.id)
        took = time.monotonic() - began
        (state,) = json.loads(self.store.call("podman", "inspect", self.id).stdout)
        return int(state["State"]["ExitCode"]), took
