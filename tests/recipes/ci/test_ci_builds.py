"""The generated pipeline from the push to the registry, really executed by act: tests, image, publication.

buildah and podman stand in for docker, on a base image of Debian packages (tests/e2e/live/images.py); a registry on loopback takes it.
The actions of others have stand-ins: artifacts go through a folder, the scanner only asks whether the image is there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.live.images import Store, lacking, named_base
from tests.e2e.live.stack import Process, free_port, get, wait_for
from tests.recipes.ci.running import ACT, Pipeline, pipeline, program

REGISTRY = shutil.which("docker-registry")

pytestmark = [
    pytest.mark.servers,
    pytest.mark.tools,
    pytest.mark.skipif(os.environ.get("PRODIFY_SLOW_TESTS") != "1", reason="takes a minute; PRODIFY_SLOW_TESTS=1 runs it"),
    pytest.mark.skipif(ACT is None, reason="act is not installed; make validators installs it"),
    pytest.mark.skipif(bool(lacking()), reason=lacking()),
    pytest.mark.skipif(REGISTRY is None, reason="docker-registry not found: make validators as root on Debian installs it"),
]

UPLOAD = """name: hand a file over
description: copies to a folder
inputs:
  path: {{description: files, required: true}}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        FILES: ${{{{ inputs.path }}}}
      run: mkdir -p {folder} && cp $FILES {folder}/
"""
DOWNLOAD = """name: take a file over
description: copies from a folder
runs:
  using: composite
  steps:
    - shell: bash
      run: cp {folder}/* .
"""
SCAN = """name: scan
description: asks whether the image is there, and writes the list that it is asked for
inputs:
  image-ref: {description: the image, required: true}
  output: {description: a file, default: ""}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        IMAGE: ${{ inputs.image-ref }}
        OUTPUT: ${{ inputs.output }}
      run: |
        docker image exists "$IMAGE"
        if [ -n "$OUTPUT" ]; then echo '{}' > "$OUTPUT"; fi
"""
ATTEST = """name: attest
description: says what it is told
inputs:
  subject-name: {description: the image, required: true}
  subject-digest: {description: its digest, required: true}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        SUBJECT: ${{ inputs.subject-name }}@${{ inputs.subject-digest }}
      run: echo "attested $SUBJECT"
"""
DOCKER = """#!/bin/sh
# What docker does, by programs that need no daemon; a registry on loopback has no TLS.
set -eu
{environment}
word=$1
case $word in
    build) shift; exec buildah build --isolation=chroot --pull-never --format=docker --layers "$@" ;;
    login) shift; exec podman login --tls-verify=false "$@" ;;
    push) exec podman push --quiet --tls-verify=false --digestfile={digest} "$2" ;;
    image) if [ "$2" = inspect ]; then for last; do :; done; echo "${{last%:*}}@$(cat {digest})"; else exec podman "$@"; fi ;;
    *) exec podman "$@" ;;
esac
"""


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    """The address of an empty registry."""
    port = free_port()
    settings = {
        "version": 0.1, "http": {"addr": f"127.0.0.1:{port}"}, "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(tmp_path / "registry")}},
    }  # fmt: skip
    (tmp_path / "registry.yml").write_text(json.dumps(settings), encoding="utf-8")
    server = Process(tmp_path / "registry.log", [str(REGISTRY), "serve", str(tmp_path / "registry.yml")], tmp_path)
    try:
        wait_for("the registry", lambda: get(f"http://127.0.0.1:{port}/v2/")[0] == 200, 30)
        yield f"127.0.0.1:{port}"
    finally:
        server.kill()


@pytest.fixture
def built(tmp_path: Path, registry: str) -> Iterator[Pipeline]:
    """The example with tests, image and pipeline, and a docker that needs no daemon."""
    store, handed = Store(), tmp_path / "handed-over"
    actions = {
        "actions/upload-artifact": UPLOAD.format(folder=handed), "actions/download-artifact": DOWNLOAD.format(folder=handed),
        "aquasecurity/trivy-action": SCAN, "actions/attest": ATTEST,
    }  # fmt: skip
    one = pipeline(tmp_path, ("ci", "unit", "server", "dockerfile"), actions, {"REGISTRY": registry})
    store.require_base(named_base((one.root / "Dockerfile").read_text(encoding="utf-8")))
    environment = "\n".join(
        f"export {name}='{value}'" for name, value in store.environment.items() if name.startswith(("CONTAINERS", "TMP"))
    )
    access = f"\nexport REGISTRY_AUTH_FILE='{tmp_path}/auth.json' PATH=\"$PATH:/usr/sbin\""
    program(tmp_path / "bin" / "docker", DOCKER.format(environment=environment + access, digest=tmp_path / "digest"))
    yield one
    store.call("podman", "image", "rm", "--force", "localhost/candidate", check=False)
    names = store.call("podman", "image", "ls", "--format={{.Repository}}:{{.Tag}}", check=False).stdout.split()
    for name in names:
        if name.startswith(f"{registry}/"):
            store.call("podman", "image", "rm", "--force", name, check=False)


def test_what_is_pushed_is_tested_built_scanned_and_published(built: Pipeline, registry: str) -> None:
    done = built.run("publish", 600)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    steps = set(re.findall(r"Success - Main ([A-Z][^\[\n]*?) ?\[", done.stdout))
    assert {"Test", "Build", "Scan for known vulnerabilities", "Save the image", "Push", "Attest where it comes from"} <= steps, steps
    # Lower case, whatever the repository is called: registries refuse capitals.
    tags = json.loads(get(f"http://{registry}/v2/ann/where2eat/tags/list")[1])["tags"]
    assert len(tags) == 1 and re.fullmatch("[0-9a-f]{40}", tags[0])
    wanted = {"Accept": "application/vnd.docker.distribution.manifest.v2+json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"http://{registry}/v2/ann/where2eat/manifests/{tags[0]}", headers=wanted)
    ) as answer:
        digest, manifest = answer.headers["Docker-Content-Digest"], json.loads(answer.read())
    assert f"attested {registry}/ann/where2eat@{digest}" in done.stdout
    config = json.loads(get(f"http://{registry}/v2/ann/where2eat/blobs/{manifest['config']['digest']}")[1])["config"]
    assert config["User"] == "10001:10001" and config["Labels"]["org.opencontainers.image.revision"] == tags[0]


def test_nothing_is_built_when_a_test_fails(built: Pipeline, registry: str) -> None:
    (built.root / "tests" / "test_mine.py").write_text("def test_mine() -> None:\n    assert 1 + 1 == 3\n", encoding="utf-8")
    done = built.run("publish", 600)
    assert done.returncode != 0 and "1 failed" in done.stdout
    assert json.loads(get(f"http://{registry}/v2/_catalog")[1]) == {"repositories": []}
