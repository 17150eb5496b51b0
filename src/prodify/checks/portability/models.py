"""Whether the model, the cloud and the machine can be exchanged."""

from __future__ import annotations

import re

from prodify.api import TEAM_AND_PUBLIC, Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.data.model_names import retired_models

_PRIVATE_HOST = re.compile(r"""["'](?:https?://|postgres(?:ql)?://[^"'@]*@?|redis://|mongodb://)?(localhost|127\.0\.0\.1|192\.168\.\d+\.\d+|10\.\d+\.\d+\.\d+)(:\d+)?[/"']""")
_HOME_PATH = re.compile(r"""["'](/home/\w+|/Users/\w+|[A-Z]:\\\\?Users\\)""")
_ADAPTER = re.compile(r"class \w*(LLM|Llm|Model|Provider|Adapter|Completion)\w*\(.*(Protocol|ABC)|litellm|any_llm|langchain|llama_index")


@check(step=Step.PORTABILITY, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(477,), fixed_by="llm-adapter")
def model_is_not_retired(repo: Inventory, profile: Profile) -> Verdict:
    """The models that are called still exist.

    Why:
        A retired model answers 404: the feature is down for everybody on a date that was announced a year before.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-3.5-turbo", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```
    """
    named = [c for c in repo.model_calls if c.model]
    if not named:
        return not_applicable("no model name is written in the code")
    retired = retired_models()
    gone = [Note(c.location, f"{c.model} retired on {retired[c.model]}") for c in named if c.model in retired]
    return failed("a retired model is called", *gone) if gone else passed("no named model is known to be retired", *(Note(c.location, c.model or "") for c in named))


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, fixed_by="llm-adapter")
def model_name_is_configurable(repo: Inventory, profile: Profile) -> Verdict:
    """The model's name comes from the configuration.

    Why:
        Models retire about once a year; a name in the code makes that a release instead of a setting.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        import os

        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model=os.environ["LLM_MODEL"], max_tokens=99, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.model_calls:
        return not_applicable("no model call was found")
    fixed = [Note(c.location, c.model) for c in repo.model_calls if c.model]
    return failed("a model's name is written in the code", *fixed) if fixed else passed("model names come from the configuration", *repo.model_calls)


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=3, effort=Effort.HOURS, fixed_by="llm-adapter")
def model_calls_go_through_an_adapter(repo: Inventory, profile: Profile) -> Verdict:
    """Model calls go through one place of our own.

    Why:
        Timeouts, limits, fallbacks and the next provider then change in one file instead of in every handler.

    Fails:
        ```text title="requirements.txt"
        flask
        openai
        ```
        ```python title="app.py"
        from flask import Flask
        from openai import OpenAI

        app = Flask(__name__)
        client = OpenAI()

        @app.route("/ask")
        def ask():
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[]).choices[0].message.content
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        openai
        ```
        ```python title="llm.py"
        from typing import Protocol

        from openai import OpenAI


        class Llm(Protocol):
            def complete(self, prompt: str) -> str: ...


        class OpenAiLlm:
            def complete(self, prompt: str) -> str:
                answer = OpenAI().chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": prompt}])
                return answer.choices[0].message.content
        ```
        ```python title="app.py"
        from flask import Flask

        from llm import OpenAiLlm

        app = Flask(__name__)

        @app.route("/ask")
        def ask():
            return OpenAiLlm().complete("where?")
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    for path in repo.syntax.sources("python", ("Protocol", "ABC", "litellm", "any_llm", "langchain", "llama_index")):
        for number, line in enumerate(repo.files.lines(path), 1):
            if _ADAPTER.search(line[:300]):
                return passed("an adapter stands in between", Note(Location(path, number), "adapter"))
    return failed("model calls stand where they are needed, without an adapter", *repo.model_calls)


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="llm-adapter")
def model_has_fallback(repo: Inventory, profile: Profile) -> Verdict:
    """When the model is down, something else answers.

    Why:
        Providers have outages of hours; a second model, a cached answer or an honest sentence keeps the rest of the page alive.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()
        FALLBACK_MODELS = ["claude-haiku-5-5"]

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    for path in repo.syntax.sources("python", ("fallback", "FALLBACK", "Fallback")):
        for number, line in enumerate(repo.files.lines(path), 1):
            if "fallback" in line.lower() and not line.lstrip().startswith("#"):
                return passed("a fallback is there", Note(Location(path, number), "fallback"))
    return failed("nothing answers when the model is down", *repo.model_calls)


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=1, effort=Effort.HOURS, hint="Read hosts, paths and keys from environment variables, with a default that fits development only.")
def configuration_comes_from_environment(repo: Inventory, profile: Profile) -> Verdict:
    """Configuration comes from the environment.

    Why:
        The same image then runs in development, staging and production; with settings in the code each place needs a build of its own.

    Fails:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect(host="db.internal", dbname="app", user="app")
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import os

        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect(os.environ["DATABASE_URL"])
        ```
    """
    if not repo.services:
        return not_applicable("no service to configure")
    if repo.environment:
        return passed("settings are read from the environment", *(Note(v.location, v.name) for v in repo.environment[:5]))
    if not repo.datastores and not repo.outbound_calls and not repo.llm_providers:
        return not_applicable("nothing needs to be configured")
    return failed("no setting is read from the environment", *(t.location for t in (*repo.datastores, *repo.llm_providers)))


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=1, effort=Effort.MINUTES, cwe=(1051,), hint="Read the address from an environment variable; keep localhost as the default for development only.")
def no_hard_coded_host(repo: Inventory, profile: Profile) -> Verdict:
    """No address of one machine stands in code that runs in production.

    Why:
        `localhost` in a container is the container itself: what worked on the laptop calls nobody.

    Fails:
        ```text title="requirements.txt"
        flask
        requests
        ```
        ```python title="app.py"
        import requests
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def home():
            return requests.get("http://localhost:8001/places", timeout=5).text
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        requests
        ```
        ```python title="app.py"
        import os

        import requests
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def home():
            return requests.get(os.environ["PLACES_URL"], timeout=5).text
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    bad = []
    for language in ("python", "javascript", "typescript"):
        for path in repo.syntax.sources(language, ("localhost", "127.0.0.1", "192.168.", "/home/", "/Users/", "Users\\")):
            for number, line in enumerate(repo.files.lines(path), 1):
                found = _PRIVATE_HOST.search(line[:500]) or _HOME_PATH.search(line[:500])
                if found and not _is_default_or_comment(line):
                    bad.append(Note(Location(path, number), found[0].strip("\"'")[:60]))
    return failed("an address of one machine stands in the code", *bad) if bad else passed("no address of one machine was found")


def _is_default_or_comment(line: str) -> bool:
    bare = line.strip()
    if bare.startswith(("#", "//", "*", "/*", '"""', "print(", "console.log(")):
        return True
    return bool(re.search(r"environ|getenv|process\.env|config\(|\bhost\s*=\s*[\"']127|ALLOWED|allow(ed)?_?(origins|hosts)|origins?\b|__main__|\.run\(|listen\(|proxy|console\.log|print\(", line, re.IGNORECASE))


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=1, effort=Effort.MINUTES, fixed_by="server")
def port_comes_from_environment(repo: Inventory, profile: Profile) -> Verdict:
    """The port comes from the environment.

    Why:
        Most platforms say in PORT where they expect the service; one that listens elsewhere never becomes healthy there.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        if __name__ == "__main__":
            app.run(host="0.0.0.0", port=5000)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import os

        from flask import Flask

        app = Flask(__name__)

        if __name__ == "__main__":
            app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "5000")))
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    if any(v.name == "PORT" for v in repo.environment):
        return passed("PORT is read", *(Note(v.location, "PORT") for v in repo.environment if v.name == "PORT"))
    names = ("Procfile", "Dockerfile*", "*.sh", "gunicorn*.py", "*.toml", "compose*.y*ml", "docker-compose*.y*ml", "render.yaml")
    for path in repo.files.select(*names):
        for number, line in enumerate(repo.files.lines(path), 1):
            if re.search(r"\$\{?PORT\b|[\"']PORT[\"']", line):
                return passed("PORT is read", Note(Location(path, number), "PORT"))
    return failed("the port is fixed", *(n for c in repo.web_services for n in c.evidence[:1]))


@check(step=Step.PORTABILITY, level=Level.WARNING, maturity=1, effort=Effort.HOURS, fixed_by="dockerfile")
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
    other = [Location(p) for p in repo.files.select("Pulumi.yaml", "cdk.json", "*.bicep", "template.yaml", "serverless.yml", "sst.config.ts", "fly.toml", "render.yaml", "app.yaml")]
    if repo.terraform or other:
        return passed("infrastructure is code", *repo.terraform[:3], *other[:3])
    return failed("no infrastructure is written down")


@check(step=Step.PORTABILITY, level=Level.NOTE, maturity=2, effort=Effort.HOURS, fixed_by="dockerfile")
def platform_files_have_an_alternative(repo: Inventory, profile: Profile) -> Verdict:
    """The service can leave the platform it runs on.

    Why:
        A vercel.json or Procfile alone ties it to one vendor's prices and limits; an image next to it costs an hour and keeps the door open.

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
    names = ("Procfile", "vercel.json", "netlify.toml", "app.yaml", "render.yaml", "fly.toml", "railway.json", "railway.toml", ".replit", "heroku.yml", "now.json")
    found = [Location(p) for p in names if p in repo.files]
    if not found or not repo.services:
        return not_applicable("no file of one platform")
    return passed("an image is there as well", *(d.location for d in repo.dockerfiles)) if repo.dockerfiles else failed("only one platform can run it", *found)
