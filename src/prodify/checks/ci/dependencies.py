"""Whether the same dependencies are installed everywhere."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.ci._installs import loose_installs
from prodify.inventory.components.layout import REQUIREMENTS_DIRS
from prodify.inventory.dependencies import imported_but_undeclared, imported_but_undeclared_node, lock_states, problems

_PYTHON_MANAGERS = frozenset(("pip", "uv", "poetry", "pipenv", "pdm", "conda", "setuptools", "hatch"))
_NODE_MANAGERS = frozenset(("npm", "yarn", "pnpm", "bun"))

_DRIFTS = "a build next week may install other versions"


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(1357, 829),
    hint="Lock every version with its hash: uv pip compile --universal --generate-hashes (the recipe lock writes that as a script), "
    "uv lock, poetry lock, npm install.",
)
def dependencies_are_locked(repo: Inventory, profile: Profile) -> Verdict:
    """The same versions of all dependencies are installed everywhere.

    Why:
        Without a lock every build takes whatever is newest that minute: yesterday's green test says nothing about today's image.

    Fails:
        ```text title="requirements.txt"
        flask
        requests
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask==3.1.0
        requests==2.32.3
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
    """
    states = [s for s in lock_states(repo) if s.how != "nothing-to-lock"]
    by_name = list(loose_installs(repo))
    if not states and problems(repo):
        return failed("a manifest cannot be read", *problems(repo))
    if not states:
        return failed(_DRIFTS, *by_name) if by_name else not_applicable("no dependency is declared")
    relevant = [s for s in states if not s.library]
    if not relevant:
        return not_applicable("a library leaves versions to the applications that use it")
    loose = [s for s in relevant if not s.locked]
    if not loose and not by_name:
        return passed("every component's dependencies are fixed", *relevant)
    places = [Note(d.location, f"{d.name} has no fixed version") for s in loose for d in s.unpinned] or [
        Note(s.location, s.note) for s in loose
    ]
    return failed(_DRIFTS, *places, *by_name)


@check(
    step=Step.CI, level=Level.WARNING, maturity=1, effort=Effort.MINUTES, cwe=(1104,), hint="Add the missing distributions to the manifest."
)
def dependencies_are_declared(repo: Inventory, profile: Profile) -> Verdict:
    """Everything that the code imports is declared.

    Why:
        A package that happens to be installed on one machine is missing in the image, and the service stops at its first import.

    Fails:
        ```text title="requirements.txt"
        flask==3.1.0
        ```
        ```python title="app.py"
        import stripe
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask==3.1.0
        stripe==12.0.0
        ```
        ```python title="app.py"
        import stripe
        from flask import Flask

        app = Flask(__name__)
        ```
    """
    languages = {c.language for c in repo.components}
    if not languages & {"python", "javascript", "typescript"}:
        return not_applicable("no component in Python or JavaScript")
    if not any(not m.lock for m in repo.manifests):
        return failed("no file declares the dependencies", *(n.location for c in repo.components for n in c.evidence[:1]))
    python, node = imported_but_undeclared(repo), imported_but_undeclared_node(repo)
    missing = (*python, *node)
    if missing:
        names = sorted({note.note for note in missing})
        managers = (_PYTHON_MANAGERS if python else frozenset()) | (_NODE_MANAGERS if node else frozenset())
        manifests = _nearest([m.path for m in repo.manifests if not m.lock and m.manager in managers], [n.location.path for n in missing])
        return failed(f"imported and not declared: {', '.join(names[:8])}", *missing, *manifests)
    return passed("every import is declared")


def _nearest(manifests: list[str], users: list[str]) -> list[Location]:
    """The manifests of the folders that hold the files which import something; all of them where none does."""
    homes = {path: _home(path) for path in manifests}
    found: set[str] = set()
    for user in users:
        above = {path: home for path, home in homes.items() if user.startswith(home)}
        deepest = max(map(len, above.values()), default=0)
        found |= {path for path, home in above.items() if len(home) == deepest}
    return [Location(path) for path in manifests if not found or path in found]


def _home(manifest: str) -> str:
    """The folder that a manifest speaks for, with a slash behind it; lists in a folder of their own speak for the one above."""
    directory = manifest.rpartition("/")[0]
    if directory.rpartition("/")[2] in REQUIREMENTS_DIRS:
        directory = directory.rpartition("/")[0]
    return f"{directory}/" if directory else ""
