"""The editor for scripts and their JSON: offers at the cursor, what is known of a call, finding.

Its colours are in ``code_colours``, the marks beside the text in ``code_marks``, typing in ``code_typing``.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeAlias

from textual import events
from textual.binding import BindingType
from textual.geometry import Offset
from textual.timer import Timer
from textual.widgets.text_area import Location

from workbench.catalogue.inference import SeenType
from workbench.catalogue.tools import ToolInfo
from workbench.tui.commands import bindings
from workbench.tui.editor.code_marks import Marker
from workbench.tui.editor.code_typing import TypingArea
from workbench.tui.editor.completion import Completion, opens_by_itself, opens_unasked
from workbench.tui.editor.completion_popup import CompletionPopup
from workbench.tui.editor.tool_popup import ToolPopup

__all__ = ["CodeArea", "Completer", "Marker", "SeenFinder", "ToolFinder"]

Completer: TypeAlias = Callable[[str, tuple[int, int]], list[Completion]]
ToolFinder: TypeAlias = Callable[[str, tuple[int, int]], ToolInfo | None]
SeenFinder: TypeAlias = Callable[[ToolInfo], Awaitable[SeenType | None]]

_WORD = re.compile(r"[\w$-]+")
_HOVER_S = 0.5
"""A pointer that rests on a tool's name for this long asks for what is known of it."""


