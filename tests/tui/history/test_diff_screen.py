"""Two runs side by side: from the history, and a record beside a run on the live servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Static

from tests.tui.conftest import MakeApp, app_opened, until
from tests.tui.test_snapshots import recording
from workbench.config import Config
from workbench.core.model import Limits
from workbench.history import CallRow, Recording
from workbench.replay import Pair, compare_calls
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.ask import ChoiceScreen
from workbench.tui.history import diff_screen
from workbench.tui.history.diff_screen import DiffScreen, _name
from workbench.tui.history.pair_lines import Before, End, calls_compared, pair_line, signed
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.history.text_sides import TextSides, code_difference, side_lines
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.values.difference_list import DifferenceList
from workbench.tui.values.json_view import JsonView
from workbench.tui.values.value_screen import JsonScreen
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList

pytestmark = pytest.mark.anyio
_CODE = """\
await tools.demo.echo({value: 'same'});
await tools.demo.echo({value: input.of});
if (input.more) await tools.demo.deploy({service: 'web'}).catch(() => {});
return input.of
"""


async def run(app: WorkbenchApp, pilot: Pilot[int], given: str) -> None:
    before = app.main.runs.now
    app.main.tab.input.text = given
    await pilot.press("f5")
    await until(
        lambda: (
            app.main.runs.now is not before and app.main.runs.now and app.main.runs.now.execution
        ),
        "the run ends",
    )


def lines(rows: RowList[Any]) -> list[str]:
    return [rows.render_line(y).text.rstrip() for y in range(rows.size.height)]


def shown(screen: DiffScreen, side: str) -> object:
    view = screen.query_one(f"#{side}", JsonView)
    return view.shown.value if view.shown is not None else None


async def compared(app: WorkbenchApp) -> DiffScreen:
    await until(lambda: isinstance(app.screen, DiffScreen), "the comparison")
    screen = app.screen
    assert isinstance(screen, DiffScreen)
    await until(lambda: screen.rows.rows, "it is compared")
    return screen


async def runs_listed(app: WorkbenchApp, pilot: Pilot[int], wanted: int) -> None:
    await pilot.press("ctrl+t")
    await until(lambda: isinstance(app.screen, HistoryScreen), "the list")
    screen = app.screen
    assert isinstance(screen, HistoryScreen)
    await until(lambda: len(screen.rows.rows) == wanted, "the runs are listed")


async def test_nothing_is_compared_before_the_screen_is_painted(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who compares takes half of the interpreter from who paints."""
    app = make_app("return 1", config=Config(limits=Limits()))
    screen = DiffScreen(recording(), recording())
    render_line = RowList.render_line
    seen: list[RowList[Any]] = []
    painted: list[bool] = []

    def rendering(self: RowList[Any], y: int) -> Strip:
        seen.append(self)
        return render_line(self, y)

    def comparing(a: Recording, b: Recording) -> list[Pair]:
        painted.append(screen.rows in seen)
        return compare_calls(a, b)

    monkeypatch.setattr(RowList, "render_line", rendering)
    monkeypatch.setattr(diff_screen, "compare_calls", comparing)
    async with app.run_test(size=(80, 24)):
        await app_opened(app)
        await app.push_screen(screen)
        await compared(app)
    assert painted == [True]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_two_runs_of_the_history_side_by_side(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=size) as pilot:
        await app_opened(app)
        await run(app, pilot, '{"of": 1}')
        await run(app, pilot, '{"of": 2, "more": true}')
        await runs_listed(app, pilot, 2)
        await pilot.press("j", "d", "k", "d")  # the older one is a
        screen = await compared(app)
        await pilot.pause()
        given, same, other, more, end = screen.rows.rows
        assert isinstance(given, Before)
        assert given.what == "input"
        assert {"path": "$.of", "expected": 1, "actual": 2} in given.diff
        assert not same.diff
        assert other.diff == [
            {"path": "$.args.value", "expected": 1, "actual": 2},
            {"path": "$.result", "expected": 1, "actual": 2},
        ]
        assert isinstance(more, Pair)
        assert more.a is None
        assert isinstance(end, End)
        assert end.diff == [{"path": "$.value", "expected": 1, "actual": 2}]
        said = lines(screen.rows)
        assert said[1].startswith("▶ ≠ input: 2 places differ")
        assert "demo.echo" in said[3]
        assert "no such call" in said[4]
        # It begins at the first difference; n goes on, round to the first again.
        assert screen.rows.cursor == 0
        assert shown(screen, "b") == {"of": 2, "more": True}
        await pilot.press("n")
        assert screen.rows.cursor == 2
        left, right = shown(screen, "a"), shown(screen, "b")
        assert isinstance(left, dict)
        assert isinstance(right, dict)
        assert (left["args"], right["args"]) == ({"value": 1}, {"value": 2})
        assert left["timing"]["duration_ms"] is not None
        assert len(screen.query_one(DifferenceList).rows) == 2
        await pilot.press("n", "n")
        assert screen.rows.cursor == 4
        assert isinstance(shown(screen, "b"), dict)
        await pilot.press("n")
        assert screen.rows.cursor == 0
        await pilot.press("escape")
        assert isinstance(app.screen, HistoryScreen)


