"""The recipe `secrets`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prodify import edits
from prodify.api import Edit, File, Inventory, Profile, Review, Step, Untrack, recipe
from prodify.recipes.goals.env_example import PATH as ENV_EXAMPLE
from prodify.recipes.goals.env_example import example_file
from prodify.recipes.scaling.target import kubernetes_target
from prodify.recipes.security.literals import Literal, literals
from prodify.recipes.security.rotation import PATH, add_lines, exposed
from prodify.recipes.security.secret_store import external_secret_file

STREAMLIT_SECRETS = ".streamlit/secrets.toml"
_EXAMPLES = (".example", ".sample", ".template", ".dist", ".defaults")
# Without these the service cannot do its work safely, so it must not start: whoever compares with an empty password lets everybody in.
# A missing key of one feature must not stop the others.
_NEEDED_TO_START = ("framework-key", "connection-string", "private-key", "password")


@recipe(
    step=Step.SECURITY,
    fixes=(
        "no-env-file-with-secrets-is-committed", "env-files-are-ignored", "no-secret-in-code", "secret-key-is-not-a-default",
        "secrets-come-from-a-store",
    ),
    review=Review.CAREFUL,
)  # fmt: skip
def secrets(repo: Inventory, profile: Profile) -> Iterator[File | Edit | Untrack]:
    """Secrets leave the repository: .env is untracked and ignored, code reads the environment, the cluster reads a secret store.

    Writes the list of what was exposed (names and places, never values) with what to do about it, in order. The .env file stays on disk.
    """
    files = _env_files(repo)
    for path in files:
        yield Untrack(path, why="it holds settings of one machine, secrets among them; it stays on disk")
    if files or repo.services:
        own = (f"**/{STREAMLIT_SECRETS}",) if repo.uses("streamlit") is not None else ()
        # The example stays in git, under whatever name it has there.
        kept = sorted({f"!{name}" for name in (ENV_EXAMPLE, example_file(repo) or ENV_EXAMPLE) if name.startswith(".env.")})
        ignore = edits.gitignore.add(".env", ".env.*", *kept, *own, section="Secrets of this machine")
        yield Edit(".gitignore", ignore, why="git add . must not commit them", create=True)
    for literal in literals(repo):
        yield Edit(literal.hit.location.path, _read_environment(literal), why=f"{literal.env} comes from the environment")
    lines = exposed(repo)
    if lines:
        yield Edit(PATH, add_lines(lines, repo, profile), why="what was exposed must be revoked", create=True)
    service = kubernetes_target(repo, profile)
    store = external_secret_file(repo, profile, service) if service is not None else None
    if store is not None:
        yield store


def _env_files(repo: Inventory) -> tuple[str, ...]:
    """Environment files that git tracks, examples left out, and Streamlit's file of secrets."""
    names = (path for path, entry in repo.files.entries.items() if entry.tracked)
    return tuple(path for path in names if _is_env_file(path.rpartition("/")[2]) or f"/{path}".endswith(f"/{STREAMLIT_SECRETS}"))


def _is_env_file(name: str) -> bool:
    return name == ".env" or (name.startswith(".env.") and not name.endswith(_EXAMPLES))


def _read_environment(literal: Literal) -> Callable[[str], str]:
    """Put a reading of the environment in the literal's place; what only one feature needs may be missing and is empty then."""
    hit = literal.hit
    place = edits.python.Target(hit.location.line or 1, hit.redacted, hit.name)
    if not hit.location.path.endswith(".py"):
        return edits.javascript.replace_literal_with_env(place, literal.env, edits.javascript.language_of(hit.location.path))
    replace = edits.python.replace_literal_with_env(place, literal.env)
    if hit.category in _NEEDED_TO_START:
        return replace
    strict, lenient = f'os.environ["{literal.env}"]', f'os.environ.get("{literal.env}", "")'

    def edit(text: str) -> str:
        # What stood there before is the user's own choice.
        return text if strict in text else replace(text).replace(strict, lenient)

    return edit
