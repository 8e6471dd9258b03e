"""The panes of the main screen: script, input, detail. The trace's own widget is its pane."""

from __future__ import annotations

import json
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, RichLog, Static, TabbedContent, TabPane, TextArea

from workbench.clean import clean, clean_line
from workbench.model import JsonValue, LogLine, ScriptError
from workbench.tui.documents import Document
from workbench.tui.live import CallState, LiveRun
from workbench.tui.text import COLOURS, SIGNS, error_line, summary
from workbench.tui.widgets.pane import Pane

_LEVELS = {"warn": "yellow", "error": "red", "debug": "dim", "info": "cyan"}
_SHOWN_LINES = 5_000


def code_area(text: str, language: str, editor_id: str) -> TextArea:
    """An editor for one text."""
    area = TextArea.code_editor(text, id=editor_id, soft_wrap=False)
    area.cursor_blink = False
    return area


@dataclass(slots=True, eq=False)
class Tab:
    """A document with its editors."""

    number: int
    document: Document
    script: TextArea
    input: TextArea

    @property
    def changed(self) -> bool:
        """Whether the files do not hold what the editors show."""
        document = self.document
        return (self.script.text, self.input.text) != (document.saved_text, document.saved_input)

    @property
    def label(self) -> str:
        return clean_line(self.document.name, 40) + (" ●" if self.changed else "")


def new_tab(number: int, document: Document) -> Tab:
    """The editors of a document that was just opened."""
    return Tab(
        number,
        document,
        code_area(document.saved_text, "javascript", f"script-{number}"),
        code_area(document.saved_input, "json", f"input-{number}"),
    )


class ProblemLine(Static):
    """The error of the script or the input, below its editor. A click goes to its line."""

    class Chosen(Message):
        def __init__(self, line: ProblemLine) -> None:
            super().__init__()
            self.line = line

        @property
        def control(self) -> ProblemLine:
            return self.line

    DEFAULT_CSS = """
    ProblemLine { display: none; height: auto; max-height: 3; padding: 0 1; color: $text-error;
        &.-shown { display: block; } &.-stale { color: $text-muted; } }
    """
    at: tuple[int, int] | None = None
    """Row and column of the place, from 0."""

    def tell(self, text: str, at: tuple[int, int] | None = None) -> None:
        """Show a problem; an empty text: there is none."""
        self.at = at
        self.update(Content(f"✘ {text}") if text else "")
        self.set_class(bool(text), "-shown")
        self.remove_class("-stale")

    def on_click(self) -> None:
        self.post_message(self.Chosen(self))


class ScriptPane(Pane):
    """The scripts, one editor each; the last error below."""

    def compose(self) -> ComposeResult:
        yield ContentSwitcher(id="scripts")
        yield ProblemLine(id="script-problem", markup=False)


class InputPane(Pane):
    """What the script gets as ``input``: JSON, checked as one types."""

    def compose(self) -> ComposeResult:
        yield ContentSwitcher(id="inputs")
        yield ProblemLine(id="input-problem", markup=False)


class DetailPane(Pane):
    """The run's value or error, its console, and the call that is chosen in the trace."""

    def compose(self) -> ComposeResult:
        with TabbedContent(id="detail-tabs"):
            with TabPane("Result", id="tab-result"):
                yield _viewer("result-view")
            with TabPane("Console", id="tab-console"):
                yield RichLog(id="console", max_lines=_SHOWN_LINES, auto_scroll=True)
            with TabPane("Call", id="tab-call"):
                yield _viewer("call-view")

    def on_mount(self) -> None:
        self.query_one("#result-view", TextArea).text = "Nothing ran yet. F5 runs the script."
        self.query_one("#call-view", TextArea).text = "Choose a call in the trace."
        self.set_title("4 Detail")

    def begin(self) -> None:
        """A run starts: nothing of the last one stays."""
        self.query_one("#console", RichLog).clear()
        self.query_one("#result-view", TextArea).text = "Running…"
        self.query_one("#call-view", TextArea).text = "Choose a call in the trace."
        self.set_title("4 Detail")

    def show_console(self, lines: list[LogLine]) -> None:
        """Append what the script wrote."""
        from rich.text import Text

        console = self.query_one("#console", RichLog)
        for line in lines:
            mark = f"{line.level:5} " if line.level in _LEVELS else "      "
            text = Text(mark, style="dim")
            text.append(clean(line.text), style=_LEVELS.get(line.level, ""))
            console.write(text, scroll_end=None, animate=False)

    def show_end(self, run: LiveRun) -> None:
        """The value or the error."""
        execution = run.execution
        if execution is None:
            return
        sign = Content.from_markup(
            f"[{COLOURS[execution.status]}]$text", text=f"{SIGNS[execution.status]} "
        )
        self.set_title("4 Detail · result", sign + Content(summary(execution)))
        view = self.query_one("#result-view", TextArea)
        if execution.error is None:
            view.text = _pretty(execution.value)
        else:
            view.text = _error_text(execution.error, run.script)

    def show_call(self, state: CallState) -> None:
        """A call: its result or error, arguments, timing."""
        call = state.call
        self.set_title(f"4 Detail · #{call.seq} {clean_line(f'{call.server}.{call.tool}', 60)}")
        self.query_one("#call-view", TextArea).text = _pretty(state.to_json())

    def show_tab(self, name: str) -> None:
        """Bring ``result``, ``console`` or ``call`` to the front."""
        self.query_one(TabbedContent).active = f"tab-{name}"


def _viewer(viewer_id: str) -> TextArea:
    view = TextArea(id=viewer_id, read_only=True, soft_wrap=True, show_cursor=False)
    view.cursor_blink = False
    return view


def _pretty(value: JsonValue) -> str:
    return clean(json.dumps(value, ensure_ascii=False, indent=2))


def _error_text(error: ScriptError, script: str) -> str:
    parts = [error_line(error, script)]
    if error.stack:
        parts.append(clean(error.stack))
    if error.details is not None:
        parts.append(_pretty(error.details))
    return "\n\n".join(parts)
