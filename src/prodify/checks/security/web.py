"""How the web application treats requests, users and their data."""

from __future__ import annotations

import re

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.django import setting, settings_chain

_WRITING = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_AUTH_DECORATOR = re.compile(r"(login|auth|token|jwt|permission|role|user|admin|session|require|protect|verify|oauth|api_?key|access|member|signed)", re.IGNORECASE)
_AUTH_BODY = re.compile(r"session\[|session\.get\(|current_user|request\.user|g\.user|get_jwt_identity|verify_|authori[sz]ation|abort\(40[13]\)|Depends\(|HTTPBearer|Security\(")
_PUBLIC_ROUTE = re.compile(r"(login|log-in|signin|sign-in|signup|sign-up|register|logout|webhook|callback|health|contact|subscribe|forgot|reset|token|oauth|auth)", re.IGNORECASE)


@check(step=Step.SECURITY, level=Level.ERROR, maturity=1, effort=Effort.HOURS, cwe=(916, 328), hint="Hash passwords with argon2-cffi, bcrypt or werkzeug.security.generate_password_hash, and rehash at the next login.")
def passwords_are_hashed_well(repo: Inventory, profile: Profile) -> Verdict:
    """Passwords are hashed with a slow, salted function.

    Why:
        A graphics card tries billions of MD5 or SHA hashes a second: when the table leaks, most passwords are known the same day.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import hashlib

        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/signup", methods=["POST"])
        def signup():
            password = request.form["password"]
            hashed = hashlib.md5(password.encode()).hexdigest()
            return save(hashed)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, request
        from werkzeug.security import generate_password_hash

        app = Flask(__name__)

        @app.route("/signup", methods=["POST"])
        def signup():
            return save(generate_password_hash(request.form["password"]))
        ```
    """
    weak = [
        Note(call.location, f"{call.name} of a password")
        for call in repo.python.calls("hashlib.md5", "hashlib.sha1", "hashlib.sha224", "hashlib.sha256", "hashlib.sha512", "hashlib.new")
        if call.args and re.search(r"passw(or)?d|pwd\b", " ".join(a.text for a in call.args), re.IGNORECASE)
    ]
    if weak:
        return failed("passwords are hashed with a function made for speed", *weak)
    good = repo.python.calls(
        "werkzeug.security.generate_password_hash", "bcrypt.hashpw", "*.generate_password_hash", "argon2.PasswordHasher", "passlib.context.CryptContext",
        "pwdlib.PasswordHash*", "*.set_password", "django.contrib.auth.hashers.make_password", "nacl.pwhash.*", "hashlib.scrypt", "hashlib.pbkdf2_hmac",
    )  # fmt: skip
    if good:
        return passed("passwords are hashed with a slow function", *good[:3])
    return not_applicable("no password is hashed here")


@check(step=Step.SECURITY, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(295,), hint="Remove verify=False; name the right certificate bundle with verify=\"/path/ca.pem\" where the server has its own authority.")
def tls_is_verified(repo: Inventory, profile: Profile) -> Verdict:
    """Certificates of servers that are called are verified.

    Why:
        Without verification anybody on the way can pose as the server, read the key that is sent along and answer in its place.

    Fails:
        ```python title="client.py"
        import requests

        def load(url):
            return requests.get(url, verify=False, timeout=5)
        ```

    Passes:
        ```python title="client.py"
        import requests

        def load(url):
            return requests.get(url, timeout=5)
        ```
    """
    clients = ("requests.*", "httpx.*", "*.get", "*.post", "*.put", "*.request", "*.Client", "*.AsyncClient")
    bad = [Note(c.location, f"{c.name}(verify=False)") for c in repo.python.calls(*clients) if repo.python.value_of(c.arg("verify"), c) == (False, True)]
    bad += [Note(c.location, c.name) for c in repo.python.calls("ssl._create_unverified_context")]
    bad += [Note(a.location, a.target) for a in repo.python.assignments("ssl._create_default_https_context") if "unverified" in a.text]
    bad += [Note(a.location, a.target) for a in repo.python.assignments("*.verify_mode", "*.check_hostname") if a.text in ("ssl.CERT_NONE", "False")]
    if bad:
        return failed("certificates are not verified", *bad)
    if not repo.outbound_calls:
        return not_applicable("no server is called")
    return passed("no call switches certificate checks off")


