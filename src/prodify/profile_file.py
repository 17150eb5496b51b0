"""Reading a profile: `prodify.yaml`, or `[tool.prodify]` in pyproject.toml (one wins, and that is stated), and `--set` words.

Text from outside is validated by pydantic against the dataclasses of `prodify.profile`; unknown keys are errors with a suggestion.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from prodify.errors import ConfigError, UsageError, did_you_mean
from prodify.lazydata import dataclass
from prodify.profile import Profile, Service, is_dns_label, is_one_line
from prodify.yamldepth import is_too_deep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from prodify.inventory.files import FileIndex

PROFILE_FILE = "prodify.yaml"
_NAMES = (PROFILE_FILE, "prodify.yml")
_MAX_FILE = 256 * 1024
_ODD_SCALAR = (ValueError, ArithmeticError, AttributeError, LookupError, TypeError, RecursionError)
"""What PyYAML's constructors raise for scalars whose tag promises something else: `!!bool x`, 2001-99-99, ten thousand digits."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A profile, the file it came from (None for defaults), and what a person should know."""

    profile: Profile
    path: str | None
    notices: tuple[str, ...] = ()


def load(
    files: FileIndex, settings: Sequence[str] = (), inferred: Mapping[str, object] | None = None, config: Path | None = None
) -> Loaded:
    """The profile of a repository: inferred values below the file's, the file's below `key=value` settings.

    Raises:
        ConfigError: for a file that cannot be parsed, an unknown key or a value out of bounds, with the line where it is known.
        UsageError: for a setting that is no `key=value`, names no key or has a wrong value.
    """
    path, stated, lines, notices = _find(files) if config is None else _named(config)
    return Loaded(_profile(path, stated, lines, settings, inferred), path, notices)


def _profile(
    path: str | None, stated: Mapping[str, Any], lines: Mapping[str, int], settings: Sequence[str], inferred: Mapping[str, object] | None
) -> Profile:
    merged: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for source, values in (("inferred", _nested(inferred or {})), ("stated", stated)):
        _merge(merged, values)
        origin.update(dict.fromkeys(_leaves(values), source))
    for word in settings:
        key, value = _setting(word)
        _put(merged, key, value)
        origin[key] = "set"
    profile = validate(merged, path or "--set", lines, from_settings=frozenset(k for k, v in origin.items() if v == "set"))
    return dataclasses.replace(profile, origin=tuple(sorted(origin.items())))


def parse(text: str, name: str, inferred: Mapping[str, object] | None = None) -> Profile:
    """The profile that the text of a profile file states, inferred values below it; `name` says which kind of file it is.

    Raises:
        ConfigError: as `load`.
    """
    stated, lines = (_table(text), {}) if name.endswith(".toml") else _yaml(text, name)
    return _profile(name, stated, lines, (), inferred)


def validate(
    data: Mapping[str, Any], where: str, lines: Mapping[str, int] | None = None, from_settings: frozenset[str] = frozenset()
) -> Profile:
    """Check plain data against the profile's classes.

    Raises:
        ConfigError, UsageError: for the first thing that does not fit; the message names the key, what was found and what is expected.
    """
    simple = _simple(data)
    if simple is not None:
        return simple
    from pydantic import TypeAdapter, ValidationError

    if "origin" in data:
        raise ConfigError(f'{where}: there is no key "origin"', "Remove it; prodify keeps track of origins itself.")
    try:
        return _consistent(TypeAdapter(Profile).validate_python(data), where, lines or {}, from_settings)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        line = (lines or {}).get(key)
        place = f"{where}:{line}" if line else where
        kind = UsageError if key in from_settings else ConfigError
        if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            known = _keys_beside(key)
            raise kind(
                f'{place}: there is no key "{key}"', f"{did_you_mean(key.rpartition('.')[2], known)} Known here: {', '.join(known)}."
            ) from None
        raise kind(*_misfit(place, key, first)) from None


