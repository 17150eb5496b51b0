"""What the service writes to its log, and in which form."""

from __future__ import annotations

import re

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.observability._libraries import APM
from prodify.inventory.polyglot.logged import logged_credentials
from prodify.inventory.roles import beside_the_service
from prodify.lazyre import Words, guarded, lazy

_NAMES = (
    r"password|passwd|secret|api_?key|access_?token|auth_?token|session_?token|client_?secret|private_?key|credit_?card|authorization"
    r"|e_?mail|phone|birth_?date|(?:home|street|postal|billing|shipping|mailing)_?address"
)
_DATABASE = r"(?:database|db|postgres|mysql|mongo|mongodb|sqlalchemy_database)_ur[il](?:_(?:a?sync\w*|psycopg\w*|main))?|connection_?string"
_CONNECTION = lazy(_DATABASE, re.IGNORECASE)
"""What holds the password of a database server; a file's path holds none."""
_WITH_PASSWORDS = frozenset(("postgres", "mysql", "mongodb", "mssql", "oracle"))
_TELLING = lazy(rf"\b(?:{_NAMES})\b", re.IGNORECASE)
_MAY_TELL = Words(
    "password passwd secret api_key apikey access_token accesstoken auth_token authtoken session_token sessiontoken private_key privatekey "
    "credit_card creditcard authorization email e_mail phone birth_date birthdate homeaddress home_address streetaddress street_address "
    "postaladdress postal_address billingaddress billing_address shippingaddress shipping_address mailingaddress mailing_address "
    "database_uri database_url db_uri db_url postgres_uri postgres_url mysql_uri mysql_url mongo_uri mongo_url mongodb_uri mongodb_url "
    "connectionstring connection_string"
)
"""The names above, written out."""
_SECRET_KEY = lazy(
    r"""(?:\.get\(|getenv\(|\[)\s*["'](?:\w+_)?(?:password|passwd|secret|secret_key|api_?key|access_?token|auth_?token|private_key)["']""",
    re.IGNORECASE,
)
"""A setting that is looked up by the name of a secret."""
_LOGGERS = ("print", "logging.*", "*.info", "*.debug", "*.warning", "*.error", "*.exception", "pprint.pprint")
_TRACE_ID = guarded(
    r"trace_?id|get_span_context|otelTraceID|LOG_CORRELATION|merge_contextvars|TraceContext",
    "trace_id traceid get_span_context log_correlation merge_contextvars tracecontext",
    re.IGNORECASE,
)


def _sources(repo: Inventory) -> tuple[str, ...]:
    return tuple(p for p in repo.syntax.by_language["python"] if repo.files.entries[p].role.value == "production")