@check(step=Step.SECURITY, level=Level.WARNING, maturity=2, effort=Effort.HOURS, cwe=(434, 770), hint="Set app.config['MAX_CONTENT_LENGTH'], and store uploads under a name from werkzeug.utils.secure_filename or a UUID.")
def uploads_are_bounded(repo: Inventory, profile: Profile) -> Verdict:
    """Uploads have a largest size and a safe name.

    Why:
        One large upload fills the disk or the memory; a file name that the visitor chooses can climb out of the folder or replace a page.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/photo", methods=["POST"])
        def photo():
            file = request.files["photo"]
            file.save("uploads/" + file.filename)
            return "ok"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import uuid

        from flask import Flask, request

        app = Flask(__name__)
        app.config["MAX_CONTENT_LENGTH"] = 5 * 1024 * 1024

        @app.route("/photo", methods=["POST"])
        def photo():
            request.files["photo"].save(f"uploads/{uuid.uuid4()}.jpg")
            return "ok"
        ```
    """
    saves = [c for c in repo.python.calls("*.save") if repo.python.imports_in(c.location.path, "flask", "quart", "werkzeug") and c.args and _is_upload(repo, c.location)]
    if not saves:
        return not_applicable("no upload is stored")
    bounded = [*repo.python.assignments("*MAX_CONTENT_LENGTH*"), *repo.python.assignments("*MAX_FORM_MEMORY_SIZE*")]
    named = [c for c in saves if "filename" in c.text and "secure_filename" not in c.text]
    if bounded and not named:
        return passed("uploads are limited", *bounded)
    what = "no largest size is set" if not bounded else "the visitor's file name is used"
    return failed(f"uploads are stored, and {what}", *(named or saves))


def _is_upload(repo: Inventory, place: Location) -> bool:
    return "request.files" in (repo.files.text(place.path) or "")


