"""TypeScript: dashboards against the types that Grafana publishes of them, with unknown keys refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, UnavailableError, Validator
from prodify.validators.grafana import load, select

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTALL = "npm install --global typescript@5 @grafana/schema"
FINDING = re.compile(r"^(?P<file>dashboard\d+)\.ts\((?P<line>\d+),\d+\): error (?P<message>TS\d+: .*)$")

HEAD = """\
import type { Dashboard } from "@grafana/schema";
type Plain<T> = T extends string ? `${T}` : T extends (infer U)[] ? Plain<U>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
export const dashboard: Plain<Dashboard> =
"""
"""The types have enumerations where JSON has their texts; Plain puts the texts in their place."""


def run(job: Job) -> Iterator[Problem]:
    """Yield what does not fit the types. Their own libraries are not checked again."""
    schema = _schema(Path(job.tools["tsc"]))
    folder = job.scratch()
    paths: dict[str, str] = {}
    for path in job.files:
        dashboard = load(job.sources.texts[path])
        if dashboard is not None:
            name = f"dashboard{len(paths)}"
            (folder / f"{name}.ts").write_text(HEAD + json.dumps(dashboard, indent=2) + ";\n", encoding="utf-8")
            paths[name] = path
    options = {
        "strict": True, "noEmit": True, "skipLibCheck": True, "types": [], "target": "es2022", "module": "esnext",
        "moduleResolution": "bundler", "paths": {"@grafana/schema": [str(schema)]},
    }  # fmt: skip
    settings = {"compilerOptions": options, "files": [f"{name}.ts" for name in paths]}
    (folder / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    done = job.call([job.tools["tsc"], "--project", str(folder), "--pretty", "false"], cwd=folder)
    found = [match for line in done.stdout.splitlines() if (match := FINDING.match(line))]
    if done.code != 0 and not found:
        raise ToolError(f"tsc ended with {done.code}: {done.last_words}")
    for match in found:
        line = (folder / f"{match['file']}.ts").read_text(encoding="utf-8").splitlines()[int(match["line"]) - 1].strip()
        yield Problem(paths[match["file"]], None, f"{line[:80]} - {match['message'][:300]}")


def _schema(compiler: Path) -> Path:
    """Return the package of types beside the compiler.

    Raises:
        UnavailableError: there is none.
    """
    for folder in compiler.resolve().parents:
        if folder.name == "node_modules" and (folder / "@grafana" / "schema").is_dir():
            return folder / "@grafana" / "schema"
    raise UnavailableError(f"no @grafana/schema beside {compiler.name}; get it with: {INSTALL}")


VALIDATORS = (
    Validator(
        name="grafana-types",
        title="Grafana dashboards: the types that Grafana publishes",
        select=select,
        run=run,
        executables=("tsc", "node"),
        install=INSTALL,
    ),
)
