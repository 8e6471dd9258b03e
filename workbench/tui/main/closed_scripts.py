"""The scripts that were closed, the last one first: what was in them is not lost with a tab."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.tui.editor import script_documents
from workbench.tui.editor.folding import KeptFold
from workbench.tui.editor.script_documents import Document, DocumentError, Stamps
from workbench.tui.main.tab import Tab
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.history import Recording

_KEPT = 20


@dataclass(frozen=True, slots=True)
class ClosedScript:
    """A tab as it was: its file, its texts where no file holds them, its cursor (row and column from 0), what
    is folded."""

    path: Path | None
    stamps: Stamps
    script: str
    input: str
    was_changed: bool
    cursor: tuple[int, int]
    folds: tuple[KeptFold, ...]
    recorded: str | Recording | None

    def document(self) -> Document:
        """Its file as it is now; an empty one where there is none any more."""
        if self.path is None:
            return Document(None)
        try:
            return script_documents.read(self.path)
        except DocumentError:
            return Document(None)

    def put_into(self, tab: Tab) -> None:
        """The texts that no file holds, and the cursor. They came from the file as it was then: what others
        wrote into it since is not overwritten unasked."""
        if self.was_changed or tab.document.stamps[0] is None:
            tab.script.text, tab.input.text = self.script, self.input
            if tab.document.path is not None:
                tab.document.stamps = self.stamps
        tab.recorded = self.recorded
        tab.script.restore_folds(self.folds)
        row, column = self.cursor
        tab.script.go_to(row + 1, column + 1)


class ClosedScripts:
    """The last few; empty ones that were never saved are not worth one."""

    def __init__(self) -> None:
        self._kept: deque[ClosedScript] = deque(maxlen=_KEPT)

    def keep(self, tab: Tab) -> None:
        if tab.document.path is None and not tab.changed:
            return
        self._kept.append(
            ClosedScript(
                tab.document.path,
                tab.document.stamps,
                tab.script.text,
                tab.input.text,
                tab.changed,
                tab.script.cursor_location,
                tab.script.kept_folds(),
                tab.recorded,
            )
        )

    def take(self) -> ClosedScript | None:
        """The one that was closed last; the next time the one before."""
        return self._kept.pop() if self._kept else None
