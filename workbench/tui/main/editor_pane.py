"""The panes of script and input: the editors of every open script, and what is wrong with the one in front."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import ContentSwitcher, Static

from workbench.text.sanitize import clean
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.widgets.mouse import only_asks
from workbench.tui.widgets.pane import Pane


class ProblemLine(Static):
    """The error of the script or the input, or what is likely one, below its editor. A click goes to its
    line."""

    class Chosen(Message):
        def __init__(self, line: ProblemLine) -> None:
            super().__init__()
            self.line = line

        @property
        def control(self) -> ProblemLine:
            return self.line

    DEFAULT_CSS = """
    ProblemLine { display: none; height: auto; max-height: 6; padding: 0 1; color: $text-error;
        text-overflow: ellipsis;
        &.-shown { display: block; } &.-likely { color: $text-warning; } &.-stale { color: $text-muted; } }
    """
    at: tuple[int, int] | None = None
    """Row and column of the place, from 0."""

    def show_problem(
        self, text: str, at: tuple[int, int] | None = None, *, likely: bool = False
    ) -> None:
        """Show a problem; an empty text: there is none. likely: it is no error for sure."""
        self.at = at
        said = Content(f"{'!' if likely else '✘'} {clean(text)}" if text else "")
        if said != self.content:  # each key in the input comes here; a new text lays the screen out
            self.update(said)
        self.set_class(bool(text), "-shown")
        self.set_class(likely, "-likely")
        self.remove_class("-stale")

    def on_click(self) -> None:
        self.post_message(self.Chosen(self))


class EditorPane(Pane):
    """Editors of which one is in front; below it what is wrong with its text."""

    clicked: Callable[[Offset], None] | None = None
    """Hears where on the screen its frame was clicked."""

    def on_click(self, event: events.Click) -> None:
        if self.clicked is not None and not only_asks(event):
            self.clicked(event.screen_offset)

    def compose(self) -> ComposeResult:
        yield ContentSwitcher(id=f"{self.id}s")
        yield ProblemLine(id=f"{self.id}-problem", markup=False)

    @property
    def problem(self) -> ProblemLine:
        return self.query_one(ProblemLine)

    async def add(self, editor: CodeArea) -> None:
        """Take another editor, behind the one in front."""
        editors = self.query_one(ContentSwitcher)
        editor.display = (
            editors.current is None
        )  # else the one in front would have half the room until it is shown
        await editors.mount(editor)

    def show(self, editor: CodeArea) -> None:
        """Bring an editor to the front."""
        self.query_one(ContentSwitcher).current = editor.id
