"""Shell text: simple commands, wrappers, and what counts as running a program."""

from __future__ import annotations

import pytest

from prodify.inventory.commands import Command
from prodify.inventory.shell import simple_commands
from prodify.model import Location


def runs(text: str, *programs: str) -> bool:
    return Command(text, Location("x")).runs(*programs)


def test_scripts_are_split_at_separators_only() -> None:
    text = (
        "set -e\nA=1 pytest -k 'a && b' && echo done # not; this\nfor f in *; do\n"
        "  ruff check $f\ndone\ncat <<EOF\npytest\nEOF\nfoo \\\n  bar | baz"
    )
    assert simple_commands(text) == [
        ("set -e", 0), ("A=1 pytest -k 'a && b'", 1), ("echo done", 1), ("ruff check $f", 3), ("cat <<EOF", 5), ("foo  bar", 8), ("baz", 8),
    ]  # fmt: skip


def test_redirections_and_expressions_do_not_split() -> None:
    assert [c for c, _ in simple_commands("make 2>&1 | tee log")] == ["make 2>&1", "tee log"]
    assert [c for c, _ in simple_commands("echo ${{ a || b }} done")] == ["echo ${{ a || b }} done"]


@pytest.mark.parametrize(
    "text",
    [
        "pytest", "FOO=1 BAR='a "
            "b' pytest -q", "sudo -E pytest", "python -m pytest tests", "python3.12 -m pytest", "uv run --group dev pytest",
        "uv run python -m pytest", "poetry run pytest", "coverage run -m pytest", "docker compose -f a.yml run --rm web pytest -x",
        ("docker run --rm -v "
            "$PWD:/app image pytest"), 'bash -c "cd x && pytest"', "xvfb-run -a pytest", "hatch run pytest", ".venv/bin/pytest",
        "timeout 60 pytest",
    ],
)  # fmt: skip
def test_wrappers_are_seen_through(text: str) -> None:
    assert runs(text, "pytest")


@pytest.mark.parametrize("text", ["echo pytest", "pip install pytest", "apt-get install -y pytest", "# pytest", "grep pytest log"])
def test_a_word_is_not_a_run(text: str) -> None:
    assert not any(runs(c, "pytest") for c, _ in simple_commands(text))


def test_subcommands_are_found_behind_options() -> None:
    assert runs("kubectl -n shop --context=a apply -f k8s", "kubectl apply")
    assert not runs("kubectl get apply", "kubectl apply")
    assert runs("docker buildx build --push .", "docker buildx build")
    assert runs("python manage.py test app", "manage.py test")
    assert runs("terraform -chdir=infra apply -auto-approve", "terraform apply")
