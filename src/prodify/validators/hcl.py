"""HCL files that Terraform's own tools do not read (Nomad jobs and others): they parse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

LINE = re.compile(r"at line (\d+)")


def select(sources: Sources) -> Sequence[str]:
    """Return HCL files, without the lock file that Terraform writes and Terraform's tests."""
    found = sources.matching("*.hcl", "*.nomad")
    return [path for path in found if not path.endswith((".terraform.lock.hcl", ".tftest.hcl"))]


def run(job: Job) -> Iterator[Problem]:
    """Yield the first error of every file."""
    import hcl2

    for path in job.files:
        try:
            hcl2.loads(job.sources.texts[path])
        except RecursionError:
            yield Problem(path, None, "nested too deeply")
        except Exception as error:  # the parser's own errors have no common base
            found = LINE.search(str(error))
            yield Problem(path, int(found[1]) if found else None, str(error).splitlines()[0][:200])


VALIDATORS = (
    Validator(
        name="hcl",
        title="HCL parses (Nomad jobs)",
        select=select,
        run=run,
        modules=("hcl2",),
        install="pip install python-hcl2",
    ),
)
