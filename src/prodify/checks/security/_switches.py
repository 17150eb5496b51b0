"""Debug switches in the settings of Spring, Laravel, ASP.NET and plain PHP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Location, Note, Role, query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.api import Inventory

_ELSEWHERE = lazy(r"[-_.](dev|develop|development|local|test|tests|it|ci)\b")
_H2_CONSOLE = lazy(r"^\s*spring\.h2\.console\.enabled\s*[=:]\s*true\b")
_PHP_ERRORS = query(
    "php",
    {"kind": "function_call_expression", "regex": r"""(?i)^ini_set\(\s*['"]display_errors['"]\s*,\s*['"]?(1|on|true)"""},
    keywords=("display_errors",),
)
_DEVELOPER_PAGE = query(
    "csharp",
    {
        "kind": "invocation_expression",
        "regex": r"\.UseDeveloperExceptionPage\(",
        "not": {"inside": {"kind": "if_statement", "stopBy": "end"}},
    },
    keywords=("UseDeveloperExceptionPage",),
)
_LARAVEL = query(
    "php",
    {
        "kind": "array_element_initializer",
        "regex": r"""(?is)^['"]debug['"]\s*=>\s*(true|(\(bool\)\s*)?env\(\s*['"]\w*DEBUG['"]\s*,\s*(true|1|['"]true['"])\s*\))$""",
    },
    keywords=("debug",),
)
"""Switched on, or on wherever nobody sets the variable."""




def _guarded(*kinds: str) -> dict[str, object]:
    return {"inside": {"any": [{"kind": kind} for kind in kinds], "stopBy": "end"}}


_FRAMEWORKS = (
    query("go", {"any": [
        {"kind": "call_expression", "regex": r"^gin\.SetMode\(\s*(gin\.DebugMode|\"debug\")\s*\)$"},
        {"kind": "assignment_statement", "regex": r"^(e|echo|app|server)\.Debug\s*=\s*true$"},
    ], "not": _guarded("if_statement", "expression_case")}, keywords=("gin.SetMode", ".Debug")),
    *(query(language, {"kind": "call_expression", "regex": r"^\w+\.use\(\s*(errorhandler|errorHandler)\(\s*\)\s*\)$",
                      "not": _guarded("if_statement", "ternary_expression")},
            keywords=("'errorhandler'", '"errorhandler"')) for language in ("javascript", "typescript")),
    query("ruby", {"kind": "call", "regex": r"^set\s*\(?\s*:(show_exceptions\s*,\s*(true|:after_handler)"
                                            r"|environment\s*,\s*:development)\)?$",
                   "not": {"any": [_guarded("if", "if_modifier", "unless", "unless_modifier"), {"inside": {"kind": "call",
                   "stopBy": "end", "regex": r"^configure\b.*:(development|test)"}}]}},
          keywords=("show_exceptions", ":environment")),
    query("php", {"any": [
        {"kind": "member_call_expression", "regex": r"^\$\w+->addErrorMiddleware\(\s*true\b"},
        {"kind": "array_element_initializer", "regex": r"^['\"]displayErrorDetails['\"]\s*=>\s*true$"},
        {"kind": "function_call_expression", "regex": r"(?i)^define\(\s*['\"](YII_DEBUG|WP_DEBUG|APP_DEBUG)['\"]\s*,\s*true\s*\)$"},
        {"kind": "function_call_expression", "regex": r"^define\(\s*['\"]ENVIRONMENT['\"]\s*,\s*['\"]development['\"]\s*\)$"},
    ], "not": _guarded("if_statement", "conditional_expression")}, keywords=("addErrorMiddleware", "displayErrorDetails", "_DEBUG",
        "ENVIRONMENT")),
    query("kotlin", {"kind": "value_argument", "regex": r"^developmentMode\s*=\s*true$"}, keywords=("developmentMode",)),
)  # fmt: skip
"""What shows errors with their insides to visitors, where no condition stands around it."""


def settings_switches(repo: Inventory) -> Iterator[Note]:
    """Switches that are on in the settings that production reads; profiles for development and tests are left out."""
    for path in repo.files.select("application*.properties", "application*.yml", "application*.yaml", roles=(Role.PRODUCTION,)):
        if not _ELSEWHERE.search(path.rpartition("/")[2]):
            yield from _spring(repo, path)
    for match in repo.find(_PHP_ERRORS):
        yield Note(match.location, "PHP shows errors to visitors")
    for match in repo.find(_DEVELOPER_PAGE):
        yield Note(match.location, "the developer's error page is shown everywhere")
    for match in repo.find(*_FRAMEWORKS):
        yield Note(match.location, " ".join(match.text.split())[:60])
    for match in repo.find(_LARAVEL):
        if match.location.path.endswith("config/app.php"):
            yield Note(match.location, "debug is true in the settings")


def _spring(repo: Inventory, path: str) -> Iterator[Note]:
    """H2's console, a database shell in the browser without a password of its own."""
    above: list[tuple[int, str]] = []
    for number, line in enumerate(repo.files.lines(path), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        if path.endswith(".properties") or _H2_CONSOLE.match(line):
            if _H2_CONSOLE.match(line):
                yield Note(Location(path, number), "H2's database console is served")
            continue
        indent = len(line) - len(line.lstrip())
        above = [(depth, key) for depth, key in above if depth < indent]
        key, _, value = bare.partition(":")
        above.append((indent, key))
        full = ".".join(part for _, part in above)
        if full.endswith("h2.console.enabled") and value.strip() == "true":
            yield Note(Location(path, number), "H2's database console is served")
