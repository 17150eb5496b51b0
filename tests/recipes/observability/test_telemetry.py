"""The recipe telemetry: what it writes, for which services, and for which not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from prodify.api import Edit
from prodify.data import requirement
from prodify.edits.text import CannotEdit
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.observability.telemetry import covers, measures_model, telemetry
from tests.recipes.conftest import Golden, MakeRepo, RenderTree, commit_all
from tests.recipes.observability.conftest import SHOP


def test_small_flask_service(flask_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("telemetry/flask", render_tree(["telemetry"], flask_repo, Profile()))


def test_fastapi_service(fastapi_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("telemetry/fastapi", render_tree(["telemetry"], fastapi_repo, Profile()))


def test_example(example_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("telemetry/example", render_tree(["telemetry"], example_repo, Profile()))


def test_the_histogram_has_a_bound_at_every_goal(flask_repo: Path, render_tree: RenderTree, changed_profile: Profile) -> None:
    bounds = bounds_of(render_tree(["telemetry"], flask_repo, changed_profile)["telemetry.py"])
    assert changed_profile.slo.latency.threshold_seconds == 0.25
    assert {0.25, changed_profile.slo.guardrails.latency_seconds} <= set(bounds)
    assert 0.25 not in bounds_of(render_tree(["telemetry"], flask_repo, Profile())["telemetry.py"])


def test_a_model_gets_longer_bounds_and_its_own_metrics(example_repo: Path, render_tree: RenderTree) -> None:
    text = render_tree(["telemetry"], example_repo, Profile())["telemetry.py"]
    assert bounds_of(text)[-1] == 60
    assert "OpenAIInstrumentor().instrument()" in text
    assert measures_model(Inventory(example_repo))


def test_every_package_that_the_module_imports_is_pinned(example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["telemetry"], example_repo, Profile())
    listed = tree["requirements.txt"].splitlines()
    instrumented = ("flask", "psycopg2", "requests", "genai-openai")
    for name in ("api", "sdk", "exporter-otlp-proto-http", *(f"instrumentation-{name}" for name in instrumented)):
        assert requirement(f"opentelemetry-{name}") in listed


def test_the_second_run_wants_the_same(example_repo: Path, render_tree: RenderTree) -> None:
    first = render_tree(["telemetry", "health"], example_repo, Profile())
    for path, text in first.items():
        (example_repo / path).write_text(text, encoding="utf-8")
    second = render_tree(["telemetry", "health"], example_repo, Profile())
    assert second == {path: first[path] for path in ("telemetry.py", "health.py")}


def test_the_application_stays_python_and_the_import_comes_first(example_repo: Path, render_tree: RenderTree) -> None:
    body = ast.parse(render_tree(["telemetry"], example_repo, Profile())["app.py"]).body
    assert ast.unparse(body[0]) == "import telemetry"
    lines = [ast.unparse(node) for node in body]
    assert lines[lines.index("app = Flask(__name__)") + 1] == "telemetry.instrument(app)"


def test_an_application_in_a_package_gets_its_module_beside_it(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({"shop/__init__.py": "", "shop/web.py": SHOP["app.py"], "requirements.txt": "flask\nrequests\n"})
    tree = render_tree(["telemetry"], root, Profile())
    assert set(tree) == {"shop/telemetry.py", "shop/web.py", "requirements.txt"}
    assert tree["shop/web.py"].startswith("from shop import telemetry\n")


def test_a_factory_is_wired_before_its_return(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    factory = "from flask import Flask\n\n\ndef create_app():\n    web = Flask(__name__)\n    return web\n"
    root = make_repo({"shop/__init__.py": factory, "requirements.txt": "flask\n", "Procfile": "web: gunicorn 'shop:create_app()'\n"})
    assert "    telemetry.instrument(web)\n    return web\n" in render_tree(["telemetry"], root, Profile())["shop/__init__.py"]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"requirements.txt": "flask\nddtrace\n"}, "another agent measures it"),
        ({"telemetry.py": "def start():\n    pass\n"}, "the name is taken"),
        ({"tracing.py": "from opentelemetry.sdk.trace import TracerProvider\n\nTracerProvider()\n"}, "OpenTelemetry is set up by hand"),
        ({"app.py": "print('no service')\n", "requirements.txt": "requests\n"}, "no web service"),
    ],
)
def test_nothing_is_written_beside_something_of_the_kind(
    make_repo: MakeRepo, render_tree: RenderTree, files: dict[str, str], why: str
) -> None:
    root = make_repo({**SHOP, **files})
    assert render_tree(["telemetry", "slo", "dashboard", "collector", "alertmanager"], root, Profile()) == {}, why
    assert not covers(Inventory(root))


def test_sentry_keeps_the_traces(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({**SHOP, "requirements.txt": "flask\nrequests\nsentry-sdk\n"})
    text = render_tree(["telemetry"], root, Profile())["telemetry.py"]
    assert "OTLPSpanExporter" not in text
    assert "OTLPMetricExporter" in text


def test_a_library_for_logs_keeps_the_logs(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({**SHOP, "requirements.txt": "flask\nrequests\nstructlog\n"})
    text = render_tree(["telemetry"], root, Profile())["telemetry.py"]
    assert "JsonFormatter" not in text
    ast.parse(text)


def test_two_rival_services_are_not_guessed_between(tmp_path: Path, render_tree: RenderTree) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        for path, text in SHOP.items():
            (tmp_path / name / path).write_text(text, encoding="utf-8")
    assert render_tree(["telemetry", "health"], commit_all(tmp_path), Profile()) == {}


def bounds_of(text: str) -> list[float]:
    """The histogram bounds that a generated module states."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DURATION_BOUNDS":
            found = ast.literal_eval(node.value)
            assert found == sorted(found)
            return list(found)
    raise AssertionError("no bounds")


@pytest.mark.parametrize("pin", ["packaging==20.3", "protobuf==3.20.3", "typing_extensions==4.2.0", "opentelemetry-api==1.20.0"])
def test_pins_that_keep_the_libraries_out_are_told_and_nothing_is_wired(pin: str, make_repo: MakeRepo) -> None:
    text = f"flask==3.1.0\n{pin}\n"
    repo = Inventory(make_repo({"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": text}))
    wishes = list(telemetry.run(repo, Profile()))
    assert [wish.path for wish in wishes] == ["requirements.txt"]
    assert isinstance(wishes[0], Edit)
    with pytest.raises(CannotEdit, match=pin):
        wishes[0].apply(text)
