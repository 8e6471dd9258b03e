"""The trace on a screen: what lines show, keys, mouse, follow, filter."""

from __future__ import annotations

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding

from tests.tui.trace.test_trace_model import call, failed, finished, many
from workbench.core.events import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.core.model import ErrorCode, Execution, LogLine, ScriptError
from workbench.text.tokens import estimate
from workbench.tui.trace.figures_screen import FiguresScreen, show_figures
from workbench.tui.trace.view import TraceView
from workbench.tui.trace.view_messages import CallHighlighted, CallOpened, ConsoleOpened

pytestmark = pytest.mark.anyio


class TraceApp(App[None]):
    """The widget alone; remembers its view_messages."""

    def __init__(self) -> None:
        super().__init__()
        self.highlighted: list[int] = []
        self.opened: list[int] = []
        self.lines_opened: list[int] = []

    def compose(self) -> ComposeResult:
        yield TraceView()

    @property
    def trace(self) -> TraceView:
        return self.query_one(TraceView)

    def feed(self, *events: Event) -> TraceView:
        self.trace.begin("x")
        self.trace.apply(events)
        return self.trace

    @on(CallOpened)
    def _opened(self, message: CallOpened) -> None:
        self.opened.append(message.seq)

    @on(ConsoleOpened)
    def _line_opened(self, message: ConsoleOpened) -> None:
        self.lines_opened.append(message.number)

    @on(CallHighlighted)
    def _highlighted(self, message: CallHighlighted) -> None:
        self.highlighted.append(message.seq)


def lines(trace: TraceView) -> list[str]:
    return [trace.render_line(y).text for y in range(trace.size.height)]


def some(count: int, *, bad: tuple[int, ...] = ()) -> list[Event]:
    events: list[Event] = []
    for seq in range(1, count + 1):
        made = call(seq, line=seq % 5 + 1, started_ms=seq * 10.0)
        if seq in bad:
            events += finished(made, failed(ErrorCode.UPSTREAM_ERROR, f"broken {seq}"))
        else:
            events += finished(made)
    return events


async def test_a_wide_screen_shows_a_waterfall() -> None:
    app = TraceApp()
    async with app.run_test(size=(120, 12)) as pilot:
        trace = app.feed(*some(3, bad=(2,)), ConsoleLine("x", LogLine("warn", "odd")))
        trace.apply([ToolCallStarted("x", call(4, "chat.post", started_ms=40.0))])
        await pilot.pause()
        shown = lines(trace)
        assert "Tool" in shown[0]
        assert "0s ┄" in shown[0]
        assert "✔ ok" in shown[1]
        assert "db.query" in shown[1]
        assert any(sign in shown[1] for sign in "▏▎▍▌▋▊▉█")
        assert "✘ error" in shown[2]
        assert "broken 2" in shown[2]
        assert "warn" in shown[4]
        assert "odd" in shown[4]
        assert "… running" in shown[5]
        assert all(trace.render_line(y).cell_length == trace.size.width for y in range(10))


async def test_a_narrow_screen_shows_a_summary_with_the_status_in_words() -> None:
    app = TraceApp()
    async with app.run_test(size=(80, 12)) as pilot:
        trace = app.feed(*some(3, bad=(2,)))
        await pilot.pause()
        shown = lines(trace)
        assert "Result" in shown[0]
        assert "{rows: 1}" in shown[1]
        assert "error: broken 2" in shown[2]
        assert not any("█" in line for line in shown)


async def test_it_works_at_any_width() -> None:
    app = TraceApp()
    for width in (4, 12, 30, 60, 99, 100, 109, 110, 200):
        async with app.run_test(size=(width, 6)) as pilot:
            trace = app.feed(*some(30, bad=(2,)), ConsoleLine("x", LogLine("log", "漢字" * 99)))
            await pilot.pause()
            strips = [trace.render_line(y) for y in range(6)]
            width_inside = trace.scrollable_content_region.width
            assert {strip.cell_length for strip in strips} == {width_inside}
        app = TraceApp()


