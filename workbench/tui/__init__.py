"""The terminal UI. Importing this module is cheap; textual comes with the first function called."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.config import Config
    from workbench.tui.app import WorkbenchApp

_EXIT_NOT_WRITTEN = 2
SWITCH_S = 0.0005
"""So long a thread that works (colours, findings) goes on while the event loop waits for the interpreter; with
Python's own 5 ms a key, which takes several turns of the loop, was painted 20 ms later."""


def run(
    config: Config, *, data_dir: Path, script: Path | None = None, record: Path | None = None
) -> int:
    """Show the terminal UI until the user leaves; the process's exit code. record: a file for a picture of the
    session that plays (``.svg`` or ``.cast``)."""
    from workbench.tui.app import WorkbenchApp

    if "TEXTUAL_DRIVER" not in os.environ:  # a browser's driver gets its size by them
        # What a shell or readline left there is not the terminal's size, and Textual would believe it.
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)
    sys.setswitchinterval(SWITCH_S)
    app = WorkbenchApp(config, data_dir=data_dir, script=script)
    if record is None:
        app.run()
        return exit_code(app)
    from workbench.tui.session_recorder import SessionRecorder

    recorder = SessionRecorder(app)
    app.run()
    code, written = exit_code(app), recorder.save(record)
    return code if written else code or _EXIT_NOT_WRITTEN


def exit_code(app: WorkbenchApp) -> int:
    """Of an app that has ended; one that crashed is reported."""
    if app.crashed is None:
        return app.return_code or 0
    from workbench.tui import crash

    return crash.report(app.data_dir, app.crashed)


def run_web(config: Config, *, data_dir: Path, address: str) -> int:
    """Serve the same UI to a browser at ``[HOST:]PORT`` (optional extra ``web``)."""
    from workbench.tui.web import serve

    return serve(config, data_dir=data_dir, address=address)


def print_keys(config: Config, *, as_json: bool = False) -> None:
    """Print every command with its keys, and what is wrong with the ``[keys]`` table."""
    from workbench.tui.keys import write_keys

    write_keys(config.keys, as_json=as_json)