def _consistent(profile: Profile, where: str, lines: Mapping[str, int], from_settings: frozenset[str]) -> Profile:
    """Return the profile when its values go together.

    Raises:
        ConfigError, UsageError: for the first two that do not.
    """
    scaling, traffic, platform = profile.scaling, profile.traffic, profile.platform
    wrong = {
        ("scaling.max_replicas", "scaling.min_replicas"): (
            scaling.max_replicas is not None and scaling.max_replicas < scaling.min_replicas,
            f"at most {scaling.max_replicas} replicas, and at least {scaling.min_replicas}",
            "The most are as many as the fewest, or more.",
        ),
        ("traffic.peak_rps", "traffic.baseline_rps"): (
            traffic.peak_rps < traffic.baseline_rps,
            f"{traffic.peak_rps:g} requests a second at the peak, and {traffic.baseline_rps:g} all the time",
            "The peak is as high as the baseline, or higher.",
        ),
        ("platform.runtime", "platform.cloud"): (
            platform.runtime == "cloud-run" and platform.cloud != "gcp",
            f"Cloud Run on {platform.cloud}",
            "Cloud Run belongs to Google Cloud: set platform.cloud to gcp, or another runtime.",
        ),
    }
    for keys, (found, what, hint) in wrong.items():
        if found:
            line = max((lines[key] for key in keys if key in lines), default=None)
            kind = UsageError if from_settings & set(keys) else ConfigError
            raise kind(f"{where}{f':{line}' if line else ''}: {keys[0]} and {keys[1]} contradict each other ({what})", hint)
    return profile


def _simple(data: Mapping[str, Any]) -> Profile | None:
    """The profile of data that names the service and its owner at most, as most repositories' is; it needs no pydantic."""
    about = data.get("service", {})
    if not data.keys() <= {"service"} or not isinstance(about, dict):
        return None
    checks = {"name": is_dns_label, "owner": is_one_line}
    fits = all(key in checks and type(value) is str and checks[key](value) for key, value in about.items())
    return Profile(service=Service(**about)) if fits else None


_SHAPES = {
    "is_dns_label": "a DNS label: lower-case letters, digits and hyphens, at most 63 characters",
    "is_one_line": "one printable line of at most 200 characters without quotes, backslashes and template marks",
    "is_place_word": "a word of letters, digits and . _ - / : that begins with a letter or digit",
    "is_path_word": "letters, digits and . _ - / : only, beginning with a letter or digit",
}
"""What the profile's predicates ask for, in words."""


def _misfit(place: str, key: str, error: Mapping[str, Any]) -> tuple[str, str]:
    """Message and hint for a value that does not fit."""
    found, message = error.get("input"), str(error["msg"])
    if error["type"] == "missing":
        return f"{place}: {key} is missing", "Expected: a value."
    shown = repr(found) if isinstance(found, str | int | float | bool) or found is None else f"a {type(found).__name__}"
    shape = next((words for name, words in _SHAPES.items() if name in message), "")
    if "instance of" in message:
        shape = "keys and values"
    return f"{place}: {key} is {shown[:60]}", f"Expected: {shape or message[:1].lower() + message[1:]}."


def schema() -> dict[str, Any]:
    """The JSON Schema of a profile file, generated from the classes."""
    from pydantic import TypeAdapter

    body = TypeAdapter(Profile).json_schema()
    body["properties"].pop("origin")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "prodify.yaml",
        **{k: v for k, v in body.items() if k != "title"},
    }


def _find(files: FileIndex) -> tuple[str | None, dict[str, Any], dict[str, int], tuple[str, ...]]:
    present = [name for name in _NAMES if name in files]
    table = _pyproject(files)
    if present:
        notices = tuple(
            f"{present[0]} is used; {other} is ignored"
            for other in (*present[1:], *(["[tool.prodify] in pyproject.toml"] if table else []))
        )
        data, lines = _yaml(files.text(present[0]), present[0])
        return present[0], data, lines, notices
    return ("pyproject.toml", table, {}, ()) if table else (None, {}, {}, ())


