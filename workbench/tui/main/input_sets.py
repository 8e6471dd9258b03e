"""The inputs of the main screen's scripts: kept under names beside the script, taken again, formatted."""

from __future__ import annotations

import json

from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.editor import documents
from workbench.tui.editor.documents import DocumentError
from workbench.tui.main.input_text import InputError, parse_input
from workbench.tui.main.script_tabs import ScriptScreen


class InputScreen(ScriptScreen):
    """A screen with the scripts and what one does with their inputs."""

    def action_inputs(self) -> None:
        """Choose one of the inputs that were kept beside the script."""
        tab = self.tab
        found = documents.named_inputs(tab.document.path) if tab.document.path else {}
        if not found:
            self.app.say("No inputs were kept for this script; Keep input as makes one")
            return

        def chosen(answer: str | None) -> None:
            if answer not in found:
                return
            try:
                text = documents.read_text(found[answer])
            except DocumentError as error:
                self.app.say(str(error), "error")
            else:
                self.replace_text(tab.input, text)
                self.go_to("input")

        self.app.push_screen(LineScreen("Take an input", names=list(found)), chosen)

    def action_keep_input(self) -> None:
        """Keep the input under a name, beside the script."""
        tab = self.tab
        if tab.document.path is None or documents.is_sample(tab.document.path):
            self.app.say("Save the script first: its inputs are kept beside it", "warning")
            return
        script = tab.document.path

        def named(answer: str | None) -> None:
            if answer is None:
                return
            try:
                path = documents.named_input(script, answer)
                documents.write_text(path, tab.input.text)
            except DocumentError as error:
                self.app.say(str(error), "error")
            else:
                self.tell(f"Kept the input as {path.name}")

        self.app.push_screen(LineScreen("Keep the input as (a short name)"), named)

    def action_format_input(self) -> None:
        try:
            value = parse_input(self.tab.input.text)
        except InputError as error:
            self.app.say(f"The input is no JSON: {error}", "warning")
            return
        text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
        self.replace_text(self.tab.input, text)
