"""Which form a file has, for the detector: what is read as code, as configuration, as prose, or not at all beyond vendor tokens."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from posixpath import basename, splitext

from prodify.inventory.secrets.lazy import lazy, wordset


class FileKind(Enum):
    """`OPAQUE` holds machine-made text (lock files, minified code, translations): only vendors' tokens are looked for there."""

    ENV = "env"
    ENV_TEMPLATE = "env-template"
    CODE = "code"
    CONFIG = "config"
    DOCKER = "docker"
    COMPOSE = "compose"
    TERRAFORM = "terraform"
    SHELL = "shell"
    DOCS = "docs"
    NOTEBOOK = "notebook"
    MARKUP = "markup"
    OPAQUE = "opaque"

    __hash__ = object.__hash__  # asked for at every match; the one of `Enum` is written in Python


_ENV = lazy(
    r"(?i)^(?:\.env(?:rc)?(?:[._-][\w.-]+)?|[\w.-]*\.env|env\.(?:dev|prod|local|development|production|staging)"
    r"|(?:dot)?env(?:s|ironment)?(?:[_-]?(?:vars?|variables|file|local|prod|production|dev|development))?\.txt)$"
)
_SETTINGS_IN_TEXT = wordset("secret secrets key keys apikey apikeys credential credentials token tokens settings config configuration")
"""Names of text files that hold settings and no prose."""
_TEMPLATE = lazy(r"(?i)(?:^|[._-])(?:example|sample|template|dist|tmpl|tpl|defaults?|schema|empty|placeholder)s?(?:[._-]|$)")
_TEMPLATE_DIR = lazy(r"(?i)(?:^|/)(?:examples?|samples?|templates?)/")
_ENV_DIR = lazy(r"(?:^|/)\.envs?/(?!\.?(?:local|dev|development|test|example)[./])(?:\.?[\w-]+/)?\.[\w-]+$")
"""Directories of environment files, one a service; those for a developer's machine are committed on purpose."""
_LOCK = lazy(
    r"(?i)^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.ya?ml|poetry\.lock|uv\.lock|pdm\.lock|pipfile\.lock|cargo\.lock|go\.sum|"
    r"composer\.lock|gemfile\.lock|mix\.lock|bun\.lockb?|flake\.lock|packages\.lock\.json|\.terraform\.lock\.hcl|podfile\.lock|pubspec\.lock|gradle\.lockfile|"
    r"deno\.lock|paket\.lock|\.secrets\.baseline|.*\.min\.(?:js|css)|.*\.bundle\.js|.*\.chunk\.js|.*\.map|.*\.lock)$"
)
_OPAQUE_EXT = wordset(
    ".css .scss .sass .less .svg .csv .tsv .po .pot .mo .srt .vtt .xlf .xliff .strings .arb .resx .ics .geojson .sum .snap .diff "
    ".patch .log .pdb .tex .bib .enc .asc .sig .crt .cer .gpg .har .jsonl .ndjson .sql.gz"
)
_CONFIG_EXT = wordset(
    ".yml .yaml .json .json5 .jsonc .toml .ini .cfg .conf .config .properties .xml .plist .env .hcl .cnf .service .reg .list "
    ".settings .rsp .ldif .cf .csproj .npmrc .netrc .pypirc .tfstate .editorconfig"
)
_DOC_EXT = wordset(".md .mdx .markdown .rst .txt .adoc .asciidoc .org .mdc")
_SHELL_EXT = wordset(".sh .bash .bats .ksh .zsh .fish .bat .cmd .ps1 .psm1 .mk")
_MARKUP_EXT = wordset(
    ".html .htm .ftl .vue .svelte .hbs .ejs .erb .jinja .jinja2 .j2 .twig .mustache .liquid .pug .haml .astro .cshtml .jsp .xhtml"
)
_COPIED = wordset(".j2 .jinja .jinja2 .tmpl .tpl .template .erb .dist .example .sample .in .default .orig .bak .old .save .ext")
"""Endings of templates, samples and copies; what they are of stands before: `values.yml.j2`, `app.ini.sample`."""
_READ_AS_THEIR_ORIGINAL = frozenset((FileKind.CONFIG, FileKind.COMPOSE, FileKind.DOCKER, FileKind.TERRAFORM, FileKind.SHELL))
_ANSIBLE = lazy(r"(?:^|/)(?:group|host)_vars/(?:[^/]+/)?[^/.]+$")
"""YAML without an ending."""
_TRANSLATIONS = lazy(r"(?i)(?:^|/)(?:locales?|i18n|l10n|langs?|translations?)/")
_MESSAGES = lazy(r"(?i)(?:^|/)(?:messages|languages)/")


