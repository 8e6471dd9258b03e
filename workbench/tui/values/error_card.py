"""How a run failed, on one card: title, whole message, the place in the script, what may be meant."""

from __future__ import annotations

from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from workbench.core.model import ScriptError
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.values.clipboard import copy
from workbench.tui.values.error_reading import (
    Fix,
    cure,
    excerpt,
    fixes,
    frames,
    whole_text,
)
from workbench.tui.values.line_breaks import wrapped
from workbench.tui.values.one_line import preview
from workbench.tui.widgets.line_view import PaintedView, Part
from workbench.tui.widgets.mouse import only_asks
from workbench.util.dataclass import dataclass

_MOST_LINES = 400
"""Of a message; all of it is in the tree."""
_BEFORE = 16
"""Cells of a long line that are left in front of its error."""


@dataclass(frozen=True, slots=True)
class _Row:
    parts: tuple[Part, ...]
    does: Literal["", "go", "fold"] | Fix = ""


class ErrorCard(PaintedView, can_focus=True):
    """Shows one error; Enter does what the line under the cursor offers."""

    PARTS = "error"

    DEFAULT_CSS = """
    ErrorCard {
        background: $background;
        & > .error--title { color: $background; background: $error; text-style: bold; }
        & > .error--message { color: $text-error; text-style: bold; }
        & > .error--dim { color: $foreground 60%; }
        & > .error--code { color: $foreground; }
        & > .error--caret { color: $error; text-style: bold; }
        & > .error--choice { color: $accent; text-style: bold; }
        & > .error--cursor { background: $primary 20%; }
        &:focus > .error--cursor { background: $primary 35%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"error--{name}"
        for name in ("title", "message", "dim", "code", "caret", "choice", "cursor")
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("error")]

    class TreeWanted(Message):
        """``v``: the error as the record has it."""

    class Said(Message):
        """What a card tells its screen."""

        def __init__(self, card: ErrorCard) -> None:
            super().__init__()
            self.card = card

        @property
        def control(self) -> ErrorCard:
            return self.card

    class FixChosen(Said):
        """A near name is to be put into the script."""

        def __init__(self, card: ErrorCard, fix: Fix, line: int | None) -> None:
            super().__init__(card)
            self.fix, self.line = fix, line

    class PlaceChosen(Said):
        """The place of the error is to be shown. Line and column from 1."""

        def __init__(self, card: ErrorCard, line: int, column: int) -> None:
            super().__init__(card)
            self.line, self.column = line, column

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.error: ScriptError | None = None
        self._code = ""
        self._may_fix = True
        self._stack_open = False
        self._rows: list[_Row] = []
        self._broken_for = 0
        """The width of the lines; 0: none was known."""
        self._at = 0
        self._moved = False
        """Whether somebody moved the cursor."""

    def show(self, error: ScriptError, code: str, *, may_fix: bool = True) -> None:
        """code: the script that ran. may_fix: whether it can be changed."""
        self.error, self._code, self._may_fix = error, code, may_fix
        self._stack_open = self._moved = False
        self._make_rows()
        self.scroll_to(y=0, animate=False, immediate=True, force=True)
        self.refresh()
        self.refresh_bindings()

    def is_laid_out(self, width: int) -> bool:
        return self.error is None or width == self._broken_for

    def lay_out(self) -> None:
        self._make_rows()
        if self._moved:
            self._go(self._at)
        self.refresh()

    def _make_rows(self) -> None:
        error = self.error
        if error is None:
            return
        self._broken_for = self.scrollable_content_region.width
        width = max(20, self._broken_for or 80) - 2
        where = ""
        if error.line is not None:
            where = f"  line {error.line}" + (f":{error.column}" if error.column else "")
        rows = [_Row(((" ", ""), (f" {error.code} ", "title"), (where, "dim"))), _Row(())]
        lines = [part for line in error.message.split("\n") for part in wrapped(line, width)]
        rows += [_Row(((" " + clean_line(line), "message"),)) for line in lines[:_MOST_LINES]]
        if len(lines) > _MOST_LINES:
            rows.append(_Row(((f" … {len(lines) - _MOST_LINES:,} more lines: v", "dim"),)))
        choices = fixes(error, self._code) if self._may_fix else ()
        if choices:
            rows.append(_Row(()))
        for fix in choices:
            right, wrong = clean_line(fix.right, 40), clean_line(fix.wrong, 40)
            rows.append(
                _Row(((" ▸ ", "choice"), (right, "choice"), (f"  for {wrong} · Enter", "dim")), fix)
            )
        rows += self._excerpt(error, width)
        rows += self._stack(error, width)
        if error.details is not None:
            rows += [_Row(()), _Row(((f" details {preview(error.details, width - 10)}", "dim"),))]
        helps = cure(error.code) if not choices else ""
        if helps:
            rows.append(_Row(()))
            rows += [_Row(((" " + line, "dim"),)) for line in wrapped(helps, width)]
        self._rows = rows
        if not self._moved:  # to what most likely helps
            offers = [index for index, row in enumerate(rows) if isinstance(row.does, Fix)]
            places = [index for index, row in enumerate(rows) if row.does == "go"]
            self._at = (offers or places or [0])[0]
        self._at = min(self._at, len(rows) - 1)
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))

    def _excerpt(self, error: ScriptError, width: int) -> list[_Row]:
        lines = excerpt(error, self._code)
        if not lines:
            return []
        rows = [_Row(())]
        digits = len(str(lines[-1].number))
        room = width - digits - 4
        caret = next((line.caret for line in lines if line.caret is not None), 0) or 0
        # All lines are moved alike, so that the caret is seen.
        left = max(0, caret - _BEFORE) if caret > room - 4 else 0
        for line in lines:
            text = clean_line(line.text[left : left + room])
            if len(line.text) > left + room:
                text = text[:-1] + "…"
            if left and text:
                text = "…" + text[1:]
            here = line.number == error.line
            number = f" {line.number:>{digits}} │ "
            rows.append(
                _Row(((number, "dim"), (text, "code" if here else "dim")), "go" if here else "")
            )
            if line.caret is not None:
                before = cell_len(clean_line(line.text[left : line.caret]))
                pad = " " * (digits + 2) + "│ " + " " * before
                rows.append(_Row(((pad, "dim"), ("^", "caret"))))
        return rows

    def _stack(self, error: ScriptError, width: int) -> list[_Row]:
        calls = frames(error)
        if len(calls) < 2:  # one frame says what the excerpt says
            return []
        sign = "▾" if self._stack_open else "▸"
        rows = [_Row(()), _Row(((f" {sign} stack, {len(calls)} calls deep", "dim"),), "fold")]
        if self._stack_open:
            rows += [
                _Row((("     " + part, "dim"),))
                for call in calls
                for part in map(clean_line, wrapped(call, width - 5))
            ]
        return rows

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.part_style("")
        index = self.scroll_offset.y + y
        if index >= len(self._rows):
            return Strip.blank(width, base)
        if index == self._at and self.can_focus:
            base = base + Style(bgcolor=self.part_style("cursor").bgcolor)
        parts = self._rows[index].parts
        return self.strip_of(parts, width, base)

    def part_style(self, name: str, background: object = None) -> Style:
        """The title keeps its own ground."""
        return super().part_style(name, None if name == "title" else background)

    def _go(self, index: int) -> None:
        self._moved = True
        self._at = min(max(0, index), max(0, len(self._rows) - 1))
        self.keep_in_sight(self._at, max(1, self.size.height))
        self.refresh()
        if self.error is not None and self.error.line is None:
            self.refresh_bindings()

    def action_move(self, by: int) -> None:
        self._go(self._at + by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter is offered where it does something: an error without a place leads nowhere."""
        if action != "choose" or self.error is None or not self._rows:
            return True
        return bool(self._rows[self._at].does) or self.error.line is not None

    def action_choose(self) -> None:
        """Put the name into the script, go to the place, or unfold the stack."""
        error = self.error
        if error is None or not self._rows:
            return
        does = self._rows[self._at].does
        if isinstance(does, Fix):
            self.post_message(self.FixChosen(self, does, error.line))
        elif does == "fold":
            self._stack_open = not self._stack_open
            self._make_rows()
            self._go(self._at)
        elif error.line is not None:
            self.post_message(self.PlaceChosen(self, error.line, error.column or 1))

    def action_tree(self) -> None:
        self.post_message(self.TreeWanted())

    def action_copy(self) -> None:
        if self.error is not None:
            said = "The error was sent to the terminal's clipboard"
            copy(self, whole_text(self.error), said, "x in its tree saves them to a file")

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.get_content_offset_capture(self).y
        if index < len(self._rows):
            again = index == self._at
            self._go(index)
            chosen = again or isinstance(self._rows[index].does, Fix)
            if chosen and not only_asks(event):
                self.action_choose()
