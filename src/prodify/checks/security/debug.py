"""Debug switches and development servers in what production runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import (
    Call,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    undecided,
)
from prodify.checks.security._debugging import debug_switches
from prodify.inventory.components.commands import RANKS, Launch, launches
from prodify.inventory.yamlview import document
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator


_IMAGE_DEVELOPMENT = lazy(
    r"^(npx |bundle exec |exec |yarn |pnpm (run )?|npm run )*((dev|start:dev|serve|nodemon|ts-node-dev|vite|rerun|shotgun|air|reflex"
    r"|CompileDaemon)(\s|$)"
    r"|ng serve|(next|nuxt|astro|remix|react-router|vite) dev|react-scripts start|tsx watch|node --watch|nest start --watch|cargo watch"
    r"|php (artisan|spark) serve|php -S|symfony (server:start|serve)|(\./)?mvnw? .*(spring-boot:run|quarkus:dev|mn:run)"
    r"|(\./)?gradlew? .*(bootRun|quarkusDev)|dotnet watch)"
)
"""Commands that reload, rebuild or serve one request at a time; `go run` and `rails server` are slow or not, but no such server."""
_SERVING = lazy(r"\b(flask|manage\.py|adev)\b.*\brun(server\w*)?\b|\brun(server\w*)?[\"',]")
_RELOADS = lazy(r"(^|[\s\"'])--reload\b|\bfastapi[\"',\s]+dev\b")
_RELOADING = frozenset(("uvicorn", "gunicorn", "hypercorn", "fastapi"))
_PRODUCTION_SERVERS = frozenset(("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "uwsgi", "granian"))
_SCRIPT_CALL = lazy(r"^(?:npm|yarn|pnpm|bun)\s+(?:run\s+|run-script\s+)?([\w:.-]+)")
_START_SCRIPT = lazy(r'^\s*"start"\s*:\s*"([^"]*)"')
_NODE_DEVELOPMENT = lazy(
    r"\b((netlify|vercel|next|nuxt|nuxi|remix|astro|wrangler) dev|nodemon|ts-node-dev|(tsx|node) --?watch|tsx watch|nest start --watch)\b"
)
@check(step=Step.SECURITY, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(489, 215), fixed_by="hardening")
def debug_is_off(repo: Inventory, profile: Profile) -> Verdict:
    """Debug mode is off in production.

    Why:
        Flask's debugger lets anybody who reaches an error page run Python on the server, and Django's error pages show settings and source.
        A debug switch written into the code is on wherever the code runs.

    Fails:
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        if __name__ == "__main__":
            app.run(debug=True)
        ```

    Passes:
        ```python title="app.py"
        import os

        from flask import Flask

        app = Flask(__name__)

        if __name__ == "__main__":
            app.run(debug=os.environ.get("FLASK_DEBUG") == "1")
        ```
    """
    if not repo.services:
        return not_applicable("no service that could run in debug mode")
    places = list(debug_switches(repo))
    return failed("debug mode is switched on in the code", *places) if places else passed("no debug switch is written into the code")


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(1188,),
    fixed_by="server",
    hint="Start the service with a production server (gunicorn, uvicorn, node server.js) in the image, the Procfile or the compose file.",
)
def dev_server_is_not_production(repo: Inventory, profile: Profile) -> Verdict:
    """What starts in production is not a development server.

    Why:
        Development servers handle few requests at a time, reload code, and are not hardened; their own documentation says so.

    Fails:
        ```text title="requirements.txt"
        flask==3.1.0
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        COPY . .
        CMD ["flask", "run", "--host", "0.0.0.0"]
        ```

    Passes:
        ```text title="requirements.txt"
        flask==3.1.0
        gunicorn==23.0.0
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        COPY . .
        CMD ["gunicorn", "app:app"]
        ```
    """
    if not repo.services:
        return not_applicable("no service is started")
    starts = _production_starts(repo)
    bad = [Note(x.location, f"{x.program} {x.target or ''}".strip()) for x in starts if _is_development(repo, x)]
    bad += [*_embedded(repo), *_start_scripts(repo), *_image_starts(repo)]
    if bad:
        return failed("a development server is what starts", *bad)
    known = [x for x in starts if x.program not in ("python", "flask") or _starts_server(repo, x)]
    if known or (starts and not repo.web_services):
        return passed("the start command runs no development server", *(Note(x.location, x.program) for x in known or starts))
    if starts:
        what = ", ".join(sorted({f"{x.program} {x.target or ''}".strip() for x in starts}))
        return undecided(f"whether {what} runs a production server is not clear", *(Note(x.location, x.program) for x in starts))
    return not_applicable("nothing says yet how the service starts in production")


def _production_starts(repo: Inventory) -> list[Launch]:
    """How production starts: by an image, a process file or a platform file, and by a compose file where nothing else says it."""
    everything = launches(repo)
    starts = [x for x in everything if RANKS[x.source] >= RANKS["platform"] and x.process in ("", "web", "app", "worker")]
    for_people = {view.path for view in repo.compose_files if view.development}
    composed = [x for x in everything if x.source == "compose" and x.location.path not in for_people]
    served = [x for x in composed if x.program in _PRODUCTION_SERVERS and not _is_development(repo, x)]
    return starts or served or composed


def _is_development(repo: Inventory, start: Launch) -> bool:
    """Whether a start command runs a development server: by its name, or because the file that it runs calls one."""
    if start.program in ("flask", "adev") or (start.program == "python" and (start.target or "").endswith("manage.py")):
        return _serves(repo, start)
    if start.program in _RELOADING:
        served = [text for text in _written(repo, start) if start.program in text]
        return bool(served) and all(_RELOADS.search(text) for text in served)  # a script may reload in one of its branches
    files = _files_of(repo, start)
    reloading = (c for c in repo.python.calls("uvicorn.run") if repo.python.value_of(c.arg("reload"), c) == (True, True))
    return any(call.location.path in files for call in (*_flask_runs(repo), *reloading))


def _files_of(repo: Inventory, start: Launch) -> tuple[str, ...]:
    """Files that a command of the interpreter may mean."""
    if start.program != "python" or not start.target:
        return ()
    path = start.target.lstrip("./") if start.target.endswith(".py") else start.target.replace(".", "/") + ".py"
    return tuple(p for p in repo.files.select("*.py") if p == path or p.endswith("/" + path))


def _starts_server(repo: Inventory, start: Launch) -> bool:
    """Whether the file that the interpreter runs calls a production server."""
    files = _files_of(repo, start)
    calls = repo.python.calls(
        "uvicorn.run", "uvicorn.Server", "waitress.serve", "hypercorn.*", "granian.*", "gevent.pywsgi.WSGIServer", "aiohttp.web.run_app",
        "cheroot.*", "tornado.*", "bjoern.run", "meinheld.*", "grpc.server", "sanic.*", "*.launch", "gunicorn.*", "*.run_polling",
    )  # fmt: skip
    return any(call.location.path in files for call in calls)


def _serves(repo: Inventory, start: Launch) -> bool:
    """Whether a command of flask or manage.py serves requests: an image's start script migrates the database with them as well."""
    return any(_SERVING.search(text) for text in _written(repo, start))


def _written(repo: Inventory, start: Launch) -> list[str]:
    """A start command as it is written."""
    lines = repo.files.lines(start.location.path)
    written = lines[(start.location.line or 1) - 1 : start.location.end_line or start.location.line]
    return [s.text for d in repo.dockerfiles for s in d.start if s.location == start.location] or list(written)


def _flask_runs(repo: Inventory) -> tuple[Call, ...]:
    return tuple(
        c for c in repo.python.calls("*.run") if repo.python.imports_in(c.location.path, "flask", "quart", "bottle") and _is_app(repo, c)
    )


def _is_app(repo: Inventory, call: Call) -> bool:
    """Whether `x.run()` runs an application that the file makes or imports, not a thread or subprocess."""
    owner = call.name.rpartition(".")[0]
    return owner.rpartition(".")[2] in ("app", "application", "server", "web") or any(
        a.target == owner and "Flask(" in a.text for a in repo.python.assignments(owner)
    )


def _embedded(repo: Inventory) -> Iterator[Note]:
    """A development server started from inside another program, as a bot's keep-alive thread does."""
    workers = [c for c in repo.services if c.kind in ("bot", "worker")]
    if workers and not repo.web_services:
        for call in _flask_runs(repo):
            yield Note(call.location, f"{call.name}() beside the {workers[0].kind}")


def _image_starts(repo: Inventory) -> Iterator[Note]:
    """Images of services that start a development server of another language."""
    for dockerfile in repo.dockerfiles:
        first = next(iter(dockerfile.start), None)
        if first is None or dockerfile.command is None:
            continue
        script = _script_of(repo, dockerfile.component, first.text)
        if _IMAGE_DEVELOPMENT.match(first.text):
            yield Note(dockerfile.command.location, f"the image starts {first.text[:60]}")
        elif script is not None and (_IMAGE_DEVELOPMENT.match(script) or _NODE_DEVELOPMENT.search(script)):
            yield Note(dockerfile.command.location, f"the image starts {script[:60]}")


def _script_of(repo: Inventory, component: str, command: str) -> str | None:
    """What a package manager's command runs by the scripts of the manifest beside the image: `npm start`, `yarn serve`."""
    called = _SCRIPT_CALL.match(command)
    manifest = document(repo.files, "package.json" if component == "." else f"{component}/package.json") if called else None
    return manifest.string("scripts", called[1]) if manifest is not None and called is not None else None


def _start_scripts(repo: Inventory) -> Iterator[Note]:
    """The start script of a Node service that runs a development server; an image with a command of its own does not use it."""
    for component in repo.web_services:
        path = "package.json" if component.path == "." else f"{component.path}/package.json"
        own = [d for d in repo.dockerfiles if d.component == component.path and d.command is not None and "start" not in d.command.value]
        if component.language not in ("javascript", "typescript") or path not in repo.files or own:
            continue
        for number, line in enumerate(repo.files.lines(path), 1):
            match = _START_SCRIPT.match(line[:500])
            if match and _NODE_DEVELOPMENT.search(match[1]):
                yield Note(Location(path, number), f"start runs {match[1]}")
