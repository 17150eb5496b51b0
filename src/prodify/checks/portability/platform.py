"""Whether the service can move: as an image, with its infrastructure as code."""

from __future__ import annotations

from prodify.api import TEAM_AND_PUBLIC, Effort, Inventory, Level, Location, Profile, Step, Verdict, check, failed, not_applicable, passed


@check(
    step=Step.PORTABILITY,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.HOURS,
    fixed_by="dockerfile",
    hint="Write a Dockerfile that installs the locked dependencies and starts the service, or use buildpacks.",
)
def image_is_the_artefact(repo: Inventory, profile: Profile) -> Verdict:
    """The service is delivered as an image.

    Why:
        An image holds the program with everything it needs and runs the same on a laptop, on any cloud and next year.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
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
        USER 10001
        CMD ["gunicorn", "app:app"]
        ```
    """
    if not repo.services:
        return not_applicable("no service to deliver")
    buildpacks = [Location(p) for p in ("project.toml", "nixpacks.toml", "skaffold.yaml", "flake.nix") if p in repo.files]
    if repo.dockerfiles or buildpacks:
        return passed("an image is built", *(d.location for d in repo.dockerfiles), *buildpacks)
    return failed("no image of the service can be built")


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.DAYS, fixed_by="terraform")
def infrastructure_is_code(repo: Inventory, profile: Profile) -> Verdict:
    """The infrastructure is written down as code.

    Why:
        What was clicked together cannot be reviewed, repeated in another region, or rebuilt after a mistake.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```hcl title="infra/main.tf"
        resource "google_cloud_run_v2_service" "app" {
          name     = "app"
          location = "europe-west1"
        }
        ```
    """
    if not repo.services:
        return not_applicable("no service that needs infrastructure")
    other = [
        Location(p)
        for p in repo.files.select(
            "Pulumi.yaml", "cdk.json", "*.bicep", "template.yaml", "serverless.yml", "sst.config.ts", "fly.toml", "render.yaml", "app.yaml"
        )
    ]
    if repo.terraform or other:
        return passed("infrastructure is code", *repo.terraform[:3], *other[:3])
    return failed("no infrastructure is written down")


@check(
    step=Step.PORTABILITY,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.HOURS,
    fixed_by="dockerfile",
    hint="Add a Dockerfile beside the platform's own file, so that the service can run elsewhere.",
)
def platform_files_have_an_alternative(repo: Inventory, profile: Profile) -> Verdict:
    """The service can leave the platform it runs on.

    Why:
        A vercel.json or Procfile alone ties it to one vendor's prices and limits; an image next to it costs an hour and keeps the door
        open.

    Fails:
        ```text title="requirements.txt"
        flask
        gunicorn
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```text title="Procfile"
        web: gunicorn app:app
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        gunicorn
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```text title="Procfile"
        web: gunicorn app:app
        ```
        ```dockerfile title="Dockerfile"
        FROM python:3.14-slim
        USER 10001
        CMD ["gunicorn", "app:app"]
        ```
    """
    names = (
        "Procfile",
        "vercel.json",
        "netlify.toml",
        "app.yaml",
        "render.yaml",
        "fly.toml",
        "railway.json",
        "railway.toml",
        ".replit",
        "heroku.yml",
        "now.json",
    )
    found = [Location(p) for p in names if p in repo.files]
    if not found or not repo.services:
        return not_applicable("no file of one platform")
    return (
        passed("an image is there as well", *(d.location for d in repo.dockerfiles))
        if repo.dockerfiles
        else failed("only one platform can run it", *found)
    )
