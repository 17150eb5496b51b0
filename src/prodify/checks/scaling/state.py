"""Where the service keeps what it must not lose, and what it may forget."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.DAYS,
    cwe=(400,),
    hint="Keep state outside the process: PostgreSQL instead of SQLite, object storage for uploads, Redis or signed cookies for sessions.",
)
def state_is_external(repo: Inventory, profile: Profile) -> Verdict:
    """State lives outside the process and its disk.

    Why:
        A container's disk is gone at the next deployment, and a second replica does not see the first one's files: uploads and rows vanish.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/photo", methods=["POST"])
        def photo():
            request.files["photo"].save("static/uploads/a.jpg")
            return "ok"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        boto3
        ```
        ```python title="app.py"
        import boto3
        from flask import Flask, request

        app = Flask(__name__)
        bucket = boto3.resource("s3").Bucket("photos")

        @app.route("/photo", methods=["POST"])
        def photo():
            bucket.upload_fileobj(request.files["photo"], "a.jpg")
            return "ok"
        ```
    """
    if not repo.services:
        return not_applicable("no service keeps state")
    stores = {t.name: t for t in repo.datastores}
    bad = []
    if "sqlite" in stores and not ({"postgres", "mysql", "mariadb", "mssql"} & set(stores)):
        bad.append(Note(stores["sqlite"].location, "SQLite file"))
    for call in repo.python.calls("*.save"):
        if (
            "request.files" in (repo.files.text(call.location.path) or "")
            and call.args
            and "request.files" not in call.name.partition(".save")[2]
        ):
            bad.append(Note(call.location, "upload on the local disk"))
    bad += [Note(a.location, "sessions on the local disk") for a in repo.python.assignments("*SESSION_TYPE*") if a.value == "filesystem"]
    return failed("state lies on the local disk", *bad) if bad else passed("no state was found on the local disk", *stores.values())


@check(
    step=Step.SCALING,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.MINUTES,
    cwe=(770, 1325),
    hint="Use functools.lru_cache(maxsize=...), cachetools.TTLCache, or Redis with an expiry.",
)
def in_process_caches_are_bounded(repo: Inventory, profile: Profile) -> Verdict:
    """Caches in the process have a largest size.

    Why:
        A dictionary that only grows ends as a process that is killed for its memory, usually at the busiest hour.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        cache = {}

        @app.route("/places/<city>")
        def places(city):
            if city not in cache:
                cache[city] = load(city)
            return cache[city]
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        cachetools
        ```
        ```python title="app.py"
        from cachetools import TTLCache
        from flask import Flask

        app = Flask(__name__)
        cache = TTLCache(maxsize=1000, ttl=600)

        @app.route("/places/<city>")
        def places(city):
            if city not in cache:
                cache[city] = load(city)
            return cache[city]
        ```
    """
    from prodify.inventory.loops import growing_dictionaries

    if not any(c.language == "python" for c in repo.services):
        return not_applicable("no Python service")
    growing = growing_dictionaries(repo)
    endless = [
        Note(c.location, "lru_cache(maxsize=None)")
        for c in repo.python.calls("functools.lru_cache")
        if c.arg("maxsize", 0) is not None and repo.python.value_of(c.arg("maxsize", 0), c) == (None, True)
    ]
    if growing or endless:
        return failed("a cache in the process only grows", *growing, *endless)
    return passed("no cache was found that only grows")
