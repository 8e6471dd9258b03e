"""The terminal UI. Importing this module is cheap; textual comes with the first function called."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.config import Config


def run(
    config: Config, *, data_dir: Path, script: Path | None = None, record: Path | None = None
) -> int:
    """Show the terminal UI until the user leaves; the process's exit code. record: a file for a picture of the
    session that plays (``.svg`` or ``.cast``). Raises OSError where that cannot be written."""
    from workbench.text.sanitize import clean_line
    from workbench.tui import crash
    from workbench.tui.app import WorkbenchApp

    if "TEXTUAL_DRIVER" not in os.environ:  # a browser's driver gets its size by them
        # What a shell or readline left there is not the terminal's size, and Textual would believe it.
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)
    app = WorkbenchApp(config, data_dir=data_dir, script=script)
    recorder = None
    if record is not None:
        from workbench.tui.session_recorder import SessionRecorder

        recorder = SessionRecorder(app)
    app.run()
    if recorder is not None and record is not None:
        sys.stderr.write(f"workbench: {clean_line(recorder.write(record))}\n")
    if app.crashed is not None:
        return crash.report(data_dir, app.crashed)
    return app.return_code or 0


def run_web(config: Config, *, data_dir: Path, address: str) -> int:
    """Serve the same UI to a browser at ``[HOST:]PORT`` (optional extra ``web``)."""
    from workbench.tui.web import serve

    return serve(config, data_dir=data_dir, address=address)


def print_keys(config: Config, *, as_json: bool = False) -> None:
    """Print every command with its keys, and what is wrong with the ``[keys]`` table."""
    from workbench.tui.keys import write_keys

    write_keys(config.keys, as_json=as_json)
