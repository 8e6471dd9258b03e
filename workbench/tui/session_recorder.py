"""A session of the terminal UI as a file that plays: what was on the screen, and for how long.

It is taken from what the app paints, so it works on every terminal; and holds whatever was shown.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.segment import Segment

from workbench.text.sanitize import clean_line
from workbench.tui.terminal_recording import Recording
from workbench.util.files import write_whole

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

_SAMPLE_S = 0.1
"""Paintings within this are one frame."""
_LONGEST_S = 3.0
"""A frame stands no longer, however long nothing happened."""
_TITLE = "Workbench"


class SessionRecorder:
    """Follows the paintings of an app; ``save`` it when it has ended."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._recording = Recording(0, 0)
        self._waits = False
        self._shown: list[list[Segment]] = []
        self._since = 0.0
        self._colours = "#000000", "#ffffff"
        app.after_painting = self._painted

    def _painted(self) -> None:
        if not self._waits:
            self._waits = True
            self._app.set_timer(_SAMPLE_S, self._take)

    def _take(self) -> None:
        self._waits = False
        lines = self._app.shown_lines()
        if not lines:
            return
        self._keep()
        self._shown = lines
        colours = self._app.theme_variables
        self._colours = colours["background"], colours["foreground"]

    def _keep(self) -> None:
        now = time.monotonic()
        if self._shown:
            self._recording.add(self._shown, min(now - self._since, _LONGEST_S))
        self._since = now

    def save(self, file: Path) -> bool:
        """Write it and say on stderr what it is, or why there is none; whether it is there."""
        try:
            said, written = self.write(file), True
        except OSError as error:
            said, written = f"the session could not be written to {file}: {error}", False
        with suppress(OSError):  # the terminal is gone, and with it who would read this
            sys.stderr.write(f"workbench: {clean_line(said)}\n")
        return written

    def write(self, file: Path) -> str:
        """Write it, and say what it is. Raises OSError."""
        self._keep()
        film = self._recording
        if not film.frames:
            return f"{file} is not written: nothing was shown"
        is_cast = file.suffix == ".cast"
        text = film.to_cast(_TITLE) if is_cast else film.to_svg(_TITLE, *self._colours)
        write_whole(file, text.encode())
        return (
            f"{file}: {film.seconds:.0f} s, {len(film.frames)} frames; it holds all that was shown"
        )