async def test_keys_move_and_find_errors_and_open() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 10)) as pilot:
        trace = app.feed(*some(50, bad=(20, 40)))
        trace.focus()
        await pilot.press("g")
        assert trace.selected is not None
        assert trace.selected.seq == 1
        assert not trace.follow
        await pilot.press("j", "j", "k", "e")
        assert trace.selected.seq == 20
        await pilot.press("e", "e")
        assert trace.selected.seq == 40
        assert "no error there" in lines(trace)[-1]
        await pilot.press("E", "enter")
        assert app.opened == [20]
        assert app.highlighted[-1] == 20
        await pilot.press("pagedown")
        assert trace.selected.seq > 24
        await pilot.press("G")
        assert trace.selected.seq == 50
        assert trace.follow


async def test_how_a_run_ended_is_seen_below_the_call_that_ended_it() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 10)) as pilot:
        error = ScriptError(ErrorCode.UPSTREAM_ERROR, "broken 50", line=1)
        ended = ExecutionFinished("x", Execution("x", "error", error=error), 0.0)
        trace = app.feed(*some(50, bad=(50,)), ended)
        trace.action_first()
        await pilot.pause()
        assert trace.select(50)
        await pilot.pause()
        assert "✘ UPSTREAM_ERROR" in lines(trace)[-1]
        assert trace.selected is not None
        assert trace.selected.seq == 50


async def test_follow_stays_at_the_end_and_a_pill_counts_what_is_new() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 10)) as pilot:
        trace = app.feed(*some(30))
        trace.focus()
        await pilot.pause()
        assert "30 " in lines(trace)[-1]
        await pilot.press("k")
        more = [event for seq in range(31, 43) for event in finished(call(seq))]
        trace.apply(more)
        await pilot.pause()
        assert trace.selected is not None
        assert trace.selected.seq == 29
        assert "12 new ↓" in lines(trace)[-1]
        await pilot.click(TraceView, offset=(95, 9))
        assert trace.follow
        assert trace.selected.seq == 42
        assert "new" not in lines(trace)[-1]


async def test_a_filter_is_typed_in_place() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 10)) as pilot:
        trace = app.feed(*some(30, bad=(7, 9)))
        trace.focus()
        await pilot.press("slash", *"status:error")
        assert "/status:error" in lines(trace)[-1]
        assert len(trace.model.shown) == 2
        await pilot.press("enter")
        assert "2 of 30" in lines(trace)[-1]
        assert "broken 7" in lines(trace)[1]
        await pilot.press("escape")
        assert len(trace.model.shown) == 30
        await pilot.press("g", "n")
        assert trace.selected is not None
        assert trace.selected.seq == 7
        await pilot.press("slash", *"xyz")
        assert any("No row matches the filter" in line for line in lines(trace)), "not just nothing"
        await pilot.press("escape")
        assert len(trace.model.shown) == 30


async def test_a_filter_that_hides_the_row_under_the_cursor_leaves_it_on_one_that_is_seen() -> None:
    """Enter went to the line of a call that the filter had hidden, and Down left one out."""
    app = TraceApp()
    async with app.run_test(size=(100, 10)) as pilot:
        trace = app.feed(*some(30, bad=tuple(range(7, 30, 2))))
        trace.focus()
        await pilot.press("g", "slash", *"status:err")
        assert trace.selected is not None
        assert trace.selected.seq == 1, "as long as one types, it stays"
        await pilot.press(*"or", "enter")
        assert trace.selected.seq == 7
        assert lines(trace)[1].startswith("▶")
        await pilot.press("j", "enter")
        assert app.opened == [9]
        assert "new" not in lines(trace)[-2]
        trace.apply([e for seq in (31, 32) for e in finished(call(seq))])
        assert "new" not in lines(trace)[-2], "what the filter hides is not told of as new"
        trace.apply(finished(call(33), failed(ErrorCode.UPSTREAM_ERROR, "broken")))
        assert "1 new" in lines(trace)[-2]


