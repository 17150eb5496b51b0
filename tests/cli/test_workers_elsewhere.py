"""A web service and a worker in folders of their own, each with its own dependencies: two images, and never a file that mixes them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import GIT
from tests.recipes.conftest import commit_all

from .helpers import prodify

CELERY = (
    'import os\n\nfrom celery import Celery\n\napp = Celery("shop", broker=os.environ["CELERY_BROKER_URL"])\n\n\n'
    '@app.task(name="shop.confirm")\n'
)
LOOP = (
    'import os\n\nimport redis\n\nstore = redis.from_url(os.environ["REDIS_URL"])\n\nif __name__ == "__main__":\n'
    '    while True:\n        print(store.blpop("orders"))\n'
)
WEB = "from fastapi import FastAPI\n\napp = FastAPI()\n"
TREES = {
    "celery": {
        "api/main.py": f'{WEB}\nfrom tasks import confirm\n\n\n@app.post("/orders")\ndef order():\n    return confirm.delay(1).id\n',
        "api/tasks.py": f"{CELERY}def confirm(number): ...\n",
        "api/requirements.txt": "fastapi\nuvicorn\ncelery[redis]\nredis\n",
        "worker/tasks.py": f"{CELERY}def confirm(number):\n    print(number)\n",
        "worker/requirements.txt": "celery[redis]\nredis\n",
    },
    "loop": {
        "api/main.py": WEB,
        "api/requirements.txt": "fastapi\nuvicorn\n",
        "worker/worker.py": LOOP,
        "worker/requirements.txt": "redis\n",
        "Procfile": "web: cd api && uvicorn main:app\nworker: python worker/worker.py\n",
    },
}


@pytest.fixture(params=TREES)
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for path, text in TREES[request.param].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return commit_all(tmp_path)


def save(root: Path) -> None:
    for command in (("add", "--all"), ("commit", "--quiet", "--message", "Apply")):
        subprocess.run([*GIT, *command], cwd=root, check=True)


def test_nothing_is_guessed(repository: Path) -> None:
    before = sorted(repository.rglob("*"))
    done = prodify(["apply", repository, "--all", "--yes"])
    assert done.returncode == 2 and "--service api" in done.stderr and "prodify apply worker" in done.stderr
    assert sorted(repository.rglob("*")) == before


def test_each_gets_its_own_image_and_manifests(repository: Path) -> None:
    assert prodify(["apply", repository, "--all", "--yes", "--service", "api"]).returncode == 0
    base = repository / "deploy/kubernetes/base"
    assert not (base / "worker.yaml").exists() and not (repository / "api/run_worker.py").exists(), "what sends tasks does none"
    assert 'CMD ["python", "serve.py"]' in (repository / "api/Dockerfile").read_text(encoding="utf-8")
    save(repository)
    before = (base / "kustomization.yaml").read_text(encoding="utf-8")

    other = prodify(["apply", repository, "--all", "--yes", "--service", "worker"])
    assert other.returncode == 2 and "prodify apply worker" in other.stderr
    assert (base / "kustomization.yaml").read_text(encoding="utf-8") == before, "the service's manifests stay"

    assert prodify(["init", repository / "worker", "--yes", "--set", "service.name=shop-worker"]).returncode == 0
    done = prodify(["apply", repository / "worker", "--all", "--yes", "--allow-dirty"])
    assert done.returncode == 0, done.stderr
    assert 'CMD ["python", "run_worker.py"]' in (repository / "worker/Dockerfile").read_text(encoding="utf-8")
    manifest = repository / "worker/deploy/kubernetes/base/worker.yaml"
    (deployment,) = [d for d in yaml.safe_load_all(manifest.read_text(encoding="utf-8")) if d["kind"] == "Deployment"]
    assert deployment["metadata"]["name"] == "shop-worker"
    save(repository)
    assert prodify(["apply", repository, "--all", "--check", "--service", "api"]).returncode == 0, "neither knows of the other's files"
