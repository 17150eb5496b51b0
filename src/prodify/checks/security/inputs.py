"""What a request may bring along."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Location, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.lazyre import Words

_FRAMEWORK = Words("flask quart werkzeug")

@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(434, 770),
    hint="Set app.config['MAX_CONTENT_LENGTH'], and store uploads under a name from werkzeug.utils.secure_filename or a UUID.",
)
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
    saves = [
        c
        for c in repo.python.calls("*.save", where=_FRAMEWORK)
        if repo.python.imports_in(c.location.path, "flask", "quart", "werkzeug") and c.args and _is_upload(repo, c.location)
    ]
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
