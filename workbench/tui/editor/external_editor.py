"""The user's own editor for the text of a pane."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from workbench.util.os_differences import split_command


class EditorError(Exception):
    """The editor could not be used; the message says why and what would help."""


def editor_command() -> list[str]:
    """``$VISUAL``, else ``$EDITOR``, else one that is there. Raises EditorError."""
    for variable in ("VISUAL", "EDITOR"):
        text = os.environ.get(variable, "").strip()
        if text:
            command = split_command(text)
            if shutil.which(command[0]) is None:
                raise EditorError(f"${variable} is {text!r}, and there is no such program")
            return command
    for name in ("nano", "vim", "vi", "notepad"):
        if shutil.which(name) is not None:
            return [name]
    raise EditorError("set $VISUAL or $EDITOR to your editor")


def edit(text: str, suffix: str) -> str:
    """Let the user change ``text``; blocks until the editor ends. Raises EditorError."""
    command = editor_command()
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        file = Path(folder) / f"edit{suffix}"
        file.write_text(text, "utf-8", newline="")
        try:
            code = subprocess.run([*command, str(file)], check=False).returncode
        except OSError as error:
            raise EditorError(f"{command[0]}: {error.strerror}") from None
        if code != 0:
            raise EditorError(f"{command[0]} ended with {code}; the text is as it was")
        try:
            return file.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise EditorError(f"what {command[0]} left cannot be read: {error}") from None
