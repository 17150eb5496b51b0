"""`dataclass` for slotted value classes, with methods that are written when they are first called.

The standard decorator compiles six methods a class at import, about half a millisecond; an audit imports a hundred such classes,
makes instances of half of them and compares few. Use it as the standard one, in modules that every audit imports. Type checkers
see the standard decorator.
"""

from __future__ import annotations

import dataclasses
from threading import RLock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - re-exported
else:

    def dataclass(cls=None, /, **options):
        """Make a dataclass of `cls`; one without `slots`, or with an `__eq__` or `__hash__` of its own, is made at once."""
        if cls is None:
            return lambda target: dataclass(target, **options)
        if not options.get("slots") or {"__init__", "__repr__", "__eq__", "__hash__"} & cls.__dict__.keys():
            return dataclasses.dataclass(**options)(cls)
        return _postponed(cls, options)


_LOCK = RLock()
_ORDER = ("__lt__", "__le__", "__gt__", "__ge__")


def _postponed(plain: type[Any], options: dict[str, Any]) -> type[Any]:
    """Return a slotted copy of `plain` whose methods, on first use, come from a standard dataclass made of `plain`."""
    names = [name for name, hint in plain.__annotations__.items() if "ClassVar" not in str(hint)]
    inherited = {slot for base in plain.__mro__[1:] for slot in getattr(base, "__slots__", ())}
    body = {key: value for key, value in vars(plain).items() if key not in ("__dict__", "__weakref__", *names)}
    body |= {"__slots__": tuple(name for name in names if name not in inherited), "__qualname__": plain.__qualname__}
    body |= {"__getstate__": _state, "__setstate__": _set_state}
    if options.get("frozen"):
        body |= {"__setattr__": _refuse, "__delattr__": _refuse}
    made: Any = type(plain).__call__(type(plain), plain.__name__, plain.__bases__, body)
    methods = _methods(options)
    standard = {key: value for key, value in options.items() if key != "slots"}

    def complete() -> None:
        with _LOCK:
            if "__dataclass_fields__" in vars(plain):  # another thread was here first
                return
            dataclasses.dataclass(**standard)(plain)
            for name in (*methods, "__dataclass_fields__", "__dataclass_params__", "__match_args__", "__replace__"):
                if name in vars(plain):
                    setattr(made, name, vars(plain)[name])

    def complete_init() -> None:
        if not _set_init(made, plain, names, frozen=bool(options.get("frozen"))):
            complete()

    for name in methods:
        setattr(made, name, _stub(made, name, complete))
    if plain.__bases__ == (object,) and not options.keys() & {"init", "kw_only"}:
        setattr(made, "__match_args__", tuple(names))  # noqa: B010 - mypy knows better than to assign it
        made.__init__ = _stub(made, "__init__", complete_init)
    if options.get("eq", True) and not options.get("frozen"):
        made.__hash__ = None  # as the standard decorator has it for mutable classes
    for name in ("__dataclass_fields__", "__dataclass_params__"):
        setattr(made, name, _Pending(made, name, complete))
    return made  # type: ignore[no-any-return]


def _methods(options: dict[str, Any]) -> tuple[str, ...]:
    """The methods that the standard decorator writes, less those that `_postponed` gives at once."""
    equality = ("__eq__", *(("__hash__",) if options.get("frozen") else ())) if options.get("eq", True) else ()
    return ("__init__", "__repr__", *equality, *(_ORDER if options.get("order") else ()))


def _stub(owner: type[Any], name: str, complete: Any) -> Any:
    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        complete()
        return getattr(owner, name)(self, *arguments, **named)

    return method


def _set_init(made: Any, plain: type[Any], names: list[str], *, frozen: bool) -> bool:
    """Write the constructor alone, which is all that most classes need; False for fields that only the standard decorator knows."""
    scope: dict[str, Any] = {"_set": object.__setattr__, "_absent": object()}
    parameters, lines = [], []
    for name in names:
        given = vars(plain).get(name, dataclasses.MISSING)
        described = given if isinstance(given, dataclasses.Field) else None
        if described is not None and not (described.init and described.kw_only in (False, dataclasses.MISSING)):
            return False
        default = given if described is None else described.default
        value = name
        if described is not None and described.default_factory is not dataclasses.MISSING:
            scope[f"_new_{name}"] = described.default_factory
            parameters.append(f"{name}=_absent")
            value = f"_new_{name}() if {name} is _absent else {name}"
        elif default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        lines.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    lines += ["self.__post_init__()"] if hasattr(plain, "__post_init__") else []
    # The names are identifiers of a class body in this package.
    exec(f"def __init__({', '.join(['self', *parameters])}):\n " + "\n ".join(lines or ["pass"]), scope)  # noqa: S102
    scope["__init__"].__qualname__ = f"{made.__qualname__}.__init__"
    made.__init__ = scope["__init__"]
    return True


class _Pending:
    """Stands for what `dataclasses.fields`, `replace` and `asdict` read of a class."""

    def __init__(self, owner: type[Any], name: str, complete: Any) -> None:
        self._of = (owner, name, complete)

    def __get__(self, instance: object, owner: type[Any] | None = None) -> Any:
        made, name, complete = self._of
        complete()
        return getattr(made, name)


def _refuse(self: Any, name: str, *_value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to or delete the field {name!r} of {type(self).__name__}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