def _named(config: Path) -> tuple[str, dict[str, Any], dict[str, int], tuple[str, ...]]:
    """A profile that the user names: any path, YAML."""
    try:
        text = config.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--config: cannot read {config} ({type(error).__name__})", "Give the path of a prodify.yaml.") from None
    data, lines = _yaml(text, str(config))
    return str(config), data, lines, ()


def _yaml(text: str | None, name: str) -> tuple[dict[str, Any], dict[str, int]]:
    import yaml

    if text is None or len(text) > _MAX_FILE:
        raise ConfigError(f"{name}: found a file that is not text or larger than {_MAX_FILE // 1024} KiB", "Expected a short YAML file.")
    if is_too_deep(text):
        raise ConfigError(f"{name}: nested too deeply", "A profile has three levels at most.")
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
            raise ConfigError(f"{name}: found a YAML alias (*name)", "A profile holds plain values; write the value out.")
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark is not None else name
        raise ConfigError(
            f"{place}: not valid YAML ({getattr(error, 'problem', None) or 'cannot be parsed'})", "Correct the line, or run prodify init."
        ) from None
    except _ODD_SCALAR:
        raise ConfigError(f"{name}: found a value that cannot be read (a date or a number out of range)", "Correct it.") from None
    if data is None:
        return {}, {}
    if not isinstance(data, dict):
        raise ConfigError(f"{name}: found a {type(data).__name__}, expected keys and values", "Run prodify init for an example.")
    return data, dict(_lines(node, ""))


def _lines(node: Any, prefix: str) -> Iterator[tuple[str, int]]:
    for key, value in node.value if node is not None and node.id == "mapping" else ():
        name = f"{prefix}{key.value}"
        yield name, key.start_mark.line + 1
        yield from _lines(value, name + ".")


def _pyproject(files: FileIndex) -> dict[str, Any]:
    return _table(files.text("pyproject.toml") or "") if "pyproject.toml" in files else {}


def _table(text: str) -> dict[str, Any]:
    if "tool.prodify" not in text:
        return {}
    import tomllib

    try:
        tool = tomllib.loads(text).get("tool")
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"pyproject.toml: not valid TOML ({error})", "Correct the file.") from None
    table = tool.get("prodify") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else {}


def _setting(word: str) -> tuple[str, Any]:
    import yaml

    key, equals, raw = word.partition("=")
    key = key.strip()
    if not equals or not key:
        raise UsageError(f'--set: found "{word}", expected key=value', "For example --set slo.latency.threshold_ms=250")
    if key not in known_keys():
        raise UsageError(f'--set: there is no key "{key}"', did_you_mean(key, known_keys()) or "See prodify config schema.")
    try:
        return key, raw if is_too_deep(raw) else yaml.safe_load(raw)
    except (yaml.YAMLError, *_ODD_SCALAR):
        return key, raw


def known_keys() -> list[str]:
    """Every dotted leaf key of a profile."""
    return sorted(_leaf_fields(Profile()))


def _leaf_fields(value: Any, prefix: str = "") -> Iterator[str]:
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        if field.name == "origin":
            continue
        if dataclasses.is_dataclass(inner):
            yield from _leaf_fields(inner, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name


def _keys_beside(key: str) -> list[str]:
    value: Any = Profile()
    for part in key.split(".")[:-1]:
        value = getattr(value, part, None)
    return [f.name for f in dataclasses.fields(value) if f.name != "origin"] if dataclasses.is_dataclass(value) else []


def _nested(flat: Mapping[str, object]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        _put(nested, key, value)
    return nested


def _put(target: dict[str, Any], key: str, value: object) -> None:
    *parents, last = key.split(".")
    for part in parents:
        step = target.setdefault(part, {})
        if not isinstance(step, dict):
            return
        target = step
    target[last] = value


def _merge(target: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = value


def _leaves(values: Mapping[Any, Any], prefix: str = "") -> Iterable[str]:
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
