"""What is secret in a log line, and what only sounds like it."""

from __future__ import annotations

import pytest

from prodify.checks.observability._promql import metrics_of
from prodify.model import Kind
from tests.checks.conftest import Judge

LOG = "import logging\n\nlog = logging.getLogger(__name__)\n\n\ndef work(user, password, token):\n    "


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param('log.info(f"login with {password}")', Kind.FAIL, id="in an f-string"),
        pytest.param('log.debug("token %s", user.access_token)', Kind.FAIL, id="an attribute as argument"),
        pytest.param('log.info("the password was changed")', Kind.PASS, id="the word in the text"),
        pytest.param('log.info("length %d", len(password))', Kind.PASS, id="its length"),
        pytest.param('print("password set:", bool(password))', Kind.PASS, id="whether it is there"),
        pytest.param('log.info("done", extra={"user_id": user.id})', Kind.PASS, id="an id"),
    ],
)
def test_logs_hold_no_secrets(judge: Judge, line: str, kind: Kind) -> None:
    assert judge("logs-hold-no-secrets", {"app.py": LOG + line + "\n"}).kind is kind


def test_tests_may_print_what_they_like(judge: Judge) -> None:
    files = {
        "app.py": LOG + 'log.info("done")\n',
        "tests/test_app.py": "def test_login(password):\n    print(password)\n    assert password\n",
    }
    assert judge("logs-hold-no-secrets", files).kind is Kind.PASS


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('sum by (le, job) (rate(a_bucket{job=~"x{2}"}[5m])) > 3', ("a_bucket",)),
        ('label_values(http_requests_total{job="$job"}, instance)', ("http_requests_total",)),
        ("a_total / on (pod) group_left (node) kube_pod_info offset 5m", ("a_total", "kube_pod_info")),
        ("topk(3, slo:error:ratio5m) or vector(0)", ("slo:error:ratio5m",)),
        ('{job="app"} |= "error"', ()),
        ("SELECT count(*) FROM orders", ()),
        ("label_values(namespace)", ()),
    ],
)
def test_metrics_of_a_query(query: str, names: tuple[str, ...]) -> None:
    assert metrics_of(query) == names


def test_a_metric_with_a_namespace_apart_is_emitted(judge: Judge) -> None:
    files = {
        "go.mod": "module example.org/app\n\ngo 1.26\n",
        "main.go": 'package main\n\nvar opts = Opts{Namespace: "shop", Name: "orders_total"}\n\nfunc main() {}\n',
        "grafana/shop.json": '{"title": "shop", "schemaVersion": 41, "panels": [{"targets": [{"expr": "rate(shop_orders_total[5m])"}]}]}',
    }
    assert judge("dashboard-metrics-exist", files).kind is Kind.PASS
