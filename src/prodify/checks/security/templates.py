"""Values that enter pages: templates on the server, markup in the browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed, query
from prodify.checks.security._streamlit import markup_from_values
from prodify.inventory.markup import bound_to, holes, is_put_together, joins_values, modules_calling
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUEST = lazy(
    r"\b(request\.(args|form|values|json|data|cookies|headers|files|GET|POST|get_json|query_params|body)|input\(|sys\.argv|flask\.request)\b"
)
_CLEANERS = ("bleach.clean", "nh3.clean", "html.escape", "markupsafe.escape", "django.utils.html.escape", "lxml.html.clean.clean_html")
_TEMPLATE_NAME = lazy(r"[\"'/]([\w.-]{1,80}\.(?:html?|jinja2?|j2))[\"']")
_MARKUP = lazy(r"<(?!/?(?:a|b|i|u|s|em|strong|code|pre|br)\b)[A-Za-z!/]|\{%-?\s*extends\b")
"""What makes a file a page or a part of one; chat messages and plain mails hold inline tags at most."""
_OWN_NAME = lazy(r"\bas\s+(\w+)|\{%-?\s*(?:set|with)\s+(\w+)\s*=")
_RENDERERS = ("*.render_to_string", "render_to_string", "*.format_html", "format_html", "*.format_html_join", "format_html_join",
              "*.render_template", "render_template")  # fmt: skip
_READ = lazy(r"\.read(_text)?\(")
_BESIDE = lazy(r"\b(BASE_DIR|PROJECT_ROOT)\b|\b__file__\b")
_LINK = lazy(r"\{\{-?\s*\w*(?:url|href|uri)\b", re.IGNORECASE)
_SAFE_FILTER = lazy(r"\{\{[^{}]*\|\s*safe\b[^{}]*\}\}")
_AUTOESCAPE_OFF = lazy(r"\{%-?\s*autoescape\s+(false|off)\s*-?%\}")


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(79, 1336),
    hint="Let the template engine escape values: drop |safe, pass values to render_template, and set textContent in the browser. In "
    "Streamlit leave unsafe_allow_html out, or put html.escape(...) around each value.",
)
def templates_are_escaped(repo: Inventory, profile: Profile) -> Verdict:
    """Values are escaped where they enter a page.

    Why:
        Text that a visitor typed and that a page shows unescaped is run by everybody else's browser; a template made of input runs on
        the server.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, render_template

        app = Flask(__name__)

        @app.route("/")
        def home():
            return render_template("home.html", comment=load_comment())
        ```
        ```html title="templates/home.html"
        <p>{{ comment | safe }}</p>
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, render_template

        app = Flask(__name__)

        @app.route("/")
        def home():
            return render_template("home.html", comment=load_comment())
        ```
        ```html title="templates/home.html"
        <p>{{ comment }}</p>
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    bad = [*_template_calls(repo), *_template_files(repo), *_browser_code(repo), *markup_from_values(repo)]
    return failed("a value enters a page unescaped", *bad) if bad else passed("no value was found that enters a page unescaped")


def _template_calls(repo: Inventory) -> Iterator[Note]:
    """Templates made at run time from anything but a literal."""
    for call in repo.python.calls("flask.render_template_string", "jinja2.Template"):
        first = call.arg("source", 0)
        if first is not None and not repo.python.value_of(first, call)[1] and (is_put_together(first.text) or _REQUEST.search(first.text)):
            yield Note(call.location, f"{call.name} with a value in the template's text")


def _template_files(repo: Inventory) -> Iterator[Note]:
    """Pages that show a value unescaped; text without markup is no page, and values that the code cleans first are safe to show."""
    cleaned, rendered = set(_rendered_clean(repo)), _rendered_names(repo)
    for path in repo.files.select("*.html", "*.htm", "*.jinja", "*.jinja2", "*.j2"):
        text = repo.files.text(path) or ""
        if ("safe" not in text and "autoescape" not in text) or not _MARKUP.search(text) or path.rpartition("/")[2] in cleaned:
            continue
        own = rendered | {name for pair in _OWN_NAME.findall(text) for name in pair if name}
        for number, line in enumerate(text.splitlines(), 1):
            unsafe = [m for m in _SAFE_FILTER.findall(line[:2000]) if not _is_harmless(m, own)]
            if unsafe or _AUTOESCAPE_OFF.search(line[:2000]):
                from prodify.api import Location

                yield Note(Location(path, number), "a value is marked safe" if unsafe else "escaping is switched off")


