"""Secrets that stand where they can be read: environment files, code, configuration."""

from __future__ import annotations

from prodify.api import (
    TEAM_AND_PUBLIC,
    Effort,
    Inventory,
    Level,
    Located,
    Location,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
)
from prodify.checks.security._disposable import is_disposable
from prodify.checks.security._redaction import evidence
from prodify.inventory.configured import configured
from prodify.inventory.polyglot.accounts import written_accounts
from prodify.inventory.polyglot.assembled import assembled
from prodify.inventory.polyglot.defaults import defaulted_credentials
from prodify.inventory.polyglot.positioned import handed_over
from prodify.inventory.polyglot.signing import written_keys


@check(step=Step.SECURITY, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(312, 538), fixed_by="secrets")
def no_env_file_with_secrets_is_committed(repo: Inventory, profile: Profile) -> Verdict:
    """No environment file with secrets is committed.

    Why:
        Whoever can read the repository, now or later, can read the keys in it; bots find keys in public repositories within minutes.
        A committed key must be revoked, not only removed: it stays in the history.

    Fails:
        ```text title=".env"
        DATABASE_URL=postgresql://app:kT9x2LmQ8vR4wZ@db.internal:5432/app
        ```

    Passes:
        ```text title=".env.example"
        DATABASE_URL=postgresql://user:password@localhost:5432/app
        ```
        ```text title=".gitignore"
        .env
        ```
    """
    hits = [h for h in repo.secrets if h.form == "env-file" and h.in_tree and _is_in_repository(repo, h.location.path)]
    if hits:
        files = sorted({h.location.path for h in hits})
        return failed(
            f"{', '.join(files)} with {len(hits)} secret{'s' if len(hits) != 1 else ''} would reach everybody who clones",
            *map(evidence, hits),
        )
    examples = [p for p in repo.files.paths if p.rpartition("/")[2].startswith((".env", "env."))]
    return passed("no environment file with secrets is tracked", *(Location(p) for p in examples[:3]))


_IGNORE_FILE = 100_000
_OTHER_SETTINGS = frozenset(("java", "kotlin", "csharp"))
"""Languages whose frameworks read `application.properties` or `appsettings.json`, and no .env file unless compose does."""


def _is_in_repository(repo: Inventory, path: str) -> bool:
    """Whether git tracks a file; without git every file that is not ignored would be committed."""
    entry = repo.files.entries.get(path)
    return entry is not None and (entry.tracked or repo.files.git is None)


@check(step=Step.SECURITY, level=Level.ERROR, maturity=1, effort=Effort.HOURS, cwe=(798, 259, 321), fixed_by="secrets")
def no_secret_in_code(repo: Inventory, profile: Profile) -> Verdict:
    """No secret stands in code or configuration.

    Why:
        A key in the code is copied with every clone, log and screenshot, and changing it means changing the code.

    Fails:
        ```python title="client.py"
        import stripe

        stripe.api_key = "sk_" + "live"
        DATABASE_URL = "postgresql://app:kT9x2LmQ8vR4wZ@db.internal:5432/app"
        ```

    Passes:
        ```python title="client.py"
        import os

        DATABASE_URL = os.environ["DATABASE_URL"]
        ```
    """
    loud = [h for h in repo.secrets if h.form != "env-file" and h.in_tree and h.level != "note" and h.category != "framework-key"]
    hits = [h for h in loud if not is_disposable(repo, h)]
    known = {(h.location.path, h.location.line) for h in repo.secrets if h.level != "note"}
    told = (*written_accounts(repo), *defaulted_credentials(repo), *assembled(repo), *configured(repo), *handed_over(repo))
    bare = [note for note in told if (note.location.path, note.location.line) not in known]
    if count := len(hits) + len(bare):
        return failed(f"{count} secret{'s stand' if count != 1 else ' stands'} in code or configuration", *map(evidence, hits), *bare)
    if not repo.files.paths:
        return not_applicable("no file to look at")
    return passed("no secret was found in code or configuration")


@check(step=Step.SECURITY, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(1188, 321), fixed_by="secrets")
def secret_key_is_not_a_default(repo: Inventory, profile: Profile) -> Verdict:
    """The key that signs sessions and tokens is no literal and no default.

    Why:
        Whoever knows the key can forge any user's session or token. A default in the code is known to everybody who has the code.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import os

        from flask import Flask

        app = Flask(__name__)
        app.secret_key = os.environ.get("SECRET_KEY", "where2eat-super-key")
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import os

        from flask import Flask

        app = Flask(__name__)
        app.secret_key = os.environ["SECRET_KEY"]
        ```
    """
    loud = [h for h in repo.secrets if h.category == "framework-key" and h.form != "env-file" and h.in_tree and h.level != "note"]
    hits = [h for h in loud if not is_disposable(repo, h)]
    known = {(h.location.path, h.location.line) for h in repo.secrets if not h.rule.endswith("-faint")}
    bare = [note for note in written_keys(repo) if (note.location.path, note.location.line) not in known]
    if hits or bare:
        return failed("the key that signs sessions or tokens is written down", *map(evidence, hits), *bare)
    if not repo.web_services:
        return not_applicable("no web service signs anything")
    return passed("no signing key is written down")


