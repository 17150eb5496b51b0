"""How passwords are kept, and whether servers that are called prove who they are."""

from __future__ import annotations

import re

from prodify.api import Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed, query
from prodify.checks.security._certificates import UNVERIFIED
from prodify.lazyre import Words, guarded

_NO_TLS = Words("ssl verify_ssl")
_VERIFY = guarded(r"\bverify\s*=", "verify")
_CHOSEN = query(
    "python",
    {
        "any": [{"pattern": "$C.verify_mode = ssl.CERT_NONE"}, {"pattern": "$C.check_hostname = False"}],
        "inside": {
            "any": [
                {"kind": kind, "has": {"field": "condition", "regex": r"(?i)verif|insecure|secure|trust|tls|ssl|cert"}}
                for kind in ("if_statement", "elif_clause")
            ],
            "stopBy": {"kind": "function_definition"},
        },
    },
    keywords=("CERT_NONE", "check_hostname"),
)
"""Checks that only a caller's own choice switches off, as HTTP libraries let their callers do."""


def _calls(repo: Inventory, path: str) -> bool:
    """Whether a file makes requests with a library whose sessions take the switch."""
    return repo.python.imports_in(path, "requests", "httpx", "requests_html", "cloudscraper")


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(916, 328),
    hint="Hash passwords with argon2-cffi, bcrypt or werkzeug.security.generate_password_hash, and rehash at the next login.",
)
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
        "werkzeug.security.generate_password_hash", "bcrypt.hashpw", "*.generate_password_hash",
        "argon2.PasswordHasher", "passlib.context.CryptContext", "pwdlib.PasswordHash*", "*.set_password",
        "django.contrib.auth.hashers.make_password",
        "nacl.pwhash.*",
        "hashlib.scrypt", "hashlib.pbkdf2_hmac",
    )  # fmt: skip
    if good:
        return passed("passwords are hashed with a slow function", *good[:3])
    return not_applicable("no password is hashed here")


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(295,),
    hint='Remove verify=False; name the right certificate bundle with verify="/path/ca.pem" where the server has its own authority.',
)
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
    chosen = {(m.location.path, m.location.line) for m in repo.find(_CHOSEN)}
    clients = ("requests.*", "httpx.*", "*.get", "*.post", "*.put", "*.request", "*.Client", "*.AsyncClient")
    bad = [
        Note(c.location, f"{c.name}(verify=False)")
        for c in repo.python.calls(*clients, where=_VERIFY)
        if repo.python.value_of(c.arg("verify"), c) == (False, True)
    ]
    bad += [Note(a.location, a.target) for a in repo.python.assignments("*.verify") if a.value is False and _calls(repo, a.location.path)]
    bad += [
        Note(c.location, f"{c.name}({name}=False)")
        for c in repo.python.calls("aiohttp.TCPConnector", "*.get", "*.post", "*.put", "*.request", "*.ws_connect", where=_NO_TLS)
        for name in ("ssl", "verify_ssl")
        if (given := c.arg(name)) is not None and given.value is False and repo.python.imports_in(c.location.path, "aiohttp")
    ]
    bad += [Note(c.location, c.name) for c in repo.python.calls("ssl._create_unverified_context")]
    bad += [Note(a.location, a.target) for a in repo.python.assignments("ssl._create_default_https_context") if "unverified" in a.text]
    bad += [
        Note(a.location, a.target)
        for a in repo.python.assignments("*.verify_mode", "*.check_hostname")
        if a.text in ("ssl.CERT_NONE", "False") and (a.location.path, a.location.line) not in chosen
    ]
    bad += [Note(m.location, " ".join(m.text.split())[:60]) for m in repo.find(*UNVERIFIED)]
    if bad:
        return failed("certificates are not verified", *bad)
    if not repo.outbound_calls:
        return not_applicable("no server is called")
    return passed("no call switches certificate checks off")
