"""Whether what differs from place to place comes from outside the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Role, Step, Verdict, check, failed, not_applicable, passed, query
from prodify.inventory.starting import dialect_of
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.inventory.facts import Component

_OF_ONE_MACHINE = ("localhost", "127.0.0.1", "192.168.", "/home/", "/Users/", "Users\\")
_WHOLE_ENVIRONMENT = (
    query("go", {"kind": "call_expression", "regex": r"^(os\.Environ|\w+\.AutomaticEnv|envconfig\.Process|env\.Parse\w*)\W"},
          keywords=("os.Environ", "AutomaticEnv", "envconfig.Process", "env.Parse")),
    *(query(language, {"kind": "member_expression", "regex": r"^(process|Bun)\.env$", "not": {"inside": {"any": [
        {"kind": "member_expression"}, {"kind": "subscript_expression"}, {"kind": "spread_element"}, {"kind": "variable_declarator"},
        {"kind": "pair"}]}}}, keywords=("process.env", "Bun.env")) for language in ("javascript", "typescript")),
)  # fmt: skip
"""Code that hands every variable at once to a reader of settings, which looks the names up by itself."""
_LAYERED = query("csharp", {"any": [
    {"kind": "invocation_expression", "regex": r"(?s)^[\w.]*[cC]onfiguration\.(GetConnectionString|GetSection|GetValue)\W"},
    {"kind": "element_access_expression", "regex": r"^[\w.]*[cC]onfiguration\["},
]}, keywords=("onfiguration",))  # fmt: skip
"""ASP.NET's host lays environment variables over appsettings.json by default."""
_BINDS = frozenset(("spring-boot", "quarkus", "micronaut"))
"""Frameworks that take every setting of their files from the environment first: SPRING_DATASOURCE_URL over spring.datasource.url."""
_URLS = query("csharp", {"kind": "invocation_expression", "regex": r"(?s)\.(UseUrls|ListenAnyIP|ListenLocalhost)\(|^app\.Run\(.+\)$"},
              keywords=("UseUrls", "Listen", "app.Run("))  # fmt: skip
"""Addresses in code, which win over ASPNETCORE_URLS."""
_SET_PORT = query("ruby", {"kind": "call", "regex": r"^set\s*\(?\s*:port\s*,\s*\d"}, keywords=("set :port", "set(:port"))
_READS_PORT = frozenset("next nuxt remix react-router sveltekit spring-boot quarkus micronaut rails sinatra".split())
"""Frameworks whose server takes its port from the environment (PORT, SERVER_PORT and their like) unless code says otherwise."""
_OWN_SERVER = frozenset(("streamlit", "gradio", "chainlit", "dash", "panel", "nicegui"))
"""They start a server on a port of their own where nothing says another."""
_OTHER_PORTS = lazy(r"DB|SQL|POSTGRES|PG|MONGO|REDIS|SMTP|MAIL|FTP|SSH|PROXY|KAFKA|RABBIT|AMQP|ELASTIC|CACHE|METRICS")
_PORT_READ = query("python", {"kind": "string_content", "regex": "^PORT$"}, keywords=("PORT",))
_PORT_NAME = {"any": [
    {"any": [{"kind": "identifier"}, {"kind": "property_identifier"}, {"kind": "shorthand_property_identifier"}], "regex": "(?i-u)^port$"},
    {"any": [{"kind": "string"}, {"kind": "template_string"}], "regex": r"(?i-u)\bport\b"},
]}  # fmt: skip
_PORT_NAMES = (
    query("go", {"any": [
        {"any": [{"kind": "identifier"}, {"kind": "field_identifier"}], "regex": "(?i-u)^port$"},
        {"any": [{"kind": "raw_string_literal"}, {"kind": "interpreted_string_literal"}], "regex": r"(?i-u)\bport\b"},
    ]}, keywords=("ort", "ORT")),
    *(query(language, _PORT_NAME, keywords=("ort", "ORT")) for language in ("javascript", "typescript")),
)  # fmt: skip
"""The port among the names and tags of settings, `env:"PORT"`."""


