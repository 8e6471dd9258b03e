"""The editor for scripts and their JSON: offers at the cursor and the bar for finding.

Its colours are in ``code_colours``, the marks beside the text in ``code_marks``, typing in ``code_typing``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeAlias

from textual.binding import Binding, BindingType
from textual.geometry import Offset

from workbench.tui.completion import Completion, opens_by_itself
from workbench.tui.widgets.code_marks import Marker
from workbench.tui.widgets.code_typing import TypingArea
from workbench.tui.widgets.completion_popup import CompletionPopup

__all__ = ["CodeArea", "Completer", "Marker"]

Completer: TypeAlias = Callable[[str, tuple[int, int]], list[Completion]]


class CodeArea(TypingArea):
    """An editor for ``language`` "javascript" or "json"."""

    HELP = "ctrl+space offers · ctrl+f find and replace · ctrl+g line · ctrl+/ comment"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+space,ctrl+@", "complete", "Complete", show=False),
        Binding("ctrl+f", "find", "Find", show=False),
        Binding("f3", "find_next(1)", "Find next", show=False),
        Binding("shift+f3", "find_next(-1)", "Find previous", show=False),
        Binding("ctrl+g", "go_to_line", "Go to line", show=False),
    ]

    completer: Completer | None = None
    """Gives the offers for a text and a cursor ``(row, column)`` from 0."""
    _popup: CompletionPopup | None = None

    # -- offers ----------------------------------------------------------------------------

    def action_complete(self) -> None:
        """Offer what can stand at the cursor."""
        if not self.read_only:
            self._offer()

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

    def was_typed(self, typed: str = "") -> None:
        """After a key: narrow open offers, or open them where they are expected."""
        if self._popup is not None and self._popup.is_open:
            if typed and (typed.isalnum() or typed in "_$-.\"'`"):
                self._offer()
            elif typed:
                self._close_popup()
        elif (
            typed in (".", '"', "'", "`")
            and self.completer is not None
            and opens_by_itself(self.text, self.cursor_location)
        ):
            self._offer()

    def key_taken(self, key: str) -> bool:
        return self._popup is not None and self._popup.is_open and self._popup_key(key)

    def _popup_key(self, key: str) -> bool:
        """A key while offers are open; False: it is not for them."""
        assert self._popup is not None
        if key in ("down", "up"):
            self._popup.move(1 if key == "down" else -1)
        elif key in ("pagedown", "pageup"):
            self._popup.move(8 if key == "pagedown" else -8)
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
        if self._popup is not None and self._popup.is_open:
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

    def _close_popup(self) -> None:
        if self._popup is not None:
            self._popup.close()

    def on_blur(self) -> None:
        self._close_popup()

    def on_unmount(self) -> None:
        if self._popup is not None and self._popup.is_attached:
            self._popup.remove()

    # -- finding ---------------------------------------------------------------------------

    def action_find(self) -> None:
        """Open the bar for finding and replacing below the editor."""
        from workbench.tui.widgets.find_bar import FindBar

        FindBar.open_for(self)

    def action_find_next(self, direction: int) -> None:
        from workbench.tui.widgets.find_bar import FindBar

        FindBar.open_for(self, focus=False).go(direction)

    def action_go_to_line(self) -> None:
        from workbench.tui.widgets.find_bar import LineBar

        LineBar.open_for(self)
