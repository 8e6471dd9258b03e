"""The inputs of the main screen's scripts: kept under names beside the script, taken again, formatted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.tui.dialogs.ask import LineScreen, unless_kept
from workbench.tui.editor import script_documents
from workbench.tui.editor.script_documents import DocumentError
from workbench.tui.main.input_text import InputError, parse_input

if TYPE_CHECKING:
    from workbench.tui.main.host import Host


class NamedInputs:
    """What one does with the input of the script in front."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def choose(self) -> None:
        """Take one of the inputs that were kept beside the script."""
        host, tab = self._host, self._host.tab
        found = script_documents.named_inputs(tab.document.path) if tab.document.path else {}
        if not found:
            host.app.show_toast("No inputs were kept for this script; Keep input as makes one")
            return

        def chosen(answer: str | None) -> None:
            if answer not in found:
                return
            try:
                text = script_documents.read_text(found[answer])
            except DocumentError as error:
                host.app.show_toast(str(error), "error")
            else:
                tab.input.replace_all(text)
                host.go_to("input")

        host.app.push_screen(LineScreen("Take an input", names=list(found)), chosen)

    def keep(self) -> None:
        """Keep the input under a name, beside the script."""
        host, tab = self._host, self._host.tab
        if tab.document.path is None or script_documents.is_sample(tab.document.path):
            host.app.show_toast("Save the script first: its inputs are kept beside it", "warning")
            return
        script = tab.document.path

        def named(answer: str | None) -> None:
            if answer is None:
                return
            try:
                path = script_documents.named_input(script, answer)
            except DocumentError as error:
                host.app.show_toast(str(error), "error")
            else:
                unless_kept(host.app, path, lambda: write(path))

        def write(path: Path) -> None:
            try:
                script_documents.write_text(path, tab.input.text)
            except DocumentError as error:
                host.app.show_toast(str(error), "error")
            else:
                host.set_status(f"Kept the input as {path.name}")

        host.app.push_screen(LineScreen("Keep the input as (a short name)"), named)

    def format(self) -> None:
        """Indent the JSON of the input."""
        area = self._host.tab.input
        try:
            value = parse_input(area.text)
        except InputError as error:
            self._host.app.show_toast(f"The input is no JSON: {error}", "warning")
            return
        area.replace_all(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
