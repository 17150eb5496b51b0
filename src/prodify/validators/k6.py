"""k6 inspect: load-test scripts parse, their imports exist, and their options are ones that k6 knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

IMPORT = re.compile(r"""from\s+['"]k6(?:/[\w/-]+)?['"]""")
MESSAGE = re.compile(r'msg="(?P<message>(?:[^"\\]|\\.)*)"')
PLACE = re.compile(r"\.js:(?P<line>\d+):\d+")


def select(sources: Sources) -> Sequence[str]:
    """Return scripts that import k6 and have something to run."""
    scripts = {path: sources.texts[path] for path in sources.matching("*.js", "*.ts")}
    return [path for path, text in scripts.items() if IMPORT.search(text) and "export default" in text]


def run(job: Job) -> Iterator[Problem]:
    """Yield the error of every script, and thresholds that are missing.

    k6 exits 0 when every iteration throws: without a threshold on `checks` or `http_req_failed` such a script proves nothing.
    """
    for path, argument in zip(job.files, job.arguments, strict=True):
        done = job.call([job.tools["k6"], "inspect", "--no-color", argument])
        if done.code != 0:
            said = MESSAGE.search(done.stderr)
            message = (said["message"] if said else done.last_words).replace(job.stage.as_uri() + "/", "")
            message = message.replace('\\"', '"').replace("\\n", " ")
            place = PLACE.search(message)
            yield Problem(path, int(place["line"]) if place else None, message.strip()[:300])
        elif not any(name in done.stdout for name in ('"checks', '"http_req_failed')):
            yield Problem(path, None, "no threshold on checks or http_req_failed: a run in which every iteration throws would pass")


VALIDATORS = (
    Validator(
        name="k6",
        title="k6 load tests: imports, options, thresholds",
        select=select,
        run=run,
        executables=("k6",),
        install="pip install k6",
    ),
)
