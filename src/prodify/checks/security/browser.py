"""What the visitor's browser is told to be careful with: headers, cookies, scripts of other hosts."""

from __future__ import annotations

import re

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.django import setting, settings_chain
from prodify.lazyre import lazy


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(693, 1021),
    hint="Add flask-talisman or secure (helmet for Express), or set the headers at the gateway.",
)
def security_headers_are_set(repo: Inventory, profile: Profile) -> Verdict:
    """Pages carry the headers that make browsers careful.

    Why:
        A content security policy, HSTS and nosniff turn many mistakes in pages from break-ins into messages in the console.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, render_template

        app = Flask(__name__)

        @app.route("/")
        def home():
            return render_template("home.html")
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        flask-talisman
        ```
        ```python title="app.py"
        from flask import Flask, render_template
        from flask_talisman import Talisman

        app = Flask(__name__)
        Talisman(app)

        @app.route("/")
        def home():
            return render_template("home.html")
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    library = repo.uses("flask-talisman", "secure", "secweb", "django-csp", "helmet", "@fastify/helmet", "nuxt-security")
    middleware = setting(repo, "MIDDLEWARE") if settings_chain(repo) else None
    if middleware is not None and "SecurityMiddleware" in middleware.text:
        return passed("Django's security middleware sets the headers", Note(middleware.location, "MIDDLEWARE"))
    written = repo.python.assignments("*Content-Security-Policy*", "*Strict-Transport-Security*", "*X-Content-Type-Options*")
    if library is not None or written:
        return passed("security headers are set", *([library] if library else []), *(Note(a.location, a.target) for a in written))
    return failed(
        "nothing sets security headers",
        *(Location(c.evidence[0].location.path, c.evidence[0].location.line) for c in repo.web_services if c.evidence),
    )


@check(step=Step.SECURITY, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, cwe=(614, 1004, 1275), fixed_by="hardening")
def cookies_are_protected(repo: Inventory, profile: Profile) -> Verdict:
    """Session cookies travel over TLS only and are out of reach of scripts.

    Why:
        A session cookie that is sent over plain HTTP can be read on the way, and whoever has it is logged in as its owner.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, session

        app = Flask(__name__)

        @app.route("/login", methods=["POST"])
        def login():
            session["user"] = 1
            return "ok"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, session

        app = Flask(__name__)
        app.config["SESSION_COOKIE_SECURE"] = True
        app.config["SESSION_COOKIE_SAMESITE"] = "Lax"

        @app.route("/login", methods=["POST"])
        def login():
            session["user"] = 1
            return "ok"
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service keeps a session")
    secure = [*repo.python.assignments("*SESSION_COOKIE_SECURE*")]
    updates = [c for c in repo.python.calls("*.config.update", "*.from_mapping") if c.arg("SESSION_COOKIE_SECURE") is not None]
    sessions = repo.python.assignments("session[*", "flask.session[*", "request.session[*")
    if any(a.value is not False for a in secure) or updates:
        return passed("session cookies are marked secure", *(Note(a.location, a.target) for a in secure), *(u.location for u in updates))
    if not sessions:
        return not_applicable("no session is kept in a cookie")
    return failed("session cookies are sent over plain HTTP as well", *(Note(a.location, a.target) for a in sessions[:5]))


_SCRIPT = lazy(r"""<(?:script|link)\b[^>]*\b(?:src|href)\s*=\s*["'](https?:)?//[^"']+\.(?:js|css)[^"']*["'][^>]*>""", re.IGNORECASE)


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.MINUTES,
    cwe=(353, 829),
    hint="Add integrity and crossorigin attributes, or serve the file yourself.",
)
def third_party_scripts_have_integrity(repo: Inventory, profile: Profile) -> Verdict:
    """Scripts from other hosts carry an integrity hash.

    Why:
        Whoever controls the other host, or breaks into it, runs code in every visitor's page; a hash makes the browser refuse a changed
        file.

    Fails:
        ```html title="index.html"
        <script src="https://cdn.example.net/lib-1.2.3/lib.min.js"></script>
        ```

    Passes:
        ```html title="index.html"
        <script src="https://cdn.example.net/lib-1.2.3/lib.min.js" integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6" crossorigin></script>
        ```
    """
    bare: list[Location] = []
    good: list[Location] = []
    for path in repo.files.select("*.html", "*.htm", "*.jinja", "*.jinja2", "*.j2", "*.ejs"):
        text = repo.files.text(path) or ""
        for match in _SCRIPT.finditer(text) if "//" in text else ():
            place = Location(path, text.count("\n", 0, match.start()) + 1)
            (good if "integrity=" in match[0].lower() else bare).append(place)
    if bare:
        return failed("a script or style sheet of another host is loaded without an integrity hash", *bare)
    return passed("every file of another host carries a hash", *good) if good else not_applicable("no page loads a file of another host")
