"""The system's viewer for what a terminal cannot show, from a file that only its owner can read."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from workbench.tui.values.media import Media, NotOpened
from workbench.util.os_differences import opening_command


class Viewer:
    """Opens files of its own; they go with it. Nothing is opened that nobody asked for."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    def open(self, media: Media) -> str:
        """Hand it over; what was done, in words. Raises NotOpened."""
        ending, content = media.ending, media.content()
        try:
            path = self._write(content, ending)
        except OSError as error:
            raise NotOpened(f"it cannot be written: {error.strerror or error}") from error
        command = opening_command()
        if command is None:
            return f"There is no viewer here: it is in {path} as long as Workbench runs"
        try:
            _start(command, path)
        except OSError as error:
            raise NotOpened(f"the viewer does not start: {error.strerror or error}") from error
        return f"Opened {media.words}"

    def close(self) -> None:
        """Remove the files that were made for the viewer."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _write(self, content: bytes, ending: str) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="workbench-", ignore_cleanup_errors=True
            )
        self._count += 1
        path = Path(self._folder.name) / f"{self._count}{ending}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return path


def _start(command: list[str], path: Path) -> None:
    subprocess.Popen(
        [*command, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