class CodeArea(TypingArea):
    """An editor for ``language`` "javascript", "typescript" or "json"."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("editor")]

    completer: Completer | None = None
    """Gives the offers for a text and a cursor ``(row, column)`` from 0."""
    tool_finder: ToolFinder | None = None
    """Gives the tool whose call is at a place of a text."""
    seen_types: SeenFinder | None = None
    """Gives what the results of a tool were like, where it does not declare that."""
    _popup: CompletionPopup | None = None
    _unasked = False
    """Nobody asked for the offers that are open: Enter ends the line, Tab takes one."""
    _tool_popup: ToolPopup | None = None
    _hover: Timer | None = None
    _hovered: Location | None = None
    """Where the pointer rested when it opened the popup; None: a key opened it."""

    # -- offers ----------------------------------------------------------------------------

    def action_complete(self) -> None:
        """Offer what can stand at the cursor."""
        if not self.read_only:
            self._unasked = False
            self._offer()

    @property
    def is_offering(self) -> bool:
        """Whether offers are open: what is typed is not finished."""
        return self._popup is not None and self._popup.is_open

    def _offer(self) -> None:
        offers = [] if self.completer is None else self.completer(self.text, self.cursor_location)
        if not offers:
            self._close_popup()
            return
        if self._popup is None:
            self._popup = CompletionPopup(self._accept)
            self.screen.mount(self._popup)
        x, y = self.cursor_screen_offset
        self._popup.open(offers, Offset(x - offers[0].prefix - 1, y + 1))

    def offer_again(self) -> None:
        """More is known of what can stand here: offer it where offers open by themselves."""
        here = self.has_focus and not self.read_only
        if here and opens_by_itself(self.text, self.cursor_location):
            self._offer()

    def was_typed(self, typed: str = "") -> None:
        """After a key: narrow open offers, or open them where they are expected."""
        if self.is_offering:
            if typed and (typed.isalnum() or typed in "_$-.\"'`"):
                self._unasked = False  # it is being chosen from
                self._offer()
                return
            if not typed:
                return
            self._close_popup()
        if self.completer is None:
            return
        if typed in (".", '"', "'", "`") and opens_by_itself(self.text, self.cursor_location):
            self._unasked = False
            self._offer()
        elif typed in ("(", "{", ",") and opens_unasked(self.text, self.cursor_location):
            self._unasked = True
            self._offer()

    def key_taken(self, key: str) -> bool:
        if self.is_offering and self._popup_key(key):
            return True
        return self._tool_popup is not None and self._tool_popup.is_open and self._tool_key(key)

    def _popup_key(self, key: str) -> bool:
        """A key while offers are open; False: it is not for them."""
        assert self._popup is not None
        if key in ("down", "up"):
            self._unasked = False
            self._popup.move(1 if key == "down" else -1)
        elif key in ("pagedown", "pageup"):
            self._popup.move(8 if key == "pagedown" else -8)
        elif key == "enter" and self._unasked:
            self._close_popup()
            return False  # a line ends after a comma or a bracket
        elif key in ("tab", "enter"):
            self._accept()
        elif key == "escape":
            self._close_popup()
        else:
            if key in ("left", "right", "home", "end"):
                self._close_popup()
            elif key == "backspace":
                self.call_next(self._narrow)
            return False
        return True

    def _narrow(self) -> None:
        if self.is_offering:
            self._offer()

    def _accept(self) -> None:
        assert self._popup is not None
        offer = self._popup.offer
        self._close_popup()
        row, column = self.cursor_location
        self.history.checkpoint()
        self.replace(
            offer.insert,
            (row, max(0, column - offer.prefix)),
            (row, column),
            maintain_selection_offset=False,
        )
        if offer.back:
            row, column = self.cursor_location
            self.move_cursor((row, column - offer.back))
            self.was_typed("(")

    def _close_popup(self) -> None:
        if self._popup is not None:
            self._popup.close()

    def on_blur(self) -> None:
        self._close_popup()
        self.hide_tool()

    def on_unmount(self) -> None:
        for popup in (self._popup, self._tool_popup):
            if popup is not None and popup.is_attached:
                popup.remove()

    # -- what is known of a call -----------------------------------------------------------

    async def show_tool(self) -> bool:
        """Show the tool whose call the cursor is in, or hide it again; False: there is no tool."""
        if self._tool_popup is not None and self._tool_popup.is_open:
            self.hide_tool()
            return True
        self._close_popup()
        self._hovered = None
        x, y = self.cursor_screen_offset
        return await self._show_tool_at(self.cursor_location, Offset(x, y + 1))

    async def _show_tool_at(self, place: Location, at: Offset) -> bool:
        tool = None if self.tool_finder is None else self.tool_finder(self.text, place)
        if tool is None:
            return False
        if self._tool_popup is None:
            self._tool_popup = ToolPopup(self._pointer_left)
            await self.screen.mount(self._tool_popup)
        self._tool_popup.open(tool, at)
        if self.seen_types is not None and tool.output_schema is None:
            self.run_worker(self._add_seen(tool, at), group="seen", exclusive=True)
        return True

    async def _add_seen(self, tool: ToolInfo, at: Offset) -> None:
        """Say also what the tool's results were like, once that is known."""
        assert self.seen_types is not None
        seen = await self.seen_types(tool)
        popup = self._tool_popup
        if seen is not None and popup is not None and popup.tool is tool:
            popup.open(tool, at, seen)

    def hide_tool(self) -> None:
        if self._hover is not None:
            self._hover.stop()
        if self._tool_popup is not None:
            self._tool_popup.close()

    def _tool_key(self, key: str) -> bool:
        """A key while a tool is shown: arrows scroll, Escape closes, others close and go on."""
        assert self._tool_popup is not None
        pages = {"pageup": -1, "pagedown": 1}
        if key in ("up", "down"):
            self._tool_popup.scroll_relative(y=1 if key == "down" else -1, animate=False)
        elif key in pages:
            height = self._tool_popup.size.height
            self._tool_popup.scroll_relative(y=pages[key] * max(1, height - 1), animate=False)
        else:
            self.hide_tool()
            return key == "escape"
        return True

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """A pointer that rests on a tool's name shows the tool; off the name, it goes."""
        place = self.get_target_document_location(event)
        if self._hover is not None:
            self._hover.stop()
        shown = self._tool_popup is not None and self._tool_popup.is_open
        if (
            shown
            and self._hovered is not None
            and self._name_at(place) != self._name_at(self._hovered)
        ):
            self.hide_tool()
        elif not shown and not event.button and self._name_at(place):
            at = Offset(event.screen_x, event.screen_y + 1)
            self._hover = self.set_timer(_HOVER_S, lambda: self._rested(place, at))

    def on_mouse_down(self) -> None:
        self.hide_tool()

    def on_leave(self) -> None:
        if self._hover is not None:
            self._hover.stop()
        self._pointer_left()

    def _pointer_left(self) -> None:
        """What the pointer opened goes with it, unless it went into the popup."""
        popup = self._tool_popup
        if popup is None or not popup.is_open or self._hovered is None:
            return
        if not popup.region.contains_point(self.app.mouse_position):
            self.hide_tool()

    async def _rested(self, place: Location, at: Offset) -> None:
        if self.is_offering:
            return
        name = self._name_at(place)
        tool = None if self.tool_finder is None else self.tool_finder(self.text, place)
        if tool is not None and name == tool.name:
            self._hovered = place
            await self._show_tool_at(place, at)

    def _name_at(self, place: Location) -> str:
        """The word at a place: letters, digits and what else stands in the names of tools."""
        row, column = place
        line = self.document.source_line(row)
        found = next((m for m in _WORD.finditer(line) if m.start() <= column < m.end()), None)
        return found[0] if found else ""

    # -- finding ---------------------------------------------------------------------------

    def action_find(self) -> None:
        """Open the bar for finding and replacing below the editor."""
        from workbench.tui.editor.find_bar import FindBar

        FindBar.open_for(self)

    def action_find_next(self, direction: int) -> None:
        from workbench.tui.editor.find_bar import FindBar

        FindBar.open_for(self, focus=False).go(direction)

    def action_go_to_line(self) -> None:
        from workbench.tui.editor.find_bar import LineBar

        LineBar.open_for(self)
