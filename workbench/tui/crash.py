"""A bug of ours ends the UI with a report: the traceback without local variables, which may be secret."""

from __future__ import annotations

import platform
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from workbench import __version__
from workbench.core.paths import make_private
from workbench.text.sanitize import clean
from workbench.util.files import write_whole

EXIT_BUG = 70
_MESSAGE = 200


def write_report(data_dir: Path, error: BaseException) -> Path | None:
    """Write ``DATA/crash-TIME.txt``; where it is, or None where it cannot be written."""
    now = datetime.now(UTC)
    lines = [
        f"workbench {__version__}, textual {metadata.version('textual')}, "
        f"Python {platform.python_version()}, {platform.system()}",
        now.isoformat(timespec="seconds"),
        "",
        *traceback.format_exception(error),
    ]
    file = data_dir / f"crash-{now:%Y%m%d-%H%M%S}.txt"
    try:
        make_private(data_dir)
        write_whole(file, "\n".join(lines).encode(errors="backslashreplace"))
    except OSError:
        return None
    return file


def report(data_dir: Path, error: BaseException) -> int:
    """Say in one line what happened and where the report is; the process's exit code."""
    file = write_report(data_dir, error)
    what = clean(f"{type(error).__name__}: {error}").replace("\n", " ")[:_MESSAGE]
    where = f"; report: {file}" if file is not None else ""
    with suppress(OSError):  # the terminal is gone, and with it who would read this
        sys.stderr.write(f"workbench: a bug ended the screen: {what}{where}\n")
        sys.stderr.write("workbench: unsaved text is opened again at the next start\n")
    return EXIT_BUG
