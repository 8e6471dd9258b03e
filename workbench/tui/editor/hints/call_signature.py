"""What is said of a call while its arguments are written: which it takes, and which the cursor is in.

Pure: from a catalogue, and the tree of the script at its cursor (``cursor_tree``).
"""

from __future__ import annotations

from textual.content import Content

from workbench.catalogue.tool_types import property_name, type_text
from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.text.sanitize import clean_line
from workbench.tui.editor.analysis.call_at_cursor import CallHere, call_here
from workbench.tui.editor.analysis.cursor_tree import CursorTree, text_at
from workbench.tui.editor.analysis.expression_types import Expressions
from workbench.tui.editor.analysis.schema_walk import Place, Step
from workbench.tui.editor.analysis.script_places import QUOTES, text_of
from workbench.util.dataclass import dataclass

_LONGEST = 200
"""Characters of a type, and of what is said of an argument."""
_TYPES = (40, 24, 12, 0)
"""Characters of the types of other arguments, where those of all have no room."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name as a script writes it, its type on one line, what is said of it."""

    name: str
    type: str
    required: bool
    doc: str = ""

    def text(self, most: int) -> str:
        """``id*: number`` where the call needs it, ``limit?: number`` where it may be left out; the type in so
        many characters, without it where those are none."""
        name = f"{self.name}{'*' if self.required else '?'}"
        return f"{name}: {clean_line(self.type, most)}" if most else name


@dataclass(frozen=True, slots=True)
class CallSignature:
    """The arguments of a call, those it needs first; within a nested one those of that."""

    name: str
    """Of the tool, and how one gets to the object that is being written: ``find``, ``find › order``."""
    arguments: tuple[Argument, ...]
    active: int | None
    """Which argument the cursor is in."""
    row: int
    """The line, from 0, that the call's arguments begin on."""

    @property
    def doc(self) -> str:
        """What is said of the argument that the cursor is in."""
        return "" if self.active is None else self.arguments[self.active].doc


def signature_at(catalogue: Catalogue, text: str, cursor: tuple[int, int]) -> CallSignature | None:
    """The call of a known tool whose arguments the cursor ``(row, column)`` is in; None: it is in none, in
    a function or a call inside them, or the tool takes no arguments."""
    around = text_at(text, cursor)
    opened = around.opened
    in_brackets = any(sign == "(" for _, sign in opened.brackets)
    if not in_brackets or opened.inside not in ("", *QUOTES):
        return None  # as at most keys: no tree is made for them
    tree = around.tree
    here = call_here(tree, Expressions(tree.root, tree.source, catalogue))
    if here is None:
        return None
    path = list(here.steps)
    key = _name_being_written(here, tree)
    if key is not None:
        path.append(key)
    return _signature(here.tool, path, tree.row_of(here.arguments))


def _name_being_written(here: CallHere, tree: CursorTree) -> str | None:
    """The name of a member at the cursor, where it stands in an object; None: it stands in a value."""
    if here.holder is None or here.holder.type != "object":
        return None
    at = next(n for n, each in enumerate(tree.path) if each.id == here.holder.id) + 1
    part = tree.path[at] if at < len(tree.path) else tree.leaf
    if part.type != "pair":
        return text_of(part).strip("\"'")
    key = part.child_by_field_name("key")
    inside = key is not None and key.start_byte <= tree.at <= key.end_byte
    return text_of(key).strip("\"'") if key is not None and inside else None


def _signature(tool: ToolInfo, path: list[Step], row: int) -> CallSignature | None:
    place = Place.of(tool.input_schema)
    active: Step | None = None
    above, depth = path[:-1], 0
    inner = place
    for number, step in enumerate(above, 1):
        inner = inner.inside([step])
        if inner.properties():
            place, depth = inner, number
    if depth < len(path):
        active = path[depth]
    needed, properties = place.required(), place.properties()
    names = sorted(properties, key=lambda name: name not in needed)
    if not names:
        return None
    arguments = tuple(
        Argument(
            clean_line(property_name(name)),
            clean_line(type_text(properties[name], place.root), _LONGEST),
            name in needed,
            clean_line(place.inside([name]).description().strip().split("\n", 1)[0], _LONGEST),
        )
        for name in names
    )
    inside = [clean_line(step) for step in path[:depth] if isinstance(step, str)]
    return CallSignature(
        " › ".join([clean_line(tool.name), *inside]),
        arguments,
        names.index(active) if active in names else None,
        row,
    )


def in_a_line(call: CallSignature, width: int) -> Content:
    """``find(query*: string, limit?: number)`` in so many cells: the argument at the cursor whole, of the
    others as much as there is room for."""
    head = clean_line(call.name, max(8, width // 2))
    room = max(8, width - len(head) - len("(…, , …)"))
    for most in _TYPES:
        texts = [
            clean_line(argument.text(_LONGEST if index == call.active else most), room)
            for index, argument in enumerate(call.arguments)
        ]
        if len(", ".join(texts)) <= room:
            break
    first, active = 0, call.active or 0
    while first < active and len(", ".join(texts[first : active + 1])) > room:
        first += 1
    last = active + 1
    while last < len(texts) and len(", ".join(texts[first : last + 1])) <= room:
        last += 1
    line = Content.styled(head, "$foreground 75%") + Content("(…, " if first else "(")
    for index in range(first, last):
        line += Content.styled(texts[index], "bold underline" if index == call.active else "")
        line += Content(", " if index + 1 < last else "")
    return line + Content(", …)" if last < len(texts) else ")")
