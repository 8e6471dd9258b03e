"""Offers at the cursor of an editor: when they open, what keys do to them, and taking one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from textual.geometry import Offset

from workbench.tui.editor.analysis.script_places import QUOTES
from workbench.tui.editor.completion_popup import CompletionPopup

if TYPE_CHECKING:
    from workbench.tui.editor.hints.offers import Completion
    from workbench.tui.editor.signature_help import SignatureHelp
    from workbench.tui.textual_private import EditorBase

Completer: TypeAlias = "Callable[[str, tuple[int, int]], list[Completion]]"


_LOOKED_AT = 200
"""Characters before the cursor that tell whether something of a call may be expected there."""
_EXPECTED = re.compile(r"[{(\[,:]\s*[A-Za-z_$]?\Z")
_OF_NAMES = "_$-.\"'`"


def may_expect(before: str, typed: str) -> bool:
    """Whether a name or a value of a call may be expected behind what was typed last, by what stands before:
    cheap, for it is asked at every key."""
    if typed == " " or typed in _OPENERS or typed.isalpha() or typed in "_$":
        return _EXPECTED.search(before, max(0, len(before) - _LOOKED_AT)) is not None
    return False


_OPENERS = "({[,:"


def is_in_string(text: str, cursor: tuple[int, int]) -> bool:
    """Whether a cursor is within quotes."""
    from workbench.tui.editor.analysis.cursor_tree import text_at

    return text_at(text, cursor).opened.inside in QUOTES


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
        self._of_call = False
        """Only what a tool has there is offered: it opened by itself."""
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
        self._unasked = self._of_call = False
        self._open()

    def again(self) -> None:
        """More is known of what can stand here: offer it where offers open by themselves."""
        area = self._area
        if not area.has_focus or area.read_only:
            return
        row, column = area.cursor_location
        behind_a_dot = area.document.source_line(row)[:column].endswith(".")
        if behind_a_dot or is_in_string(area.text, area.cursor_location):
            self._open()

    def typed(self, typed: str) -> None:
        """After a key: narrow open offers, or open them where they are expected."""
        self._signature.typed()
        if self.is_open:
            if typed and (typed.isalnum() or typed in _OF_NAMES):
                self._unasked = False  # it is being chosen from
                self._open()
                return
            if not typed:
                return
            if typed != " " or not self._unasked:
                self.close()
        if self.completer is None or not typed:
            return
        if typed == "." or (
            typed in QUOTES and is_in_string(self._area.text, self._area.cursor_location)
        ):
            self.ask()
        elif may_expect(self._before(), typed):
            self._of_call = True
            self._unasked = typed in _OPENERS or typed == " "
            self._open()

    def _before(self) -> str:
        """The cursor's line and the one above, as far as the cursor."""
        row, column = self._area.cursor_location
        above = self._area.document.source_line(row - 1) if row else ""
        return f"{above[-_LOOKED_AT:]}\n{self._area.document.source_line(row)[:column]}"

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
                self._area.call_next(self.moved)
            return False
        return True

    def close(self) -> None:
        if self.popup is not None:
            self.popup.close()
            self._signature.moved()

    def _open(self) -> None:
        area = self._area
        offers = [] if self.completer is None else self.completer(area.text, area.cursor_location)
        if not offers or (self._of_call and not offers[0].of_call):
            self.close()
            return
        if self.popup is None:
            self.popup = CompletionPopup(self._accept)
            area.screen.mount(self.popup)
        x, y = area.cursor_screen_offset
        self.popup.open(offers, Offset(x - offers[0].prefix - 1, y))
        self._signature.moved()

    def moved(self) -> None:
        """The cursor stands elsewhere, or something else in front of it: follow, if it is shown."""
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
        elif offer.of_call and offer.insert.endswith(": "):
            self.typed(" ")  # its values, where they are few