async def test_a_name_that_is_cut_keeps_the_hue_of_its_server() -> None:
    app = TraceApp()
    async with app.run_test(size=(40, 10)) as pilot:
        trace = app.feed(*finished(call(1, "db." + "long_name_" * 5)))
        await pilot.pause()
        row = trace.render_line(1)
        (server,) = [each for each in row if each.text == "db"]
        (cut,) = [each for each in row if each.text.startswith(".long")]
        assert cut.text.endswith("…")
        assert server.style is not None
        assert cut.style is not None
        assert server.style.color != cut.style.color
        app.feed(*finished(call(1, "server_with_a_long_name.x")))
        for width in range(8, 60):
            await pilot.resize_terminal(width, 10)
            assert trace.render_line(1).cell_length == trace.scrollable_content_region.width


async def test_keys_of_rows_are_offered_where_there_are_rows() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 10)):
        trace = app.trace
        offered = {
            each.action for each in TraceView.BINDINGS if isinstance(each, Binding) and each.show
        }
        assert trace.idle_actions == offered
        app.feed(*some(1))
        assert not trace.idle_actions


async def test_a_wrong_filter_is_named_and_changes_nothing() -> None:
    app = TraceApp()
    async with app.run_test(size=(120, 10)) as pilot:
        trace = app.feed(*some(5))
        await pilot.pause()
        problem = trace.set_filter("status:fine")
        assert problem is not None
        assert "one of ok, error" in problem
        assert "status:fine" in lines(trace)[-1]
        assert len(trace.model.shown) == 5


async def test_a_click_selects_and_a_second_one_opens() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 12)) as pilot:
        trace = app.feed(*some(8))
        await pilot.click(TraceView, offset=(10, 3))
        assert trace.selected is not None
        assert trace.selected.seq == 3
        assert app.opened == []
        await pilot.click(TraceView, offset=(10, 3))
        assert app.opened == [3]


async def test_views_and_console_lines_toggle() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 10)) as pilot:
        trace = app.feed(*some(2), ConsoleLine("x", LogLine("log", "hello")))
        trace.focus()
        await pilot.press("t")
        assert "+10ms" in lines(trace)[1]
        await pilot.press("t")
        assert "start" not in lines(trace)[0]
        assert "Result" in lines(trace)[0]
        await pilot.press("l")
        assert not any("hello" in line for line in lines(trace))
        await pilot.press("l")
        assert any("hello" in line for line in lines(trace))


async def test_running_rows_tick_until_the_end() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 10)) as pilot:
        trace = app.feed(ToolCallStarted("x", call(1)))
        assert trace._ticker is not None
        assert trace._ticker._active.is_set()
        trace.apply([ExecutionFinished("x", Execution("x", "ok", duration_ms=9.0), 0.0)])
        for _ in range(100):
            await pilot.pause(0.05)
            if not trace._ticker._active.is_set():
                break
        assert not trace._ticker._active.is_set()
        assert "cancelled" in lines(trace)[1]


async def test_nothing_from_outside_reaches_the_terminal_as_control() -> None:
    evil = "\x1b]52;c;x\x1b\\[/x][red]\r\n"
    app = TraceApp()
    async with app.run_test(size=(120, 10)) as pilot:
        made = call(1, f"s.{evil}", {evil: evil})
        trace = app.feed(
            *finished(made, failed(ErrorCode.TIMEOUT, evil)), ConsoleLine("x", LogLine("log", evil))
        )
        trace.set_filter(evil)
        await pilot.pause()
        assert not any(ord(c) < 32 for line in lines(trace) for c in line)


async def test_an_empty_trace_says_what_to_do() -> None:
    app = TraceApp()
    async with app.run_test(size=(80, 9)) as pilot:
        await pilot.press("j", "e", "enter", "G", "slash", "enter", "escape")
        assert any("F5 runs the script" in line for line in lines(app.trace))


