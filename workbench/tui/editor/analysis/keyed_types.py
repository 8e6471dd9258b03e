"""What maps, sets, iterators and objects with data for keys hold: ``new Map(rows.map(r => [r.id, r]))``."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.tui.editor.analysis.members import OF_ITERATORS, OF_MAPS, OF_SETS, Member
from workbench.tui.editor.analysis.value_types import Items, Type
from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Iterated(Type):
    """What gives its items one after the other: ``map.values()``."""

    inner: Type | None

    def item(self, index: int | None = None) -> Type | None:
        return self.inner

    def at(self, index: int | None) -> Type | None:
        return None

    def own(self) -> Iterator[Member]:
        return (Member(*each) for each in OF_ITERATORS)

    def said(self, levels: int) -> str:
        return f"Iterator<{_inside(self.inner, levels)}>"


@dataclass(frozen=True, slots=True)
class Mapped(Type):
    """A Map; key, value: None where that is not known."""

    key: Type | None
    value: Type | None

    @property
    def pair(self) -> Type:
        return Items(None, (self.key, self.value))

    def item(self, index: int | None = None) -> Type | None:
        return self.pair

    def at(self, index: int | None) -> Type | None:
        return None

    def own(self) -> Iterator[Member]:
        return (Member(*each) for each in OF_MAPS)

    def said(self, levels: int) -> str:
        return f"Map<{_inside(self.key, levels)}, {_inside(self.value, levels)}>"


@dataclass(frozen=True, slots=True)
class SetOf(Type):
    """A Set."""

    value: Type | None

    def item(self, index: int | None = None) -> Type | None:
        return self.value

    def at(self, index: int | None) -> Type | None:
        return None

    def own(self) -> Iterator[Member]:
        return (Member(*each) for each in OF_SETS)

    def said(self, levels: int) -> str:
        return f"Set<{_inside(self.value, levels)}>"


@dataclass(frozen=True, slots=True)
class Keyed(Type):
    """An object whose keys are data: ``Object.groupBy(rows, …)``, ``Record<string, Issue>``."""

    value: Type | None

    def member(self, name: str) -> Type | None:
        return self.value

    def item(self, index: int | None = None) -> Type | None:
        return None  # nothing goes through it

    def at(self, index: int | None) -> Type | None:
        return self.value

    def said(self, levels: int) -> str:
        return f"Record<string, {_inside(self.value, levels)}>"


def _inside(inner: Type | None, levels: int) -> str:
    return (inner.said(levels - 1) if levels and inner is not None else "") or "any"
