"""Bounds of the profile's values, as annotations that pydantic understands and that cost nothing to import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class Bound:
    """Limits of a number: `gt`, `ge`, `lt` and `le`, in the unit of the number."""

    def __init__(self, **limits: float) -> None:
        self.limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The number's own schema with the limits."""
        schema: Any = {**handler(source), **self.limits}
        return schema  # type: ignore[no-any-return]


class Predicate:
    """What a text must be: a function of the text; its name stands in the error."""

    def __init__(self, holds: Callable[[str], bool]) -> None:
        self.holds = holds

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The text's own schema, followed by the question."""
        from pydantic_core import PydanticCustomError, core_schema

        def ask(value: str) -> str:
            if not self.holds(value):
                raise PydanticCustomError("predicate_failed", "Predicate {name} failed", {"name": self.holds.__name__})
            return value

        return core_schema.no_info_after_validator_function(ask, handler(source))
