"""Edits of Django's settings: what is safe in one plain file. Literals give way to the environment, new lines stand at the end."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.edits.pycalls import Splice, editor, put
from prodify.edits.pysource import Source, add_import_first, checked, free_name, parse
from prodify.edits.text import CannotEdit, Editor, preserving, with_final_newline
from prodify.inventory.django import settings_chain
from prodify.recipes.security.dbedits import CONNECT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.edits.pysource import Source
    from prodify.inventory import Inventory

DEBUG = 'os.environ.get("DJANGO_DEBUG") == "1"'
HOSTS = 'os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")'
ORIGINS = '[origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]'
_DEPLOYED = 'os.environ.get("ENVIRONMENT", "development") != "development"'
_LINES = (
    ("SESSION_COOKIE_SECURE", _DEPLOYED, "Cookies travel over TLS only, except on a developer's machine, which has none."),
    ("CSRF_COOKIE_SECURE", _DEPLOYED, ""),
    ("CSRF_TRUSTED_ORIGINS", ORIGINS,
     "Whose forms are taken besides this host's own, each with https:// in front; empty for none."),
    ("SECURE_HSTS_SECONDS", "31536000", "Who came over TLS once comes by TLS only, for a year. Django says it in answers over TLS alone."),
    ("SECURE_SSL_REDIRECT", 'os.environ.get("SECURE_SSL_REDIRECT") == "1"', "For services whose load balancer does not send http:// on."),
)  # fmt: skip
_DATABASES = """# A request waits this many seconds for a connection, not for ever, and one that was kept is tried before it is used.
# PGOPTIONS="-c statement_timeout=30000" in the server's environment ends statements that take longer (not for migrations or poolers).
for _database in DATABASES.values():
    if _database.get("ENGINE", "").rpartition(".")[2] in ("postgresql", "postgis", "mysql"):
        _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", %d)
"""
_HEALTH_CHECKS = """        _database["CONN_HEALTH_CHECKS"] = True
"""
_ON_A_SERVER = re.compile(r"postgres|postgis|mysql|dj_database_url|env\.(db|dj_db_url)\b", re.IGNORECASE)


def plain_settings(repo: Inventory) -> str | None:
    """The settings file of production when it is one file that builds on no other; None for a chain of files or a package."""
    chain = settings_chain(repo)
    return chain[0] if len(chain) == 1 and not chain[0].endswith("/__init__.py") else None


def hardened_settings() -> Editor:
    """The editor of that file.

    >>> print(hardened_settings()("import os\\n\\nDEBUG = True\\n").splitlines()[2])
    DEBUG = os.environ.get("DJANGO_DEBUG") == "1"
    """
    from_environment = editor(_switches)

    @preserving
    def edit(text: str) -> str:
        return checked(text, _with_databases(_with_lines(from_environment(text))))

    return edit


def hosts_from_environment(text: str) -> bool:
    """Whether the hosts come from ALLOWED_HOSTS once the settings were edited."""
    try:
        return HOSTS in hardened_settings()(text)
    except CannotEdit:
        return False


def origins_from_environment(text: str) -> bool:
    """Whether the origins of forms come from CSRF_TRUSTED_ORIGINS once the settings were edited."""
    try:
        return f"CSRF_TRUSTED_ORIGINS = {ORIGINS}" in hardened_settings()(text)
    except CannotEdit:
        return False


def _switches(source: Source, _: dict[str, str]) -> Iterator[Splice]:
    """DEBUG that is written down as true, and with it the hosts that Django then insists on."""
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if len(_assigned(source, name)) > 1:
                continue
            if name == "DEBUG" and isinstance(node.value, ast.Constant) and node.value.value is True:
                yield put(source, node.value, DEBUG)
            elif name == "ALLOWED_HOSTS" and isinstance(node.value, ast.List) and all(_is_wildcard(item) for item in node.value.elts):
                yield put(source, node.value, HOSTS)


def _with_lines(text: str) -> str:
    source = parse(text)
    missing = [(name, value, why) for name, value, why in _LINES if not _assigned(source, name)]
    if not missing or not free_name(source, "os"):
        return text
    lines = ["", "# Added by prodify (recipe hardening); yours to edit."]
    for name, value, why in missing:
        lines += [f"# {why}"] if why else []
        lines.append(f"{name} = {value}")
    return add_import_first(with_final_newline(text) + "".join(f"{line}\n" for line in lines), "import os")


def _with_databases(text: str) -> str:
    """Bounds the wait for databases on a server, where one plain assignment names them and nothing says how long to wait."""
    bound = [node for node in _assigned(parse(text), "DATABASES") if node.col_offset == 0]
    if len(bound) != 1 or "connect_timeout" in text or not _ON_A_SERVER.search(text):
        return text
    lines = _DATABASES % CONNECT_SECONDS + ("" if "conn_health_checks" in text.lower() else _HEALTH_CHECKS)
    return f"{with_final_newline(text)}\n{lines}"


def _assigned(source: Source, name: str) -> list[ast.Name]:
    """Every place that binds a setting, also in a branch."""
    return [node for node in source.nodes if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)]


def _is_wildcard(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "*"
