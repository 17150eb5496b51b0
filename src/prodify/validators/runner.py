"""Finds the validators, stages private copies of the files, runs what applies, and collects what was said."""

from __future__ import annotations

import importlib.util
import pkgutil
import tempfile
import time
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from prodify.errors import UsageError, did_you_mean
from prodify.validators.base import Job, Note, Outcome, Problem, Status, ToolError, UnavailableError, Validator, Verification
from prodify.validators.process import call, find_executable
from prodify.validators.redaction import redact
from prodify.validators.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SIZE_LIMIT = 5_000_000
"""Bytes of a file above which it is skipped: nothing that prodify writes comes near it."""


def discover() -> tuple[Validator, ...]:
    """Return all validators in order of name: every module of this package that has a `VALIDATORS` tuple."""
    package = importlib.import_module("prodify.validators")
    found: list[Validator] = []
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_"):
            found += getattr(importlib.import_module(f"prodify.validators.{module.name}"), "VALIDATORS", ())
    return tuple(sorted(found, key=lambda validator: validator.name))


def missing(validator: Validator) -> str:
    """Return what the validator lacks on this machine and how to get it, or the empty string."""
    lacking = [name.replace("|", " or ") for name in validator.executables if not _tools((name,))]
    lacking += [f"Python module {name}" for name in validator.modules if importlib.util.find_spec(name) is None]
    return f"{', '.join(lacking)} not found; get it with: {validator.install}" if lacking else ""


def _tools(executables: Sequence[str]) -> dict[str, str]:
    names = [name for alternatives in executables for name in alternatives.split("|")]
    return {name: found for name in names if (found := find_executable(name))}


def verify(root: Path, paths: Sequence[str], only: Sequence[str] | None = None, theirs: Collection[str] = ()) -> Verification:
    """Prove files of a repository with every validator that applies to them.

    `paths` are relative POSIX paths; `only` names the validators to run (default: all); `theirs` are the paths of files that the user
    wrote and prodify only edits, where matters of taste are notes. Nothing is written below `root`, nothing in it is executed, and no
    tool reaches the network.

    Raises:
        UsageError: `only` names a validator that does not exist.
    """
    validators = discover()
    known = [validator.name for validator in validators]
    for name in only or ():
        if name not in known:
            raise UsageError(f'there is no validator "{name}"', f"{did_you_mean(name, known)} Validators: {', '.join(known)}.".strip())
    texts, skipped = _read(root, paths)
    with tempfile.TemporaryDirectory(prefix="prodify-verify-") as folder:
        work = Path(folder).resolve()
        stage = work / "tree"
        for path, content in texts.items():
            target = stage / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode())
        stage.mkdir(exist_ok=True)
        sources = Sources(texts)
        chosen = [validator for validator in validators if not only or validator.name in only]
        outcomes = tuple(_run(validator, root, stage, sources, work, theirs) for validator in chosen)
    return Verification(outcomes, skipped)


def _read(root: Path, paths: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts, and for each path that is not read the reason."""
    texts: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for path in sorted(set(paths)):
        pure = PurePosixPath(path)
        file = root / path
        if pure.is_absolute() or ".." in pure.parts:
            skipped[path] = "outside the repository"
        elif any((root / part).is_symlink() for part in [pure, *pure.parents]):
            skipped[path] = "a symbolic link, or below one"
        elif not file.is_file():
            skipped[path] = "not a file"
        elif file.stat().st_size > SIZE_LIMIT:
            skipped[path] = f"larger than {SIZE_LIMIT // 1_000_000} MB"
        else:
            try:
                texts[path] = file.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                skipped[path] = "not UTF-8 text"
            except OSError as error:
                skipped[path] = f"cannot be read: {error.strerror}"
    return texts, skipped


def _run(validator: Validator, root: Path, stage: Path, sources: Sources, work: Path, theirs: Collection[str]) -> Outcome:
    """Run one validator; whatever goes wrong inside becomes its status, never an exception."""
    started = time.monotonic()

    def outcome(status: Status, reason: str = "", problems: Sequence[Problem] = (), notes: Sequence[str] = ()) -> Outcome:
        seconds = time.monotonic() - started
        unique = tuple(sorted(set(problems), key=lambda problem: (problem.path, problem.line or 0, problem.message)))
        return Outcome(validator.name, validator.title, status, files, unique, tuple(notes), reason, seconds)

    files: tuple[str, ...] = ()
    try:
        files = tuple(validator.select(sources))
    except Exception as error:  # a hostile text that one validator cannot read must not hide what the others say
        return outcome(Status.ERROR, f"the validator itself failed: {type(error).__name__}")
    if not files:
        return outcome(Status.NOT_APPLICABLE, "no file of this kind")
    if lacking := missing(validator):
        return outcome(Status.MISSING, lacking)
    home = Path(tempfile.mkdtemp(prefix="home-", dir=work))
    job = Job(
        root=root, stage=stage, sources=sources, files=files,
        tools=_tools(validator.executables),
        call=partial(call, cwd=stage, home=home),
        scratch=lambda: Path(tempfile.mkdtemp(prefix="scratch-", dir=work)),
    )  # fmt: skip
    try:
        said = list(validator.run(job))
    except UnavailableError as error:
        return outcome(Status.MISSING, str(error))
    except ToolError as error:
        return outcome(Status.ERROR, str(error))
    except Exception as error:  # a validator's fault must not hide what the others found
        return outcome(Status.ERROR, f"the validator itself failed: {type(error).__name__}")
    problems = redact([item for item in said if isinstance(item, Problem)], sources)
    notes = [item.message for item in said if isinstance(item, Note)]
    if validator.taste:
        problems, tastes = _judged(problems, theirs)
        notes += tastes
    return outcome(Status.FAILED if problems else Status.PASSED, "", problems, notes)


def _judged(problems: Sequence[Problem], theirs: Collection[str]) -> tuple[list[Problem], list[str]]:
    """What is wrong, and the notes: whoever applies a step is not to be asked for another style in lines that were there before."""
    tastes = sorted(problem for problem in problems if problem.path in theirs and not problem.breaks)
    notes = [f"{p.path}:{p.line or 1}: {p.message} (in a file of yours; prodify only edits it)" for p in tastes]
    return [problem for problem in problems if problem not in tastes], notes