async def test_lines_that_repeat_are_one_row_with_figures_and_unfold() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 12)) as pilot:
        trace = app.feed(*many(80, bad=(7,)))
        trace.focus()
        await pilot.press("g", "j")
        shown = lines(trace)
        assert "▸" in shown[3]
        assert "✘" in shown[3]
        assert "demo.get_issue  × 80 1 ✘ p50 4 ms p95 9 ms" in shown[3]
        assert any(sign in shown[1] for sign in "▁▂▃▄▅▆▇█"), "a long run has an overview"
        await pilot.press("enter")
        assert "demo.get_issue  id=102 " in lines(trace)[3]
        assert "{rows: 1}" in lines(trace)[3]
        assert app.opened == []
        await pilot.press("j", "j", "space")
        assert "× 80" in lines(trace)[3]
        await pilot.press("e")
        assert trace.selected is not None
        assert trace.selected.seq == 7
        await pilot.press("z")
        assert trace.selected.seq == 2
        await pilot.press("g", "space")
        assert "only one of its line" in lines(trace)[-1]


async def test_a_click_on_the_overview_goes_to_that_time() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 12)) as pilot:
        trace = app.feed(*some(60))
        trace.apply([ExecutionFinished("x", Execution("x", "ok", duration_ms=610.0), 0.0)])
        await pilot.pause()
        left, width = trace._overview_room()
        await pilot.click(TraceView, offset=(left + width // 2, 1))
        assert trace.selected is not None
        assert 28 <= trace.selected.seq <= 33


async def test_the_figures_of_tools_stand_on_a_key_and_filter() -> None:
    app = TraceApp()
    async with app.run_test(size=(100, 20)) as pilot:
        events = some(9, bad=(2,))
        trace = app.feed(*events)
        trace.focus()
        ended = {e.call.seq: e for e in events if isinstance(e, ToolCallFinished)}
        calls = [(e.call, ended.get(e.call.seq)) for e in events if isinstance(e, ToolCallStarted)]
        show_figures(trace, [*calls, (call(10, "chat.post"), None)], "x.js")
        screen = app.screen
        assert isinstance(screen, FiguresScreen)
        for _ in range(200):
            await pilot.pause(0.02)
            if screen.rows.rows:
                break
        first, second = screen.rows.rows
        assert (first.tool, first.calls, first.failed, first.median_ms) == ("db.query", 9, 1, 5.0)
        assert first.bytes_in == 8 * len('{"rows":1}')
        assert first.tokens == 8 * estimate('{"rows":1}')
        assert "tokens" in screen.rows.render_line(0).text
        assert screen.rows.render_line(1).text.split()[-1] == str(first.tokens)
        assert (second.tool, second.calls, second.median_ms) == ("chat.post", 1, 0.0)
        await pilot.press("o", "enter")
        await pilot.pause()
        assert app.screen is not screen
        assert trace.model.shown.filter.text == "tool:db.query"


async def test_a_line_of_the_console_opens_as_a_call_does() -> None:
    app = TraceApp()
    async with app.run_test(size=(60, 20)) as pilot:
        said = [ConsoleLine("x", LogLine("log", f"line {n}", float(n))) for n in range(3)]
        app.feed(said[0], *some(2), *said[1:])
        app.trace.focus()
        await pilot.press("g", "enter", "G", "enter", "k", "k", "enter")
        await pilot.pause()
        assert app.lines_opened == [0, 2]
        assert app.opened == [2]


async def test_a_key_turns_the_order_and_escape_takes_it_back() -> None:
    app = TraceApp()
    async with app.run_test(size=(90, 20)) as pilot:
        said = ConsoleLine("x", LogLine("log", "a line", 0.0))
        trace = app.feed(said, *finished(call(1), ms=5.0), *finished(call(2), ms=80.0))
        trace.focus()
        await pilot.press("o")
        await pilot.pause()
        rows = [line for line in lines(trace) if line.strip()]
        assert [row.split()[0].strip("▶") or row.split()[1] for row in rows[1:3]] == ["2", "1"]
        assert rows[-1].strip() == "slowest first · o turns · Esc clears"
        assert not trace.follow
        await pilot.press("G", "escape")
        await pilot.pause()
        rows = [line for line in lines(trace) if line.strip()]
        assert "a line" in rows[1]
        assert len(rows) == 4
        assert trace.selected is not None
        assert trace.selected.seq == 1  # the cursor stays where it was
