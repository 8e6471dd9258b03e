"""An app with one editor, and what is typed and read there."""

from __future__ import annotations

from textual import events, on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.pilot import Pilot

from tests.tui.editor.hints.scripts import catalogue
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.editor.hints.code_completion import complete
from workbench.tui.editor.hints.offers import Completion


class EditorApp(App[None]):
    def __init__(self, text: str = "", language: str = "javascript") -> None:
        super().__init__()
        self.initial = text
        self.language = language
        self.edits = 0

    def compose(self) -> ComposeResult:
        with Vertical():
            yield CodeArea(
                self.initial, language="json" if self.language == "json" else "javascript"
            )

    def on_mount(self) -> None:
        self.area.cursor_blink = False
        self.area.focus()

    @property
    def area(self) -> CodeArea:
        return self.query_one(CodeArea)

    @on(CodeArea.Edited)
    def _edited(self) -> None:
        self.edits += 1


def lines(area: CodeArea) -> list[str]:
    return [area.render_line(y).text.rstrip() for y in range(area.size.height)]


async def typed(pilot: Pilot[None], text: str) -> None:
    names = {"\n": "enter", " ": "space", "\t": "tab"}
    for character in text:
        pilot.app.post_message(
            events.Key(names.get(character, character), None if character in "\n\t" else character)
        )
    await pilot.pause()


def offers(text: str, cursor: tuple[int, int]) -> list[Completion]:
    return complete(catalogue(), text, cursor)
