"""What the service writes to its log, and in which form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Role, Step, Verdict, check, failed, not_applicable, passed, query
from prodify.checks.observability._libraries import APM
from prodify.inventory.polyglot.logged import logged_credentials
from prodify.inventory.polyglot.loggedobjects import logged_objects
from prodify.inventory.roles import beside_the_service
from prodify.inventory.wholelogged import logged_wholes
from prodify.lazyre import Words, guarded, lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.api import Call
    from prodify.inventory.facts import Assignment

_DATABASE = r"(?:database|db|postgres|mysql|mongo|mongodb|sqlalchemy_database)_ur[il](?:_(?:a?sync\w*|psycopg\w*|main))?|connection_?string"
_CONNECTION = lazy(_DATABASE, re.IGNORECASE)
"""What holds the password of a database server; a file's path holds none."""
_WITH_PASSWORDS = frozenset(("postgres", "mysql", "mongodb", "mssql", "oracle"))
_MAKES_SECRETS = lazy(
    r"(?:^|\.)(?:acquire|get|fetch|create|generate|make|issue|refresh|request|obtain|exchange|encode|load|read|retrieve)_(?:\w+_)?"
    r"(?:access_token|refresh_token|auth_token|id_token|jwt|jwt_token|bearer_token|api_key|secret|secret_value|password|credentials)"
    r"(?:_(?:silent|value|string|interactive|for_client|on_behalf_of|by_\w+|with_\w+))?$|(?:^|\.)acquire_token_\w+$|(?:^|\.)jwt\.encode$"
)
"""Calls that answer with a credential, whatever the answer is called."""
_MAKES_TOKENS = lazy(r"(?:^|\.)(?:create|generate|issue|make|sign|obtain)_(?!csrf|xsrf|next|max)(?:\w+_)?token$")
_SIGNS_PEOPLE_IN = Words("jwt oauth password")
"""Where people sign in, a token that is made lets somebody in; elsewhere it may be a piece of a text."""
_MAY_TELL = Words(
    "bot_token bottoken refresh_token refreshtoken "
    "password passwd secret api_key apikey access_token accesstoken auth_token authtoken session_token sessiontoken private_key "
    "privatekey credit_card creditcard authorization credential email e_mail phone birth_date birthdate homeaddress home_address "
    "streetaddress street_address postaladdress postal_address billingaddress billing_address shippingaddress shipping_address "
    "mailingaddress mailing_address "
    "database_uri database_url db_uri db_url postgres_uri postgres_url mysql_uri mysql_url mongo_uri mongo_url mongodb_uri mongodb_url "
    "connectionstring connection_string"
)
"""The names of what is secret or personal, written out."""
_LOGGERS = ("print", "logging.*", "*.info", "*.debug", "*.warning", "*.error", "*.exception", "pprint.pprint")
_MAKERS = ("_token", "jwt", "_secret", "_password", "_api_key", "_credentials")
_LOGGER = lazy(r"(^|\.)(log|logger|_log|_logger|LOG|LOGGER)\.\w+$")
_SIGNING_IN = Words("password register registration signup sign_up login")
_BODY = lazy(
    r"(self\.)?request\.(data|POST|form|json|values|body|get_json\(\)|(data|form|POST)\.(dict|to_dict|copy)\(\))|(await )?request\.json\(\)"
)
"""All that a visitor sent, by Django, Flask and Starlette."""
_JS_LOGGER = r"^(console|\w*[lL]og(ger)?|(req|request|fastify|app)\.log)\.(log|info|debug|warn|error|trace)$"
_BODIES = tuple(
    query(
        language,
        {
            "kind": "call_expression",
            "all": [
                {"has": {"field": "function", "regex": _JS_LOGGER}},
                {"has": {"field": "arguments", "has": {
                    "kind": "member_expression", "regex": r"^(req|request|ctx\.request|c\.req|event)\.body$"}}},
            ],
        },
        keywords=(".body",),
        where=Words("password passwd"),
    )
    for language in ("javascript", "typescript")
)  # fmt: skip
"""The same of Express, Fastify and Koa."""
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
    for call, node in repo.python.call_nodes(*_LOGGERS, where=_MAY_TELL):
        if not (_tells(call.name) or call.name.startswith("pprint")):
            continue
        if not _MAY_TELL.search(node.text()):
            continue
        from prodify.inventory.toldvalues import value_told

        named = value_told(node, _CONNECTION if served else None)
        if named:
            bad.append(Note(call.location, f"{call.name} of {named}"))
    bad += _answers(repo)
    bad += _whole_bodies(repo)
    bad += logged_credentials(repo)
    bad += logged_objects(repo)
    bad += logged_wholes(repo)
    if bad:
        return failed("a secret or personal value is written to the log", *bad)
    logs = bool(repo.services) or any(True for _ in repo.python.each_call(*_LOGGERS))
    return passed("no secret was found in what is logged") if logs else not_applicable("nothing is logged")


def _answers(repo: Inventory) -> Iterator[Note]:
    """Log calls of what a call that makes credentials answered, whole: its name says nothing, where it comes from does."""
    for module in repo.python.modules(_MAKERS):
        made = {}
        signs_in = _SIGNS_PEOPLE_IN.search(repo.syntax.text(module.path)) is not None
        for call in module.calls_where(_makes_secrets_or_tokens if signs_in else _MAKES_SECRETS.search):
            made.update({(a.function, a.target): call.name for a in module.assignments if _is_answer(a, call)})
        for call, node in module.call_nodes(_tells) if made else ():
            from prodify.inventory.toldvalues import names_told_whole

            found = next((name for name in sorted(names_told_whole(node)) if (call.function, name) in made), None)
            if found is not None:
                yield Note(call.location, f"{call.name} of what {made[call.function, found].rpartition('.')[2]} answered")


def _makes_secrets_or_tokens(name: str) -> bool:
    return _MAKES_SECRETS.search(name) is not None or _MAKES_TOKENS.search(name) is not None


def _tells(name: str) -> bool:
    return name.startswith(("print", "logging.")) or _LOGGER.search(name) is not None


def _whole_bodies(repo: Inventory) -> Iterator[Note]:
    """Log calls of all that a visitor sent, in files where people sign in or up: the password is part of it."""
    for call in repo.python.calls(*_LOGGERS, "pprint.*", where=_SIGNING_IN):
        told = _tells(call.name) or call.name.startswith("pprint")
        found = next((a.text for a in call.args if told and _BODY.fullmatch(a.text)), None)
        if found is not None:
            yield Note(call.location, f"{call.name} of {found}, a password included")
    for query_ in _BODIES:
        for path in repo.syntax.sources(query_.language, query_.keywords, (Role.PRODUCTION,)):
            for match, _ in repo.syntax.nodes(query_, path):
                yield Note(match.location, "the whole body of a request, a password included")


def _is_answer(assignment: Assignment, call: Call) -> bool:
    """Whether a name is bound to a call's answer as it is, and not to a part of it."""
    start, text = assignment.location.line or 0, assignment.text.removeprefix("await ").strip()
    return start <= (call.location.line or 0) <= (assignment.location.end_line or start) and text == call.text.strip()