@check(step=Step.SECURITY, level=Level.WARNING, maturity=2, effort=Effort.HOURS, cwe=(770, 799), hint="Add Flask-Limiter (slowapi for FastAPI) with shared storage, or limit at the gateway.")
def requests_are_rate_limited(repo: Inventory, profile: Profile) -> Verdict:
    """The number of requests that one client may make is limited.

    Why:
        Without a limit one script can try every password, or spend the month's model budget in an hour.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/login", methods=["POST"])
        def login():
            return "ok"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        Flask-Limiter
        ```
        ```python title="app.py"
        from flask import Flask
        from flask_limiter import Limiter
        from flask_limiter.util import get_remote_address

        app = Flask(__name__)
        limiter = Limiter(get_remote_address, app=app, default_limits=["60/minute"])

        @app.route("/login", methods=["POST"])
        def login():
            return "ok"
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    library = repo.uses(
        "flask-limiter", "slowapi", "django-ratelimit", "fastapi-limiter", "limits", "express-rate-limit", "@fastify/rate-limit", "rate-limiter-flexible",
        "@nestjs/throttler", "django-axes", "rack-attack", "tower-governor", "actix-governor", "golang.org/x/time",
    )  # fmt: skip
    if library is not None:
        return passed("requests are limited in the application", library)
    if repo.has.get("rate_limit"):
        return passed("requests are limited")
    return failed("nothing limits how many requests a client makes", *(r.location for r in repo.routes if "POST" in r.methods))


@check(step=Step.SECURITY, level=Level.WARNING, maturity=2, effort=Effort.DAYS, cwe=(306, 862), hint="Check on the server who is asking before anything is changed: login_required, a dependency, or a look at the session.")
def write_routes_need_authentication(repo: Inventory, profile: Profile) -> Verdict:
    """Routes that change something ask who is calling.

    Why:
        What only the page hides, anybody can call: a rule counts when the server enforces it, not when the button is missing.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/groups/<int:group_id>", methods=["DELETE"])
        def delete_group(group_id):
            return remove(group_id)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        flask-login
        ```
        ```python title="app.py"
        from flask import Flask
        from flask_login import login_required

        app = Flask(__name__)

        @app.route("/groups/<int:group_id>", methods=["DELETE"])
        @login_required
        def delete_group(group_id):
            return remove(group_id)
        ```
    """
    routes = [r for r in repo.routes if _WRITING & set(r.methods) and not _PUBLIC_ROUTE.search(r.path) and r.location.path.endswith(".py")]
    if not routes:
        return not_applicable("no route changes anything but logins")
    if _guarded_globally(repo):
        return passed("every request passes a guard")
    bare = [Note(r.location, f"{','.join(r.methods)} {r.path}") for r in routes if not _guarded(repo, r.location, r.handler)]
    if bare:
        return failed("a route that changes something does not look who is calling", *bare)
    return passed("every route that changes something looks who is calling", *(r.location for r in routes[:5]))


def _guarded_globally(repo: Inventory) -> bool:
    hooks = [f for f in repo.python.functions("*.before_request", "*.middleware") if _AUTH_DECORATOR.search(f.name)]
    django = setting(repo, "REST_FRAMEWORK") if settings_chain(repo) else None
    return bool(hooks) or (django is not None and "IsAuthenticated" in django.text)


def _guarded(repo: Inventory, place: Location, handler: str | None) -> bool:
    module = repo.python.module(place.path)
    if module is None or handler is None:
        return True
    for function in module.functions:
        if function.name == handler.rpartition(".")[2]:
            decorators = [d.name for d in function.decorators if not d.name.endswith((".route", ".get", ".post", ".put", ".delete", ".patch"))]
            first, last = function.location.line or 1, function.location.end_line or 1
            body = "\n".join(repo.files.lines(place.path)[first - 1 : last])
            return any(_AUTH_DECORATOR.search(d) for d in decorators) or _AUTH_BODY.search(body) is not None or re.search(r"(user|auth|token|login)\w*\(", body) is not None
    return True


@check(step=Step.SECURITY, level=Level.NOTE, maturity=2, effort=Effort.HOURS, cwe=(693, 1021), hint="Add flask-talisman or secure (helmet for Express), or set the headers at the gateway.")
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
    written = [a for a in repo.python.assignments("*Content-Security-Policy*", "*Strict-Transport-Security*", "*X-Content-Type-Options*")]
    if library is not None or written:
        return passed("security headers are set", *([library] if library else []), *(Note(a.location, a.target) for a in written))
    return failed("nothing sets security headers", *(Location(c.evidence[0].location.path, c.evidence[0].location.line) for c in repo.web_services if c.evidence))


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
    secure = [*repo.python.assignments("*SESSION_COOKIE_SECURE*")]
    updates = [c for c in repo.python.calls("*.config.update", "*.from_mapping") if c.arg("SESSION_COOKIE_SECURE") is not None]
    sessions = [a for a in repo.python.assignments("session[*", "flask.session[*", "request.session[*")]
    if any(a.value is not False for a in secure) or updates:
        return passed("session cookies are marked secure", *(Note(a.location, a.target) for a in secure), *(u.location for u in updates))
    if not sessions:
        return not_applicable("no session is kept in a cookie")
    return failed("session cookies are sent over plain HTTP as well", *(Note(a.location, a.target) for a in sessions[:5]))


_SCRIPT = re.compile(r"""<(?:script|link)\b[^>]*\b(?:src|href)\s*=\s*["'](https?:)?//[^"']+\.(?:js|css)[^"']*["'][^>]*>""", re.IGNORECASE)


@check(step=Step.SECURITY, level=Level.NOTE, maturity=2, effort=Effort.MINUTES, cwe=(353, 829), hint="Add integrity and crossorigin attributes, or serve the file yourself.")
def third_party_scripts_have_integrity(repo: Inventory, profile: Profile) -> Verdict:
    """Scripts from other hosts carry an integrity hash.

    Why:
        Whoever controls the other host, or breaks into it, runs code in every visitor's page; a hash makes the browser refuse a changed file.

    Fails:
        ```html title="index.html"
        <script src="https://cdn.example.net/lib-1.2.3/lib.min.js"></script>
        ```

    Passes:
        ```html title="index.html"
        <script src="https://cdn.example.net/lib-1.2.3/lib.min.js" integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6" crossorigin="anonymous"></script>
        ```
    """
    bare, good = [], []
    for path in repo.files.select("*.html", "*.htm", "*.jinja", "*.jinja2", "*.j2", "*.ejs"):
        text = repo.files.text(path) or ""
        for match in _SCRIPT.finditer(text) if "//" in text else ():
            place = Location(path, text.count("\n", 0, match.start()) + 1)
            (good if "integrity=" in match[0].lower() else bare).append(place)
    if bare:
        return failed("a script or style sheet of another host is loaded without an integrity hash", *bare)
    return passed("every file of another host carries a hash", *good) if good else not_applicable("no page loads a file of another host")
