"""The Jinja environment. Templates hold text and no logic to speak of; the context is a frozen dataclass.

Delimiters: variables `{= x =}`, comments `{=# x #=}`, line statements `#% if x`. Braces, brackets, percent tags and dollar
signs all occur in the files that prodify writes; `{=` occurs in none. An undefined variable is an error, and so is a context
field that the template does not use (a test compares them).
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from prodify.errors import InternalError

if TYPE_CHECKING:
    from jinja2 import Environment


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

    return Environment(
        loader=FileSystemLoader(templates_root()),
        undefined=StrictUndefined,
        variable_start_string="{=", variable_end_string="=}",
        comment_start_string="{=#", comment_end_string="#=}",
        block_start_string="{=%", block_end_string="%=}",
        line_statement_prefix="#%",
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - nothing here is HTML; values are checked by the profile
    )  # fmt: skip


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
    except TemplateError as error:
        raise InternalError(f"template {template} cannot be rendered: {error}") from error


def variables_of(template: str) -> frozenset[str]:
    """The names that a template takes from its context; for the test that compares them with the context's fields."""
    from jinja2 import meta

    env = environment()
    source = env.loader.get_source(env, template)[0] if env.loader is not None else ""
    return frozenset(meta.find_undeclared_variables(env.parse(source)))
