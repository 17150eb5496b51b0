"""Who may call the API from a browser, and under which host name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from prodify.api import (
    Call,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Role,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    query,
)
from prodify.checks.security._origins import OPEN, SETTINGS
from prodify.inventory import polyglot
from prodify.inventory.django import setting, settings_chain
from prodify.inventory.places import keyword_place
from prodify.inventory.pyexpr import parsed, written
from prodify.inventory.pynames import names_of, texts_of
from prodify.inventory.unset import looked_up
from prodify.lazyre import Words, lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.facts import Argument, Assignment, Match

_HEADER = "Access-Control-Allow-Origin"
_NAMED = Words("access-control-allow-origin")
_PAIR = query(
    "python",
    {
        "kind": "pair",
        "regex": r"""^["']Access-Control-Allow-Origin["']\s*:\s*["']\*["']$""",
        "not": {"inside": {"kind": "call", "stopBy": "end", "has": {
            "field": "function", "regex": r"^(requests|httpx|session|client|aiohttp|urllib\.request|self\.session)\b"}}},
    },
    keywords=("Access-Control-Allow-Origin",),
)  # fmt: skip
"""An entry among headers, which are an answer's unless a client sends them."""
_REFLECTED = frozenset((("origin", "*"), ("http_origin", "*")))
"""The request's own origin, and everybody where it names none."""
_ANY = lazy(r"\^?(?:https?://|http\.?\*?://)?\.[*+]\$?")
"""A pattern that every origin fits."""
_ORIGIN_KEY = lazy(r"""\borigins?["']?\s*:|[aA]ccess-[cC]ontrol-[aA]llow-[oO]rigin""")


