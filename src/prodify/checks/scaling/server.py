"""How the service is started and stopped, and on which port it listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import (
    Effort,
    Inventory,
    Level,
    Located,
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
)
from prodify.inventory.components.commands import RANKS, launches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.facts import Component

_SERVERS = frozenset(("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "uwsgi", "granian", "streamlit"))
_SERVER_CALLS = (
    "uvicorn.run", "uvicorn.Server", "waitress.serve", "hypercorn.*", "granian.*", "gevent.pywsgi.WSGIServer", "eventlet.wsgi.server",
    "cheroot.wsgi.Server", "bjoern.run", "meinheld.server.run",
)  # fmt: skip
_STOPPING = ("uvicorn.run", "uvicorn.Server", "hypercorn.*", "granian.*", "aiohttp.web.run_app", "*.run_polling", "*.start_polling")
"""Runners that handle SIGTERM themselves: servers, and the polling loops of aiogram and python-telegram-bot."""
_OWN_SERVER = frozenset(("streamlit", "gradio", "mcp", "chainlit", "nicegui", "panel", "aiohttp", "tornado", "sanic"))
"""Frameworks that are served by the server they bring: nobody puts gunicorn before them."""

_STOP_SIGNALS = (
    query("go", {"kind": "call_expression", "regex": r"^signal\.Notify(Context)?\("}, keywords=("signal.Notify",)),
    *(
        query(language, {"kind": "call_expression", "regex": r"^process\.(on|once)\(\s*.SIGTERM"}, keywords=("SIGTERM",))
        for language in ("javascript", "typescript")
    ),
)


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    fixed_by="server",
    hint="Start the application with gunicorn or uvicorn, with a number of workers and a timeout, where production starts it.",
)
def production_server_is_configured(repo: Inventory, profile: Profile) -> Verdict:
    """A production server starts the application.

    Why:
        Workers, threads and time limits decide how many users fit and how a restart behaves; a framework's own server has none of them.

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
        gunicorn
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```text title="Procfile"
        web: gunicorn --workers 2 app:app
        ```
    """
    services = [c for c in repo.web_services if c.language == "python" and not _is_function(repo, c)]
    if not services:
        return not_applicable("no Python web service")
    if all(c.framework in _OWN_SERVER for c in services):
        return passed("the framework's own server is made for production", *(n for c in services for n in c.evidence[:1]))
    starts = [x for x in launches(repo) if RANKS[x.source] >= RANKS["script"] and x.program in _SERVERS]
    calls: list[Located] = [*repo.python.calls(*_SERVER_CALLS), *_passed_on(repo)]
    configured = [Location(p) for p in repo.files.select("gunicorn.conf.py", "gunicorn_config.py", "gunicorn.py", "uwsgi.ini")]
    if starts or calls or configured:
        return passed("a production server starts it", *(Note(x.location, x.program) for x in starts), *calls[:2], *configured)
    return failed("nothing starts it with a production server", *(n for c in services for n in c.evidence[:1]))


def _is_function(repo: Inventory, component: Component) -> bool:
    """Whether the platform's runtime calls the component, without a server of its own."""
    return component.framework is None and f"{component.path}/vercel.json".removeprefix("./") in repo.files


def _passed_on(repo: Inventory) -> Iterator[Note]:
    """Where a server's function is imported to be handed to a thread: `Thread(target=serve, args=(app,))`."""
    for module in repo.python.modules(("waitress",)):
        for note in module.imported:
            if note.note == "waitress" and "serve" in module.imports:
                yield Note(note.location, "waitress.serve")


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    fixed_by="server",
    hint="Use a server with a grace period, start it in exec form, and keep the grace period below the orchestrator's.",
)
def shutdown_is_graceful(repo: Inventory, profile: Profile) -> Verdict:
    """A stopped service finishes what it began.

    Why:
        Every deployment stops processes. Without a grace period each of them cuts off the requests that are under way.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        CMD flask run
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        gunicorn
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        CMD ["gunicorn", "--graceful-timeout", "30", "app:app"]
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    known = _SERVERS - {"streamlit"} | {"celery", "rq", "dramatiq", "arq"}
    servers = [x for x in launches(repo) if x.program in known and RANKS[x.source] >= RANKS["script"]]
    handlers = [c.location for c in repo.python.calls("signal.signal", *_STOPPING)]
    handlers += [f.location for f in repo.python.functions("*.on_event")]
    handlers += [match.location for match in repo.find(*_STOP_SIGNALS)]
    if servers or handlers:
        return passed(
            "the server or the code handles the stop signal",
            *(Note(x.location, x.program) for x in servers),
            *handlers[:2],
        )
    if {c.framework for c in repo.services} == {"streamlit"}:
        return not_applicable("Streamlit answers the stop signal itself; a session lives in its process and begins anew in another")
    if {c.framework for c in repo.services} == {"aspnetcore"}:
        return passed("ASP.NET's host waits for the requests under way by itself", *(n for c in repo.services for n in c.evidence[:1]))
    if not repo.dockerfiles and not launches(repo):
        return failed("nothing says how the service is stopped", *(n for c in repo.services for n in c.evidence[:1]))
    return failed("nothing handles the stop signal", *(d.command.location if d.command else d.location for d in repo.dockerfiles))


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    hint="Use one port: read PORT in the code, and give the same number in the image, compose file and manifests.",
)
def ports_agree(repo: Inventory, profile: Profile) -> Verdict:
    """Code, image and manifests name the same port.

    Why:
        A container that listens on 5000 behind a service that asks 8080 starts, looks healthy, and answers nobody.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        if __name__ == "__main__":
            app.run(host="0.0.0.0", port=5000)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        EXPOSE 8080
        CMD ["python", "app.py"]
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        if __name__ == "__main__":
            app.run(host="0.0.0.0", port=8080)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        EXPOSE 8080
        CMD ["python", "app.py"]
        ```
    """
    from prodify.inventory.ports import disagreements

    compared, wrong = disagreements(repo)
    if not compared:
        return not_applicable("no two places name a port")
    return failed("places disagree about the port", *wrong) if wrong else passed("the ports agree", *compared)