@check(step=Step.SECURITY, level=Level.WARNING, maturity=1, effort=Effort.MINUTES, cwe=(538,), fixed_by="secrets")
def env_files_are_ignored(repo: Inventory, profile: Profile) -> Verdict:
    """Git ignores environment files.

    Why:
        One `git add .` commits the .env file that every developer has; an ignore rule makes that impossible to do by accident.

    Fails:
        ```text title="requirements.txt"
        flask
        python-dotenv
        ```
        ```python title="app.py"
        from dotenv import load_dotenv
        from flask import Flask

        load_dotenv()
        app = Flask(__name__)
        ```
        ```text title=".gitignore"
        __pycache__/
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        python-dotenv
        ```
        ```python title="app.py"
        from dotenv import load_dotenv
        from flask import Flask

        load_dotenv()
        app = Flask(__name__)
        ```
        ```text title=".gitignore"
        __pycache__/
        .env
        ```
    """
    if not repo.services:
        return not_applicable("no service reads an environment file")
    if {c.language for c in repo.services} <= _OTHER_SETTINGS and not repo.compose_files and not repo.files.select(".env*", "*.env"):
        return not_applicable("the services read settings files of their platform, no environment file")
    ignores = repo.files.select(".gitignore")
    for path in ignores:
        # A rule counts for git whatever else the file holds: PowerShell's `>>` appends UTF-16, which makes it no text.
        lines = repo.files.lines(path) or (repo.files.read(path, _IGNORE_FILE) or b"").decode("utf-8", "replace").splitlines()
        for number, line in enumerate(lines, 1):
            written = line.strip().lstrip("/").rstrip("/")
            if written.endswith("/.env") and not written.startswith("!"):
                return passed("an ignore rule names .env files", Location(path, number))
            if written in (
                ".env",
                ".env*",
                "*.env",
                ".env.*",
                ".env.local",
                "**/.env",
                ".env*.local",
                ".envs/*",
                ".envs",
            ):
                return passed("an ignore rule names .env files", Location(path, number))
    return failed("no ignore rule names .env files", *(Location(p) for p in ignores if "/" not in p))


@check(step=Step.SECURITY, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.DAYS, cwe=(522,), fixed_by="secrets")
def secrets_come_from_a_store(repo: Inventory, profile: Profile) -> Verdict:
    """Production reads its secrets from a secret store.

    Why:
        A store keeps secrets encrypted, says who read them, and lets a key be rotated without a deployment; files and variables set by
        hand do none of that.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import os

        from flask import Flask

        app = Flask(__name__)
        app.secret_key = os.environ["SECRET_KEY"]
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import os

        from flask import Flask

        app = Flask(__name__)
        app.secret_key = os.environ["SECRET_KEY"]
        ```
        ```yaml title="deploy/externalsecret.yaml"
        apiVersion: external-secrets.io/v1
        kind: ExternalSecret
        metadata:
          name: app
        spec:
          secretStoreRef: {name: app, kind: SecretStore}
          target: {name: app}
          data:
            - secretKey: SECRET_KEY
              remoteRef: {key: app-secret-key}
        ```
    """
    if not repo.services or (not any(v.secret for v in repo.environment) and not repo.secrets):
        return not_applicable("no service uses a secret")
    objects = [
        o
        for o in repo.kubernetes
        if o.kind in ("ExternalSecret", "SecretProviderClass", "SealedSecret", "VaultStaticSecret", "SecretStore")
    ]
    stores = ("aws_secretsmanager_", "google_secret_manager_", "azurerm_key_vault", "vault_", "aws_ssm_parameter")
    resources = [b for b in repo.terraform if b.type in ("resource", "data") and b.kind.startswith(stores)]
    library = repo.uses("hvac", "google-cloud-secret-manager", "azure-keyvault-secrets", "infisical-python", "doppler-env")
    cloud_run = [o for o in repo.kubernetes if o.group.endswith("knative.dev") and any(e.from_secret for c in o.containers for e in c.env)]
    found: list[Located] = [*objects, *resources, *cloud_run, *([library] if library else [])]
    if found:
        return passed("secrets come from a store", *found)
    return failed("nothing reads secrets from a store; they are set by hand or stand in files")
