"""Who may call the API from a browser, and under which host name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Call, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed, query
from prodify.inventory.django import setting, settings_chain
from prodify.inventory.places import keyword_place

if TYPE_CHECKING:
    from collections.abc import Iterator

_CORS_BARE = {"any": [{"pattern": "cors()"}, {"pattern": "cors({})"}]}
_STARS = ("cors({$$$A, origin: '*', $$$B})", 'cors({$$$A, origin: "*", $$$B})', "cors({$$$A, origin: true, $$$B})")
_STAR_HEADERS = tuple(f"$R.{method}({q}Access-Control-Allow-Origin{q}, {q}*{q})" for method in ("header", "setHeader") for q in ("'", '"'))
_CORS_STAR = {"any": [{"pattern": pattern} for pattern in (*_STARS, *_STAR_HEADERS)]}
_REGISTERED = {
    "kind": "call_expression",
    "regex": r"""(?s)^[\w$.]+\.register\(\s*(cors|fastifyCors|require\(\s*["'](@fastify/cors|fastify-cors)["'],?\s*\))\s*,?\s*"""
    r"""(\{\s*\}\s*|\{[^{}]*\borigin\s*:\s*(true|["'`]\*["'`])[^{}]*\}\s*,?\s*)?\)$""",
}
"""Fastify's plug-in, whose default is every origin."""
_QUERIES = tuple(
    query(language, rule, keywords=("cors(", "register(", "Access-Control-Allow-Origin"))
    for language in ("javascript", "typescript")
    for rule in (_CORS_BARE, _CORS_STAR, _REGISTERED)
)
_GO_STAR = {
    "kind": "keyed_element",
    "all": [
        {"has": {"kind": "literal_element", "regex": "^Allow(ed)?Origins$"}},
        {"has": {"kind": "interpreted_string_literal", "regex": r'^"\*"$', "stopBy": "end"}},
    ],
}
_SPRING_CALLS = (
    *(f'$C.{method}($F("*"))' for method in ("setAllowedOrigins", "setAllowedOriginPatterns")),
    *(f'$C.{method}("*")' for method in ("addAllowedOrigin", "addAllowedOriginPattern", "allowedOrigins", "allowedOriginPatterns")),
)
_JAVA_STAR = {"any": [{"pattern": p} for p in (*_SPRING_CALLS, "@CrossOrigin", '@CrossOrigin("*")', '@CrossOrigin(origins = "*")')]}
_KOTLIN_STAR = {"any": [{"pattern": pattern} for pattern in _SPRING_CALLS]}
_RUST_STAR = {"any": [{"pattern": pattern} for pattern in ("CorsLayer::permissive()", "Cors::permissive()", "$C.allow_any_origin()")]}
_OTHER_QUERIES = (
    query("go", _GO_STAR, keywords=("AllowOrigins", "AllowedOrigins")),
    query("go", {"any": [{"pattern": "cors.Default()"}, {"pattern": "cors.AllowAll()"}]}, keywords=("cors.Default", "cors.AllowAll")),
    query("java", _JAVA_STAR, keywords=("llowedOrigin", "CrossOrigin")),
    query("kotlin", _KOTLIN_STAR, keywords=("llowedOrigin",)),
    query("rust", _RUST_STAR, keywords=("permissive()", "allow_any_origin")),
    query("csharp", "$C.AllowAnyOrigin()", keywords=("AllowAnyOrigin",)),
    query("php", {"kind": "array_element_initializer", "regex": r"""^['"]allowed_origins['"]\s*=>\s*\[\s*['"]\*['"]\s*\]$"""},
          keywords=("allowed_origins",)),
    query("ruby", {"kind": "call", "regex": r"""^set\s*\(?\s*:allow_origin\s*,\s*(:any|["']\*["'])"""}, keywords=(":allow_origin",)),
    query("ruby", {"kind": "call", "regex": r"""^origins\s*\(?\s*["']\*["']"""}, keywords=("Rack::Cors", "origins")),
    query("ruby", {"kind": "assignment", "regex": r"""^[\w.]*headers?\[["']Access-Control-Allow-Origin["']\]\s*=\s*["']\*["']$"""},
          keywords=("Access-Control-Allow-Origin",)),
    query("php", {"kind": "function_call_expression", "regex": r"""(?i)^header\(\s*["']Access-Control-Allow-Origin\s*:\s*\*["']"""},
          keywords=("Access-Control-Allow-Origin",)),
    query("go", {"kind": "call_expression", "regex": r"""(?s)\.(Set|Add|Header)\(\s*"Access-Control-Allow-Origin"\s*,\s*"\*"\s*\)$"""},
          keywords=("Access-Control-Allow-Origin",)),
)  # fmt: skip


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
    return failed("any web page may call the API", *bad) if bad else passed("no wildcard origin is allowed")


def _wildcards(repo: Inventory) -> Iterator[Note]:
    for call in repo.python.calls("flask_cors.CORS", "flask_cors.cross_origin"):
        if _flask_allows_all(repo, call):
            yield Note(call.location, f"{call.name} allows every origin")
    for call in repo.python.calls("*.add_middleware", "starlette.middleware.Middleware", "*.CORSMiddleware", "*.crossdomain"):
        value, known = repo.python.value_of(call.arg("allow_origins"), call)
        if known and isinstance(value, list | tuple) and "*" in value:
            yield Note(keyword_place(repo, call.location, "allow_origins"), "allow_origins holds *")
    for name in ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"):
        found = setting(repo, name)
        if found is not None and found.value is True:
            yield Note(found.location, f"{name} = True")
    for assignment in repo.python.assignments("*['Access-Control-Allow-Origin']", '*["Access-Control-Allow-Origin"]'):
        if assignment.value == "*":
            yield Note(assignment.location, "Access-Control-Allow-Origin: *")
    for match in repo.find(*_QUERIES, *_OTHER_QUERIES):
        yield Note(match.location, " ".join(match.text.split())[:60])


def _flask_allows_all(repo: Inventory, call: Call) -> bool:
    """Whether origins are left at their default (all), or a wildcard is given directly or in `resources`."""
    origins, resources = call.arg("origins"), call.arg("resources")
    if origins is not None:
        value, known = repo.python.value_of(origins, call)
        return known and (value == "*" or (isinstance(value, list | tuple) and "*" in value))
    if resources is not None:
        value, known = repo.python.value_of(resources, call)
        if not known:
            return "origins" in resources.text and ('"origins": "*"' in resources.text or "'origins': '*'" in resources.text)
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
    wildcard = isinstance(found.value, list | tuple) and "*" in found.value
    default = not found.literal and any(f"{quote}*{quote}" in found.text for quote in ("'", '"'))
    if wildcard or default:
        return failed(
            "ALLOWED_HOSTS lets every host name through" + (" by default" if default else ""), Note(found.location, "ALLOWED_HOSTS")
        )
    return passed("ALLOWED_HOSTS names hosts", Note(found.location, "ALLOWED_HOSTS"))


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
