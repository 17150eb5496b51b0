"""Terraform: formatting of every file; validation and tests of modules that need no provider (nothing can be downloaded)."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Note, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

INSTALL = "https://developer.hashicorp.com/terraform/install"

PROVIDER = re.compile(r'^\s*(?:provider\s+"|required_providers\b|(?:resource|data|ephemeral)\s+"(?!terraform_data")[^"]+")', re.MULTILINE)
LOCAL_MODULE = re.compile(r'^\s*source\s*=\s*"(\.{1,2}/[^"]*)"', re.MULTILINE)
OTHER_MODULE = re.compile(r'^\s*source\s*=\s*"(?!\.{1,2}/)[^"]+"', re.MULTILINE)

FOREIGN_MODULE = re.compile(r'^\s*(?:provider|mock_provider)\s+"', re.MULTILINE)


def select_files(sources: Sources) -> Sequence[str]:
    """Return Terraform's files."""
    return sources.matching("*.tf", "*.tfvars", "*.tftest.hcl")


def run_fmt(job: Job) -> Iterator[Problem]:
    """Yield files that are not in canonical form or do not parse."""
    for path, argument in zip(job.files, job.arguments, strict=True):
        done = job.call([job.tools["terraform"], "fmt", "-check", "-diff", "-no-color", argument])
        if done.code == 0:
            continue
        if done.code == 3:
            changed = next((line for line in done.stdout.splitlines() if line.startswith("-") and not line.startswith("---")), "")
            yield Problem(path, None, f"not in the form of `terraform fmt`; first difference: {changed[1:].strip()[:120]}")
        elif "Error:" in done.stderr:
            yield Problem(path, None, " ".join(done.stderr.split())[:300])
        else:
            raise ToolError(f"terraform fmt ended with {done.code}: {done.last_words}")


def modules(sources: Sources) -> dict[str, str]:
    """Return the text of every module, by folder."""
    texts: dict[str, str] = {}
    for path in sources.matching("*.tf"):
        folder = PurePosixPath(path).parent.as_posix()
        texts[folder] = texts.get(folder, "") + "\n" + sources.texts[path]
    return texts


def provider_free(folder: str, texts: dict[str, str], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a module and all local modules that it calls use no provider but Terraform's own, and nothing from a registry."""
    if folder in seen:
        return True
    text = texts.get(folder)
    if text is None or PROVIDER.search(text) or OTHER_MODULE.search(text):
        return False
    called = [_join(folder, match) for match in LOCAL_MODULE.findall(text)]
    return all(provider_free(inner, texts, seen | {folder}) for inner in called)


def _join(folder: str, relative: str) -> str:
    parts = [part for part in PurePosixPath(folder).parts if part != "."]
    for part in PurePosixPath(relative).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts) or "."


def select_modules(sources: Sources) -> Sequence[str]:
    """Return the files of all modules that can be validated without a provider."""
    texts = modules(sources)
    free = {folder for folder in texts if provider_free(folder, texts)}
    return [path for path in sources.matching("*.tf") if PurePosixPath(path).parent.as_posix() in free]


def run_validate(job: Job) -> Iterator[Problem | Note]:
    """Yield Terraform's diagnostics for every module, in a copy of the tree, because `init` writes into the folder."""
    copy = job.scratch() / "tree"
    shutil.copytree(job.stage, copy)
    for folder in sorted({PurePosixPath(path).parent.as_posix() for path in job.files}):
        module = copy / folder
        init = job.call([job.tools["terraform"], "init", "-backend=false", "-input=false", "-no-color"], cwd=module)
        done = job.call([job.tools["terraform"], "validate", "-json", "-no-color"], cwd=module)
        try:
            diagnostics = json.loads(done.stdout)["diagnostics"]
        except (ValueError, KeyError) as error:
            raise ToolError(f"terraform validate ended with {done.code}: {done.last_words}") from error
        for entry in diagnostics:
            place = entry.get("range") or {}
            path = (PurePosixPath(folder) / place.get("filename", ".")).as_posix()
            message = f"{entry['summary']}: {entry.get('detail', '')}".strip()[:300]
            line = (place.get("start") or {}).get("line")
            yield Problem(path, line, message) if entry["severity"] == "error" else Note(f"{path}: {message}")
        if init.code != 0 and not diagnostics:
            raise ToolError(f"terraform init ended with {init.code}: {init.last_words}")


def select_tests(sources: Sources) -> Sequence[str]:
    """Return the tests of modules that can run without a provider."""
    texts = modules(sources)
    free = {folder for folder in texts if provider_free(folder, texts)}
    tests = [path for path in sources.matching("*.tftest.hcl") if not FOREIGN_MODULE.search(sources.texts[path])]
    return [path for path in tests if _tested(path) in free]


def _tested(path: str) -> str:
    """The folder of the module that a test belongs to: its own, or the one above `tests`."""
    folder = PurePosixPath(path).parent
    return (folder.parent if folder.name == "tests" else folder).as_posix()


def run_test(job: Job) -> Iterator[Problem]:
    """Yield the runs that fail, in a copy of the tree. What they need beyond the module is not there, so that nothing real is made."""
    copy = job.scratch() / "tree"
    shutil.copytree(job.stage, copy)
    for folder in sorted({_tested(path) for path in job.files}):
        module = copy / folder
        init = job.call([job.tools["terraform"], "init", "-backend=false", "-input=false", "-no-color"], cwd=module)
        done = job.call([job.tools["terraform"], "test", "-json", "-no-color"], cwd=module)
        errors, failed = _test_output(done.stdout)
        for path, line, message in errors:
            yield Problem((PurePosixPath(folder) / path).as_posix(), line, message)
        if done.code != 0 and not errors:
            words = ", ".join(failed) or (init.last_words if init.code else done.last_words)
            raise ToolError(f"terraform test of {folder} ended with {done.code}: {words}")


def _test_output(text: str) -> tuple[list[tuple[str, int | None, str]], list[str]]:
    """The errors with their places and the names of failed runs, from one JSON object a line."""
    errors: list[tuple[str, int | None, str]] = []
    failed: list[str] = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        diagnostic = entry.get("diagnostic") or {}
        if diagnostic.get("severity") == "error":
            place = diagnostic.get("range") or {}
            message = f"{diagnostic.get('summary', '')}: {diagnostic.get('detail', '')}".strip()[:300]
            errors.append((place.get("filename", "."), (place.get("start") or {}).get("line"), message))
        elif (entry.get("test_run") or {}).get("status") in ("fail", "error"):
            failed.append(str(entry["test_run"].get("run")))
    return errors, failed


VALIDATORS = (
    Validator(
        name="terraform-fmt",
        title="Terraform files: syntax and canonical form",
        select=select_files,
        run=run_fmt,
        executables=("terraform",),
        install=INSTALL,
    ),
    Validator(
        name="terraform-validate",
        title="Terraform modules without providers: references and types",
        select=select_modules,
        run=run_validate,
        executables=("terraform",),
        install=INSTALL,
    ),
    Validator(
        name="terraform-test",
        title="Terraform modules without providers: their tests hold",
        select=select_tests,
        run=run_test,
        executables=("terraform",),
        install=INSTALL,
    ),
)
