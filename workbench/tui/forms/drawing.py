"""How the fields of a form are drawn: a row each, below it what is wrong; what is said of the one at hand."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from workbench.catalogue.forms.entry import Entry
from workbench.catalogue.forms.field_kinds import Choices
from workbench.catalogue.forms.form import Form
from workbench.text.plurals import count
from workbench.text.sanitize import clean, clean_line
from workbench.tui.widgets.line_view import Part, fit

MARK = 2
"""Cells in front of a row, for the cursor."""
BEFORE_PROBLEM = 6
"""Cells in front of the words of a problem."""
_MOST_NAME = 30
_SHARE_OF_NAME = 0.4
_LOOKED_AT = 500
"""Rows whose names the column is made for."""
_FEW = 12
"""So many choices may be shown side by side."""
_SHOWN = 400


def longest_name(form: Form, rows: Sequence[Entry]) -> int:
    """Cells of the longest name of a field."""
    return max((cell_len(_name(form, entry)) for entry in rows[:_LOOKED_AT]), default=0)


def name_width(longest: int, width: int) -> int:
    """Cells of the column of names, in rows of so many. longest: of the names."""
    return min(longest, _MOST_NAME, max(4, int(width * _SHARE_OF_NAME)))


def is_typed(form: Form, entry: Entry) -> bool:
    """Whether its value is one line of text that is typed where it stands."""
    return form.shape(entry).kind in ("text", "whole", "number", "json") and (
        entry.text is None or entry.text.isprintable()
    )


def field_line(form: Form, entry: Entry, names: int, width: int) -> list[Part]:
    """A field in so many cells: its name, then its value or what may stand there."""
    name = fit(_name(form, entry), names)
    style = "strong" if entry.items is not None else "name"
    return [(name, style), ("  ", ""), *_value(form, entry, max(0, width - names - 2))]


def problem_line(text: str, width: int) -> list[Part]:
    """What is wrong with the field above."""
    mark = "✘ ".rjust(BEFORE_PROBLEM)
    return [(fit(mark + clean_line(text, _SHOWN), width), "error")]


def about(form: Form, entry: Entry | None, problem: str | None) -> Content:
    """What is known of a field: what may stand in it, what it is for, what is wrong; nothing of none."""
    if entry is None:
        return Content("")
    shape = form.shape(entry)
    need = "needed" if entry.required else "may be left out"
    if shape.nullable and not entry.is_given:
        need += " · F7 makes it null"
    above = reversed([form.label(outer) for outer in entry.above])
    name = " › ".join([*above, form.label(entry)])
    head = Content.styled(clean_line(name, 80), "bold") + Content(
        f"  {clean_line(form.words(entry), _SHOWN)} · {need}"
    )
    lines = [head]
    if problem is not None:
        lines.append(Content.styled(f"✘ {clean_line(problem, _SHOWN)}", "$text-error"))
    said = clean(shape.description.strip() or shape.title)
    if said and said != clean(form.label(entry)):
        lines.append(Content(said))
    return Content("\n").join(lines)


def _name(form: Form, entry: Entry) -> str:
    shown = clean_line(form.label(entry), 80)
    fold = ""
    if form.shape(entry).kind in ("object", "list") and not entry.is_null:
        is_open = entry.items is not None and not entry.folded
        fold = "▾ " if is_open else "▸ "
    return "  " * entry.depth + fold + shown + (" *" if _is_marked(entry) else "")


def _is_marked(entry: Entry) -> bool:
    """Every item of a list is needed: nobody needs to be told."""
    return entry.required and not isinstance(entry.name, int)


def _value(form: Form, entry: Entry, room: int) -> list[Part]:
    kind = form.shape(entry).kind
    if entry.is_null:
        return [(fit("null", room), "word")]
    if kind == "choice":
        return _choices(form.shape(entry).choices, entry, room)
    if entry.items is not None:
        return [(fit(_inside(kind, entry), room), "dim")]
    if entry.text is None:
        words = clean_line(form.words(entry), _SHOWN)
        if kind == "list":
            words = "left out · Enter adds one"
        elif kind == "object":
            words = "left out · Enter fills it in"
        return [(fit(words, room), "dim")]
    shown = clean_line(entry.text[:_SHOWN]) or '""'
    if not is_typed(form, entry):
        return [(fit(shown, max(0, room - 13)), ""), ("  Enter edits", "dim")]
    return [(fit(shown, room), "")]


def _inside(kind: str, entry: Entry) -> str:
    items = entry.items or []
    if kind == "list":
        return f"{count(len(items), 'item')} · Enter adds one"
    given = sum(one.is_given for one in items)
    return f"{given} of {len(items)} given" if entry.folded else ""


def shows_all(choices: Choices, room: int) -> bool:
    """Whether all choices have room side by side; else they are listed."""
    if len(choices) > _FEW:
        return False
    return sum(cell_len(clean_line(label, 40)) + 3 for label in choices.labels) <= room


def _choices(choices: Choices, entry: Entry, room: int) -> list[Part]:
    """All of them side by side, where they have room; else the chosen one and how many there are."""
    if shows_all(choices, room):
        parts: list[Part] = []
        for label in choices.labels:
            shown, chosen = clean_line(label, 40), label == entry.text
            parts.append((f"‹{shown}›" if chosen else f" {shown} ", "strong" if chosen else "dim"))
            parts.append((" ", ""))
        return parts
    many = f"  Enter lists {len(choices):,}"
    if entry.text is None:
        return [(fit(many.strip(), room), "dim")]
    left = max(0, room - cell_len(many))
    return [(fit(clean_line(entry.text, _SHOWN), left), "strong"), (many if left else "", "dim")]
