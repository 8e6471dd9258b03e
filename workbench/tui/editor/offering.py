"""Offers at the cursor of an editor: when they open, what keys do to them, and taking one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from textual.geometry import Offset

from workbench.tui.editor.call_at_cursor import opens_by_itself, opens_unasked
from workbench.tui.editor.code_completion import Completion
from workbench.tui.editor.completion_popup import CompletionPopup
from workbench.tui.editor.signature_help import SignatureHelp
from workbench.tui.textual_private import EditorBase

Completer: TypeAlias = Callable[[str, tuple[int, int]], list[Completion]]


class Offers:
    """What can stand at the cursor, in a popup that never takes the focus."""

    completer: Completer | None = None
    """Gives the offers for a text and a cursor ``(row, column)`` from 0."""

    def __init__(self, area: EditorBase, signature: SignatureHelp) -> None:
        """signature: what is said of the call at the cursor; it hears of all that happens here."""
        self._area = area
        self._signature = signature
        self._unasked = False
        """Nobody asked for the offers that are open: Enter ends the line, Tab takes one."""
        self.popup: CompletionPopup | None = None
        """Made when there is something to offer first."""

    @property
    def is_open(self) -> bool:
        """Whether offers are open: what is typed is not finished."""
        return self.popup is not None and self.popup.is_open

    def rows(self, cursor: int) -> range:
        """The rows of the screen that they take, the cursor being on one."""
        return range(0) if self.popup is None else self.popup.rows(cursor)

    def ask(self) -> None:
        """Offer what can stand at the cursor: somebody wants it."""
        self._unasked = False
        self._open()

    def again(self) -> None:
        """More is known of what can stand here: offer it where offers open by themselves."""
        area = self._area
        here = area.has_focus and not area.read_only
        if here and opens_by_itself(area.text, area.cursor_location):
            self._open()

    def typed(self, typed: str) -> None:
        """After a key: narrow open offers, or open them where they are expected."""
        self._signature.typed()
        if self.is_open:
            if typed and (typed.isalnum() or typed in "_$-.\"'`"):
                self.ask()  # it is being chosen from
                return
            if not typed:
                return
            self.close()
        if self.completer is None:
            return
        text, cursor = self._area.text, self._area.cursor_location
        if typed in (".", '"', "'", "`") and opens_by_itself(text, cursor):
            self.ask()
        elif typed in ("(", "{", ",") and opens_unasked(text, cursor):
            self._unasked = True
            self._open()

    def key(self, key: str) -> bool:
        """A key while offers are open; False: it is not for them."""
        if self.popup is None or not self.is_open:
            return False
        self._signature.moved()  # the list may be higher then, or gone
        if key in ("down", "up"):
            self._unasked = False
            self.popup.move(1 if key == "down" else -1)
        elif key in ("pagedown", "pageup"):
            self.popup.move(8 if key == "pagedown" else -8)
        elif key == "enter" and self._unasked:
            self.close()
            return False  # a line ends after a comma or a bracket
        elif key in ("tab", "enter"):
            self._accept()
        elif key == "escape":
            self.close()
        else:
            if key in ("left", "right", "home", "end"):
                self.close()
            elif key == "backspace":
                self._area.call_next(self._narrow)
            return False
        return True

    def close(self) -> None:
        if self.popup is not None:
            self.popup.close()
            self._signature.moved()

    def _open(self) -> None:
        area = self._area
        offers = [] if self.completer is None else self.completer(area.text, area.cursor_location)
        if not offers:
            self.close()
            return
        if self.popup is None:
            self.popup = CompletionPopup(self._accept)
            area.screen.mount(self.popup)
        x, y = area.cursor_screen_offset
        self.popup.open(offers, Offset(x - offers[0].prefix - 1, y))
        self._signature.moved()

    def _narrow(self) -> None:
        if self.is_open:
            self._open()

    def _accept(self) -> None:
        assert self.popup is not None
        area, offer = self._area, self.popup.offer
        self.close()
        row, column = area.cursor_location
        start = (row, max(0, column - offer.prefix))
        area.history.checkpoint()
        area.replace(offer.insert, start, (row, column), maintain_selection_offset=False)
        self._signature.taken(offer, start)
        if offer.back:
            row, column = area.cursor_location
            area.move_cursor((row, column - offer.back))
            self.typed("(")
