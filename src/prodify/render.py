"""The Jinja environment. Templates hold text and no logic to speak of; the context is a frozen dataclass.

Delimiters: variables `{= x =}`, comments `{=# x #=}`, line statements `#% if x`. Braces, brackets, percent tags and dollar
signs all occur in the files that prodify writes; `{=` occurs in none. An undefined variable is an error, and so is a context
field that the template does not use (a test compares them).

Every value is written for the place where it stands (`prodify.places`, `prodify.escape`): what a stranger wrote stays one string,
scalar or word. Text in the language of the file that a recipe made itself is given as `Code`.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from prodify.errors import InternalError
from prodify.escape import Code, Unwritable, written
from prodify.places import VARIABLE, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Environment
    from jinja2.lexer import Token, TokenStream


@lru_cache(maxsize=1)
def templates_root() -> Path:
    """The folder of templates: inside the installed package, or at the top of a checkout.

    Raises:
        InternalError: when neither is there (a damaged installation).
    """
    here = Path(__file__).resolve().parent
    for candidate in (here / "templates", here.parents[1] / "templates"):
        if (candidate / "ci").is_dir():
            return candidate
    raise InternalError("the templates of prodify are missing from this installation", "Install prodify again.")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one Jinja environment."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.ext import Extension

    class Placing(Extension):
        """Sends every variable through the filter that writes it for its place."""

        def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
            return _placed(stream)

    made = Environment(
        loader=FileSystemLoader(templates_root()),
        undefined=StrictUndefined,
        variable_start_string="{=", variable_end_string="=}",
        comment_start_string="{=#", comment_end_string="#=}",
        block_start_string="{=%", block_end_string="%=}",
        line_statement_prefix="#%",
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - nothing here is HTML; the extension escapes for each place
        extensions=[Placing],
    )  # fmt: skip
    made.filters |= {"written": _written, "indent": _indented, "join": _joined}
    return made


def _placed(stream: TokenStream) -> Iterator[Token]:
    """The tokens of a template, with `{= x =}` read as `{= (x) | written("place", ...) =}`."""
    from jinja2.lexer import Token

    tokens, text = list(stream), ""
    for number, token in enumerate(tokens):
        if token.type == "data":
            text += token.value
        if token.type == "variable_begin":
            yield token
            yield Token(token.lineno, "lparen", "(")
            continue
        if token.type == "variable_end":
            following = tokens[number + 1] if number + 1 < len(tokens) else None
            rest = following.value.partition("\n")[0] if following is not None and following.type == "data" else ""
            rest += VARIABLE if following is not None and following.type == "variable_begin" else ""
            yield Token(token.lineno, "rparen", ")")
            yield Token(token.lineno, "pipe", "|")
            yield Token(token.lineno, "name", "written")
            yield Token(token.lineno, "lparen", "(")
            for place in place_of(stream.name or "", text, rest):
                yield Token(token.lineno, "string", place)
                yield Token(token.lineno, "comma", ",")
            yield Token(token.lineno, "rparen", ")")
            text += VARIABLE
        yield token


def _written(value: object, *place: str) -> str:
    return written(value, place)


def _indented(text: str, width: int) -> str:
    """All lines but the first indented; code stays code."""
    made = ("\n" + " " * width).join(text.split("\n"))
    made = "\n".join(line if line.strip() else "" for line in made.split("\n"))
    return Code(made) if isinstance(text, Code) else made


def _joined(items: Iterable[str], separator: str = "") -> str:
    """The items joined; code when all of them are."""
    found = tuple(items)
    made = separator.join(found)
    return Code(made) if all(isinstance(item, Code) for item in found) else made


def render(template: str, context: object) -> str:
    """The text of a template, named by its path below `templates/`, for a dataclass of values.

    Raises:
        InternalError: when the template uses a name that the context does not have.
    """
    from jinja2 import TemplateError

    if not is_dataclass(context) or isinstance(context, type):
        raise TypeError("the context of a template is a dataclass instance")
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    try:
        return environment().get_template(template).render(values)
    except Unwritable as error:
        raise Unwritable(f"{template}: {error.message}") from error
    except TemplateError as error:
        raise InternalError(f"template {template} cannot be rendered: {error}") from error


def variables_of(template: str) -> frozenset[str]:
    """The names that a template takes from its context; for the test that compares them with the context's fields."""
    from jinja2 import meta

    env = environment()
    source = env.loader.get_source(env, template)[0] if env.loader is not None else ""
    return frozenset(meta.find_undeclared_variables(env.parse(source)))
