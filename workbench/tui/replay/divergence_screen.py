"""Where a replay left its record, as a picture: both scripts, both calls, what differs, and why."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from workbench.core.model import JsonValue
from workbench.replay import Divergence, Replayed, changed_lines, end_of
from workbench.text.plurals import plural
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.editor.code_area import CodeArea, Marker
from workbench.tui.values.difference_list import DifferenceList, difference_title
from workbench.tui.values.json_view import JsonView
from workbench.tui.values.value_screen import JsonScreen
from workbench.tui.widgets.hues import LineNote
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.way_screen import WayScreen
from workbench.tui.wording import error_line, judged

_MOST_NAMED = 6


def own_failure(replayed: Replayed) -> str:
    """How a script failed by itself before it made the call where they part: that, not another call, is why.
    Empty: it did not."""
    error, divergence = replayed.execution.error, replayed.divergence
    if replayed.error is None or error is None or divergence is None:
        return ""
    return error_line(error, "the replay") if divergence.call and divergence.actual is None else ""


class DivergenceScreen(WayScreen[None]):
    """The record on the left, the replay on the right; below, the places where they differ."""

    DEFAULT_CSS = """
    DivergenceScreen { layout: vertical;
        & Horizontal { height: 1fr; }
        & #scripts-side { height: 4fr; }
        & #calls-side { height: 3fr; }
        & #difference-pane { height: 3fr; }
        & Pane { width: 1fr; }
        & #divergence-header { height: auto; max-height: 4; padding: 0 1; background: $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("sides")]

    def __init__(self, replayed: Replayed, divergence: Divergence, code: str) -> None:
        """code: what was replayed."""
        super().__init__()
        self._replayed = replayed
        self._divergence = divergence
        self._code = code
        self._gone, self._new = changed_lines(replayed.original.code, code)

    def compose(self) -> ComposeResult:
        yield Static(self._summary(), id="divergence-header", markup=False)
        with Horizontal(id="scripts-side"):
            with Pane(id="record-pane"):
                yield CodeArea(self._replayed.original.code, read_only=True, id="record-script")
            with Pane(id="replay-pane"):
                yield CodeArea(self._code, read_only=True, id="edited-script")
        with Horizontal(id="calls-side"):
            with Pane(id="expected-pane"):
                yield JsonView(id="expected")
            with Pane(id="actual-pane"):
                yield JsonView(id="actual")
        with Pane(id="difference-pane"):
            yield DifferenceList("Record", "Replay", id="difference")
        yield KeyFooter()

    def on_mount(self) -> None:
        divergence, replayed = self._divergence, self._replayed
        self._script("record", divergence.original_line, self._gone, "gone")
        self._script("edited", divergence.line, self._new, "changed")
        if divergence.call is None:
            end = replayed.execution
            ended: JsonValue = {
                "value": end.value,
                "error": replayed.error,
                "logs": [[line.level, line.text] for line in end.logs],
            }
            self._side("expected", end_of(replayed.original), "How the record ended")
            self._side("actual", ended, "How the replay ended")
        else:
            name = f"call #{divergence.call}"
            self._side("expected", divergence.expected, f"Expected · {name}")
            self._side("actual", divergence.actual, f"Actual · {name}")
        entries = divergence.diff if isinstance(divergence.diff, list) else []
        missing = "Only one of both makes this call"
        self.query_one(DifferenceList).show(entries, missing)
        self.query_one("#difference-pane", Pane).set_title(*difference_title(entries))
        self.query_one(DifferenceList).focus()

    def _script(self, side: str, line: int | None, changed: list[int], word: str) -> None:
        area = self.query_one(f"#{side}-script", CodeArea)
        pane = self.query_one("#record-pane" if side == "record" else "#replay-pane", Pane)
        place = "no such call" if line is None else f"line {line}"
        if self._divergence.call is None and line is None:
            place = "no line"
        pane.set_title(f"{'Recorded script' if side == 'record' else 'Replayed script'} · {place}")
        area.set_line_notes(dict.fromkeys(changed, LineNote(word)))
        if line is not None:
            kind = "warning" if side == "record" else "error"
            area.set_markers([Marker(line, None, kind, "here they part")])  # type: ignore[arg-type]
        shown = line if line is not None else next(iter(changed), None)
        if shown is not None:
            area.go_to(shown)
            # It is laid out only then: before, there is no height to bring the line into.
            self.call_after_refresh(area.highlight_line, shown)

    def _side(self, side: str, value: JsonValue, title: str) -> None:
        view = self.query_one(f"#{side}", JsonView)
        if value is None:
            view.clear(f"The {'record' if side == 'expected' else 'replay'} makes no such call")
        else:
            view.show(value, title)
        self.query_one(f"#{side}-pane", Pane).set_title(title)

    def _summary(self) -> Content:
        divergence = self._divergence
        where = f"at call #{divergence.call}"
        if divergence.call is None:
            where = (
                "at the end: every call was the same, but not the value, the error or the console"
            )
        said = judged("diverged") + Content(f" {where}")
        cause = f" · likely cause: {clean_line(divergence.cause or 'unknown', 200)}"
        lines = self._new or self._gone
        if lines and divergence.cause == "edited script":
            named = ", ".join(str(line) for line in lines[:_MOST_NAMED])
            more = " …" if len(lines) > _MOST_NAMED else ""
            cause += f", {plural('line') if len(lines) > 1 else 'line'} {named}{more}"
        if failed := own_failure(self._replayed):
            cause += f"\n✘ {failed}"
        for note in self._replayed.notes:
            cause += f"\n{clean_line(note, 200)}"
        return said + Content(cause)

    @on(DifferenceList.Selected)
    def _entry(self) -> None:
        entry = self.query_one(DifferenceList).whole_entry
        if entry is not None:
            self.app.push_screen(JsonScreen(entry, "difference"))
