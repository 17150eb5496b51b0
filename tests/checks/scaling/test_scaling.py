"""Timeouts that are given in other ways than beside the call, and autoscalers of other kinds."""

from __future__ import annotations

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param(
            "import requests\n\n\ndef load(url):\n    return requests.get(\n        url,\n        timeout=(3, 10),\n    )\n",
            Kind.PASS,
            id="below",
        ),
        pytest.param("import httpx\n\n\ndef load(url):\n    return httpx.get(url)\n", Kind.PASS, id="httpx has one of its own"),
        pytest.param("import requests\n\n\ndef load(url):\n    return requests.get(url, timeout=None)\n", Kind.FAIL, id="None is none"),
        pytest.param("from urllib.request import urlopen\n\n\ndef load(url):\n    return urlopen(url).read()\n", Kind.FAIL, id="urlopen"),
        pytest.param(
            "import requests\n\ns = requests.Session()\n\n\ndef load(url):\n    return s.post(url, json={})\n",
            Kind.FAIL,
            id="a session's call",
        ),
    ],
)
def test_outbound_calls_have_timeouts(judge: Judge, code: str, kind: Kind) -> None:
    assert judge("outbound-calls-have-timeouts", {"client.py": code}).kind is kind


def test_calls_in_tests_do_not_count(judge: Judge) -> None:
    files = {"tests/test_live.py": "import requests\n\n\ndef test_it():\n    assert requests.get('https://example.org').ok\n"}
    assert judge("outbound-calls-have-timeouts", files).kind is Kind.NOT_APPLICABLE


DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers: [{name: app, image: "ghcr.io/o/app:1.0.0"%s}]
"""
SCALER = """---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: %s}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: %s}, maxReplicas: 4}
"""


@pytest.mark.parametrize(
    ("resources", "target", "kind"),
    [
        pytest.param(", resources: {requests: {memory: 1Gi}}", "app", Kind.FAIL, id="memory only"),
        pytest.param(", resources: {requests: {cpu: 100m}}", "app", Kind.PASS, id="cpu"),
        pytest.param("", "other", Kind.PASS, id="another workload is scaled"),
    ],
)
def test_autoscaler_has_requests(judge: Judge, resources: str, target: str, kind: Kind) -> None:
    files = {"deploy/app.yaml": DEPLOYMENT % resources + SCALER % (target, target)}
    assert judge("autoscaler-has-requests", files).kind is kind


def test_one_replica_cannot_be_spread(judge: Judge) -> None:
    files = {"deploy/app.yaml": (DEPLOYMENT % "").replace("spec:\n  selector", "spec:\n  replicas: 1\n  selector", 1)}
    assert judge("replicas-are-spread", files).kind is Kind.NOT_APPLICABLE


def test_a_script_that_runs_once_may_read_every_row(judge: Judge) -> None:
    files = {
        "requirements.txt": "flask\nflask-sqlalchemy\npsycopg2-binary\n",
        "app.py": "import psycopg2\nfrom flask import Flask\n\napp = Flask(__name__)\ndb = psycopg2.connect('dbname=app')\n",
        "scripts/export.py": "def export():\n    return Place.query.all()\n",
    }
    assert judge("queries-are-bounded", files).kind is Kind.PASS
