"""Which of the secrets found protect nothing: throw-away values of pipelines, test runs and builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.api import Inventory, SecretHit

_AUTOMATION = lazy(
    r"(?i)(^|/)(\.github|\.gitlab|\.circleci|\.buildkite|\.devcontainer)/|(^|/)(\.travis\.ya?ml|\.gitlab-ci[^/]*\.ya?ml|azure-pipelines[^/]*\.ya?ml"
    r"|bitbucket-pipelines\.ya?ml|\.drone\.ya?ml|\.?appveyor\.ya?ml|jenkinsfile|(gnu)?makefile|\.?justfile|taskfile\.ya?ml|tox\.ini|noxfile\.py)$"
)
_TRIAL_NAME = lazy(r"(?i)(^|[-_.])(tests?|debug|e2e)[-_.][^/]*$")
_CONTAINER = lazy(r"\b(docker|podman|nerdctl)\s+(container\s+)?(run|create)\b")
_SECTION = lazy(r"^\s*\[+([^\]]+)\]")
_TRIAL_SECTION = lazy(r"\b(pytest|tox|coverage|testenv)\b")
_COMMENT = lazy(r"^\s*(\*|//|#|/\*|<!--)")
_COMMAND_PREFIX = r"^(?!\s*(?:ENV|ARG|LABEL)\b).*?(?:^|[\s;&|])%s=\S+\s+(?:\w+=\S+\s+)*[./\w-]+(?=\s|$)"


def is_disposable(repo: Inventory, hit: SecretHit) -> bool:
    """Whether nothing that lasts is guarded by the value.

    Values that everybody knows do not matter where they only start a database for a pipeline, a test run, or a step of an image's
    build; a web token in a comment that shows an example is documentation.
    """
    path, line = hit.location.path, hit.location.line or 1
    lines = repo.files.lines(path)
    here = lines[line - 1] if 0 < line <= len(lines) else ""
    if hit.rule == "json-web-token":
        return _COMMENT.match(here) is not None and any("example" in text.lower() for text in lines[max(0, line - 5) : line])
    if hit.level != "warning":
        return False
    if _AUTOMATION.search(path) or _TRIAL_NAME.search(path.rpartition("/")[2]):
        return True
    if path.endswith(("pyproject.toml", "setup.cfg")):
        headers = (_SECTION.match(text) for text in reversed(lines[:line]))
        section = next((header[1] for header in headers if header is not None), "")
        return _TRIAL_SECTION.search(section) is not None
    if path.endswith((".sh", ".bash", "Makefile", "makefile", "justfile")) and _starts_container(lines, line):
        return True
    return "dockerfile" in path.lower() and hit.name is not None and _is_command_prefix(here, hit.name)


def _starts_container(lines: tuple[str, ...], line: int) -> bool:
    """Whether a line belongs to a command that starts a container on the developer's machine, continued lines included."""
    first = line - 1
    while first > 0 and lines[first - 1].rstrip().endswith("\\"):
        first -= 1
    return _CONTAINER.search(" ".join(lines[first:line])) is not None


def _is_command_prefix(line: str, name: str) -> bool:
    """Whether a variable is set for one command alone, as in `RUN KEY=x ./manage.py collectstatic`."""
    import re

    return len(line) < 2000 and re.search(_COMMAND_PREFIX % re.escape(name), line) is not None