async def replay_of(app: WorkbenchApp, pilot: Pilot[int]) -> ReplayScreen:
    assert app.main.runs.now is not None
    await app.open_replay(app.main.runs.now.execution_id)
    await until(lambda: isinstance(app.screen, ReplayScreen), "the replay")
    await pilot.pause()
    assert isinstance(app.screen, ReplayScreen)
    return app.screen


async def yes(app: WorkbenchApp, pilot: Pilot[int], is_open: Callable[[], object]) -> None:
    await until(is_open, "the question")
    await pilot.pause()
    await pilot.press("right", "enter")


@pytest.mark.slow
async def test_a_record_beside_a_live_run(make_app: MakeApp) -> None:
    app = make_app("await tools.demo.echo({value: 1});\nreturn await tools.demo.now({})")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await run(app, pilot, "{}")
        replay = await replay_of(app, pilot)
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
        await pilot.press("enter")  # the safe answer
        await until(lambda: app.screen is replay, "back")
        assert replay.reruns.verdict == ""
        await pilot.press("c")
        await yes(app, pilot, lambda: isinstance(app.screen, ChoiceScreen))
        screen = await compared(app)
        echo, now, _ = screen.rows.rows
        assert not echo.diff
        assert now.diff
        said = str(screen.query_one("#diff-header", Static).visual)
        assert "different" in said
        assert "live servers answered otherwise" in said
        await pilot.press("escape")
        assert app.screen is replay
        assert "diverged" in replay.reruns.verdict


def test_lines_that_stand_for_each_other_are_on_one_row() -> None:
    rows = side_lines("a\nb\nc\nd", "a\nB\nc\nnew\nd\nend")
    assert [(row.left, row.right, row.differs) for row in rows] == [
        ("a", "a", False), ("b", "B", True), ("c", "c", False), ("", "new", True), ("d", "d", False),
        ("", "end", True),
    ]  # fmt: skip
    assert [(row.left_number, row.right_number) for row in rows[3:]] == [(0, 4), (4, 5), (0, 6)]
    assert code_difference("a\nb", "a\nB") == [{"path": "line 2", "expected": "b", "actual": "B"}]
    assert side_lines("", "") == code_difference("a", "a") == []
    assert len(code_difference("a\r\n", "a\n")) == 1
    assert [row.right_number for row in side_lines("x", "")] == [0]


