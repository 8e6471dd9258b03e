"""Which files are shown with their long lines wrapped: kept with the file, from start to start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from workbench.tui.editor.code_area import CodeArea
from workbench.tui.main.tab import Tab

_MOST = 200


class WrappedFiles:
    """Scripts and inputs alike. A script without a file keeps it as long as its tab."""

    def __init__(self) -> None:
        self._files: dict[Path, None] = {}

    def recall(self, files: Iterable[str]) -> None:
        """Take over the files of the last session."""
        self._files = dict.fromkeys(Path(file) for file in files)

    def put_on(self, tab: Tab) -> None:
        """Show the editors of a tab that is opened as they were."""
        for file, area in editors_of(tab):
            area.set_reactive(CodeArea.soft_wrap, file in self._files)  # it is not mounted yet

    def take_from(self, tabs: Iterable[Tab]) -> tuple[str, ...]:
        """What is to be kept, now that tabs are shown as they are."""
        for tab in tabs:
            for file, area in editors_of(tab):
                self._files.pop(file, None)
                if area.soft_wrap:
                    self._files[file] = None
        return tuple(str(file) for file in list(self._files)[-_MOST:])


def editors_of(tab: Tab) -> Iterator[tuple[Path, CodeArea]]:
    """Those editors of a tab whose text is of a file."""
    for file, area in ((tab.document.path, tab.script), (tab.document.input_path, tab.input)):
        if file is not None:
            yield file, area
