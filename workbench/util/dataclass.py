"""Dataclasses as the standard library's, but made in a tenth of the time.

The library's decorator writes and compiles six functions for each class: 50 of the 195 ms of imports
between the launch of ``workbench --serve`` and its first answer, for 90 classes (decision 23). Here all
classes share what compares, shows and refuses, and ``__init__`` is compiled when it is first asked for: by
an instance, or by who reads its signature. `fields`, `replace`, `asdict`, ``match``, `pprint`, the library's
own dataclasses that inherit from these, and type checkers see what they always see.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from functools import wraps
from operator import attrgetter
from reprlib import recursive_repr
from types import FunctionType, MemberDescriptorType
from typing import Any, NoReturn, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


class _Factory:
    """The default of a field that has a factory, as signatures show it."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY: Any = _Factory()


@dataclass_transform(field_specifiers=(dataclasses.field,))
def dataclass(
    *, frozen: bool = False, slots: bool = False, eq: bool = True
) -> Callable[[type[_Class]], type[_Class]]:
    """``@dataclass(frozen=True, slots=True)`` and the like: each argument as `dataclasses.dataclass` has it."""

    def made(cls: type[_Class]) -> type[_Class]:
        own = dict(vars(cls))
        # The library would look for its signature, which is not made yet.
        cls.__doc__ = cls.__doc__ or cls.__name__
        cls = dataclasses.dataclass(  # noqa: TID251
            init=False,
            repr=False,
            eq=False,
            slots=slots,
            frozen=frozen and dataclasses.is_dataclass(cls),  # only whose base is one must say so
        )(cls)
        told = cls.__dataclass_params__  # type: ignore[attr-defined]
        told.init = told.repr = True
        told.eq, told.frozen = eq, frozen
        known = dataclasses.fields(cls)  # type: ignore[arg-type]
        methods: dict[str, object] = {
            "__init__": _LateInit(cls, frozen),
            "__repr__": _repr_of([one.name for one in known if one.repr]),
        }
        if eq:
            values = _values_of([one.name for one in known if one.compare])
            methods["__eq__"] = _eq_of(values)
            if own.get("__hash__") is None:
                own.pop("__hash__", None)  # Python's own None beside an __eq__
                methods["__hash__"] = _hash_of(values) if frozen else None
        if frozen:
            methods |= _FROZEN
        for name, method in methods.items():
            if name not in own:
                setattr(cls, name, method)
        return cls

    return made


class _LateInit:
    """``__init__`` until it is asked for."""

    __slots__ = ("_cls", "_frozen")

    def __init__(self, cls: type, frozen: bool) -> None:
        self._cls = cls
        self._frozen = frozen

    def __get__(self, instance: object, owner: type) -> Callable[..., None]:
        init = _init_of(self._cls, self._frozen)
        self._cls.__init__ = init  # type: ignore[misc]
        bound: Callable[..., None] = init.__get__(instance, owner)
        return bound


def _init_of(cls: type, frozen: bool) -> FunctionType:
    """``__init__`` as the library writes it, but that a frozen one fills its slots directly."""
    scope: dict[str, Any] = {"_FACTORY": _FACTORY, "_set": object.__setattr__}
    types: dict[str, Any] = {}
    given: list[str] = []
    named: list[str] = []
    body: list[str] = []
    for one in dataclasses.fields(cls):
        name, default, value = one.name, "", one.name
        if one.default_factory is not dataclasses.MISSING:
            scope[f"_make_{name}"] = one.default_factory
            default = "=_FACTORY"
            value = (
                f"_make_{name}() if {name} is _FACTORY else {name}"
                if one.init
                else f"_make_{name}()"
            )
        elif one.default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = one.default
            default = f"=_default_{name}"
            value = name if one.init else f"_default_{name}"
        elif not one.init:
            continue
        if one.init:
            (named if one.kw_only else given).append(name + default)
            types[name] = one.type
        slot = getattr(cls, name, None)
        if not frozen:
            body.append(f"self.{name} = {value}")
        elif isinstance(slot, MemberDescriptorType):
            scope[f"_set_{name}"] = slot.__set__
            body.append(f"_set_{name}(self, {value})")
        else:
            body.append(f"_set(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join(["self", *given, *(["*", *named] if named else [])])
    lines = "\n  ".join(body or ["pass"])
    made: dict[str, Any] = {}
    exec(
        f"def make({', '.join(scope)}):\n def __init__({parameters}):\n  {lines}\n return __init__",
        vars(sys.modules[cls.__module__]),  # by whose names its types are called
        made,
    )
    init: FunctionType = made["make"](**scope)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {**types, "return": None}
    return init


def _values_of(names: list[str]) -> Callable[[object], object]:
    if len(names) > 1:
        return attrgetter(*names)
    # In a tuple like the others: a NaN is equal to itself there (no longer so in the library of Python 3.13).
    return lambda one: tuple(getattr(one, name) for name in names)


def _eq_of(values: Callable[[object], object]) -> Callable[[object, object], Any]:
    def equal(self: object, other: object) -> Any:
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    return equal


def _hash_of(values: Callable[[object], object]) -> Callable[[object], int]:
    def hashed(self: object) -> int:
        return hash(values(self))

    return hashed


def _repr_of(names: list[str]) -> Callable[[object], str]:
    def represented(self: object) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    represented.__qualname__ = "__create_fn__.<locals>.__repr__"  # by which pprint knows it
    return wraps(represented)(recursive_repr()(represented))


def _refuse_to_set(self: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[object]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


# What all frozen classes share. Copies and pickles would set attributes without the last two.
_FROZEN = {
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,
    "__setstate__": _restore,
}
