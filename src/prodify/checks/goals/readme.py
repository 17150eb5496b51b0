"""What a newcomer finds: how to run it, under which licence, with which settings."""

from __future__ import annotations

import re

from prodify.api import (
    Audience,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Role,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
)
from prodify.inventory.roles import beside_the_service
from prodify.lazyre import lazy

_RUN = lazy(
    r"\b(flask run|python3? \S+\.py|uvicorn|gunicorn|streamlit run|manage\.py runserver|npm (run|start|install|ci)|yarn|pnpm|bun run"
    r"|docker(-compose| compose)? (-f \S+ |--\S+ )*(run|up|build)|go run|cargo run|mvnw?|gradlew?|bundle|rails s|make \w+|pip3? install"
    r"|poetry (install|run)|python3? -m \w|node \S+\.[cm]?js|java -jar|composer (install|update)|php -S|celery -A"
    r"|conda (env create|install)|helm (install|upgrade)|kubectl apply|terraform apply|deno (run|task)"
    r"|uv (run|sync|add|tool install)|uvx|pipx (install|run)|brew install|go (get|install)|cargo install|apt(-get)? install"
    r"|dotnet run|php artisan|fastapi (dev|run))\b"
)
_LICENCE_FILE = lazy(r"^(LICEN[CS]E|COPYING|UNLICENSE)", re.IGNORECASE)


@check(step=Step.GOALS, level=Level.NOTE, maturity=1, effort=Effort.MINUTES, fixed_by="service-readme")
def readme_says_how_to_run(repo: Inventory, profile: Profile) -> Verdict:
    """The README says how to run it.

    Why:
        The person who has to fix it at night is often not the one who wrote it; the commands that start it are the first thing they need.

    Fails:
        ```markdown title="README.md"
        # My app

        Made with love.
        ```

    Passes:
        ```markdown title="README.md"
        # My app

            pip install -r requirements.txt
            flask run
        ```
    """
    readmes = [p for p in repo.files.select("README*", "readme*", "Readme*", roles=(Role.DOCS, Role.PRODUCTION)) if p.count("/") <= 1]
    if not readmes:
        return failed("there is no README") if repo.files.paths else not_applicable("an empty repository")
    for path in readmes:
        for number, line in enumerate(repo.files.lines(path), 1):
            if _RUN.search(line[:500]):
                return passed("the README names a command", Note(Location(path, number), "command"))
    # One place: the README that people open first. Those of tools (`migrations/README`) are not asked for commands.
    first = min(readmes, key=lambda path: (path.count("/"), path))
    return failed("the README names no command that installs or starts anything", Location(first))


@check(
    step=Step.GOALS,
    level=Level.NOTE,
    maturity=1,
    audiences=(Audience.PUBLIC,),
    effort=Effort.MINUTES,
    hint='Add a LICENSE file; choosealicense.com explains the choice. A closed service says "All rights reserved".',
)
def licence_is_present(repo: Inventory, profile: Profile) -> Verdict:
    """A licence says what others may do with the code.

    Why:
        Without one nobody but the author may use, change or share it, and no company will let its people contribute.

    Fails:
        ```markdown title="README.md"
        # My app
        ```

    Passes:
        ```text title="LICENSE"
        Apache License, Version 2.0
        ```
    """
    found = [p for p in repo.files.paths if "/" not in p and _LICENCE_FILE.match(p)]
    if found:
        return passed("a licence is there", *(Location(p) for p in found))
    return failed("no licence file stands in the root") if repo.files.paths else not_applicable("an empty repository")


@check(step=Step.GOALS, level=Level.WARNING, maturity=1, effort=Effort.MINUTES, fixed_by="env-example")
def environment_variables_are_documented(repo: Inventory, profile: Profile) -> Verdict:
    """Every environment variable that the code reads stands in an example file.

    Why:
        Missing variables are the most common cause of a deployment that works on one machine only; an example file is the list to go by.

    Fails:
        ```python title="app.py"
        import os

        DATABASE_URL = os.environ["DATABASE_URL"]
        ```

    Passes:
        ```python title="app.py"
        import os

        DATABASE_URL = os.environ["DATABASE_URL"]
        ```
        ```text title=".env.example"
        DATABASE_URL=postgresql://user:password@localhost:5432/app
        ```
    """
    from prodify.inventory.envfiles import documented_variables, is_platform_variable, is_skeletons

    wanted = {v.name: v for v in repo.environment if not is_platform_variable(v.name) and not beside_the_service(v.location.path)}
    if not repo.services:  # what only tunes a library or a command is documented with it; a key must be known before the first run
        wanted = {name: variable for name, variable in wanted.items() if variable.secret}
    if not wanted:
        return not_applicable("the code reads no environment variable")
    documented, places = documented_variables(repo)
    missing = [v for name, v in sorted(wanted.items()) if name not in documented and not _stands_in_parts(name, documented)
               and not (places and is_skeletons(v.name, v.location.path))]  # fmt: skip
    if missing:
        shown = ", ".join(v.name for v in missing[:6]) + (" ..." if len(missing) > 6 else "")
        return failed(f"not in an example file: {shown}", *(Note(v.location, v.name) for v in missing))
    return passed("every variable stands in an example file", *places)


def _stands_in_parts(name: str, documented: frozenset[str]) -> bool:
    """Whether a group of settings is documented entry by entry: `APP__DB__HOST` and its like for `APP__DB`."""
    return any(other.startswith(f"{name}__") for other in documented)


@check(
    step=Step.GOALS,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(1188,),
    hint='Read required settings once at start-up with os.environ["NAME"] (or pydantic-settings), so that a missing one stops the start.',
)
def required_settings_fail_fast(repo: Inventory, profile: Profile) -> Verdict:
    """A missing secret stops the start instead of the first request.

    Why:
        `os.getenv("API_KEY")` returns nothing when the variable is missing; the service starts,
        and fails when the first user needs the key.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import os

        from flask import Flask

        app = Flask(__name__)
        API_KEY = os.getenv("OPENAI_API_KEY")
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import os

        from flask import Flask

        app = Flask(__name__)
        API_KEY = os.environ["OPENAI_API_KEY"]
        ```
    """
    secrets = [v for v in repo.environment if v.secret]
    if not secrets or not repo.services:
        return not_applicable("no secret is read from the environment")
    silent = [v for v in secrets if not v.has_default and _may_be_missing(repo, v.location) and not _is_checked(repo, v.name)]
    if silent:
        return failed("a secret may be missing without anybody noticing at start-up", *(Note(v.location, v.name) for v in silent))
    return passed("a missing secret is noticed", *(Note(v.location, v.name) for v in secrets[:5]))


def _may_be_missing(repo: Inventory, place: Location) -> bool:
    """Whether the code asks for a variable in a form that gives nothing when it is missing."""
    lines = repo.files.lines(place.path)
    line = lines[(place.line or 1) - 1] if place.line and place.line <= len(lines) else ""
    return "getenv(" in line or ".get(" in line or "process.env" in line


def _is_checked(repo: Inventory, name: str) -> bool:
    """Whether some place of the code requires the variable, or refuses to go on without it."""
    if any(v.name == name and not _may_be_missing(repo, v.location) for v in repo.environment):
        return True
    for variable in (v for v in repo.environment if v.name == name):
        lines = repo.files.lines(variable.location.path)
        after = "\n".join(lines[(variable.location.line or 1) - 1 : (variable.location.line or 1) + 4])
        if re.search(r"\bif not \w+|is None\b|raise \w+|sys\.exit|\bassert\b|throw new|process\.exit", after):
            return True
    return False
