"""Where a variable of a template stands, and what is written there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from prodify import render as rendering
from prodify.escape import PLACES, Code, Unwritable, markdown, written
from prodify.places import Place, place_of
from prodify.render import environment, templates_root


@pytest.mark.parametrize(
    ("template", "before", "after", "place"),
    [
        ("a.yaml", "spec:\n  name: ", "", ("yaml.value",)),
        ("a.yaml", "a: it's ", " b", ("yaml.part",)),
        ("a.yaml", "a: 'x ", "'", ("yaml.single",)),
        ("ci/ci.yml", "run: |\n  cd ", "", ("shell.word", "yaml.block", "workflow")),
        ("ci/ci.yml", 'run: |\n  echo "', '"', ("shell.double", "yaml.block", "workflow")),
        ("a.yaml", "query: |-\n  sum(", ")", ("yaml.block",)),
        ("a.py", '"""One.\n\n', "\n", ("string.double",)),
        ("a.py", "a = 1  # of ", "", ("comment",)),
        ("a.py", "# it's\nb = ", "", ("bare",)),
        ("k6.js", "x.replace(/\\/+$/, '", "'", ("string.single",)),
        ("a.md", "| `", "` |", ("markdown.code", "markdown.cell")),
        ("a.md", "```sh\nid ", "", ("shell.word",)),
        ("a.md", "```sh\nid\n```\n\nAsk ", ".", ("markdown.text",)),
        ("Dockerfile", "RUN a \\\n && b ", "", ("shell.word",)),
        ("Dockerfile", 'LABEL a="', '"', ("dockerfile.double",)),
        ("a.tf", 'a = "', '"', ("hcl.double",)),
    ],
)
def test_a_place_is_told_from_the_text_before_it(template: str, before: str, after: str, place: Place) -> None:
    assert place_of(template, before, after) == place


def test_every_place_of_every_template_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    found: set[str] = set()

    def noted(template: str, before: str, after: str) -> Place:
        place = place_of(template, before, after)
        found.update(place)
        return place

    monkeypatch.setattr(rendering, "place_of", noted)
    root = templates_root()
    for path in (p for p in root.rglob("*") if p.is_file()):
        environment().compile(path.read_text(encoding="utf-8"), name=path.relative_to(root).as_posix())
    assert found and found <= set(PLACES)


@dataclass(frozen=True)
class Region:
    """Values of ci/login-aws.yml."""

    configure: Code
    region: str
    cluster: bool


def test_text_is_escaped_and_code_is_not(tmp_path: Path) -> None:
    text = rendering.render("ci/login-aws.yml", Region(Code("a/b@1 # v1"), "q # x", False))
    assert "uses: a/b@1 # v1\n" in text and 'aws-region: "q # x"\n' in text
    with pytest.raises(Unwritable, match=r"ci/login-aws\.yml"):
        rendering.render("ci/login-aws.yml", Region(Code("a"), "${{ github.token }}", False))


@pytest.mark.parametrize("place", ["bare", "yaml.part", "dockerfile.word", "setting.name", "list.word", "alone"])
def test_what_a_place_cannot_hold_is_refused(place: str) -> None:
    with pytest.raises(Unwritable) as raised:
        written("q: ; #\nx", (place,))
    assert raised.value.exit_code == 2 and "q: ;" not in str(raised.value)


def test_harmless_text_stays_as_it_is() -> None:
    assert [markdown(text) for text in ("#alerts", "ann@example.org", "first_last", "24x7", "@org/team")] == [
        "#alerts", "ann@example.org", "first_last", "24x7", "@org/team",
    ]  # fmt: skip
