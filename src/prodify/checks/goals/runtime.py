"""Which language version it runs on, and where it starts."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed, undecided


@check(
    step=Step.GOALS,
    level=Level.NOTE,
    maturity=1,
    effort=Effort.MINUTES,
    hint="Write .python-version (or requires-python in pyproject.toml; engines in package.json), and use it in CI and in the image.",
)
def runtime_version_is_declared(repo: Inventory, profile: Profile) -> Verdict:
    """The version of the language runtime is declared.

    Why:
        The program that runs on one machine's Python 3.12 fails on the server's 3.9, and nobody knows which of the two was meant.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```text title=".python-version"
        3.13
        ```
    """
    components = [c for c in repo.components if c.kind not in ("static-site", "notebook")]
    if not components:
        return not_applicable("no component with a runtime")
    declared = any(c.runtime_version is not None for c in components)
    silent = [c for c in components if c.runtime_version is None and not (declared and c.kind == "script")]
    if silent:
        return failed(
            f"no runtime version is declared for {', '.join(c.name.strip() or c.path for c in silent)}",
            *(n for c in silent for n in c.evidence[:1]),
        )
    return passed(
        "every component declares its runtime's version",
        *(Note(c.evidence[0].location, f"{c.language} {c.runtime_version}") for c in components if c.evidence),
    )


@check(
    step=Step.GOALS,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(1104,),
    hint="Move to a supported version: change the declaration, the image and CI together, and run the tests.",
)
def runtime_version_is_supported(repo: Inventory, profile: Profile) -> Verdict:
    """The language runtime still gets security fixes.

    Why:
        After its end of life a runtime's holes stay open for good, and libraries stop supporting it.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```text title="runtime.txt"
        python-3.6.9
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```text title=".python-version"
        3.13
        ```
    """
    from prodify.inventory.runtimes import ended, runtime_declarations

    declared = runtime_declarations(repo)
    if not declared:
        return not_applicable("no runtime version is declared")
    old = [Note(d.location, f"{d.language} {d.version} ended {d.end}") for d in declared if ended(d)]
    if old:
        return failed("the declared runtime gets no more security fixes", *old)
    return passed("the declared runtimes are supported", *(Note(d.location, f"{d.language} {d.version}") for d in declared))


@check(
    step=Step.GOALS,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    hint="Keep one entry point, or name it where it is started: a Procfile, the image's CMD, or pyproject.toml.",
)
def entrypoint_is_unambiguous(repo: Inventory, profile: Profile) -> Verdict:
    """It is clear where the service starts.

    Why:
        Two files that both create an application leave the deployment to guess, and it guesses differently from the author.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="one.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```python title="two.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
    """
    services = repo.services
    if not services:
        return not_applicable("no service to start")
    unclear = [c for c in services if c.entrypoint is None]
    rivals = [c for c in unclear if len(c.candidates) > 1]
    if rivals:
        names = ", ".join(f"{c.name} could start at {' or '.join(c.candidates)}" for c in rivals)
        return failed(names, *(n for c in rivals for n in c.evidence))
    if unclear:
        return undecided(
            f"no entry point was found for {', '.join(c.name for c in unclear)}", *(n for c in unclear for n in c.evidence[:1])
        )
    return passed("every service has one entry point", *(Note(c.evidence[0].location, str(c.entrypoint)) for c in services if c.evidence))
