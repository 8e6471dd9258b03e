"""A bug in what is done in the background is told, once each: the app goes on without what it was to do."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

_MESSAGE = 200


class BackgroundErrors:
    """Writes a report of each kind of error, and says so."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._told: set[tuple[str, str, int]] = set()

    def tell(self, error: Exception) -> None:
        """Tell the user of an error that nobody caught."""
        if error is self._app.runtime_host.error:
            return  # it was told, and all that needs the runtime ends with it
        kind = _kind(error)
        if kind in self._told:
            return
        self._told.add(kind)
        from workbench.tui import crash

        file = crash.write_report(self._app.data_dir, error)
        what = clean_line(f"{type(error).__name__}: {error}", _MESSAGE)
        where = f"; report: {file}" if file is not None else ""
        self._app.show_toast(f"A bug in Workbench: {what}{where}", "error")


def _kind(error: Exception) -> tuple[str, str, int]:
    """What it is and where it was raised: what is tried each second fails each second."""
    places = traceback.extract_tb(error.__traceback__)
    last = places[-1] if places else None
    return type(error).__name__, last.filename if last else "", (last.lineno or 0) if last else 0
