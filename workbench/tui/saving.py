"""What is shown goes to a file that the user names: a value, a table, a console."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.tui.dialogs.ask import FileScreen, unless_kept
from workbench.tui.editor import script_documents
from workbench.util.here import absolute, here

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")


def file_name(text: str, otherwise: str) -> str:
    """A text as the name of a file, on any system; ``otherwise`` where nothing of it is left."""
    return _NOT_IN_NAMES.sub("-", text).strip("-.") or otherwise


class Saving:
    """Asks for a file and writes it; one that is there is overwritten only after a question."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app

    def ask(self, text: str, title: str, name: str) -> None:
        """Ask where a text goes; ``name`` is proposed."""

        def named(answer: str | None) -> None:
            if answer is not None:
                path = absolute(answer)
                unless_kept(self._app, path, lambda: self._write(path, text))

        self._app.push_screen(FileScreen(title, str(here() / name), absolute), named)

    def _write(self, path: Path, text: str) -> None:
        try:
            script_documents.write_text(path, text)
        except script_documents.DocumentError as error:
            self._app.show_toast(str(error), "error")
        else:
            self._app.show_toast(f"Saved {path}")
