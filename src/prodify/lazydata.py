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
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - re-exported
else:

    def dataclass(cls=None, /, **options):
        """Make a dataclass of `cls`; one without `slots`, or with an `__eq__` or `__hash__` of its own, is made at once."""
        if cls is None:
            return lambda target: dataclass(target, **options)
        if not options.get("slots") or {"__init__", "__repr__", "__eq__", "__hash__"} & cls.__dict__.keys():
            return dataclasses.dataclass(**options)(cls)
        return _Postponed(cls, options).made


_LOCK = RLock()
_ORDER = ("__lt__", "__le__", "__gt__", "__ge__")


class _Postponed:
    """What is known of one class: `plain` as it was written, and `made`, the slotted class whose methods come later."""

    def __init__(self, plain: type[Any], options: dict[str, Any]) -> None:
        self.plain = plain
        self.options = {key: value for key, value in options.items() if key != "slots"}
        self.frozen = bool(options.get("frozen"))
        self.completed = False
        self.names = names = [name for name, hint in plain.__annotations__.items() if "ClassVar" not in str(hint)]
        inherited = {slot for base in plain.__mro__[1:] for slot in getattr(base, "__slots__", ())}
        body = {key: value for key, value in vars(plain).items() if key not in ("__dict__", "__weakref__", *names)}
        body |= {"__slots__": tuple(name for name in names if name not in inherited), "__qualname__": plain.__qualname__}
        body |= {"__getstate__": _state, "__setstate__": _set_state}
        if self.frozen:
            body |= {"__setattr__": _refuse, "__delattr__": _refuse}
        self.made: Any = type(plain).__call__(type(plain), plain.__name__, plain.__bases__, body)
        self._postpone()

    def _postpone(self) -> None:
        writers: dict[str, Callable[[], None]] = {"__init__": self._write_init, "__repr__": self.complete}
        if self.options.get("eq", True):
            writers["__eq__"] = lambda: self._write_comparison("__eq__")
            if self.frozen:
                writers["__hash__"] = lambda: self._write_comparison("__hash__")
            else:
                self.made.__hash__ = None  # as the standard decorator has it for mutable classes
        if self.options.get("order"):
            writers |= dict.fromkeys(_ORDER, self.complete)
        self.methods = tuple(writers)
        for name, write in writers.items():
            setattr(self.made, name, _stub(self.made, name, write))
        for name in ("__dataclass_fields__", "__match_args__"):
            setattr(self.made, name, _Pending(self.made, name, self.describe))
        self.made.__dataclass_params__ = _Pending(self.made, "__dataclass_params__", self.complete)

    def describe(self) -> None:
        """Find out the fields, and write nothing: the standard decorator makes them of a copy."""
        with _LOCK:
            body = {key: value for key, value in vars(self.plain).items() if key not in ("__dict__", "__weakref__")}
            copy = type(self.plain).__call__(type(self.plain), self.plain.__name__, self.plain.__bases__, body)
            frozen = self.frozen and self.plain.__bases__ != (object,)  # a class under a frozen one has to be frozen
            kw_only = bool(self.options.get("kw_only"))
            dataclasses.dataclass(init=False, repr=False, eq=False, frozen=frozen, kw_only=kw_only)(copy)
            for name in ("__dataclass_fields__", "__match_args__"):
                setattr(self.made, name, getattr(copy, name))

    def _fields(self) -> list[tuple[str, dataclasses.Field[Any]]]:
        """The fields by name. Those of a class without a base are what it says; making a dataclass of it to ask costs ten times as much."""
        if self.plain.__bases__ != (object,):
            return [(field.name, field) for field in dataclasses.fields(self.made)]
        values = [vars(self.plain).get(name, dataclasses.MISSING) for name in self.names]
        fields = [value if isinstance(value, dataclasses.Field) else dataclasses.field(default=value) for value in values]
        return list(zip(self.names, fields, strict=True))

    def complete(self) -> None:
        """Take everything from a standard dataclass made of the class as it was written."""
        with _LOCK:
            if self.completed:  # another thread was here first
                return
            dataclasses.dataclass(**self.options)(self.plain)
            for name in (*self.methods, "__dataclass_fields__", "__dataclass_params__", "__match_args__", "__replace__"):
                if name in vars(self.plain):
                    setattr(self.made, name, vars(self.plain)[name])
            self.completed = True

    def _write_init(self) -> None:
        """The constructor alone, which is all that most classes need."""
        fields = self._fields()
        if self.options.get("kw_only") or self.options.get("init") is False:
            return self.complete()
        if any(not field.init or field.kw_only is True for _, field in fields):
            return self.complete()
        scope: dict[str, Any] = {"_set": object.__setattr__, "_absent": object()}
        parameters, lines = [], []
        for name, field in fields:
            value = name
            if field.default_factory is not dataclasses.MISSING:
                scope[f"_new_{name}"] = field.default_factory
                parameters.append(f"{name}=_absent")
                value = f"_new_{name}() if {name} is _absent else {name}"
            elif field.default is not dataclasses.MISSING:
                scope[f"_default_{name}"] = field.default
                parameters.append(f"{name}=_default_{name}")
            else:
                parameters.append(name)
            lines.append(f"_set(self, {name!r}, {value})" if self.frozen else f"self.{name} = {value}")
        lines += ["self.__post_init__()"] if hasattr(self.made, "__post_init__") else []
        return self._define("__init__", ["self", *parameters], lines or ["pass"], scope)

    def _write_comparison(self, name: str) -> None:
        fields = [(name, field) for name, field in self._fields() if field.compare]
        if any(field.hash is not None for _, field in fields):
            return self.complete()
        mine, theirs = ("".join(f"{owner}.{field_name}, " for field_name, _ in fields) for owner in ("self", "other"))
        if name == "__hash__":
            return self._define(name, ["self"], [f"return hash(({mine}))"], {})
        same = [f"if other.__class__ is self.__class__: return ({mine}) == ({theirs})", "return NotImplemented"]
        return self._define(name, ["self", "other"], same, {})

    def _define(self, name: str, parameters: list[str], lines: list[str], scope: dict[str, Any]) -> None:
        # The names are identifiers of a class body in this package.
        exec(f"def {name}({', '.join(parameters)}):\n " + "\n ".join(lines), scope)  # noqa: S102
        scope[name].__qualname__ = f"{self.made.__qualname__}.{name}"
        setattr(self.made, name, scope[name])


def _stub(owner: type[Any], name: str, write: Callable[[], None]) -> Any:
    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        write()
        return getattr(owner, name)(self, *arguments, **named)

    return method


class _Pending:
    """Stands for what `dataclasses.fields`, `replace` and `asdict` read of a class."""

    def __init__(self, owner: type[Any], name: str, find: Callable[[], None]) -> None:
        self._of = (owner, name, find)

    def __get__(self, instance: object, owner: type[Any] | None = None) -> Any:
        made, name, find = self._of
        find()
        return getattr(made, name)


def _refuse(self: Any, name: str, *_value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to or delete the field {name!r} of {type(self).__name__}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
