"""Recipe `env-example`: every setting of the service, in one list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prodify import edits
from prodify.api import Edit, Inventory, Profile, Step, recipe
from prodify.recipes.ci.planned import CODE_WRITERS, GENERATED, SECRET_NAME, names_read, planned
from prodify.recipes.shared.databases import scheme
from prodify.recipes.shared.variables import variables
from prodify.render import render

PATH = ".env.example"
OTHER_NAMES = (".env.sample", ".env.template", ".env.dist", "env.example", "example.env")


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable. `value` is a sample; `place` the file that reads it, empty where the line above names the same."""

    name: str
    value: str
    place: str


@dataclass(frozen=True, slots=True)
class EnvExampleContext:
    """What `goals/env.example` names."""

    secrets: tuple[Setting, ...]
    required: tuple[Setting, ...]
    optional: tuple[Setting, ...]
    added: tuple[Setting, ...]


@recipe(step=Step.GOALS, fixes=("environment-variables-are-documented",))
def env_example(repo: Inventory, profile: Profile) -> Iterator[Edit]:
    """An example file with every environment variable that code reads: required ones, secrets (empty), and those with a default.

    Values are samples, never those of this machine. Where an example file is there, the missing names are added to it.
    """
    context = _context(repo, profile)
    if not (context.secrets or context.required or context.optional or context.added):
        return
    present = example_file(repo) or PATH
    whole = render("goals/env.example", context)
    missing = edits.dotenv.add({s.name: s.value for group in (context.secrets, context.required) for s in group})
    rest = [setting.name for group in (context.optional, context.added) for setting in group]

    def edit(text: str) -> str:
        return add_comments(missing(text), rest) if text.strip() else whole

    yield Edit(present, edit, "lists every setting that the code reads", create=True)


def example_file(repo: Inventory) -> str | None:
    """The example file that is there."""
    return next((name for name in (PATH, *OTHER_NAMES) if name in repo.files), None)


def _context(repo: Inventory, profile: Profile) -> EnvExampleContext:
    from prodify.inventory.envfiles import is_platform_variable, is_skeletons

    stands = example_file(repo) is not None
    places: dict[str, list[str]] = {}
    facts: dict[str, tuple[bool, bool]] = {}
    texts = planned(repo, profile, CODE_WRITERS, ".py")
    written = {path for path in texts if path not in repo.files} | {p for p in texts if p.rpartition("/")[2] in GENERATED}
    for variable in variables(repo):
        skeletons = stands and is_skeletons(variable.name, variable.location.path)
        if variable.location.path not in written and not is_platform_variable(variable.name) and not skeletons:
            places.setdefault(variable.name, []).append(f"{variable.location.path}:{variable.location.line}")
            secret, required = facts.get(variable.name, (False, False))
            facts[variable.name] = (secret or variable.secret, required or variable.required)
    stores = frozenset(store.name for store in (*repo.datastores, *repo.brokers))
    known = {name: Setting(name, _sample(repo, name, stores), sorted(found)[0].partition(":")[0]) for name, found in sorted(places.items())}
    own = {name for path, text in texts.items() if path.rpartition("/")[2] not in GENERATED for name in names_read(text)} - set(known)
    read = {name for text in texts.values() for name in names_read(text)} - set(known)
    added = {name: Setting(name, "", "") for name in sorted(read) if not is_platform_variable(name)}
    hidden = {n for n in known if facts[n][0] and not re.search(r"UR[IL]", n)} | {n for n in own & set(added) if SECRET_NAME.search(n)}
    needed = {n for n in known if any(facts[n])} - hidden
    return EnvExampleContext(
        secrets=_by_place(setting for name, setting in {**known, **added}.items() if name in hidden),
        required=_by_place(setting for name, setting in known.items() if name in needed),
        optional=_by_place(setting for name, setting in known.items() if name not in needed | hidden),
        added=tuple(setting for name, setting in added.items() if name not in hidden),
    )


def _by_place(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """Sorted by file and name, each file named once."""
    ordered = sorted(settings, key=lambda setting: (setting.place, setting.name))
    before = [""] + [setting.place for setting in ordered]
    return tuple(Setting(s.name, s.value, "" if s.place == b else s.place) for s, b in zip(ordered, before, strict=False))


_SAMPLES = (
    (re.compile(r"(DATABASE|(^|_)DB|POSTGRES\w*|SQLALCHEMY\w*)_?(URL|URI|DSN)$"), "postgres", "{postgres}://localhost:5432/app"),
    (re.compile(r"REDIS|CACHE_URL|BROKER"), "redis", "redis://localhost:6379/0"),
    (re.compile(r"MONGO"), "mongodb", "mongodb://localhost:27017/app"),
    (re.compile(r"(URL|URI|ENDPOINT|API_BASE)$"), "", "https://api.example.com"),
    (re.compile(r"HOST$"), "", "localhost"),
    (re.compile(r"MAIL|_FROM$|SENDER"), "", "service@example.com"),
)


def _sample(repo: Inventory, name: str, stores: frozenset[str]) -> str:
    """A value to start from. The address of a store only where that store is known to be used: the example would be read as the proof."""
    found = next(((store, value) for pattern, store, value in _SAMPLES if pattern.search(name)), ("", ""))
    value = found[1] if not found[0] or found[0] in stores else ""
    return value.replace("{postgres}", scheme(repo, "postgres")) if value else ""


def add_comments(text: str, names: Iterable[str]) -> str:
    """Add `# NAME=` for those that do not stand in the text, commented or not."""
    missing = [name for name in names if not re.search(rf"^\s*(?:#\s*)?(?:export\s+)?{re.escape(name)}\s*=", text, re.MULTILINE)]
    if not missing:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if text.endswith("\n") else end
    return text + gap + "".join(f"# {name}={end}" for name in missing)
