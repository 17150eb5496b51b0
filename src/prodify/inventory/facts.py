"""What the inventory knows, as plain values; every fact carries the place that shows it.

Facts say what stands in the repository and judge nothing. Paths are relative POSIX paths, lines count from 1.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from prodify.model import Location


class Role(StrEnum):
    """What a file is for; findings in anything but production count less or not at all."""

    PRODUCTION = "production"
    TEST = "test"
    EXAMPLE = "example"
    DOCS = "docs"
    VENDORED = "vendored"
    GENERATED = "generated"


@dataclass(frozen=True, slots=True)
class Skipped:
    """How many files were left out, and why."""

    binary: int = 0
    too_large: int = 0
    ignored: int = 0
    symlink: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A place with what is to be seen there."""

    location: Location
    note: str


@dataclass(frozen=True, slots=True)
class Component:
    """One deployable or distributable part of the repository; None where nothing was found.

    `kind`: service, worker, cli, library, web, static-site, notebook, bot or script. `entrypoint`: module:attribute or a file.
    `port`: written in code or configuration, else the framework's default, None for what does not listen.
    `candidates` holds rivals where an entry point could not be decided. `proof` says by field's name where each is written;
    a framework's default port is written nowhere.
    """

    path: str
    name: str
    kind: str
    language: str
    framework: str | None = None
    entrypoint: str | None = None
    port: int | None = None
    package_manager: str | None = None
    runtime_version: str | None = None
    evidence: tuple[Note, ...] = ()
    candidates: tuple[str, ...] = ()
    proof: tuple[tuple[str, Location], ...] = ()

    def place(self, field: str) -> Location | None:
        """Where a field's value is written, None when it is written nowhere."""
        return dict(self.proof).get(field)


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP route. `methods` upper case, sorted; `path` as the framework writes it; `handler` is the function's name."""

    methods: tuple[str, ...]
    path: str
    location: Location
    handler: str | None = None
    component: str = "."
    framework: str | None = None
    module: str | None = None


@dataclass(frozen=True, slots=True)
class EnvVar:
    """An environment variable that code reads. `default`: whether one is given; `secret`: whether its name says so."""

    name: str
    location: Location
    required: bool
    has_default: bool
    secret: bool


@dataclass(frozen=True, slots=True)
class Technology:
    """A datastore, broker, model provider, telemetry library ... in use, with the place that shows it."""

    name: str
    location: Location
    note: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call: `name` for a keyword, `text` as written, `value` when it is a literal (`literal` True)."""

    name: str | None
    text: str
    value: object = None
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call in code. `name` is resolved through the file's imports: `requests.get` for `import requests as r; r.get(...)`.

    A call on something unknown keeps the written form (`cursor.execute`). `function` is the enclosing function's name,
    `in_loop` whether a for/while or a comprehension encloses it within that function. `args` does not hold * and **.
    """

    name: str
    location: Location
    args: tuple[Argument, ...]
    text: str
    function: str | None = None
    in_loop: bool = False
    has_star: bool = False

    def arg(self, name: str, position: int | None = None) -> Argument | None:
        """The keyword argument of that name, else the positional one at `position`, else None."""
        for argument in self.args:
            if argument.name == name:
                return argument
        if position is not None:
            positional = [a for a in self.args if a.name is None]
            if position < len(positional):
                return positional[position]
        return None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`target = value` at any level (attribute and subscript targets as written); `value` when `literal`."""

    target: str
    text: str
    location: Location
    value: object = None
    literal: bool = False
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method: decorators as written (resolved names), `cls` the enclosing class, `end_line` inclusive."""

    name: str
    location: Location
    decorators: tuple[Call, ...]
    parameters: tuple[str, ...]
    cls: str | None = None
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What a structural query found. `captures` maps a metavariable's name to its text."""

    location: Location
    text: str
    captures: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        return dict(self.captures)[name]


@dataclass(frozen=True, slots=True)
class OutboundCall:
    """A server-side HTTP (or model) call. `timeout`: True when one is given or the library has a finite default, None when undecided."""

    library: str
    name: str
    location: Location
    timeout: bool | None
    in_loop: bool = False


@dataclass(frozen=True, slots=True)
class AnswerRead:
    """What code reads of another service's answer. `provider`: its host, or the model provider whose SDK is called.

    `fields`: paths such as `results[].name`, with whether the code goes on without them. `address`: the texts that its URL is made of,
    or what the SDK calls the call.
    """

    provider: str
    location: Location
    function: str | None
    fields: tuple[tuple[str, bool], ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A call of a language model. `model` when it is a literal, or the literal default of a setting (then it is `configurable`).

    `max_tokens` and `timeout`: whether the answer and the wait are bounded.
    """

    provider: str
    name: str
    location: Location
    model: str | None
    max_tokens: bool
    timeout: bool
    in_loop: bool = False
    function: str | None = None
    configurable: bool = False


@dataclass(frozen=True, slots=True)
class Dependency:
    """One declared dependency. `pin`: exact, range or none; `hashed` with hashes; `dev` for development groups."""

    name: str
    specifier: str
    pin: str
    location: Location
    ecosystem: str = "pypi"
    dev: bool = False
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A file that declares or locks dependencies: `manager` pip, uv, poetry, pipenv, npm, go ...; `lock` True for lock files."""

    path: str
    manager: str
    lock: bool
    component: str
    dependencies: tuple[Dependency, ...]


@dataclass(frozen=True, slots=True)
class Instruction:
    """A Dockerfile instruction with its line range; `stage` counts from 0; `flags` such as --from; `json` for the exec form."""

    keyword: str
    value: str
    location: Location
    stage: int
    flags: tuple[tuple[str, str], ...] = ()
    json: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A build stage: the image as written with build arguments' defaults filled in, and its name."""

    index: int
    image: str
    name: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class SecretHit:
    """A secret that was found, already redacted: no field holds its value.

    `rule` names the pattern; `category`: token, password, connection-string, private-key, framework-key or basic-auth.
    `form`: env-file, code, config, docs, manifest, notebook or history. `default` marks a fallback literal (`environ.get(K, "...")`).
    `redacted` shows at most four leading characters and the length. `fingerprint` survives moves. `role` is the file's.
    """

    rule: str
    title: str
    category: str
    form: str
    location: Location
    name: str | None
    redacted: str
    fingerprint: str
    level: str
    role: Role
    default: bool = False
    commit: str | None = None
    in_tree: bool = True