@check(
    step=Step.PORTABILITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.HOURS,
    hint="Read hosts, paths and keys from environment variables, with a default that fits development only.",
)
def configuration_comes_from_environment(repo: Inventory, profile: Profile) -> Verdict:
    """Configuration comes from the environment.

    Why:
        The same image then runs in development, staging and production; with settings in the code each place needs a build of its own.

    Fails:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect(host="db.internal", dbname="app", user="app")
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import os

        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect(os.environ["DATABASE_URL"])
        ```
    """
    if not repo.services:
        return not_applicable("no service to configure")
    if repo.environment:
        return passed("settings are read from the environment", *(Note(v.location, v.name) for v in repo.environment[:5]))
    whole = repo.find(*_WHOLE_ENVIRONMENT)
    if whole:
        return passed("settings are read from the environment", *(m.location for m in whole[:5]))
    layered = repo.find(_LAYERED)
    if layered:
        return passed("ASP.NET's configuration reads the environment over its files", *(m.location for m in layered[:5]))
    bound = [c for c in repo.services if c.framework in _BINDS]
    if bound and len(bound) == len(repo.services):
        return passed("the framework lays the environment over its files by itself", *(n for c in bound for n in c.evidence[:1]))
    if not repo.datastores and not repo.outbound_calls and not repo.llm_providers:
        return not_applicable("nothing needs to be configured")
    return failed("no setting is read from the environment", *(t.location for t in (*repo.datastores, *repo.llm_providers)))


@check(
    step=Step.PORTABILITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(1051,),
    hint="Read the address from an environment variable; keep localhost as the default for development only.",
)
def no_hard_coded_host(repo: Inventory, profile: Profile) -> Verdict:
    """No address of one machine stands in code that runs in production.

    Why:
        `localhost` in a container is the container itself: what worked on the laptop calls nobody.

    Fails:
        ```text title="requirements.txt"
        flask
        requests
        ```
        ```python title="app.py"
        import requests
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def home():
            return requests.get("http://localhost:8001/places", timeout=5).text
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        requests
        ```
        ```python title="app.py"
        import os

        import requests
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def home():
            return requests.get(os.environ["PLACES_URL"], timeout=5).text
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    bad: list[Note] = []
    if any(True for language in ("python", "javascript", "typescript") for _ in repo.syntax.sources(language, _OF_ONE_MACHINE)):
        from prodify.inventory.writtenhosts import written_hosts

        bad += written_hosts(repo, _OF_ONE_MACHINE)
    return failed("an address of one machine stands in the code", *bad) if bad else passed("no address of one machine was found")


@check(
    step=Step.PORTABILITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    fixed_by="server",
    hint="Read PORT from the environment where the server is started, with the port of today as the default.",
)
def port_comes_from_environment(repo: Inventory, profile: Profile) -> Verdict:
    """The port comes from the environment.

    Why:
        Most platforms say in PORT where they expect the service; one that listens elsewhere never becomes healthy there.

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

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import os

        from flask import Flask

        app = Flask(__name__)

        if __name__ == "__main__":
            app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "5000")))
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    read = [v for v in repo.environment if v.name == "PORT" or (v.name.endswith("_PORT") and not _OTHER_PORTS.search(v.name))]
    if read:
        return passed(f"{read[0].name} is read", *(Note(v.location, v.name) for v in read))
    names = ("Procfile", "Dockerfile*", "*.sh", "*.toml", "compose*.y*ml", "docker-compose*.y*ml", "render.yaml",
             "settings*.y*ml", "application*.y*ml", "config*.y*ml")  # fmt: skip
    for path in repo.files.select(*names):
        for number, line in enumerate(repo.files.lines(path), 1):
            if re.search(r"\$\{?PORT\b|[\"']PORT[\"']", line):
                return passed("PORT is read", Note(Location(path, number), "PORT"))
    for path in repo.files.select("gunicorn*.py"):
        for match, _ in repo.syntax.nodes(_PORT_READ, path):
            return passed("PORT is read", Note(Location(path, match.location.line), "PORT"))
    readers = sorted({m.location.path for m in repo.find(*_WHOLE_ENVIRONMENT)})
    for directory in dict.fromkeys(path.rpartition("/")[0] for path in readers):  # the names stand beside the reader
        for path in repo.files.select(f"{directory}/*" if directory else "*", roles=(Role.PRODUCTION,)):
            beside = path.rpartition("/")[0] == directory and path.endswith((".go", ".js", ".ts"))
            if beside and any(True for row in _PORT_NAMES if row.language == dialect_of(path) for _ in repo.syntax.nodes(row, path)):
                return passed("the port is among the settings read from the environment", Location(path))
    written = {"aspnetcore": _URLS, "sinatra": _SET_PORT}
    fixed = [
        c
        for c in repo.web_services
        if (c.framework not in _READS_PORT if c.framework not in written else repo.find(written[c.framework or ""]))
    ]
    if not fixed:
        return passed("the framework's server reads PORT by itself", *(n for c in repo.web_services for n in c.evidence[:1]))
    written_down = [c for c in fixed if c.place("port") is not None or c.framework in _OWN_SERVER or c.framework in written]
    if not written_down:
        return not_applicable("no port is written down; whoever starts the server says it")
    return failed("the port is fixed", *(_port_place(c) for c in written_down))


def _port_place(component: Component) -> Note | Location:
    """Where the port is written, else what shows the framework with its default."""
    return component.place("port") or component.evidence[0]
