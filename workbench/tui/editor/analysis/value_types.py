"""What a value of a script has, as far as it is known: members, items, what it gives when it is awaited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from workbench.catalogue.missing import Missing
from workbench.catalogue.suggestions import bare
from workbench.catalogue.tool_types import type_text
from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.tui.editor.analysis.members import OF_ARRAYS, OF_PROMISES, OF_TEXTS, Member
from workbench.tui.editor.analysis.schema_walk import Place
from workbench.util.dataclass import dataclass

_OF_ANY_OBJECT = frozenset(
    {
        "then",
        "toJSON",
        "toString",
        "valueOf",
        "constructor",
        "call",
        "apply",
        "bind",
        "name",
        "length",
    }
)
"""What JavaScript looks up on an object or a function: no name of a server or a tool."""


_LEVELS = 4


class Type:
    """What is known of a value: of this base, nothing."""

    @property
    def is_array(self) -> bool:
        return False

    @property
    def is_text(self) -> bool:
        return False

    def member(self, name: str) -> Type | None:
        """What a member holds; None: that is not known."""
        return None

    def item(self, index: int | None = None) -> Type | None:
        """What one gets that goes through it, in ``for … of`` or a pattern; index: which one, None: any."""
        return None

    def at(self, index: int | None) -> Type | None:
        """What stands in brackets behind it: ``rows[0]``; index: None, any."""
        return self.item(index)

    def awaited(self) -> Type | None:
        return self

    def own(self) -> Iterator[Member]:
        """Its members, but for those of every array or Promise."""
        return iter(())

    def members(self) -> Iterator[Member]:
        yield from self.own()
        if self.is_array:
            yield from (Member(*each) for each in OF_ARRAYS)

    def values(self) -> list[Any]:
        """The values that it may have, where these are few."""
        return []

    @property
    def detail(self) -> str:
        """The type on one line."""
        return self.said(_LEVELS)

    def said(self, levels: int) -> str:
        """On one line; of what nests deeper it is said that it may be anything."""
        return ""


@dataclass(frozen=True, slots=True)
class Shaped(Type):
    """As a JSON Schema says."""

    place: Place

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> Shaped:
        return cls(Place.of(schema))

    @property
    def is_array(self) -> bool:
        return any(each.get("type") == "array" or "items" in each for each in self.place.variants)

    @property
    def is_text(self) -> bool:
        return any("string" in _kinds(each) for each in self.place.variants)

    def member(self, name: str) -> Type | None:
        return self._inside(name)

    def item(self, index: int | None = None) -> Type | None:
        return self._inside(index or 0)

    def at(self, index: int | None) -> Type | None:
        return self.item(index) or self._inside("")  # by a key that is computed

    def _inside(self, step: str | int) -> Type | None:
        place = self.place.inside([step])
        return Shaped(place) if place.variants else None

    def own(self) -> Iterator[Member]:
        always = self.place.required()
        for name, schema in self.place.properties().items():
            detail = type_text(schema, self.place.root) + ("" if name in always else "  optional")
            said = self.place.inside([name]).description().strip()
            yield Member(name, detail, said.split("\n", 1)[0])

    def members(self) -> Iterator[Member]:
        yield from self.own()
        if self.is_array:
            yield from (Member(*each) for each in OF_ARRAYS)
        elif self.is_text:
            yield from (Member(*each) for each in OF_TEXTS)

    def values(self) -> list[Any]:
        return self.place.values()

    def said(self, levels: int) -> str:
        return type_text(self.place.variants[0], self.place.root) if self.place.variants else ""


def _kinds(schema: Mapping[str, Any]) -> list[Any]:
    kinds = schema.get("type")
    return kinds if isinstance(kinds, list) else [kinds]


FAILURE = Shaped.of(
    {
        "type": "object",
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "details": {}},
        "required": ["code", "message"],
    }
)
"""What is thrown where a call fails."""


@dataclass(frozen=True, slots=True)
class Items(Type):
    """An array: what its first items are, and all others."""

    rest: Type | None
    first: tuple[Type | None, ...] = ()

    @property
    def is_array(self) -> bool:
        return True

    def item(self, index: int | None = None) -> Type | None:
        if index is None:
            return either((*self.first, self.rest))
        return self.first[index] if 0 <= index < len(self.first) else self.rest

    def said(self, levels: int) -> str:
        inside = self.item() if levels else None
        return f"{inside.said(levels - 1) or 'any'}[]" if inside is not None else "any[]"


@dataclass(frozen=True, slots=True)
class Record(Type):
    """An object with members that are asked for when one reads them."""

    parts: Mapping[str, Callable[[], Type | None]]
    optional: frozenset[str] = field(default_factory=frozenset)

    def member(self, name: str) -> Type | None:
        part = self.parts.get(name)
        return None if part is None else part()

    def own(self) -> Iterator[Member]:
        for name, part in self.parts.items():
            found = part()
            detail = "" if found is None else found.detail
            yield Member(name, (detail or "any") + ("  optional" if name in self.optional else ""))

    def said(self, levels: int) -> str:
        return "{ " + "; ".join(list(self.parts)[:6]) + " }" if self.parts else "{}"


@dataclass(frozen=True, slots=True)
class Promised(Type):
    """A Promise of a value."""

    inner: Type | None

    def awaited(self) -> Type | None:
        return None if self.inner is None else self.inner.awaited()

    def own(self) -> Iterator[Member]:
        return (Member(*each) for each in OF_PROMISES)

    def said(self, levels: int) -> str:
        said = self.inner.said(levels - 1) if levels and self.inner is not None else ""
        return f"Promise<{said or 'any'}>"


@dataclass(frozen=True, slots=True)
class Either(Type):
    """One of several."""

    parts: tuple[Type, ...]

    @property
    def is_array(self) -> bool:
        return any(part.is_array for part in self.parts)

    @property
    def is_text(self) -> bool:
        return any(part.is_text for part in self.parts)

    def member(self, name: str) -> Type | None:
        return either(part.member(name) for part in self.parts)

    def item(self, index: int | None = None) -> Type | None:
        return either(part.item(index) for part in self.parts)

    def at(self, index: int | None) -> Type | None:
        return either(part.at(index) for part in self.parts)

    def awaited(self) -> Type | None:
        return either(part.awaited() for part in self.parts)

    def own(self) -> Iterator[Member]:
        seen = set[str]()
        for member in (each for part in self.parts for each in part.own()):
            if member.name not in seen:
                seen.add(member.name)
                yield member

    def values(self) -> list[Any]:
        return [value for part in self.parts for value in part.values()]

    def said(self, levels: int) -> str:
        return " | ".join(dict.fromkeys(part.said(levels) or "any" for part in self.parts))


@dataclass(frozen=True, slots=True)
class AllTools(Type):
    """``tools``."""

    catalogue: Catalogue = field(compare=False)

    def member(self, name: str) -> Type | None:
        return None if name in _OF_ANY_OBJECT else ToolsOf(self.catalogue, name)


@dataclass(frozen=True, slots=True)
class ToolsOf(Type):
    """``tools.NAME``: those of a server, or a tool that is named without it."""

    catalogue: Catalogue = field(compare=False)
    name: str

    @property
    def server(self) -> str | None:
        """The server that is meant, whatever its case and separators; None: there is none of the name."""
        if self.name in self.catalogue.tools:
            return self.name
        same = (each for each in self.catalogue.tools if bare(each) == bare(self.name))
        return next(same, None)

    def member(self, name: str) -> Type | None:
        if name in _OF_ANY_OBJECT:
            return None
        return ToolFunction(self.catalogue.spelled(self.name, name), (self.name, name))

    def called(self) -> ToolFunction:
        """What calls the tool of that name."""
        return ToolFunction(self.catalogue.named(self.name), (self.name,))


@dataclass(frozen=True, slots=True)
class ToolFunction(Type):
    """What calls a tool. names: as the script has them, ``("github", "get_user")`` or ``("get_user",)``."""

    tool: ToolInfo | Missing
    names: tuple[str, ...]


_MOST = 8


def either(parts: Iterable[Type | None]) -> Type | None:
    """What is known of one of several values."""
    found: list[Type] = []
    for part in parts:
        if part is not None and part not in found and len(found) < _MOST:
            found += part.parts if isinstance(part, Either) else [part]
    return found[0] if len(found) == 1 else Either(tuple(found)) if found else None