def _is_harmless(hole: str, own: set[str]) -> bool:
    """Whether a value marked safe is a link, is made by the framework, or is one of the template's `own` names."""
    first = re.match(r"\{\{-?\s*(?:\w+\.)*(\w+)\s*\|", hole) or re.match(r"\{\{-?\s*(\w+)", hole)
    made = any(word in hole for word in ("tojson", "static", "csrf"))
    return made or _LINK.match(hole) is not None or (first is not None and first[1] in own)


def _rendered_clean(repo: Inventory) -> Iterator[str]:
    """File names of templates that are rendered in a module which cleans values of markup."""
    for path in {c.location.path for c in repo.python.calls(*_CLEANERS)}:
        yield from _TEMPLATE_NAME.findall(repo.files.text(path) or "")


def _rendered_names(repo: Inventory) -> set[str]:
    """Names that code binds to markup which a template made, escaped already, or which is the service's own."""
    calls = (node for module, test in modules_calling(repo, _RENDERERS) for _, node in module.call_nodes(test))
    rendered = {name for node in calls for name in bound_to(node)}
    return rendered | _shipped_names(repo) | set(_cleaned_names(repo))


def _cleaned_names(repo: Inventory) -> Iterator[str]:
    """Names that code binds to what a cleaner made of the text: `post.body_html = bleach.clean(...)`."""
    for call in repo.python.calls(*_CLEANERS):
        module, line = repo.python.module(call.location.path), call.location.line or 0
        for bound in module.assignments if module is not None else ():
            if (bound.location.line or 0) <= line <= (bound.location.end_line or bound.location.line or 0):
                yield bound.target.rpartition(".")[2]


def _shipped_names(repo: Inventory) -> set[str]:
    """Names bound to files that lie beside the code: pages of the service's own, as no visitor wrote them."""
    found: set[str] = set()
    for path in repo.syntax.sources("python", ("BASE_DIR", "__file__", "PROJECT_ROOT")):
        module = repo.python.module(path)
        reads = [a for a in (module.assignments if module is not None else ()) if _READ.search(a.text)]
        for read in reads:
            function = next((f for f in module.functions if f.name == read.function), None) if module is not None else None
            lines = repo.files.lines(path)
            span = lines[(function.location.line or 1) - 1 : function.location.end_line] if function is not None else lines
            if any(_BESIDE.search(line) for line in span):
                found.add(read.target)
    return found


_INNER_HTML = tuple(
    query(language, {"any": [{"pattern": "$E.innerHTML = $V"}, {"pattern": "$E.innerHTML += $V"}, {"pattern": "$E.outerHTML = $V"},
                             {"pattern": "document.write($V)"}, {"pattern": "$E.insertAdjacentHTML($P, $V)"}]},
          keywords=("innerHTML", "outerHTML", "document.write", "insertAdjacentHTML"), capture=("V",))
    for language in ("javascript", "typescript")
)  # fmt: skip
_ESCAPERS = lazy(r"escape|sanitize|purify|encode|textContent", re.IGNORECASE)
_HARMLESS_HOLE = lazy(
    r"^[\w.]*(id|Id|ID|index|count|length|total|number|percent|width|height|size|class|className|color|icon)$|^\d+$|\.length$|toFixed\(|Date\(|Number\(|parseInt\("
)


def _browser_code(repo: Inventory) -> Iterator[Note]:
    """Markup that browser code puts together from values without escaping them."""
    for row in _INNER_HTML:
        for path in repo.syntax.sources(row.language, row.keywords):
            for match, node in repo.syntax.nodes(row, path):
                value = node.get_match("V")
                if value is not None and not _ESCAPERS.search(value.text()) and (joins_values(value) or any(map(_shows, holes(value)))):
                    yield Note(match.location, "markup is put together from values")


def _shows(hole: str) -> bool:
    """Whether what stands in a hole may be a text of somebody's."""
    return not _HARMLESS_HOLE.search(hole) and "?" not in hole and "map(" not in hole
