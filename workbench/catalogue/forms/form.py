"""A form made from a JSON Schema: its fields with what is typed into them, and the value that this is.

It knows no screen. Whatever value it takes comes out again as it was: what does not fit its field, and what the
schema does not name, is JSON text there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from workbench.catalogue.forms.entry import Entry
from workbench.catalogue.forms.field_kinds import Shape, shape_of
from workbench.catalogue.schemas.parts import Parts
from workbench.catalogue.schemas.values import is_number
from workbench.catalogue.schemas.walk import Path
from workbench.catalogue.schemas.words import path_text
from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import JsonValue
from workbench.text.jsontext import dumps, loads

Wrong: TypeAlias = dict[Path, str]
"""What is wrong, by the place of the field; ``()`` is the whole."""

_DEEPEST = 10
"""Objects and lists within each other that are fields; what is deeper is JSON text."""
_MOST_ITEMS = 200
"""Of a list that is fields; a longer one is JSON text."""
_MOST_BY_THEMSELVES = 1000
"""Fields that are opened below others unasked: what an object needs may be objects again, and so on."""
_MOST_TEXT_BY_ITSELF = 1_000_000
"""Characters of JSON text that stand in fields unasked: many fields may have one large default."""
_MOST_EXACT = 2**53
"""Whole numbers up to here are the same as floats: ``1e3`` is 1000."""
_REFERS = frozenset(("$ref", "allOf", "anyOf", "oneOf"))


class _Nothing:
    """A field that is left out."""


_NOTHING = _Nothing()


class Form:
    """The fields for one schema of an object. ``root`` is the whole."""

    def __init__(self, schema: Mapping[str, Any], *, titled: bool = False) -> None:
        """titled: fields are called by their titles, where they have one; else by their names."""
        self.schema = schema
        self._titled = titled
        self._parts = Parts(schema)
        self.root = Entry("", schema, required=True, parent=None)
        self._make_room()
        self._open(self.root)

    # -- what there is -----------------------------------------------------------------

    def shape(self, entry: Entry) -> Shape:
        """What an entry takes."""
        if entry.schema_shape is None:
            deep = entry.depth >= _DEEPEST
            shape = shape_of(entry.schema, self._parts)
            if deep and shape.kind in ("object", "list"):
                shape = Shape("json", shape.schema, shape.nullable)
            elif entry.parent is None:  # also where the schema says nothing of it
                shape = Shape("object", shape.schema)
            entry.schema_shape = shape
        return Shape("json", entry.schema_shape.schema) if entry.as_json else entry.schema_shape

    def label(self, entry: Entry) -> str:
        """What an entry is called; of any length and content."""
        if isinstance(entry.name, int):
            return f"{entry.name + 1}."
        return (self.shape(entry).title if self._titled else "") or entry.name

    def words(self, entry: Entry) -> str:
        """What may stand in an entry."""
        return self.shape(entry).words(self.schema)

    @property
    def rows(self) -> list[Entry]:
        """The entries that are to be seen, in order."""
        found: list[Entry] = []
        waiting = list(reversed(self.root.items or ()))
        while waiting:
            entry = waiting.pop()
            found.append(entry)
            if entry.items and not entry.folded:
                waiting += reversed(entry.items)
        return found

    # -- filling it in -----------------------------------------------------------------

    def type(self, entry: Entry, text: str) -> None:
        """A text was typed; an empty one is left out."""
        entry.is_null = False
        entry.text = text or None
        self._was_changed(entry)

    def choose(self, entry: Entry, label: str) -> None:
        """One of the labels was chosen."""
        entry.text, entry.is_null = label, False
        self._was_changed(entry)

    def choose_next(self, entry: Entry, step: int) -> None:
        """The choice after, or before; nothing chosen comes between the last and the first, where it may."""
        labels = self.shape(entry).choices.labels
        at = labels.index(entry.text) if entry.text in labels else None
        if at is None:
            at = 0 if step > 0 else len(labels) - 1
        elif 0 <= at + step < len(labels):
            at += step
        elif not entry.required:
            self.leave_out(entry)
            return
        else:
            at = (at + step) % len(labels)
        self.choose(entry, labels[at])

    def set(self, entry: Entry, value: JsonValue) -> None:
        """Give an entry a value, whatever it is."""
        self._put(entry, value)
        self._was_changed(entry)

    def add(self, entry: Entry) -> Entry | None:
        """A new item at the end of a list; None: it takes no more as fields."""
        items = entry.items if entry.items is not None else []
        if len(items) >= _MOST_ITEMS:
            return None
        item = Entry(len(items), self.shape(entry).of_items, required=True, parent=entry)
        self._make_room()
        self._start(item)
        entry.items, entry.is_null, entry.folded = [*items, item], False, False
        self._was_changed(entry)
        return item

    def open(self, entry: Entry) -> None:
        """An object, or a list, is given and its fields are to be seen."""
        if entry.items is None:
            entry.is_null = False
            self._make_room()
            self._open(entry)
            self._was_changed(entry)
        entry.folded = False

    def fold(self, entry: Entry) -> None:
        entry.folded = True

    def leave_out(self, entry: Entry) -> None:
        """Give it no value; an item of a list goes. What has none already becomes null, where it may."""
        parent = entry.parent
        if parent is not None and isinstance(entry.name, int) and parent.items is not None:
            parent.items = [one for one in parent.items if one is not entry]
            for index, one in enumerate(parent.items):
                one.name = index
            self._was_changed(parent)
            return
        becomes_null = not entry.is_given and self.shape(entry).nullable
        entry.text, entry.items, entry.as_json = None, None, False
        entry.is_null = becomes_null
        self._was_changed(entry)

    def take(self, value: Mapping[str, JsonValue]) -> None:
        """Fill the whole form with a value; what was in it is forgotten."""
        self._put(self.root, dict(value))
        for entry in self._all():
            entry.touched = entry.is_given

    def touch_all(self) -> None:
        """What is wrong is to be said everywhere."""
        for entry in self._all():
            entry.touched = True

    # -- what comes of it --------------------------------------------------------------

    def value(self, *, whatever: bool = False) -> tuple[dict[str, JsonValue], Wrong]:
        """The value, and the fields that hold none. whatever: their text stands in it as it is."""
        wrong: Wrong = {}
        value = self._value_of(self.root, wrong, whatever)
        return (value if isinstance(value, dict) else {}), wrong

    def checked(self, check: SchemaCheck) -> tuple[dict[str, JsonValue], Wrong]:
        """The value, and all that is wrong with it, at a glance, each at the nearest field that is there."""
        value, wrong = self.value()
        for path, message in check.placed(value):
            place = self._nearest(path)
            if not any(path[: len(known)] == known for known in wrong):
                inner = path[len(place) :]
                wrong.setdefault(place, f"{path_text(inner)}: {message}" if inner else message)
        return value, wrong

    # -- inside ------------------------------------------------------------------------

    def _was_changed(self, entry: Entry) -> None:
        """What it is in is given now, too."""
        entry.touched = True
        for outer in entry.above:
            outer.is_null = False

    def _all(self) -> Iterator[Entry]:
        waiting = [self.root]
        while waiting:
            entry = waiting.pop()
            yield entry
            waiting += entry.items or ()

    def _make_room(self) -> None:
        """For what is filled in unasked from now on."""
        self._room = _MOST_BY_THEMSELVES
        self._text_room = _MOST_TEXT_BY_ITSELF

    def _open(self, entry: Entry) -> None:
        shape = self.shape(entry)
        entry.items = []
        if shape.kind == "list":
            return
        needed = shape.required
        for name, schema in shape.properties.items():
            child = Entry(name, schema, required=name in needed, parent=entry)
            entry.items.append(child)
            self._start(child)

    def _start(self, entry: Entry) -> None:
        """What stands in it before anything is typed: its default; what is needed, while there is room."""
        schema = entry.schema
        if not isinstance(schema, Mapping):
            return
        if not entry.required and "default" not in schema and _REFERS.isdisjoint(schema):
            return
        shape = self.shape(entry)
        default = shape.schema.get("default")
        if shape.kind in ("object", "list") and self._room <= 0:
            return
        if default is not None:
            if self._text_room > 0:
                self._put(entry, default)
        elif entry.required and shape.kind in ("object", "list"):
            self._room -= len(shape.properties)
            self._open(entry)
        elif entry.required and len(shape.choices) == 1:
            entry.text = shape.choices.labels[0]

    def _put(self, entry: Entry, value: JsonValue) -> None:
        entry.text, entry.items, entry.is_null, entry.as_json = None, None, False, False
        shape = self.shape(entry)
        match shape.kind:
            case "choice":
                entry.text = shape.choices.label(value)
            case "json":
                entry.text = self._as_text(value)
            case "text":
                entry.text = value if isinstance(value, str) else None
            case "whole" | "number":
                entry.text = dumps(value) if is_number(value) else None
            case "list":
                if isinstance(value, list) and len(value) <= _MOST_ITEMS:
                    self._put_items(entry, value, shape)
            case "object":
                if isinstance(value, dict):
                    self._put_members(entry, value, shape)
        if entry.text is None and entry.items is None:
            entry.is_null = value is None
            if not entry.is_null:
                entry.as_json, entry.text = True, self._as_text(value)

    def _as_text(self, value: JsonValue) -> str:
        text = dumps(value)
        self._text_room -= len(text)
        return text

    def _put_items(self, entry: Entry, values: list[JsonValue], shape: Shape) -> None:
        entry.items = []
        self._room -= len(values)
        for index, value in enumerate(values):
            item = Entry(index, shape.of_items, required=True, parent=entry)
            entry.items.append(item)
            self._put(item, value)

    def _put_members(self, entry: Entry, value: dict[str, JsonValue], shape: Shape) -> None:
        needed, own = shape.required, shape.properties
        entry.items = []
        self._room -= len(own) + len(value)
        for name in {**own, **value}:
            schema = own.get(name, shape.of_others)
            child = Entry(name, schema, required=name in needed, parent=entry)
            entry.items.append(child)
            if name in value:
                self._put(child, value[name])

    def _value_of(self, entry: Entry, wrong: Wrong, whatever: bool) -> JsonValue | _Nothing:
        if entry.is_null:
            return None
        shape = self.shape(entry)
        if entry.items is not None:
            values = [(one, self._value_of(one, wrong, whatever)) for one in entry.items]
            if shape.kind == "list":
                return [self._item(one, value, wrong) for one, value in values]
            return {str(one.name): value for one, value in values if value is not _NOTHING}
        if entry.text is None:
            return _NOTHING
        if shape.kind == "text":
            return entry.text
        try:
            return self._read(shape, entry.text)
        except ValueError as error:
            wrong[entry.path] = str(error)
            return entry.text if whatever else _NOTHING

    def _item(self, entry: Entry, value: JsonValue | _Nothing, wrong: Wrong) -> JsonValue:
        """An item that is empty: a text may be, anything else is to be filled in or removed."""
        if not isinstance(value, _Nothing):
            return value
        if self.shape(entry).kind == "text":
            return ""
        wrong.setdefault(entry.path, "fill it in, or remove it")
        return None

    def _read(self, shape: Shape, text: str) -> JsonValue:
        """The value of what is typed. Raises ValueError."""
        if shape.kind == "choice":
            try:
                return shape.choices.value(text)
            except KeyError:
                raise ValueError(f"{text!r:.60} is none of the choices") from None
        wanted = shape.words(self.schema)
        try:
            value = loads(text)
        except ValueError as error:
            if shape.kind != "json":
                raise ValueError(f"it must be {wanted}, not {text!r:.60}") from None
            said = getattr(error, "msg", str(error))
            raise ValueError(f"it is not JSON ({said}); a text stands in quotes") from None
        if shape.kind == "json":
            return value
        if shape.kind == "whole" and isinstance(value, float) and value.is_integer():
            return int(value) if abs(value) <= _MOST_EXACT else value
        if not is_number(value) or (shape.kind == "whole" and not isinstance(value, int)):
            raise ValueError(f"it must be {wanted}, not {text!r:.60}")
        return value

    def _nearest(self, path: Path) -> Path:
        """The longest beginning of a path that is a field's."""
        entry = self.root
        for length, step in enumerate(path):
            found = next((one for one in entry.items or () if one.name == step), None)
            if found is None:
                return path[:length]
            entry = found
        return path
