"""Two executions side by side: their calls aligned, and of one pair arguments, results, timing."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from workbench.core.model import JsonValue
from workbench.history import CallRow, Recording
from workbench.replay import (
    compare_calls,
    compare_ends,
    end_of,
)
from workbench.text.jsontext import dumps
from workbench.text.plurals import agrees, count
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.history.pair_lines import (
    Before,
    End,
    Line,
    before_calls,
    call_name,
    calls_compared,
    pair_line,
    pairs_heading,
    signed,
    took,
)
from workbench.tui.history.text_sides import SideLine, TextSides
from workbench.tui.replay.timeline import execution_of
from workbench.tui.values.difference_list import DifferenceList, by_side, difference_title
from workbench.tui.values.json_view import JsonView
from workbench.tui.values.value_screen import JsonScreen
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.quiet_line import as_many
from workbench.tui.widgets.row_list import RowList
from workbench.tui.widgets.way_screen import WayScreen
from workbench.tui.wording import SIGNS, local_time


class DiffScreen(WayScreen[None]):
    """``a`` on the left, ``b`` on the right. Two recordings: nothing is run."""

    DEFAULT_CSS = """
    DiffScreen { layout: vertical;
        & #pairs-pane { height: 5fr; }
        & Horizontal { height: 4fr; }
        & #code-pane { height: 8fr; display: none; }
        &.-code #code-pane { display: block; }
        &.-code #values, &.-code #entries-pane { display: none; }
        & Horizontal Pane { width: 1fr; }
        & #entries-pane { height: 3fr; }
        & #diff-header { height: auto; max-height: 5; padding: 0 1; background: $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("diff", "sides")]

    def __init__(self, a: Recording, b: Recording, verdict: str = "") -> None:
        """verdict: what is said of it beside the figures."""
        super().__init__()
        self._a, self._b = a, b
        self._verdict = verdict
        self._differs: bool | None = None
        """None: they were not compared yet."""
        self._said: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("Comparing…", id="diff-header", markup=False)
        with Pane(id="pairs-pane"):
            yield RowList[Line](pair_line, pairs_heading, id="pairs")
        # What is in these panes comes with the comparison: all at once held up the event loop.
        yield Pane(id="code-pane")
        with Horizontal(id="values"):
            yield Pane(id="a-pane")
            yield Pane(id="b-pane")
        yield Pane(id="entries-pane")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.rows.empty_text = "Comparing…"
        self.rows.focus()
        # Painted first: a thread that compares takes half of the interpreter, for 0.1 s with 4 000 calls.
        self.call_after_refresh(self._compare)

    @property
    def rows(self) -> RowList[Line]:
        return self.query_one("#pairs", RowList)

    @work(exclusive=True, exit_on_error=False)
    async def _compare(self) -> None:
        pairs = await asyncio.to_thread(compare_calls, self._a, self._b)
        before = await asyncio.to_thread(before_calls, self._a, self._b)
        end = End(await asyncio.to_thread(compare_ends, self._a, self._b))
        await self._fill_panes()
        different = sum(bool(pair.diff) for pair in pairs)
        self.rows.set_rows([*before, *pairs, end], 0)
        self._said = [calls_compared(pairs), "the end differs" if end.diff else "the same end"]
        if before:
            verb = agrees(len(before), "differ")
            self._said.insert(0, f"{' and '.join(row.what for row in before)} {verb}")
        self._title_pairs()
        self._show_header(bool(before or different or end.diff))
        self._show()
        if (different or end.diff) and not _differs(self.rows.rows[0]):
            self.action_next(1)

    @on(Pane.Resized)
    def _title_pairs(self) -> None:
        """What differs, in as many words as there is room for."""
        pane = self.query_one("#pairs-pane", Pane)
        pane.set_title(as_many("Calls", self._said, pane.title_room), "n next difference · F6 pane")

    async def _fill_panes(self) -> None:
        """One after the other, each in a turn of its own."""
        inside: tuple[tuple[str, Widget], ...] = (
            ("a", JsonView(id="a")),
            ("b", JsonView(id="b")),
            ("entries", DifferenceList("a", "b", id="entries")),
            ("code", TextSides("code")),
        )
        for name, widget in inside:
            await self.query_one(f"#{name}-pane", Pane).mount(widget)

    def _show_header(self, differs: bool) -> None:
        self._differs = differs
        room = max(0, self.size.width - 4)
        a_ms, b_ms = self._a.duration_ms, self._b.duration_ms
        delta = "" if a_ms is None or b_ms is None else f" · b − a {signed(b_ms - a_ms)}"
        word = Content.styled("≠ different", "bold $warning")
        if not differs:
            word = Content.styled("= the same", "bold $success")
        said = f" · {clean_line(self._verdict, 200)}" if self._verdict else ""
        self.query_one("#diff-header", Static).update(
            word + Content(f"{delta}{said}\na {_name(self._a, room)}\nb {_name(self._b, room)}")
        )

    def on_resize(self) -> None:
        if self._differs is not None:
            self._show_header(self._differs)

    # -- a pair ----------------------------------------------------------------------------

    @on(RowList.Highlighted, "#pairs")
    def _show(self) -> None:
        row = self.rows.row
        if row is None:
            return
        is_code = isinstance(row, Before) and row.what == "code"
        self.set_class(is_code, "-code")
        if is_code:
            self._show_code(row.diff)
            return
        if isinstance(row, Before):
            for name, run in (("a", self._a), ("b", self._b)):
                self._side(name, run.input, f"{name} · input", "")
        elif isinstance(row, End):
            self._side("a", end_of(self._a), "a · the end", took(self._a.duration_ms))
            self._side("b", end_of(self._b), "b · the end", took(self._b.duration_ms))
        else:
            for name, call in (("a", row.a), ("b", row.b)):
                if call is None:
                    self.query_one(f"#{name}", JsonView).clear("No such call")
                    self.query_one(f"#{name}-pane", Pane).set_title(f"{name} · no such call")
                else:
                    title = f"{name} · {call_name(call)}"
                    self._side(name, _call_shown(call), title, took(call.duration_ms))
        self.query_one(DifferenceList).show(row.diff, "Nothing differs here")
        self.query_one("#entries-pane", Pane).set_title(*difference_title(row.diff))

    def _show_code(self, diff: list[JsonValue]) -> None:
        """Show the two scripts, line beside line."""
        code = self.query_one(TextSides)
        if not code.rows:
            code.show(self._a.code, self._b.code)
        verb = agrees(len(diff), "differ")
        said = f"Code · {count(len(diff), 'line')} of {count(len(code.rows), 'line')} {verb}"
        self.query_one("#code-pane", Pane).set_title(
            said,
            "n next that differs · Enter shows a line whole",
        )

    def _side(self, name: str, value: JsonValue, title: str, took: str) -> None:
        self.query_one(f"#{name}", JsonView).show(value, clean_line(title, 80))
        self.query_one(f"#{name}-pane", Pane).set_title(clean_line(title, 80), took)

    def action_next(self, direction: int) -> None:
        """The next pair that differs, in the code the next line; from the last one, the first again."""
        shown: RowList[Any] = self.query_one(TextSides)
        if not shown.has_focus:
            shown = self.rows
        if not shown.move_to_next(_differs, direction):
            self.notify("Nothing differs", markup=False)

    @on(RowList.Selected, "#pairs")
    def _opened(self) -> None:
        self.query_one("#code" if self.has_class("-code") else "#a").focus()

    @on(TextSides.Selected, "#code")
    def _line_opened(self) -> None:
        row = self.query_one(TextSides).row
        if row is not None:
            self.app.push_screen(JsonScreen(by_side(row.difference, "a", "b"), "line"))

    @on(DifferenceList.Selected, "#entries")
    def _entry(self) -> None:
        entry = self.query_one(DifferenceList).whole_entry
        if entry is not None:
            self.app.push_screen(JsonScreen(entry, "difference"))


def _differs(row: Line | SideLine) -> bool:
    return row.differs if isinstance(row, SideLine) else bool(row.diff)


def _call_shown(call: CallRow) -> JsonValue:
    shown: dict[str, JsonValue] = {"args": call.args}
    if call.ok is None:
        shown["status"] = "under way when the execution ended"
    elif call.ok:
        shown["result"] = call.result
    else:
        shown["error"] = call.error
    shown["timing"] = {
        "started_ms": call.started_ms,
        "duration_ms": call.duration_ms,
        "upstream_ms": call.upstream_ms,
    }
    shown["line"] = call.line
    return shown


def _name(recording: Recording, room: int) -> str:
    """A run in as many words as there is room for; how it ended stands in the last row of the calls, too."""
    status = execution_of(recording).status
    by = clean_line(recording.client or recording.source, 20)
    script = clean_line(recording.script or "inline", 30)
    parts = [
        count(recording.tool_calls, "call"),
        local_time(recording.started_at),
        f"by {by}",
        _came_to(recording),
    ]
    named = f"{clean_line(recording.label)}  {script}  {SIGNS[status]} {status}"
    return as_many(f"{named}  {took(recording.duration_ms)}".rstrip(), parts, room, "  ")


def _came_to(recording: Recording) -> str:
    if recording.error_code or recording.status != "ok":  # cut off, or under way
        return recording.error_code or "no value"
    return f"value {clean_line(dumps(recording.value)[:60])}"
