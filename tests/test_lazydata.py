"""The postponed dataclass behaves as the standard one does."""

from __future__ import annotations

import dataclasses
import pickle
from dataclasses import field
from typing import Any, ClassVar

import pytest

from prodify import lazydata


def _pair(decorate: Any) -> tuple[type[Any], type[Any]]:
    @decorate(frozen=True, slots=True, order=True)
    class Point:
        """A point."""

        unit: ClassVar[str] = "m"
        x: int
        y: int = 0
        tags: tuple[str, ...] = field(default_factory=tuple)

        @property
        def total(self) -> int:
            return self.x + self.y

    @decorate(frozen=True, slots=True)
    class Named(Point):
        """A point with a name."""

        name: str = "here"

    return Point, Named


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    x: int
    y: tuple[int, ...] = ()


@lazydata.dataclass(frozen=True, slots=True)
class Postponed:
    x: int
    y: tuple[int, ...] = ()


@lazydata.dataclass(slots=True)
class Mutable:
    x: int = 1
    found: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.found.append(self.x)


@pytest.mark.parametrize("decorate", [dataclasses.dataclass, lazydata.dataclass], ids=["standard", "postponed"])
def test_values_compare_show_and_order_alike(decorate: Any) -> None:
    point, named = _pair(decorate)
    one, other = point(1), point(1, 0)
    assert one == other and hash(one) == hash(other) and one not in (point(2), named(1))
    assert point(1, 5) < point(2, 0) and sorted([point(3), point(1)])[0] == one
    assert repr(one).endswith("Point(x=1, y=0, tags=())") and repr(named(1)).endswith("Named(x=1, y=0, tags=(), name='here')")
    assert one.total == 1 and point.unit == "m" and not hasattr(one, "__dict__")
    assert (point.__match_args__, point.__doc__, named.__mro__[1]) == (("x", "y", "tags"), "A point.", point)


@pytest.mark.parametrize("decorate", [dataclasses.dataclass, lazydata.dataclass], ids=["standard", "postponed"])
def test_the_functions_of_dataclasses_work_before_any_instance_is_made(decorate: Any) -> None:
    point, named = _pair(decorate)
    assert [f.name for f in dataclasses.fields(named)] == ["x", "y", "tags", "name"]
    point, named = _pair(decorate)
    assert all(map(dataclasses.is_dataclass, (point, named)))
    assert dataclasses.asdict(named(1, 2)) == {"x": 1, "y": 2, "tags": (), "name": "here"}
    assert dataclasses.replace(point(1, 2), y=3) == point(1, 3)


@pytest.mark.parametrize("kind", [Standard, Postponed])
def test_frozen_values_refuse_changes_and_survive_a_pickle(kind: type[Any]) -> None:
    value = kind(1, (2,))
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.x
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError, AttributeError)):
        value.z = 2
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(value, protocol)) == value
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        kind(*())


def test_mutable_values_have_their_own_defaults_and_no_hash() -> None:
    one, other = Mutable(), Mutable(2)
    one.x = 5
    assert (one.found, other.found, one.x) == ([1], [2], 5)
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


@lazydata.dataclass(frozen=True, slots=True)
class Rich:
    a: int
    b: list[int] = field(default_factory=lambda: [7])
    c: str = field(default="c", compare=False, repr=False)


def test_defaults_of_every_kind_reach_the_constructor() -> None:
    assert (Rich(1).b, Rich(1, [2]).b, Rich(a=1, c="d").c) == ([7], [2], "d")
    assert Rich(1).b is not Rich(1).b
    assert Rich(1, c="x") == Rich(1, c="y") and repr(Rich(1)) == "Rich(a=1, b=[7])"
    assert dataclasses.replace(Rich(1), a=2) == Rich(2)
    kind: Any = Rich
    with pytest.raises(TypeError, match=r"Rich\.__init__\(\) got an unexpected keyword argument 'z'"):
        kind(1, z=2)


def test_the_standard_decorator_writes_no_method_until_one_is_needed_that_only_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bool]] = []
    real = dataclasses.dataclass

    def noted(**options: Any) -> Any:
        def decorate(cls: type[Any]) -> type[Any]:
            asked.append((cls.__name__, options.get("init", True)))
            return real(**options)(cls)

        return decorate

    monkeypatch.setattr(dataclasses, "dataclass", noted)
    point, named = _pair(lazydata.dataclass)
    assert asked == []
    assert point(1) == point(1) and hash(point(1)) == hash(point(1)) and dataclasses.asdict(point(1))["x"] == 1
    assert asked == [("Point", False)], "the fields were looked at, nothing was written"
    assert repr(point(1)).endswith("Point(x=1, y=0, tags=())") and point(1) < point(2)
    assert asked == [("Point", False), ("Point", True)]
    assert named(1).name == "here" and named(1) == named(1)
    assert asked[2:] == [("Named", False)]
