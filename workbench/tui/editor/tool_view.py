"""What is known of the tool whose call is at a place of an editor: shown for a key, or a pointer that rests."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from textual import events
from textual.geometry import Offset
from textual.timer import Timer
from textual.widgets.text_area import Location

from workbench.catalogue.suggestions import bare
from workbench.tui.editor.tool_popup import ToolPopup

if TYPE_CHECKING:
    from workbench.catalogue.inference import SeenType
    from workbench.catalogue.tools import ToolInfo
    from workbench.tui.textual_private import EditorBase

ToolFinder: TypeAlias = "Callable[[str, tuple[int, int]], ToolInfo | None]"
SeenFinder: TypeAlias = "Callable[[ToolInfo], Awaitable[SeenType | None]]"

_WORD = re.compile(r"[\w$-]+")
_HOVER_S = 0.5
"""A pointer that rests on a tool's name for this long asks for what is known of it."""


class ToolView:
    """Shows one tool in a popup that never takes the focus."""

    finder: ToolFinder | None = None
    """Gives the tool whose call is at a place of a text."""
    seen_types: SeenFinder | None = None
    """Gives what the results of a tool were like, where it does not declare that."""

    def __init__(
        self, area: EditorBase, may_hover: Callable[[], bool], opened: Callable[[], None]
    ) -> None:
        """may_hover: whether a pointer that rests may open it now. opened: called when it opened."""
        self._area = area
        self._may_hover, self._opened = may_hover, opened
        self._hover: Timer | None = None
        self._hovered: Location | None = None
        """Where the pointer rested when it opened the popup; None: a key opened it."""
        self.popup: ToolPopup | None = None
        """Made when a tool is shown first."""

    @property
    def is_open(self) -> bool:
        return self.popup is not None and self.popup.is_open

    async def show(self) -> bool:
        """Show the tool whose call the cursor is in; False: there is none."""
        self._hovered = None
        x, y = self._area.cursor_screen_offset
        return await self._show_at(self._area.cursor_location, Offset(x, y + 1))

    def hide(self) -> None:
        self._stop_waiting()
        if self.popup is not None:
            self.popup.close()

    def key(self, key: str) -> bool:
        """A key while a tool is shown: arrows scroll, Escape closes, others close and go on (False)."""
        if self.popup is None or not self.is_open:
            return False
        pages = {"pageup": -1, "pagedown": 1}
        if key in ("up", "down"):
            self.popup.scroll_relative(y=1 if key == "down" else -1, animate=False)
        elif key in pages:
            height = self.popup.size.height
            self.popup.scroll_relative(y=pages[key] * max(1, height - 1), animate=False)
        else:
            self.hide()
            return key == "escape"
        return True

    def pointed(self, place: Location, event: events.MouseMove) -> None:
        """The pointer moves over a place: where it rests on a tool's name the tool is shown; off the name, it
        goes."""
        self._stop_waiting()
        name = self._name_at(place)
        if self.is_open:
            if self._hovered is not None and name != self._name_at(self._hovered):
                self.hide()
        elif not event.button and name:
            at = Offset(event.screen_x, event.screen_y + 1)
            self._hover = self._area.set_timer(_HOVER_S, lambda: self._rested(place, at))

    def pointer_left(self) -> None:
        """What the pointer opened goes with it, unless it went into the popup."""
        self._stop_waiting()
        popup = self.popup
        if popup is None or not popup.is_open or self._hovered is None:
            return
        if not popup.region.contains_point(self._area.app.mouse_position):
            self.hide()

    def _stop_waiting(self) -> None:
        if self._hover is not None:
            self._hover.stop()

    async def _show_at(self, place: Location, at: Offset) -> bool:
        tool = None if self.finder is None else self.finder(self._area.text, place)
        if tool is None:
            return False
        if self.popup is None:
            self.popup = ToolPopup(self.pointer_left)
            await self._area.screen.mount(self.popup)
        self.popup.open(tool, at)
        self._opened()
        if self.seen_types is not None and tool.output_schema is None:
            adding = self._add_seen(tool, at, self.seen_types)
            self._area.run_worker(adding, group="seen", exclusive=True)
        return True

    async def _add_seen(self, tool: ToolInfo, at: Offset, find: SeenFinder) -> None:
        """Say also what the tool's results were like, once that is known."""
        seen = await find(tool)
        popup = self.popup
        if seen is not None and popup is not None and popup.tool is tool:
            popup.open(tool, at, seen)

    async def _rested(self, place: Location, at: Offset) -> None:
        if not self._may_hover():
            return
        tool = None if self.finder is None else self.finder(self._area.text, place)
        # However it is spelled: getUser, mcp__github__get_user.
        if tool is not None and bare(self._name_at(place)).endswith(bare(tool.name)):
            self._hovered = place
            await self._show_at(place, at)

    def _name_at(self, place: Location) -> str:
        """The word at a place: letters, digits and what else stands in the names of tools."""
        row, column = place
        line = self._area.document.source_line(row)
        found = next((m for m in _WORD.finditer(line) if m.start() <= column < m.end()), None)
        return found[0] if found else ""
