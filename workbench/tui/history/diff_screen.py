"""Two executions side by side: their calls aligned, and of one pair arguments, results, timing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

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
    Pair,
    compare_calls,
    compare_ends,
    end_of,
    json_difference,
)
from workbench.text.jsontext import dumps
from workbench.text.plurals import agrees, count
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.history.text_sides import SideLine, TextSides, code_difference
from workbench.tui.replay.timeline import execution_of
from workbench.tui.values.difference_list import DifferenceList
from workbench.tui.values.json_view import JsonView
from workbench.tui.values.value_screen import JsonScreen
from workbench.tui.widgets.guarded_screen import GuardedScreen
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.quiet_line import as_many
from workbench.tui.widgets.row_list import RowList
from workbench.tui.wording import SIGNS, duration, local_time

_MS = 9
_MOST_ARGS = 400


@dataclass(frozen=True, slots=True)
class End:
    """The last row: how both ended."""

    diff: list[JsonValue]


@dataclass(frozen=True, slots=True)
class Before:
    """A row above the calls: the scripts, or what they were given, where the runs do not have the same."""

    what: Literal["code", "input"]
    diff: list[JsonValue]


Line: TypeAlias = Pair | Before | End


class DiffScreen(GuardedScreen[None]):
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

    def compose(self) -> ComposeResult:
        yield Static("Comparing…", id="diff-header", markup=False)
        with Pane(id="pairs-pane"):
            yield RowList[Line](pair_line, _heading, id="pairs")
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
        self._compare()

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
        said = calls_compared(pairs)
        if before:
            verb = agrees(len(before), "differ")
            said = f"{' and '.join(row.what for row in before)} {verb}, {said}"
        said += ", and the end differs" if end.diff else ", and the end is the same"
        self.query_one("#pairs-pane", Pane).set_title(
            f"Calls · {said}", "n next difference · F6 pane"
        )
        self._show_header(bool(before or different or end.diff))
        self._show()
        if (different or end.diff) and not _differs(self.rows.rows[0]):
            self.action_next(1)

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
        delta = "" if a_ms is None or b_ms is None else f" · b − a {_signed(b_ms - a_ms)}"
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
            self._side("a", end_of(self._a), "a · the end", _took(self._a.duration_ms))
            self._side("b", end_of(self._b), "b · the end", _took(self._b.duration_ms))
        else:
            for name, call in (("a", row.a), ("b", row.b)):
                if call is None:
                    self.query_one(f"#{name}", JsonView).clear("No such call")
                    self.query_one(f"#{name}-pane", Pane).set_title(f"{name} · no such call")
                else:
                    title = f"{name} · {_call_name(call)}"
                    self._side(name, _call_shown(call), title, _took(call.duration_ms))
        self.query_one(DifferenceList).show(row.diff, "Nothing differs here")
        self.query_one("#entries-pane", Pane).set_title(
            f"Difference · {len(row.diff)}" if row.diff else "Difference", "Enter shows one whole"
        )

    def _show_code(self, diff: list[JsonValue]) -> None:
        """Line beside line."""
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
            self.app.push_screen(JsonScreen(row.difference, "line"))

    @on(DifferenceList.Selected, "#entries")
    def _entry(self) -> None:
        row = self.query_one(DifferenceList).row
        if row is not None:
            self.app.push_screen(JsonScreen(row, "difference"))


def pair_line(row: Line, width: int) -> list[Part]:
    """``≠ #1 demo.echo 12 ms │ #1 demo.echo 14 ms │ +2 ms``."""
    side = max((width - 2 - _MS - 1) // 2, 8)
    if isinstance(row, Before):
        places = count(len(row.diff), "line" if row.what == "code" else "place")
        verb = agrees(len(row.diff), "differ")
        return [("≠ ", "warning"), (f"{row.what}: {places} {verb}", "warning")]
    if isinstance(row, End):
        sign, name = ("≠ ", "warning") if row.diff else ("= ", "ok")
        said = "value, error and console"
        return [(sign, name), (said, name if row.diff else "")]
    a_ms, b_ms = (call.duration_ms if call is not None else None for call in (row.a, row.b))
    delta = "" if a_ms is None or b_ms is None else _signed(b_ms - a_ms)
    name = "warning" if row.diff else ""
    return [
        ("≠ " if row.diff else "= ", "warning" if row.diff else "ok"),
        (fit(_half(row.a, side - 1), side - 1) + "│", name if row.a is not None else "dim"),
        (fit(_half(row.b, side - 1), side - 1) + "│", name if row.b is not None else "dim"),
        (f"{delta:>{_MS}}", "dim"),
    ]


def calls_compared(pairs: Sequence[Pair]) -> str:
    """How many calls differ; of those that were let through, as the history counts them, the refused apart."""
    different = sum(bool(pair.diff) for pair in pairs)
    made = sum(was_let_through(pair.a) or was_let_through(pair.b) for pair in pairs)
    refused = len(pairs) - made
    calls = count(made, "call") if made or not refused else count(refused, "refused call")
    if made and refused:
        calls += f" and {refused:,} refused"
    if different:
        return f"{different:,} of {calls} {agrees(different, 'differ')}"
    if not pairs:
        return "no calls"
    return f"{calls}, {'the same' if len(pairs) == 1 else 'all the same'}"


def was_let_through(call: CallRow | None) -> bool:
    """Whether there is such a call, and a server was asked."""
    return call is not None and call.dispatched


def before_calls(a: Recording, b: Recording) -> list[Before]:
    """What differs before any call: the script by its lines, the input by its members."""
    found = []
    code = code_difference(a.code, b.code)
    if code:
        found.append(Before("code", code))
    given = json_difference(a.input, b.input)
    if given:
        found.append(Before("input", given))
    return found


def _half(call: CallRow | None, width: int) -> str:
    if call is None:
        return "  no such call"
    took = _took(call.duration_ms)
    sign = "…" if call.ok is None else "✔" if call.ok else "✘"
    name = f"{sign} {_call_name(call)}"
    args = clean_line(call.args_text[:_MOST_ARGS])
    room = max(width - len(took) - 2, 4)
    return f"{fit(name + '  ' + args, room)} {took} "


def _heading(width: int) -> str:
    side = max((width - 4 - _MS - 1) // 2, 8)
    return f"    {fit('a', side)}{fit('b', side)}{'b − a':>{_MS}}"


def _differs(row: Line | SideLine) -> bool:
    return row.differs if isinstance(row, SideLine) else bool(row.diff)


def _call_name(call: CallRow) -> str:
    return f"#{call.seq} {clean_line(f'{call.server}.{call.tool}', 60)}"


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
    """A run in as many words as there is room for; its value stands in the last row of the calls, too."""
    status = execution_of(recording).status
    by = clean_line(recording.client or recording.source, 20)
    script = clean_line(recording.script or "inline", 30)
    parts = [
        count(recording.tool_calls, "call"),
        local_time(recording.started_at),
        f"by {by}",
        f"value {clean_line(dumps(recording.value)[:60])}",
    ]
    named = f"{clean_line(recording.label)}  {script}  {SIGNS[status]} {status}"
    return as_many(f"{named}  {_took(recording.duration_ms)}", parts, room, "  ")


def _took(ms: float | None) -> str:
    return "" if ms is None else duration(ms)


def _signed(ms: float) -> str:
    return f"{'+' if ms >= 0 else '−'}{duration(abs(ms))}"
