"""Declared runtime versions of every component and image, and when a runtime's support ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prodify.inventory import Inventory

AS_OF = "2026-11-22"
"""The day this table was true; a runtime has ended when its date is before it. The date of the run plays no part, so that the same
ruleset gives the same verdict."""

END_OF_LIFE: Mapping[str, Mapping[str, str]] = {
    "python": {
        "2.7": "2020-01-01",
        "3.4": "2019-03-18",
        "3.5": "2020-09-30",
        "3.6": "2021-12-23",
        "3.7": "2023-06-27",
        "3.8": "2024-10-07",
        "3.9": "2025-10-31",
        "3.10": "2026-10-31",
        "3.11": "2027-10-31",
        "3.12": "2028-10-31",
        "3.13": "2029-10-31",
        "3.14": "2030-10-31",
        "3.15": "2031-10-31",
    },
    "node": {
        "4": "2018-04-30",
        "5": "2016-06-30",
        "6": "2019-04-30",
        "7": "2017-06-30",
        "8": "2019-12-31",
        "9": "2018-06-30",
        "10": "2021-04-30",
        "11": "2019-06-01",
        "12": "2022-04-30",
        "13": "2020-06-01",
        "14": "2023-04-30",
        "15": "2021-06-01",
        "16": "2023-09-11",
        "17": "2022-06-01",
        "18": "2025-04-30",
        "19": "2023-06-01",
        "20": "2026-04-30",
        "21": "2024-06-01",
        "22": "2027-04-30",
        "23": "2025-06-01",
        "24": "2028-04-30",
        "25": "2026-06-01",
        "26": "2029-04-30",
    },
    "ruby": {
        "1.9": "2015-02-23",
        "2.0": "2016-02-24",
        "2.1": "2017-03-31",
        "2.2": "2018-03-31",
        "2.3": "2019-03-31",
        "2.4": "2020-03-31",
        "2.5": "2021-03-31",
        "2.6": "2022-03-31",
        "2.7": "2023-03-31",
        "3.0": "2024-04-23",
        "3.1": "2025-03-26",
        "3.2": "2026-03-31",
        "3.3": "2027-03-31",
        "3.4": "2028-03-31",
    },
    "php": {
        "5.3": "2014-08-14",
        "5.4": "2015-09-03",
        "5.5": "2016-07-21",
        "5.6": "2018-12-31",
        "7.0": "2019-01-10",
        "7.1": "2019-12-01",
        "7.2": "2020-11-30",
        "7.3": "2021-12-06",
        "7.4": "2022-11-28",
        "8.0": "2023-11-26",
        "8.1": "2025-12-31",
        "8.2": "2026-12-31",
        "8.3": "2027-12-31",
        "8.4": "2028-12-31",
    },
    "go": {
        "1.9": "2018-08-24",
        "1.10": "2019-02-25",
        "1.11": "2019-09-03",
        "1.12": "2020-02-25",
        "1.13": "2020-08-11",
        "1.14": "2021-02-16",
        "1.15": "2021-08-16",
        "1.16": "2022-03-15",
        "1.17": "2022-08-02",
        "1.18": "2023-02-01",
        "1.19": "2023-08-08",
        "1.20": "2024-02-06",
        "1.21": "2024-08-13",
        "1.22": "2025-02-11",
        "1.23": "2025-08-12",
        "1.24": "2026-02-28",
    },
    "dotnet": {
        "1.0": "2019-06-27",
        "1.1": "2019-06-27",
        "2.0": "2018-10-01",
        "2.1": "2021-08-21",
        "2.2": "2019-12-23",
        "3.0": "2020-03-03",
        "3.1": "2022-12-13",
        "5.0": "2022-05-10",
        "6.0": "2024-11-12",
        "7.0": "2024-05-14",
        "8.0": "2026-11-10",
        "9.0": "2026-11-10",
        "10.0": "2028-11-14",
    },
}
"""Language -> version -> last day of security support. Sources: the projects' release calendars (devguide.python.org/versions,
nodejs.org/en/about/previous-releases, ruby-lang.org/en/downloads/branches, php.net/supported-versions, dotnet.microsoft.com,
go.dev/doc/devel/release: a Go release is supported until the second one after it)."""

_IMAGES = {"python": "python", "node": "node", "ruby": "ruby", "php": "php", "sdk": "dotnet", "aspnet": "dotnet", "runtime": "dotnet",
           "golang": "go"}  # fmt: skip
_TOLD_BY_TAG = lazy(r"(?:^|[-_])(python|node|ruby|php)-?v?(\d+(?:\.\d+)*)")
"""What images that are made for something else say of the runtime in them: `uvicorn-gunicorn:python3.7`."""
_INTERPRETERS = frozenset(("python", "node", "ruby", "php"))
"""What runs the repository's own code out of a volume when a compose file names the plain image."""
_VERSION_FILES = (
    ("runtime.txt", "python"),
    (".python-version", "python"),
    (".nvmrc", "node"),
    (".node-version", "node"),
    (".ruby-version", "ruby"),
)
_VERSION_LINES = (
    ("*.csproj", "dotnet", lazy(r"<TargetFramework>\s*net(?:coreapp)?(\d+\.\d+)\s*</")),
    ("Gemfile", "ruby", lazy(r"""^\s*ruby\s*\(?\s*["'](\d+\.\d+[\d.]*)["']""")),
    ("package.json", "node", lazy(r"""^\s*"node"\s*:\s*"([^"]*)"\s*,?\s*$""")),
    ("environment*.y*ml", "python", lazy(r"""^\s*-\s*["']?(?:[\w-]+::)?python\s*={1,2}\s*(\d+\.\d+)""")),
    ("Pipfile", "python", lazy(r"""^\s*python(?:_full)?_version\s*=\s*["'](\d+\.\d+[\d.]*)["']""")),
    ("netlify.toml", "node", lazy(r"""^\s*NODE_VERSION\s*=\s*["']?v?(\d+[\d.]*)""")),
    (".tool-versions", "python", lazy(r"^\s*python\s+(\d+\.\d+[\d.]*)")),
    (".tool-versions", "node", lazy(r"^\s*nodejs\s+(\d+[\d.]*)")),
    (".tool-versions", "ruby", lazy(r"^\s*ruby\s+(\d+\.\d+[\d.]*)")),
    ("pyproject.toml", "python", lazy(r"""^\s*(?:requires-python|python)\s*=\s*["'](?:==|~=?)\s*(\d+\.\d+)(?:\.[\d*]+)?["']""")),
)
"""Lines of manifests that name a version, or a range that ends: a lower bound such as `>=14` says nothing of what runs."""
_DEPLOYED = ("app.yaml", "app.yml", "serverless.yml", "serverless.yaml", "template.yml", "template.yaml")
_DEPLOYED_RUNTIME = lazy(r"""^\s*[rR]untime:\s*["']?(python|nodejs|ruby)(\d+(?:\.\d+)?)""")
"""How App Engine and functions name what runs: `python38`, `python3.8`, `nodejs16.x`."""
_ONE_MAJOR = lazy(r"^[\^~=v\s]*(\d+)(?:\.[\dx*]+)*$")
_UPPER = lazy(r"<(=?)\s*v?(\d+)((?:\.[\dx*]+)*)|\s-\s+v?(\d+)")
_VERSION = lazy(r"(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class RuntimeVersion:
    """A declared version, cut to the precision of the table; `end` is the last day of its support, None when the table does not know it."""

    language: str
    version: str
    location: Location
    end: str | None


def runtime_declarations(repo: Inventory) -> tuple[RuntimeVersion, ...]:
    """Exact or minimal versions that files declare and that images name, by place."""
    found = {(d.location, d.language): d for d in _declarations(repo)}
    return tuple(found[key] for key in sorted(found))


def ended(declared: RuntimeVersion) -> bool:
    """Whether a version's support ended before `AS_OF`."""
    return declared.end is not None and declared.end < AS_OF


def _declarations(repo: Inventory) -> Iterator[RuntimeVersion]:
    for dockerfile in repo.dockerfiles:
        for image in dockerfile.images:
            language = _IMAGES.get(image.short_name)
            if language and image.tag and (language != "dotnet" or "dotnet" in image.name):
                yield from _known(language, image.tag, image.location)
            elif language is None and (told := _TOLD_BY_TAG.search(image.tag or "")) is not None:
                yield from _known(told[1], told[2], image.location)
    yield from _deployed(repo)
    for pattern, language, line_of in _VERSION_LINES:
        for path in repo.files.select(pattern, roles=(Role.PRODUCTION,)):
            for number, line in enumerate(repo.files.lines(path)[:400], 1):
                if (match := line_of.search(line[:300])) is not None:
                    text = _newest_allowed(match[1]) if pattern == "package.json" else match[1]
                    yield from _known(language, text, Location(path, number))
    for pattern, language in _VERSION_FILES:
        for path in repo.files.select(pattern):
            for number, line in enumerate(repo.files.lines(path)[:5], 1):
                if line.strip() and not line.startswith("#"):
                    yield from _known(language, line, Location(path, number))
                    break


def _deployed(repo: Inventory) -> Iterator[RuntimeVersion]:
    """Runtimes that platforms and compose files are told to run the code with."""
    for path in repo.files.select(*_DEPLOYED, roles=(Role.PRODUCTION,)):
        for number, line in enumerate(repo.files.lines(path)[:400], 1):
            if (match := _DEPLOYED_RUNTIME.search(line[:300])) is not None:
                language = "node" if match[1] == "nodejs" else match[1]
                short = language != "node" and "." not in match[2]
                yield from _known(language, f"{match[2][0]}.{match[2][1:]}" if short else match[2], Location(path, number))
    for file in repo.compose_files:
        for service in file.services if not file.development else ():
            image = service.image
            if image is not None and service.build is None and image.tag and (language := _IMAGES.get(image.short_name)) in _INTERPRETERS:
                yield from _known(str(language), image.tag, image.location)


def _newest_allowed(wanted: str) -> str:
    """The newest major version that a range of npm allows, empty where it allows every newer one.

    >>> [_newest_allowed(wanted) for wanted in ("18.x", "^18.1.0", ">=18.18 <19.0.0", ">=14 <=16.x", "14 - 16", "16 || ~18.2")]
    ['18', '18', '18', '16', '16', '18']
    >>> [_newest_allowed(wanted) for wanted in (">=14", "*", "14 || >=16", "lts/*", "./server.js")]
    ['', '', '', '', '']
    """
    newest = 0
    for part in wanted.split("||"):
        if (one := _ONE_MAJOR.search(part.strip())) is not None:
            newest = max(newest, int(one[1]))
        elif (upper := _UPPER.search(part)) is not None:
            whole = upper[4] is None and not upper[1] and not upper[3].strip(".0x*")  # `<19` and `<19.0.0` keep the whole of 19 out
            newest = max(newest, int(upper[2] or upper[4]) - whole)
        else:
            return ""
    return str(newest)


def _known(language: str, text: str, place: Location) -> Iterator[RuntimeVersion]:
    match = _VERSION.search(text)
    if match is None:
        return
    table = END_OF_LIFE[language]
    minor = f"{match[1]}.{match[2] or '0'}"
    version = match[1] if language == "node" else minor
    if language != "node" and match[2] is None:
        return
    yield RuntimeVersion(language, version, place, table.get(version))
