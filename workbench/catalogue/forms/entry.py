"""One field of a form: what is typed into it, and where it stands among the others."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.catalogue.forms.field_kinds import Shape
from workbench.catalogue.schemas.walk import Path


class Entry:
    """One field. Only its form changes it."""

    __slots__ = (
        *("as_json", "folded", "is_null", "items", "name", "parent", "required"),
        *("schema", "schema_shape", "text", "touched"),
    )

    def __init__(
        self, name: str | int, schema: object, *, required: bool, parent: Entry | None
    ) -> None:
        self.name = name
        self.schema = schema
        self.required = required
        self.parent = parent
        self.text: str | None = None
        """What is typed, or the label of what is chosen; None: nothing."""
        self.is_null = False
        self.items: list[Entry] | None = None
        """The fields of an object, the items of a list; None: it is left out."""
        self.as_json = False
        """Its value does not fit the schema's field: it is JSON text."""
        self.folded = False
        self.touched = False
        """Somebody was at it: what is wrong with it is said."""
        self.schema_shape: Shape | None = None
        """What its schema takes; None: its form has not looked yet."""

    @property
    def depth(self) -> int:
        """In how many objects and lists it is."""
        return sum(1 for _ in self.above)

    @property
    def above(self) -> Iterator[Entry]:
        """What it is in, from the inside; not the whole."""
        entry = self.parent
        while entry is not None and entry.parent is not None:
            yield entry
            entry = entry.parent

    @property
    def path(self) -> Path:
        if self.parent is None:
            return ()
        return (*(entry.name for entry in reversed(list(self.above))), self.name)

    @property
    def is_given(self) -> bool:
        return self.text is not None or self.is_null or self.items is not None
