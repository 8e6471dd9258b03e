"""Our dataclasses beside the standard library's: the same class body, made by both, says the same."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import math
import pickle
import pprint
from collections.abc import Callable
from typing import Any, get_type_hints

import pytest

from workbench.util.dataclass import dataclass

OPTIONS = [
    {"frozen": True, "slots": True},
    {"slots": True},
    {"frozen": True},
    {"slots": True, "eq": False},
    {"frozen": True, "slots": True, "eq": False},
    {},
]
pytestmark = pytest.mark.parametrize("options", OPTIONS, ids=str)


def both(options: dict[str, bool], body: Callable[[Any], type]) -> tuple[Any, Any]:
    """Made by the library, and by us: the class of ``body``, which is given the decorator."""
    return body(dataclasses.dataclass(**options)), body(dataclass(**options))


def full(decorate: Any) -> type:
    @decorate
    class Full:
        """With a field of each kind."""

        a: int
        b: str = "b"
        c: list[int] = dataclasses.field(default_factory=list)
        secret: str = dataclasses.field(default="s", repr=False)
        aside: int = dataclasses.field(default=0, compare=False)
        named: float = dataclasses.field(default=1.0, kw_only=True)
        count: int = dataclasses.field(default=7, init=False)
        made: dict[str, int] = dataclasses.field(default_factory=dict, init=False, compare=False)

    return Full


def told(action: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """What it gives, or its error and the text of that."""
    try:
        return action(*args, **named)
    except Exception as error:
        return type(error), str(error)


def test_values_defaults_and_text(options: dict[str, bool]) -> None:
    theirs, ours = both(options, full)
    for args, named in (
        ((1,), {}),
        ((1, "x", [2]), {"named": 2.5}),
        ((), {"a": 1, "aside": 3, "secret": "t"}),
    ):
        one, other = theirs(*args, **named), ours(*args, **named)
        assert dataclasses.asdict(one) == dataclasses.asdict(other)
        assert repr(one).partition(".<locals>.")[2] == repr(other).partition(".<locals>.")[2]
        assert repr(dataclasses.replace(one, b="z", named=9.0)) == repr(
            dataclasses.replace(other, b="z", named=9.0)
        )
    assert ours(1).c is not ours(1).c
    assert ours.__match_args__ == theirs.__match_args__
    assert hasattr(ours(1), "__dict__") == hasattr(theirs(1), "__dict__")


def test_what_is_wrong_is_refused_in_the_same_words(options: dict[str, bool]) -> None:
    theirs, ours = both(options, full)
    for args, named in (((), {}), ((1, 2, 3, 4, 5, 6), {}), ((1,), {"x": 1}), ((1,), {"count": 1})):
        expected = told(theirs, *args, **named)
        assert told(ours, *args, **named) == expected
        assert expected[0] is TypeError
    for name in ("a", "named"):
        assert told(setattr, ours(1), name, 1) == told(setattr, theirs(1), name, 1)
        assert told(delattr, ours(1), name) == told(delattr, theirs(1), name)


def test_equal_and_hashed_alike(options: dict[str, bool]) -> None:
    theirs, ours = both(options, full)
    for kind in (theirs, ours):
        one, other = kind(1), kind(1, aside=9)
        expected = options.get("eq", True)
        assert (one == other) is expected
        assert one != kind(2)
        assert one != 1
        assert (kind.__hash__ is None) == (expected and not options.get("frozen", False))

    def small(decorate: Any) -> type:
        @decorate
        class Small:
            x: float

        return Small

    one = both(options, small)[1](math.nan)  # the library's is no longer equal from Python 3.13 on
    assert (one == copy.copy(one)) is options.get("eq", True)
    for kind in both(options, small):
        if kind.__hash__ is not None and options.get("eq", True):
            assert hash(kind(1.0)) == hash(kind(1))


def test_own_methods_stay_and_fields_are_inherited(options: dict[str, bool]) -> None:
    def family(decorate: Any) -> type:
        @decorate
        class Parent:
            a: int

            def __repr__(self) -> str:
                return f"parent {self.a}"

            def __post_init__(self) -> None:
                object.__setattr__(self, "a", self.a + 1)

        @decorate
        class Child(Parent):
            b: int = 2

            def __eq__(self, other: object) -> bool:
                return True

            def __hash__(self) -> int:
                return 5

        assert repr(Parent(1)) == "parent 2"  # type: ignore[call-arg]
        return Child

    theirs, ours = both(options, family)
    assert repr(theirs(1)).endswith("Child(a=2, b=2)")
    assert repr(ours(1)).endswith("Child(a=2, b=2)")
    assert ours(1) == 3
    assert hash(ours(1)) == hash(theirs(1)) == 5


def test_what_holds_itself_is_shown_once(options: dict[str, bool]) -> None:
    for kind in both(options, full):
        one = kind(1)
        one.c.append(one)
        assert "c=[...]" in repr(one)


def test_what_it_takes_is_told_before_the_first_instance_too(options: dict[str, bool]) -> None:
    theirs, ours = both(options, full)
    for _ in range(2):
        assert str(inspect.signature(ours)) == str(inspect.signature(theirs))
        assert get_type_hints(ours.__init__) == get_type_hints(theirs.__init__)
        assert pprint.pformat(ours(1), width=20) == pprint.pformat(theirs(1), width=20)
    assert str(ours.__dataclass_params__) == str(theirs.__dataclass_params__)


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("by_the_library", [True, False])
def test_one_that_inherits_is_as_frozen_as_its_parent(
    options: dict[str, bool], by_the_library: bool, frozen: bool
) -> None:
    def heir(decorate: Any, decorate_heir: Any) -> Any:
        @decorate
        class Parent:
            a: int
            b: list[int] = dataclasses.field(default_factory=list)

        @decorate_heir(frozen=frozen)
        class Heir(Parent):
            extra: int = 3

        return repr(Heir(1, extra=4)), Heir(1) == Heir(1)  # type: ignore[call-arg]

    own = dataclasses.dataclass if by_the_library else dataclass
    expected = told(heir, dataclasses.dataclass(**options), dataclasses.dataclass)
    assert told(heir, dataclass(**options), own) == expected
    assert (expected[0] is TypeError) == (frozen is not options.get("frozen", False))


class Outer:
    """Where pickle finds them."""


for number, chosen in enumerate(OPTIONS):
    made = full(dataclass(**chosen))
    made.__qualname__ = f"Outer.Kind{number}"
    setattr(Outer, f"Kind{number}", made)


def test_copies_and_pickles(options: dict[str, bool]) -> None:
    kind = getattr(Outer, f"Kind{OPTIONS.index(options)}")
    one = kind(1, c=[1, 2])
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert type(other) is kind
        assert dataclasses.asdict(other) == dataclasses.asdict(one)


def test_matched_by_place(options: dict[str, bool]) -> None:
    kind = getattr(Outer, f"Kind{OPTIONS.index(options)}")
    match kind(1, "x"):
        case kind(1, text):
            assert text == "x"
        case _:
            pytest.fail("its members match")