@check(
    step=Step.OBSERVABILITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="telemetry",
    hint="Give the log's handler a JSON formatter (structlog, python-json-logger, pino), with time, level and message as fields.",
)
def logs_are_structured(repo: Inventory, profile: Profile) -> Verdict:
    """Logs are data: one JSON object a line.

    Why:
        Text can be read, data can be asked: all errors of one user, one version, one minute. A log store needs fields to do that.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import logging

        from flask import Flask

        app = Flask(__name__)
        logging.basicConfig(level="INFO")
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        structlog
        ```
        ```python title="app.py"
        import structlog
        from flask import Flask

        app = Flask(__name__)
        log = structlog.get_logger()
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    return (
        passed("logs are written as data")
        if repo.has["structured_logs"]
        else failed("logs are plain text", *repo.python.calls("logging.basicConfig"))
    )


@check(
    step=Step.OBSERVABILITY,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="telemetry",
    hint="Add trace_id and span_id of the current span to every log line, in the formatter.",
)
def logs_carry_trace_ids(repo: Inventory, profile: Profile) -> Verdict:
    """Log lines carry the id of their trace.

    Why:
        From the slow trace to what the code said about it is then one click; without the id it is a search by time and luck.

    Fails:
        ```text title="requirements.txt"
        flask
        opentelemetry-sdk
        ```
        ```python title="app.py"
        from flask import Flask
        from opentelemetry.sdk.trace import TracerProvider

        app = Flask(__name__)
        provider = TracerProvider()
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        opentelemetry-sdk
        ```
        ```python title="app.py"
        import logging

        from flask import Flask
        from opentelemetry import trace

        app = Flask(__name__)


        class Formatter(logging.Formatter):
            def format(self, record):
                context = trace.get_current_span().get_span_context()
                return f'{{"message": "{record.getMessage()}", "trace_id": "{context.trace_id:032x}"}}'
        ```
    """
    if not repo.has["otel"] and repo.uses(*APM) is None:
        return not_applicable("nothing is traced yet")
    for path in _sources(repo):
        if _TRACE_ID.search(repo.files.text(path) or "") is None:
            continue
        for number, line in enumerate(repo.files.lines(path), 1):
            if _TRACE_ID.search(line[:400]):
                return passed("log lines carry the trace's id", Note(Location(path, number), "trace id"))
    return failed("log lines do not name their trace")


@check(
    step=Step.OBSERVABILITY,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.HOURS,
    hint="Use logging.getLogger(__name__) with a level and fields instead of print.",
)
def prints_are_not_logs(repo: Inventory, profile: Profile) -> Verdict:
    """The service logs instead of printing.

    Why:
        A print has no level, no time and no context, and cannot be switched off; under a server it may never be shown at all.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def home():
            print("somebody came")
            return "hi"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import logging

        from flask import Flask

        app = Flask(__name__)
        log = logging.getLogger(__name__)

        @app.route("/")
        def home():
            log.info("home page shown")
            return "hi"
        ```
    """
    if not any(c.language == "python" for c in repo.services):
        return not_applicable("no Python service")
    prints = [c for c in repo.python.calls("print") if c.function is not None and not beside_the_service(c.location.path)]
    return failed(f"{len(prints)} prints stand where a log belongs", *prints) if prints else passed("nothing is printed")


@check(
    step=Step.OBSERVABILITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(532,),
    hint="Leave the value out, or log an id instead; delete what the logs already hold.",
)
def logs_hold_no_secrets(repo: Inventory, profile: Profile) -> Verdict:
    """Nothing secret or personal is written to the log.

    Why:
        Logs are copied, kept and read by many; a password or an e-mail address in them leaks without anybody breaking in.

    Fails:
        ```python title="signup.py"
        def signup(email, password):
            print("new user", email, password)
        ```

    Passes:
        ```python title="signup.py"
        import logging

        log = logging.getLogger(__name__)

        def signup(user):
            log.info("new user", extra={"user_id": user.id})
        ```
    """
    bad = []
    served = any(t.name in _WITH_PASSWORDS for t in repo.datastores)
    for call in repo.python.calls(*_LOGGERS, where=_MAY_TELL):
        if not call.name.startswith(("print", "pprint", "logging.")) and not re.search(
            r"(^|\.)(log|logger|_log|_logger|LOG|LOGGER)\.\w+$", call.name
        ):
            continue
        named = _values_named(call.args, _CONNECTION if served else None)
        if named:
            bad.append(Note(call.location, f"{call.name} of {named}"))
    bad += logged_credentials(repo)
    if bad:
        return failed("a secret or personal value is written to the log", *bad)
    logs = bool(repo.services) or any(True for _ in repo.python.each_call(*_LOGGERS))
    return passed("no secret was found in what is logged") if logs else not_applicable("nothing is logged")


def _values_named(arguments: tuple[object, ...], connection: re.Pattern[str] | None = None) -> str | None:
    """The first variable among a log call's values whose name is secret or personal; words inside literal text do not count."""
    for argument in arguments:
        text = getattr(argument, "text", "")
        if getattr(argument, "literal", False):
            continue
        holes = re.findall(r"\{([^{}]*)\}", text) if re.match(r"""[rbRB]*[fF]["']""", text) else [re.sub(r"""(["']).*?\1""", " ", text)]
        for hole in holes:
            bare = re.sub(r"""(["']).*?\1""", " ", hole)
            looked_up = _SECRET_KEY.search(text if len(holes) == 1 and not text.startswith(("f", "F")) else hole)
            if re.search(r"\b(len|bool|type|mask|redact|hash|is_valid|count)\w*\(", bare) or " if " in bare:
                continue
            if looked_up is not None:
                return "a secret setting"
            words: list[str] = re.findall(r"[A-Za-z_][\w.]*", bare)
            for word in (w.rpartition(".")[2] for w in words):
                if _TELLING.fullmatch(word) or (connection is not None and connection.fullmatch(word)):
                    return word
    return None