@pytest.mark.slow
async def test_the_code_of_two_runs_stands_line_beside_line(make_app: MakeApp) -> None:
    app = make_app("// one\nconst a = 1;\nreturn a")
    async with app.run_test(size=(100, 30)) as pilot:
        await app_opened(app)
        await run(app, pilot, "null")
        app.main.tab.script.text = "// one\nconst a = 2;\n\nreturn a"
        await run(app, pilot, "null")
        await runs_listed(app, pilot, 2)
        await pilot.press("j", "d", "k", "d")
        screen = await compared(app)
        code = screen.query_one(TextSides)
        await until(lambda: code.rows, "the code")
        assert "code differs" in str(screen.query_one("#pairs-pane", Pane).border_title)
        said = lines(code)
        assert said[2].split() == [
            "▶",
            "2",
            "const",
            "a",
            "=",
            "1;",
            "≠",
            "2",
            "const",
            "a",
            "=",
            "2;",
        ]
        assert said[4].split() == ["3", "return", "a", "│", "4", "return", "a"]
        await pilot.press("enter", "n")
        await until(lambda: code.cursor == 2, "the next line that differs")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, JsonScreen), "a line, whole")
        await pilot.press("escape", "shift+tab", "j")
        await until(lambda: not code.display or not code.parent.display, "the end has values")  # type: ignore[union-attr]
        assert shown(screen, "a") is not None


def _call(tool: str, args: str, *, let_through: bool = True) -> CallRow:
    return CallRow(
        1, "tracker", tool, args, 1, 1, 0.0, 1.0, None, True, None, None, None, let_through, 1
    )


def test_a_pair_says_first_what_differs_in_as_much_room_as_there_is() -> None:
    a = _call("search_issues", '{"repo": "a/b", "id": 1}')
    b = _call("search_issues", '{"repo": "a/b", "id": 2}')

    def sides(width: int) -> list[str]:
        _, left, right, _ = pair_line(Pair(a, b, ["differs"]), width)
        return [" ".join(side[0].split()) for side in (left, right)]

    wide = ['✔ #1 tracker.search_issues id=1 repo="a/b" 1 ms │']
    assert sides(120)[:1] == wide
    assert sides(120)[1] == wide[0].replace("id=1", "id=2")
    assert sides(76)[0].startswith("✔ #1 search_issues id=1"), "the tool, rather than its server"


def test_lines_of_code_that_are_cut_are_seen_where_they_part() -> None:
    sides = TextSides("code")
    beginning = "const found = await tools.tracker.search_issues({ query: "
    sides.rows = side_lines(beginning + "1 })", beginning + "22 })")
    (_, (left, _), _, _, (right, _)) = sides._line(sides.rows[0], 70)
    assert left.strip().endswith("query: 1 })")
    assert right.strip().endswith("query: 22 })")


def test_the_calls_of_two_runs_are_counted_as_the_history_does() -> None:
    def pair(*let_through: bool, diff: bool = False) -> Pair:
        sides = [_call("echo", "{}", let_through=each) for each in let_through]
        return Pair(sides[0], sides[1] if len(sides) > 1 else None, ["differs"] if diff else [])

    both, refused = pair(True, True), pair(False, False)
    assert calls_compared([]) == "no calls"
    assert calls_compared([both]) == "1 call, the same"
    assert calls_compared([both] * 16 + [refused]) == "16 calls and 1 refused, all the same"
    assert calls_compared([refused]) == "1 refused call, the same"
    assert calls_compared([both, pair(True, diff=True)]) == "1 of 2 calls differs"
    assert calls_compared([pair(False, True), refused]) == "1 call and 1 refused, all the same"


def test_the_name_of_a_run_says_how_it_ended() -> None:
    went_well = replace(recording(), value=28, status="ok", error_code=None)
    assert _name(went_well, 200).endswith("  value 28")
    cut = replace(went_well, status="interrupted", value=None, duration_ms=None)
    assert _name(cut, 200).endswith("  no value"), "null is one"
    assert "‖ interrupted  " in _name(cut, 200)
    assert "   " not in _name(cut, 200)
    failed = replace(recording(), value=None, status="error", error_code="TIMEOUT")
    assert _name(failed, 200).endswith("  TIMEOUT")


def test_no_time_between_two_runs_has_no_sign() -> None:
    assert [signed(ms) for ms in (0.0, -0.2, 0.4, 12.0, -1500.0)] == [
        "0 ms",
        "0 ms",
        "0 ms",
        "+12 ms",
        "−1.500 s",
    ]