def is_sample(path: str) -> bool:
    """Whether the name says that the file is a sample of another: `app.ini.example`.

    >>> is_sample("conf/app.ini.sample"), is_sample("conf/app.ini.j2")
    (True, False)
    """
    return path.endswith((".example", ".sample", ".dist", ".template", ".default"))


@lru_cache(maxsize=8192)
def kind_of(path: str) -> FileKind:
    """Return the kind of the file at `path`, from its name alone."""
    name = basename(path)
    low = name.lower()
    if (
        _LOCK.match(name)
        or low.endswith((".sarif", "sarif.json", ".cast"))
        or (_TRANSLATIONS.search(path) and low.endswith((".json", ".yml", ".yaml", ".js", ".ts", ".php", ".properties", ".py")))
        or (_MESSAGES.search(path) and low.endswith((".json", ".yml", ".yaml", ".properties")))
    ):
        return FileKind.OPAQUE
    if _ENV.match(name) or _ENV_DIR.search(path):
        return FileKind.ENV_TEMPLATE if _TEMPLATE.search(name) or _TEMPLATE_DIR.search(path) else FileKind.ENV
    stem, ext = splitext(low)
    if not ext and _NEWS_DIR.search(path):
        return FileKind.DOCS
    if ".properties." in low or _ANSIBLE.search(path):
        return FileKind.CONFIG
    if ext in _COPIED and "." in stem:
        original = kind_of(path[: -len(ext)])
        if original in _READ_AS_THEIR_ORIGINAL:
            return original
        if original is FileKind.ENV:
            return FileKind.ENV_TEMPLATE
    if low.startswith(("dockerfile", "containerfile")) or ext == ".dockerfile":
        return FileKind.DOCKER
    if ext in (".yml", ".yaml") and ("compose" in stem or stem.startswith("docker-stack")):
        return FileKind.COMPOSE
    return _by_extension(low, ext)


_NEWS_DIR = lazy(r"(?i)(?:^|/)(?:changelogs?|changes|changesets?|\.changes?|\.changeset|newsfragments|releasenotes?|release[-_]notes)/")
"""Entries of a change log, one a file, often without an extension."""


def _by_extension(low: str, ext: str) -> FileKind:
    if ext in (".tf", ".tfvars") or low.endswith(".tf.json"):
        return FileKind.TERRAFORM
    if ext == ".ipynb":
        return FileKind.NOTEBOOK
    if ext in _OPAQUE_EXT:
        return FileKind.OPAQUE
    if ext in _DOC_EXT:
        settings = ext == ".txt" and splitext(low)[0].replace("_", "").replace("-", "") in _SETTINGS_IN_TEXT
        return FileKind.CONFIG if settings or low.startswith("requirements") else FileKind.DOCS
    if ext in _SHELL_EXT or low in ("makefile", "justfile", "procfile", "gnumakefile"):
        return FileKind.SHELL
    if ext in _MARKUP_EXT:
        return FileKind.MARKUP
    if ext in _CONFIG_EXT or low in (
        ".npmrc",
        ".netrc",
        ".pypirc",
        ".pgpass",
        ".htpasswd",
        "credentials",
        ".git-credentials",
        ".dockercfg",
        ".s3cfg",
        ".boto",
    ):
        return FileKind.CONFIG
    if not ext and low.startswith(("readme", "license", "changelog", "contributing", "authors", "notice")):
        return FileKind.DOCS
    if not ext:
        return FileKind.CONFIG if low.startswith(".") and "rc" not in low and "profile" not in low else FileKind.SHELL
    return FileKind.CODE


def form_of(kind: FileKind) -> str:
    """Return the `form` that a hit in such a file has."""
    return {
        FileKind.ENV: "env-file",
        FileKind.ENV_TEMPLATE: "docs",
        FileKind.DOCS: "docs",
        FileKind.NOTEBOOK: "notebook",
        FileKind.CONFIG: "config",
        FileKind.COMPOSE: "manifest",
        FileKind.DOCKER: "manifest",
        FileKind.TERRAFORM: "manifest",
        FileKind.OPAQUE: "config",
    }.get(kind, "code")
