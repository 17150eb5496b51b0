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
    query,
    undecided,
)
from prodify.checks.security._switches import settings_switches
from prodify.inventory import pyimports
from prodify.inventory.components.commands import RANKS, Launch, launches
from prodify.inventory.django import setting
from prodify.inventory.places import keyword_place
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.containers import EnvironmentEntry
    from prodify.inventory.facts import Assignment

_WEB = ("flask", "quart", "dash", "bottle", "sanic", "flask_socketio", "aiohttp")
_DEBUG_ENVIRONMENT = frozenset(
    (("FLASK_DEBUG", "1"), ("FLASK_DEBUG", "true"), ("FLASK_ENV", "development"), ("DJANGO_DEBUG", "true"), ("DEBUG", "true"),
     ("APP_DEBUG", "true"), ("APP_DEBUG", "1"), ("APP_ENV", "dev"), ("NODE_ENV", "development"), ("RAILS_ENV", "development"),
     ("RACK_ENV", "development"),
     ("ASPNETCORE_ENVIRONMENT", "development"), ("GIN_MODE", "debug"), ("ROCKET_PROFILE", "debug"))
)  # fmt: skip
_DEBUGGERS = lazy(r"(^|[\s\"'])--inspect(-brk)?(=\S+)?(?=$|[\s\"'])|-agentlib:jdwp|-Xrunjdwp|(^|[\s/])dlv (debug|exec|attach)\b|(^"
                  r"|[\s/])rdbg\b|-m debugpy\b")
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
_START_SCRIPT = lazy(r'^\s*"start"\s*:\s*"([^"]*)"')
_NODE_DEVELOPMENT = lazy(
    r"\b((netlify|vercel|next|nuxt|nuxi|remix|astro|wrangler) dev|nodemon|ts-node-dev|(tsx|node) --?watch|tsx watch|nest start --watch)\b"
)
_RAILS_DEBUG = query("ruby", {"any": [{"pattern": "config.consider_all_requests_local = true"}, {"pattern": "config.log_level = :debug"}]},
                     keywords=("consider_all_requests_local", "log_level"))  # fmt: skip


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
    places = list(_debug_switches(repo))
    return failed("debug mode is switched on in the code", *places) if places else passed("no debug switch is written into the code")


def _debug_switches(repo: Inventory) -> Iterator[Note]:
    for call in repo.python.calls("*.run", "*.run_server", "fastapi.FastAPI", "starlette.applications.Starlette"):
        value, known = repo.python.value_of(call.arg("debug", 2 if call.name.endswith(".run") else None), call)
        application = call.name in ("fastapi.FastAPI", "starlette.applications.Starlette")
        own = application or repo.python.imports_in(call.location.path, *_WEB)
        if known and value is True and (own or _is_own(repo, call.location.path, call.text.partition("(")[0])):
            yield Note(keyword_place(repo, call.location, "debug"), f"{call.name}(debug=True)")
    for assignment in repo.python.assignments("app.debug", "application.debug", "*.config?'DEBUG'?", '*.config?"DEBUG"?'):
        path = assignment.location.path
        if assignment.value is True and (repo.python.imports_in(path, *_WEB) or _is_own(repo, path, assignment.target)):
            yield Note(assignment.location, f"{assignment.target} = True")
    django = setting(repo, "DEBUG")
    if django is not None and django.value is True:
        yield Note(django.location, "DEBUG = True in the settings that production reads")
    elif django is not None and (variable := _on_by_default(repo, django)) is not None:
        yield Note(django.location, f"debug mode is on unless {variable} is set")
    for match in repo.find(_RAILS_DEBUG):
        if match.location.path.endswith("environments/production.rb"):
            yield Note(match.location, match.text)
    yield from settings_switches(repo)
    for entry in _composed(repo):
        yield Note(entry.location, f"the container sets {entry.name}={entry.value}")
    for dockerfile in repo.dockerfiles:
        for entry in dockerfile.environment:
            if (entry.name, (entry.value or "").lower()) in _DEBUG_ENVIRONMENT:
                yield Note(entry.location, f"the image sets {entry.name}={entry.value}")
            if entry.value and _DEBUGGERS.search(entry.value):
                yield Note(entry.location, f"{entry.name} opens a debugger's port")
        for start in dockerfile.start:
            if _DEBUGGERS.search(start.text):
                yield Note(start.location, "a debugger's port is opened")


def _is_own(repo: Inventory, path: str, member: str) -> bool:
    """Whether `app.run` or `app.debug` is of an application that another file makes: `from shop import app`, `app = create_app()`."""
    module = repo.python.module(path)
    owner = member.partition(".")[0]
    if module is None:
        return False
    made = pyimports.assignment_of(module, owner)
    maker = pyimports.bound_call(module, made) if made is not None else None
    name = maker.name if maker is not None else module.resolve(owner) if owner in module.imports else ""
    home = pyimports.locate(repo, path, name) if name else None
    return home is not None and repo.python.imports_in(home[0], *_WEB)


_ON = ("true", "1", "on", "yes", "t", "y")


def _on_by_default(repo: Inventory, told: Assignment) -> str | None:
    """The variable that switches debugging off, where it is on without: `os.getenv("DEBUG", "True") == "True"`.

    What an image or a compose file sets counts as off.
    """
    compared = told.text.lower().partition("==")[2]
    if "!=" in told.text or " not " in f" {told.text}" or (compared and not any(word in compared for word in _ON)):
        return None
    for call in repo.python.calls("os.getenv", "os.environ.get", "*.getenv", "*.bool", "*.get_bool", "*env", "*.config", "config", "*.get"):
        name, default = call.arg("name", 0), call.arg("default", 1)
        same = call.location.path == told.location.path and call.location.line == told.location.line
        if same and name is not None and isinstance(name.value, str) and default is not None and str(default.value).lower() in _ON:
            images = (entry for dockerfile in repo.dockerfiles for entry in dockerfile.environment)
            composed = (entry for file in repo.compose_files for service in file.services for entry in service.environment)
            return None if any(entry.name == name.value for entry in (*images, *composed)) else name.value
    return None


def _composed(repo: Inventory) -> Iterator[EnvironmentEntry]:
    """Debug switches among the settings of a service of our own in a compose file that is not for development."""
    for file in repo.compose_files:
        for service in () if file.development else file.services:
            for entry in service.environment if service.build is not None else ():
                if (entry.name, (entry.value or "").lower()) in _DEBUG_ENVIRONMENT:
                    yield entry


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
    return any(call.location.path in _files_of(repo, start) for call in _flask_runs(repo))


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
        if first is not None and _IMAGE_DEVELOPMENT.match(first.text) and dockerfile.command is not None:
            yield Note(dockerfile.command.location, f"the image starts {first.text[:60]}")


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
