"""What the tests of generated Terraform share: every reference between modules holds, and the modules' own tests run."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest

from prodify.inventory.terraform import TerraformBlock, read_blocks

VARIABLE = re.compile(r"\bvar\.([a-z_]\w*)")
LOCAL = re.compile(r"\blocal\.([a-z_]\w*)")
OUTPUT = re.compile(r"\bmodule\.([a-z_]\w*)\.([a-z_]\w*)")
RESOURCE = re.compile(r"(?<![\w.])(data\.)?((?:google|aws|azurerm|archive|random)_\w+)\.([a-z_]\w*)")
BUILT_IN = {"source", "providers", "depends_on", "count", "for_each", "version"}


def modules(tree: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Folder to its files of Terraform."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path, text in tree.items():
        if path.endswith(".tf"):
            found[dirname(path)][path] = text
    return found


def problems(tree: Mapping[str, str]) -> list[str]:
    """References to what is not declared, declared variables that nothing uses, and calls of modules that do not fit."""
    blocks = {folder: [b for p, t in files.items() for b in read_blocks(p, t)] for folder, files in modules(tree).items()}
    found: list[str] = []
    for folder, own in blocks.items():
        text = re.sub(r"^\s*#.*$", "", "\n".join(modules(tree)[folder].values()), flags=re.MULTILINE)
        found += [f"{folder}: {block.problem}" for block in own if block.problem]
        variables = {b.name for b in own if b.type == "variable"}
        used = set(VARIABLE.findall(text))
        found += [f"{folder}: var.{name} is not declared" for name in used - variables]
        found += [f"{folder}: the variable {name} is not used" for name in variables - used]
        locals_ = {name for b in own if b.type == "locals" for name in b.attributes}
        found += [f"{folder}: local.{name} differs" for name in set(LOCAL.findall(text)) ^ locals_]
        declared = {("data." if b.type == "data" else "", *b.labels) for b in own if b.type in ("resource", "data", "ephemeral")}
        found += [f"{folder}: {'.'.join(ref)} is not declared" for ref in {tuple(r) for r in RESOURCE.findall(text)} - declared]
        found += _calls(folder, own, text, blocks)
    return found


def _calls(folder: str, own: list[TerraformBlock], text: str, blocks: Mapping[str, list[TerraformBlock]]) -> list[str]:
    found: list[str] = []
    outputs: dict[str, set[str]] = {}
    for call in (b for b in own if b.type == "module"):
        target = blocks.get(normpath(join(folder, call.string("source") or "")))
        if target is None:
            found.append(f"{folder}: module {call.name} is nowhere")
            continue
        outputs[call.name] = {b.name for b in target if b.type == "output"}
        wanted = {b.name: b for b in target if b.type == "variable"}
        given = set(call.attributes) - BUILT_IN
        found += [f"{folder}: module {call.name} takes no {name}" for name in given - set(wanted)]
        found += [f"{folder}: module {call.name} wants {n}" for n, b in wanted.items() if n not in given and "default" not in b.attributes]
    return found + [f"{folder}: module {m} has no output {o}" for m, o in OUTPUT.findall(text) if o not in outputs.get(m, set())]


def run_tests(tmp: Path, tree: Mapping[str, str], folder: str) -> str:
    """Run `terraform test` on a module in a copy; its report, in which every run passed."""
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not installed")
    copy = tmp / "module"
    copy.mkdir()
    for path, text in tree.items():
        if dirname(path) == folder:
            (copy / path.rpartition("/")[2]).write_text(text, encoding="utf-8")
    subprocess.run([terraform, "init", "-input=false", "-no-color"], cwd=copy, check=True, capture_output=True)
    done = subprocess.run([terraform, "test", "-no-color"], cwd=copy, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
