"""Script and input of a recording, side by side with what they did: read-only."""

from __future__ import annotations

import json

from textual.app import ComposeResult
from textual.containers import Vertical

from workbench.history import Recording
from workbench.text.sanitize import clean_line
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.editor.highlighting import language_of
from workbench.tui.widgets.pane import Pane


def recorded_panes(recording: Recording) -> ComposeResult:
    """The left group of a pane screen: ``#replay-script`` and ``#replay-input`` in their panes."""
    name = recording.script or ""
    code, given = texts_of(recording)
    with Vertical(classes="group", id="left"):
        with Pane(id="script", classes="pane -current") as pane:
            shown = clean_line(name or "inline script", 60)
            pane.set_title(f"1 Script · {shown} (recorded, read-only)")
            yield CodeArea(code, language=language_of(name), read_only=True, id="replay-script")
        with Pane(id="input", classes="pane") as pane:
            pane.set_title("2 Input (recorded)")
            yield CodeArea(given, language="json", read_only=True, id="replay-input")


def texts_of(recording: Recording) -> tuple[str, str]:
    """The script, and its input as indented JSON."""
    return recording.code, json.dumps(recording.input, ensure_ascii=False, indent=2)
