"""Where hyperscan has no wheel the other engine gives the same findings: on this repository, on generated and on hostile texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prodify.inventory.secrets import Scanner
from prodify.inventory.secrets.rules import RULES
from tests.inventory.secrets.secret_shapes import make

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def engines() -> tuple[Scanner, Scanner]:
    words = (b"import", b"flask", b"process.env")
    return Scanner(words), Scanner(words, force_fallback=True)


@pytest.mark.parametrize("folder", ["examples", "templates", "src/prodify/inventory/secrets", "tests/inventory/secrets", "docs"])
def test_on_files_of_this_repository(folder: str, engines: tuple[Scanner, Scanner]) -> None:
    one, other = engines
    seen = 0
    for path in sorted((ROOT / folder).rglob("*")):
        if path.is_file() and path.stat().st_size < 200_000 and "__pycache__" not in path.parts:
            seen += 1
            data = path.read_bytes()
            assert one.scan(path.name, data) == other.scan(path.name, data), path.name
    assert seen


PLANTED = st.sampled_from([example for rule in RULES for example in rule.yes]).flatmap(
    lambda shape: st.integers(0, 99).map(lambda seed: make(shape, seed))
)
PIECES = st.one_of(
    PLANTED,
    st.sampled_from(
        [
            "password",
            "token = ",
            "API_KEY: ",
            '"',
            "'",
            "`",
            "\n",
            " ",
            ": ",
            "=",
            " => ",
            ", ",
            "${",
            "}",
            "://",
            "user:",
            "@host/db",
            "Bearer ",
            "name: ",
            "value: ",
            "kind: Secret\n",
            "data:\n",
            "#",
            "<password>",
            "</password>",
            "os.environ.get(",
            ")",
            "\\n",
            "\t",
            "é",
            "\0",
            "\r\n",
            "curl -u ",
            "jwt.sign(",
            '#define SECRET "',
            'variable "',
            "x" * 300,
            " " * 60,
            "process.env",
            "import",
            "||",
            "or ",
        ]
    ),
    st.text(alphabet="abcdefXYZ0123456789+/_-=", min_size=3, max_size=40),
)
NAMES = st.sampled_from(
    ["a.py", ".env", "k.yaml", "main.tf", "a.md", "d.json", "A.java", "x.sh", "compose.yml", "p.html", "c.properties", "n.ipynb"]
)


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, max_size=25).map("".join), NAMES)
def test_on_generated_texts_with_planted_secrets(engines: tuple[Scanner, Scanner], text: str, name: str) -> None:
    one, other = engines
    data = text.encode("utf-8", "replace")
    found = one.scan(name, data)
    assert found == other.scan(name, data)
    assert found == one.scan(name, data)


@pytest.mark.parametrize(
    "text", ["password = " * 3000, "://a:b@" * 3000, "sk_live_" * 3000, "token" * 5000, "key='" + "aB3" * 10_000 + "'"]
)
def test_on_texts_made_of_nothing_else(text: str, engines: tuple[Scanner, Scanner]) -> None:
    one, other = engines
    assert one.scan("a.py", text.encode()) == other.scan("a.py", text.encode())
