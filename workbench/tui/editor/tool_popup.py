"""What is known of a tool, beside its call in the editor. It never takes the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import Static

if TYPE_CHECKING:
    from workbench.catalogue.inference import SeenType
    from workbench.catalogue.tools import ToolInfo

_WIDEST = 96
_FRAME = 5
"""Cells beside the text: border, padding, scroll bar."""
_KEPT = 2
"""Rows at the bottom of the screen that stay in sight: status and keys."""


class ToolPopup(VerticalScroll, can_focus=False):
    """Shows one tool; the editor scrolls it and closes it."""

    DEFAULT_CSS = """
    ToolPopup {
        overlay: screen;
        constrain: inside inflect;
        position: absolute;
        display: none;
        width: auto;
        height: auto;
        background: $panel;
        color: $foreground;
        border: round $primary;
        border-title-color: $primary;
        border-subtitle-color: $foreground 70%;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & > Static { width: auto; height: auto; }
    }
    """

    def __init__(self, pointer_left: Callable[[], None]) -> None:
        """pointer_left: called when the pointer goes out of it."""
        super().__init__()
        self._pointer_left = pointer_left
        self.tool: ToolInfo | None = None

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    @property
    def is_open(self) -> bool:
        return self.tool is not None

    def open(self, tool: ToolInfo, at: Offset, seen: SeenType | None = None) -> None:
        """Show a tool below a place of the screen, or above it where there is more room.

        seen: what its results were like, where it does not declare that.
        """
        self.tool = tool
        width, height = self.app.size
        from workbench.tui.editor.tool_help import said_of

        text = Content("\n\n").join(said_of(tool, seen))
        widest = max(24, min(_WIDEST, width - _FRAME - 2))
        self.styles.max_width = widest + _FRAME
        below = height - at.y - _KEPT
        self.styles.max_height = max(6, below, at.y - 1)
        said = self.query_one(Static)
        said.styles.max_width = widest
        said.update(text)
        self.border_subtitle = "↑ ↓ scroll · Esc closes"
        self.absolute_offset = at
        self.display = True
        self.scroll_home(animate=False)

    def close(self) -> None:
        self.tool = None
        self.display = False

    def on_leave(self) -> None:
        self._pointer_left()
