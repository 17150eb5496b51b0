"""Secrets that are built or copied into an image."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.security._disposable import is_disposable
from prodify.checks.security._redaction import evidence


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(522, 312),
    hint="Give build secrets with RUN --mount=type=secret, and run-time secrets as environment variables of the container.",
)
def image_build_leaks_no_secret(repo: Inventory, profile: Profile) -> Verdict:
    """The image holds no secret.

    Why:
        ENV, ARG and copied files stay in the image's layers and history: whoever can pull the image can read them.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        COPY .env app.py ./
        CMD ["gunicorn", "app:app"]
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        COPY app.py ./
        CMD ["gunicorn", "app:app"]
        ```
    """
    if not repo.dockerfiles:
        return not_applicable("no Dockerfile")
    paths = {d.path for d in repo.dockerfiles}
    found = [h for h in repo.secrets if h.location.path in paths and h.level != "note"]
    written = [evidence(h) for h in found if not is_disposable(repo, h)]
    copied = [
        i for d in repo.dockerfiles for i in d.instructions
        if i.keyword in ("COPY", "ADD") and any(_is_secret_file(word) for word in i.value.split()[:-1])
    ]  # fmt: skip
    if written or copied:
        return failed("a secret is built into the image", *written, *copied)
    return passed("no secret is written or copied into the image", *(d.location for d in repo.dockerfiles))


def _is_secret_file(word: str) -> bool:
    name = word.strip("\"'[],").rpartition("/")[2]
    examples = (".example", ".sample", ".template", ".dist")
    return (name == ".env" or name.startswith(".env.") or name in ("id_rsa", "id_ed25519", "credentials.json")) and not name.endswith(
        examples
    )


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(538,),
    fixed_by="dockerfile",
    hint="Add .git, .env and .env.* to .dockerignore, or copy named files instead of the whole directory.",
)
def dockerignore_excludes_secrets(repo: Inventory, profile: Profile) -> Verdict:
    """What is copied into the image leaves environment files and the git history out.

    Why:
        `COPY . .` takes everything that .dockerignore does not name: the .env file on the machine that builds, and the whole history.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        COPY . .
        CMD ["gunicorn", "app:app"]
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        COPY . .
        CMD ["gunicorn", "app:app"]
        ```
        ```text title=".dockerignore"
        .git
        .env
        .env.*
        ```
    """
    wide = [
        (d, i)
        for d in repo.dockerfiles
        for i in d.instructions
        if i.keyword in ("COPY", "ADD") and _copies_all(i.value) and "from" not in dict(i.flags)
    ]
    if not wide:
        return not_applicable("no image copies a whole directory")
    bad = []
    for dockerfile, instruction in wide:
        base = "" if dockerfile.component == "." else dockerfile.component + "/"
        covers = [x for x in repo.dockerignores if x.path in (f"{dockerfile.path}.dockerignore", f"{base}.dockerignore", ".dockerignore")]
        if not any(x.excludes(".env") and x.excludes(".git/config") for x in covers):
            bad.append(instruction)
    if bad:
        return failed("the whole directory is copied, and .dockerignore does not leave out .env and .git", *bad)
    return passed(".dockerignore leaves out .env and .git", *(x.location for x in repo.dockerignores))


def _copies_all(value: str) -> bool:
    words = value.replace('"', " ").replace(",", " ").replace("[", " ").replace("]", " ").split()
    return len(words) > 1 and any(w in (".", "./", "/") for w in words[:-1])
