"""Rego policies: they parse, and their tests (`test_...` rules) hold, with OPA or conftest where one is installed, else with regopy.

regopy (an interpreter in C++) refuses a little that OPA accepts (`xs[_] in {...}`; write `some x in xs`), and version 1.5.2 crashes in
tests that reach a built-in function such as `sprintf` under `with input as`. Such tests are named in a note; the syntax is proven anyway.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Note, Problem, ToolError, UnavailableError, Validator
from prodify.validators.process import find_executable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

INSTALL = "pip install regopy, or OPA from https://www.openpolicyagent.org, or conftest from https://www.conftest.dev"

# A native library in a process of its own: if it crashes, prodify does not. Its first argument is the phase.
PROGRAM = r"""
import json, re, sys
import regopy

def answer(path, message):
    sys.stdout.write(json.dumps([path, " ".join(str(message).split())[:300]]) + "\n")

interpreter = regopy.Interpreter()
texts = {path: open(path, encoding="utf-8").read() for path in sys.argv[2:]}
for path, text in texts.items():
    try:
        interpreter.add_module(path, text)
    except Exception as error:
        found = re.search(r"errormsg \d+:([^)]*)", str(error))
        answer(path, found[1] if found else error)
for path, text in texts.items() if sys.argv[1] == "test" else ():
    package = re.search(r"^package\s+([\w.]+)", text, re.M)
    for test in sorted(set(re.findall(r"^(test_\w+)\b", text, re.M))):
        try:
            value = json.loads(str(interpreter.query(f"data.{package[1]}.{test}"))).get("expressions")
        except Exception:
            value = "an unknown function, or a fault in the rule"
        if value != [True]:
            answer(path, f"{test} does not hold: {value}")
"""


def select(sources: Sources) -> Sequence[str]:
    """Return the policies and their tests."""
    return sources.matching("*.rego")


def run(job: Job) -> Iterator[Problem | Note]:
    """Yield the errors of every file and the tests that fail; the files of one folder see each other."""
    folders: dict[str, list[str]] = {}
    for path in job.files:
        folders.setdefault(PurePosixPath(path).parent.as_posix(), []).append(path)
    opa, conftest = find_executable("opa"), find_executable("conftest")
    if opa is None and conftest is None and importlib.util.find_spec("regopy") is None:
        raise UnavailableError(f"neither opa nor conftest nor the Python module regopy found; get one with: {INSTALL}")
    for folder, files in folders.items():
        if opa is not None:
            yield from _with_opa(job, opa, folder)
        elif conftest is not None:
            yield from _with_conftest(job, conftest, folder)
        else:
            yield from _with_regopy(job, folder, files)


def _with_opa(job: Job, opa: str, folder: str) -> Iterator[Problem]:
    """Yield what `opa check --strict` and `opa test` say of a folder."""
    done = job.call([opa, "check", "--strict", "--format", "json", folder])
    errors = json.loads(done.stderr or done.stdout or "{}").get("errors", []) if done.code else []
    for error in errors:
        place = error.get("location") or {}
        yield Problem(str(place.get("file", folder)), place.get("row"), str(error.get("message"))[:300])
    if done.code and not errors:
        raise ToolError(f"opa check ended with {done.code}: {done.last_words}")
    done = job.call([opa, "test", "--format", "json", folder]) if not errors else done
    for case in json.loads(done.stdout or "[]") if not errors else ():
        if case.get("fail") or case.get("error"):
            yield Problem(case["location"]["file"], case["location"]["row"], f"{case['name']} does not hold")


def _with_conftest(job: Job, conftest: str, folder: str) -> Iterator[Problem]:
    """Yield what `conftest verify --strict` says of a folder: the first error of reading it, else every test that fails."""
    done = job.call([conftest, "verify", "--strict", "--policy", folder, "--output", "json"])
    try:
        results = json.loads(done.stdout)
    except ValueError:
        if done.code == 0:
            raise ToolError(f"conftest verify said what is no JSON: {done.last_words}") from None
        place = re.search(r"([^\s:]+\.rego):(\d+): (.*)", done.stderr)
        yield Problem(place[1], int(place[2]), place[3][:300]) if place else Problem(folder, None, done.last_words)
        return
    for result in results:
        for failure in result.get("failures") or ():
            yield Problem(str(result["filename"]), None, f"{failure['msg']} does not hold")


def _with_regopy(job: Job, folder: str, files: list[str]) -> Iterator[Problem | Note]:
    done = job.call([sys.executable, "-c", PROGRAM, "parse", *files])
    if done.code != 0:
        raise ToolError(f"regopy ended with {done.code}: {done.last_words}")
    if not done.stdout.strip():
        done = job.call([sys.executable, "-c", PROGRAM, "test", *files])
        if done.code != 0:
            yield Note(f"the tests in {folder} were not run: regopy crashed; install opa to run them")
            return
    for line in done.stdout.splitlines():
        if line.startswith("["):
            path, message = json.loads(line)
            yield Problem(path, None, message)


VALIDATORS = (
    Validator(
        name="rego",
        title="Rego policies parse and their tests hold",
        select=select,
        run=run,
        install=INSTALL,
    ),
)