@check(step=Step.SECURITY, level=Level.WARNING, maturity=1, effort=Effort.MINUTES, cwe=(942,), fixed_by="hardening")
def cors_is_not_wildcard(repo: Inventory, profile: Profile) -> Verdict:
    """Only named origins may call the API from a browser.

    Why:
        With a wildcard any web page can call the API from its visitors' browsers; with credentials allowed as well it acts in their name.

    Fails:
        ```text title="requirements.txt"
        flask
        flask-cors
        ```
        ```python title="app.py"
        from flask import Flask
        from flask_cors import CORS

        app = Flask(__name__)
        CORS(app)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        flask-cors
        ```
        ```python title="app.py"
        import os

        from flask import Flask
        from flask_cors import CORS

        app = Flask(__name__)
        CORS(app, origins=os.environ["ALLOWED_ORIGINS"].split(","))
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    bad = list(_wildcards(repo))
    known = {(note.location.path, note.location.line) for note in bad}
    bad += [note for note in polyglot.open_origins(repo) if (note.location.path, note.location.line) not in known]
    return failed("any web page may call the API", *bad) if bad else passed("no wildcard origin is allowed")


def _wildcards(repo: Inventory) -> Iterator[Note]:
    for call in repo.python.calls("flask_cors.CORS", "flask_cors.cross_origin"):
        if _flask_allows_all(repo, call):
            yield Note(call.location, f"{call.name} allows every origin")
    for call in repo.python.calls("*.add_middleware", "starlette.middleware.Middleware", "*.CORSMiddleware", "*.crossdomain"):
        fitting = call.arg("allow_origin_regex")
        if fitting is not None and isinstance(fitting.value, str) and _ANY.fullmatch(fitting.value):
            yield Note(keyword_place(repo, call.location, "allow_origin_regex"), "allow_origin_regex matches every origin")
        value, known = repo.python.value_of(call.arg("allow_origins"), call)
        if known and isinstance(value, list | tuple) and "*" in value:
            yield Note(keyword_place(repo, call.location, "allow_origins"), "allow_origins holds *")
        elif not known and (told := _told_elsewhere(repo, call.arg("allow_origins"))) is not None:
            yield Note(told.location, f"{told.target} holds * unless it is set, and allow_origins takes it")
    for call in repo.python.calls("*.SocketIO", "*.AsyncServer", "socketio.Server"):
        value, known = repo.python.value_of(call.arg("cors_allowed_origins"), call)
        if known and value in ("*", ["*"]):
            yield Note(keyword_place(repo, call.location, "cors_allowed_origins"), "cors_allowed_origins is *")
    patterns = setting(repo, "CORS_ALLOWED_ORIGIN_REGEXES")
    if patterns is not None and isinstance(patterns.value, list | tuple) and any(_ANY.fullmatch(str(p)) for p in patterns.value):
        yield Note(patterns.location, "CORS_ALLOWED_ORIGIN_REGEXES matches every origin")
    for name in ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"):
        found = setting(repo, name)
        if found is not None and found.value is True:
            yield Note(found.location, f"{name} = True")
    yield from _headers(repo)
    for match in repo.find(*OPEN):
        yield Note(_told_at(match), " ".join(match.text.split())[:60])
    for globs, pattern in SETTINGS:
        for path in repo.files.select(*globs, roles=(Role.PRODUCTION,)):
            text = repo.files.text(path) or ""
            for line in pattern.finditer(text):
                yield Note(Location(path, text.count("\n", 0, line.start(1)) + 1), " ".join(line[1].split())[:60])


def _told_at(match: Match) -> Location:
    """The line of a call's options that names the origins, the call's own line where none does."""
    found = _ORIGIN_KEY.search(match.text)
    place = match.location
    return Location(place.path, (place.line or 1) + match.text.count("\n", 0, found.start())) if found else place


def _headers(repo: Inventory) -> Iterator[Note]:
    """The header itself, set on an answer: by subscript, by a method, or in a mapping of headers."""
    for assignment in repo.python.assignments("*Access-Control-Allow-Origin*"):
        if assignment.value == "*":
            yield Note(assignment.location, f"{_HEADER}: *")
        elif _is_reflected(assignment.text):
            yield Note(assignment.location, f"{_HEADER}: whoever asks")
    for call in repo.python.calls("*.add", "*.set", "*.set_header", "*.send_header", "*.setdefault", "*.append_header", where=_NAMED):
        name, value = call.arg("name", 0), call.arg("value", 1)
        if name is None or value is None or name.value != _HEADER:
            continue
        if value.value == "*" or _is_reflected(value.text):
            yield Note(call.location, f"{_HEADER}: *" if value.value == "*" else f"{_HEADER}: whoever asks")
    for match in repo.find(_PAIR):
        yield Note(match.location, f"{_HEADER}: *")


def _is_reflected(text: str) -> bool:
    return any((name.lower(), told) in _REFLECTED for name, told in looked_up(text))


def _is_every(text: str) -> bool:
    """Whether an expression is a list of the wildcard alone, as it is or behind `lambda:`."""
    tree = parsed(text)
    tree = tree.body if isinstance(tree, ast.Lambda) else tree
    listed = tree.elts if isinstance(tree, ast.List | ast.Tuple | ast.Set) else []
    return [one.value for one in listed if isinstance(one, ast.Constant)] == ["*"]


def _opens_resource(text: str) -> bool:
    """Whether one of the resources in an expression lets every origin in."""
    tree = parsed(text)
    dictionaries = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)] if tree is not None else []
    pairs = [pair for node in dictionaries for pair in zip(node.keys, node.values, strict=True)]
    told = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "origins"]
    return any((isinstance(value, ast.Constant) and value.value == "*") or _is_every(written(value)) for value in told)


def _told_elsewhere(repo: Inventory, argument: Argument | None) -> Assignment | None:
    """The one setting that names the origins, where it is a wildcard or one by default: `settings.cors_origins`, a variable of the file."""
    text = argument.text if argument is not None else ""
    name = next((w for w in sorted(names_of(text), key=text.find) if "origin" in w.lower()), None)
    named = [a for a in repo.python.assignments(f"*{name}") if a.target.rpartition(".")[2] == name] if name else []
    if len(named) != 1:
        return None
    told = named[0]
    if told.literal:
        return told if told.value == "*" or (isinstance(told.value, list | tuple) and "*" in told.value) else None
    for call in repo.python.calls("os.getenv", "os.environ.get", "*.getenv", "*.config", "decouple.config", "*.env"):
        default = call.arg("default", 1)
        same = call.location.path == told.location.path and call.location.line == told.location.line
        if same and default is not None and default.value == "*":
            return told
    for call in repo.python.calls("*.Field", "*.field", "Field", "field", "attrs.*", "attr.ib"):
        default = call.arg("default", 0) or call.arg("default_factory") or call.arg("factory")
        same = call.location.path == told.location.path and call.location.line == told.location.line
        if same and default is not None and (default.value == "*" or _is_every(default.text)):
            return told
    return None


def _flask_allows_all(repo: Inventory, call: Call) -> bool:
    """Whether origins are left at their default (all), or a wildcard is given directly or in `resources`."""
    origins, resources = call.arg("origins"), call.arg("resources")
    if origins is not None:
        value, known = repo.python.value_of(origins, call)
        return known and (value == "*" or (isinstance(value, list | tuple) and "*" in value))
    if resources is not None:
        value, known = repo.python.value_of(resources, call)
        if not known:
            return _opens_resource(resources.text)
        options = value.values() if isinstance(value, dict) else ()
        return not any(isinstance(o, dict) and "origins" in o for o in options) or any(
            isinstance(o, dict) and o.get("origins") in ("*", ["*"]) for o in options
        )
    return not call.has_star and not repo.python.assignments("*CORS_ORIGINS*")


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(644,),
    hint="List the host names in ALLOWED_HOSTS, read from the environment without a wildcard default.",
)
def allowed_hosts_are_set(repo: Inventory, profile: Profile) -> Verdict:
    """Django answers only to its own host names.

    Why:
        With a wildcard Django trusts any Host header; links in its password-reset mails then point wherever an attacker says.

    Fails:
        ```text title="requirements.txt"
        django==5.2
        ```
        ```python title="manage.py"
        import os
        from django.core.management import execute_from_command_line

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")
        execute_from_command_line()
        ```
        ```python title="site1/settings.py"
        ALLOWED_HOSTS = ["*"]
        ```

    Passes:
        ```text title="requirements.txt"
        django==5.2
        ```
        ```python title="manage.py"
        import os
        from django.core.management import execute_from_command_line

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")
        execute_from_command_line()
        ```
        ```python title="site1/settings.py"
        ALLOWED_HOSTS = ["example.org"]
        ```
    """
    if not settings_chain(repo):
        return not_applicable("no Django settings")
    found = setting(repo, "ALLOWED_HOSTS")
    if found is None:
        return passed("ALLOWED_HOSTS is not set, so that Django refuses every host when DEBUG is off")
    added = _augmented(repo, found.location.path)
    wildcard = found.value == "*" or (isinstance(found.value, list | tuple) and "*" in found.value)
    if added and not wildcard:
        return failed("ALLOWED_HOSTS lets every host name through", *added)
    default = not found.literal and "*" in texts_of(found.text)
    if wildcard or default:
        return failed(
            "ALLOWED_HOSTS lets every host name through" + (" by default" if default else ""), Note(found.location, "ALLOWED_HOSTS")
        )
    return passed("ALLOWED_HOSTS names hosts", Note(found.location, "ALLOWED_HOSTS"))


def _augmented(repo: Inventory, path: str) -> list[Note]:
    """Where the wildcard is added to the list: `ALLOWED_HOSTS += ["*"]`, outside of conditions."""
    root = repo.syntax.tree(path, "python")
    rule = {"rule": {"kind": "augmented_assignment", "all": [
        {"has": {"field": "left", "regex": "^ALLOWED_HOSTS$"}},
        {"has": {"field": "right", "has": {"kind": "string_content", "regex": r"^\*$", "stopBy": "end"}}},
    ], "not": {"inside": {"kind": "if_statement", "stopBy": "end"}}}}  # fmt: skip
    nodes = root.find_all(rule) if root is not None else ()  # type: ignore[call-overload]
    return [Note(Location(path, node.range().start.line + 1), "ALLOWED_HOSTS") for node in nodes]


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(668,),
    hint="Remove share=True or the tunnel; publish through a deployment with a login instead.",
)
def no_public_tunnel_is_opened(repo: Inventory, profile: Profile) -> Verdict:
    """The program opens no public tunnel to itself.

    Why:
        Gradio's share link and ngrok publish the program on the internet from whatever machine it runs on, without a login.

    Fails:
        ```text title="requirements.txt"
        gradio
        ```
        ```python title="app.py"
        import gradio as gr

        demo = gr.Interface(fn=str.upper, inputs="text", outputs="text")
        demo.launch(share=True)
        ```

    Passes:
        ```text title="requirements.txt"
        gradio
        ```
        ```python title="app.py"
        import gradio as gr

        demo = gr.Interface(fn=str.upper, inputs="text", outputs="text")
        demo.launch()
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    shares = [c for c in repo.python.calls("*.launch") if repo.python.value_of(c.arg("share"), c) == (True, True)]
    tunnels = [*repo.python.calls("pyngrok.ngrok.connect", "ngrok.connect", "ngrok.forward", "flask_ngrok.run_with_ngrok", "localtunnel.*")]
    bad = [Note(c.location, "share=True") for c in shares] + [Note(c.location, c.name) for c in tunnels]
    return failed("a public tunnel is opened when the program starts", *bad) if bad else passed("no tunnel is opened")
