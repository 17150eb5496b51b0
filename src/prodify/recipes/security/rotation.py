"""The list of exposed secrets: lines are added to it and never taken away, because a key stays exposed after its line is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.edits.text import Editor, lines_of, preserving
from prodify.escape import Code, markdown, markdown_code
from prodify.recipes.scaling.target import kubernetes_target
from prodify.recipes.security.secret_store import STORE_NAMES
from prodify.recipes.shared.layout import naming
from prodify.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prodify.inventory import Inventory
    from prodify.profile import Profile

PATH = "docs/secrets-rotation.md"
_HEADING = "## What was exposed"


@dataclass(frozen=True, slots=True)
class RotationContext:
    """What `security/secrets-rotation.md` names."""

    store_name: str
    command: Code


def exposed(repo: Inventory) -> tuple[str, ...]:
    """One line for every name and file with a secret that git holds, by path and line; names and places, never values."""
    found: dict[tuple[str, str], str] = {}
    for hit in sorted(repo.secrets, key=lambda h: h.location):
        entry = repo.files.entries.get(hit.location.path)
        if hit.level == "note" or entry is None or not (entry.tracked or repo.files.git is None):
            continue
        name = f"`{markdown_code(hit.name)}`" if hit.name else markdown(hit.title)
        place = f"`{markdown_code(hit.location.path)}`, line {hit.location.line}"
        found.setdefault((hit.location.path, name), f"- [ ] {name} in {place} ({hit.category})")
    return tuple(found.values())


def add_lines(entries: Sequence[str], repo: Inventory, profile: Profile) -> Editor:
    """Write the page where there is none, and add the entries that it does not list yet; ticked ones count as listed."""
    page = render("security/secrets-rotation.md", _context(repo, profile))

    @preserving
    def edit(text: str) -> str:
        lines = lines_of(text if text.strip() else page)
        heading = next((i for i, line in enumerate(lines) if line.rstrip() == _HEADING), None)
        if heading is None:
            return text
        known = {_subject(line) for line in lines}
        new = [f"{entry}\n" for entry in entries if _subject(entry) not in known]
        if not new:
            return "".join(lines) if not text.strip() else text
        end = next((i for i in range(heading + 1, len(lines)) if lines[i].startswith("#")), len(lines))
        listed = [i for i in range(heading, end) if lines[i].startswith("- [")]
        if listed:
            return "".join([*lines[: listed[-1] + 1], *new, *lines[listed[-1] + 1 :]])
        return "".join([*lines[:end], *new, "\n", *lines[end:]])

    return edit


def _subject(line: str) -> str:
    """What an entry is about, without its tick and its line number."""
    return line[5:].partition(", line ")[0].strip() if line.startswith("- [") else ""


def _context(repo: Inventory, profile: Profile) -> RotationContext:
    name, store = naming(repo, profile).service, profile.secret_store
    if profile.platform.runtime == "compose" or (profile.platform.runtime == "kubernetes" and kubernetes_target(repo, profile) is None):
        where = "the .env file of the server, readable by nobody else"
        return RotationContext(where, Code("install -m 600 /dev/null .env   # then one NAME=value a line"))
    # One JSON object for Kubernetes, which the External Secrets Operator takes apart; one secret a variable for Cloud Run.
    key = f"{name}-production" if profile.platform.runtime == "kubernetes" else f"{name}-production-NAME"
    commands = {
        "gcp": f"gcloud secrets versions add {key} --data-file=-",
        "aws": f"aws secretsmanager put-secret-value --secret-id {key} --secret-string file:///dev/stdin",
        "azure": f"az keyvault secret set --vault-name {name[:24].strip('-')} --name {key} --file /dev/stdin --encoding utf-8",
        "vault": f"vault kv patch secret/{key} NAME=-",
    }
    return RotationContext(STORE_NAMES[store], Code(commands[store]))
