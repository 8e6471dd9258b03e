"""What is folded in which files: kept with the file, from start to start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from workbench.tui.editor.folding import KeptFold
from workbench.tui.main.tab import Tab
from workbench.tui.main.wrapped_files import editors_of

_MOST = 200


class FoldedFiles:
    """Scripts and inputs alike. A script without a file keeps it as long as its tab."""

    def __init__(self) -> None:
        self._files: dict[Path, tuple[KeptFold, ...]] = {}

    def recall(self, files: Mapping[str, tuple[KeptFold, ...]]) -> None:
        """What was folded in the last session."""
        self._files = {Path(file): folds for file, folds in files.items()}

    def put_on(self, tab: Tab) -> None:
        """Show the editors of a tab that is opened as they were, where their text is the same."""
        for file, area in editors_of(tab):
            area.restore_folds(self._files.get(file, ()))

    def take_from(self, tabs: Iterable[Tab]) -> dict[str, tuple[KeptFold, ...]]:
        """What is to be kept, now that tabs are shown as they are."""
        for tab in tabs:
            for file, area in editors_of(tab):
                self._files.pop(file, None)
                if kept := area.kept_folds():
                    self._files[file] = kept
        return {str(file): folds for file, folds in list(self._files.items())[-_MOST:]}
