"""The history screen on a real history file."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.tui.conftest import OrderedApp, until
from workbench.core.events import ExecutionFinished, ExecutionStarted, ToolCallStarted
from workbench.core.model import (
    ErrorCode,
    Execution,
    ExecutionRequest,
    Limits,
    ScriptError,
    Source,
    ToolCall,
)
from workbench.core.records import RanScript
from workbench.core.savings import Tokens
from workbench.history import ExecutionRow, Store, read_recording
from workbench.text.redact import Redactor
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.history.diff_screen import DiffScreen
from workbench.tui.history.filter import (
    HINT,
    client_filter,
    doubt_of,
    script_filter,
    text_filter,
    wanted_of,
)
from workbench.tui.history.filters_screen import FiltersScreen
from workbench.tui.history.rows import Longest, heading, row_line, when
from workbench.tui.history.runs_view import RunsView
from workbench.tui.history.saved_filters import SavedFilters
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.widgets.line_view import Part, cells
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.whole_row import WholeRow
from workbench.tui.wording import tokens_short

pytestmark = pytest.mark.anyio
_NOW = 1_790_000_000.0
OpenStore = Callable[[], Store]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[OpenStore]:
    """Stores on one file; a second one stands for another process."""
    stores: list[Store] = []

    def make() -> Store:
        store = Store(
            tmp_path / "history.sqlite3",
            redactor=Redactor((), ()),
            max_age_days=36_500,
            max_size_mb=100,
            log=tmp_path / "main.log",
        )
        stores.append(store)
        return store

    yield make
    for store in stores:
        store.close()


async def record(
    store: Store,
    execution_id: str,
    *,
    source: Source = "tui",
    failed: bool = False,
    message: str = "no",
    script: str | None = "triage.js",
    client: str | None = None,
    value: int = 1,
    took_ms: float = 12.0,
    calls: int = 3,
    call: ToolCall | None = None,
    code: str = "return 1",
) -> None:
    request = ExecutionRequest(code, source=source, script=script, client=client)
    error = ScriptError(ErrorCode.RUNTIME_ERROR, message) if failed else None
    done = Execution(
        execution_id,
        "error" if failed else "ok",
        None if failed else value,
        error,
        duration_ms=took_ms,
        tool_calls=calls,
    )
    store.record(
        ExecutionStarted(execution_id, request, Limits(), "engine", None, (1, 2, 3, 4), _NOW)
    )
    if call is not None:
        store.record(ToolCallStarted(execution_id, call))
    store.record(ExecutionFinished(execution_id, done, _NOW + 1))
    await store.committed()


async def record_some(store: Store, number: int) -> None:
    """``id0`` of ``s0.js``, which failed, ``id1`` of ``s1.js``, which did not, and so on."""
    for n in range(number):
        await record(store, f"id{n}", failed=n % 2 == 0, script=f"s{n}.js")


class HistoryApp(OrderedApp):
    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.filters = SavedFilters(store.path.parent)
        self.opened: list[str] = []

    async def open_run(self, execution_id: str) -> None:
        self.opened.append(execution_id)

    @property
    def history(self) -> HistoryScreen:
        found = next(s for s in self.screen_stack if isinstance(s, HistoryScreen))
        assert isinstance(found, HistoryScreen)
        return found


async def opened(app: HistoryApp, pilot: Pilot[int]) -> HistoryScreen:
    await app.push_screen(HistoryScreen(app.store, app.open_run, app.filters))
    await loaded(app, pilot)
    return app.history


async def loaded(app: HistoryApp, pilot: Pilot[int]) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def ids(screen: HistoryScreen) -> list[str]:
    return [row.execution_id for row in screen.view.runs]


def lines(screen: HistoryScreen) -> list[str]:
    return [screen.rows.render_line(y).text.rstrip() for y in range(screen.rows.size.height)]


async def test_runs_are_listed_newest_first_and_opened(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    watches = [store.watch()]
    monkeypatch.setattr(store, "watch", watches.pop)
    (watch,) = watches
    await record(store, "aaaa1111")
    await record(store, "bbbb2222", source="serve", failed=True, client="claude", script=None)
    app = HistoryApp(store)
    async with app.run_test(size=(140, 20)) as pilot:
        screen = await opened(app, pilot)
        assert ids(screen) == ["bbbb2222", "aaaa1111"]
        shown = lines(screen)
        assert "✘ error" in shown[1]
        assert "inline: return 1" in shown[1]
        assert "serve (claude)" in shown[1]
        assert "RUNTIME_ERROR" in shown[1]
        assert "✔ ok" in shown[2]
        await pilot.press("j", "enter")
        assert app.opened == ["aaaa1111"]
        assert watch._connection is not None, "it is followed"
        await pilot.press("escape")
        assert not isinstance(app.screen, HistoryScreen)
        await until(lambda: watch._connection is None, "nobody follows any more")


@pytest.mark.slow
async def test_the_filter_narrows_as_one_types(open_store: OpenStore) -> None:
    store = open_store()
    await record_some(store, 5)
    app = HistoryApp(store)
    async with app.run_test(size=(120, 20)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("slash", *"status:error")
        await loaded(app, pilot)
        assert ids(screen) == ["id4", "id2", "id0"]
        screen.query_one(Input).value = "s3.js"
        await loaded(app, pilot)
        assert ids(screen) == ["id3"]
        screen.query_one(Input).value = "nowhere"
        await loaded(app, pilot)
        assert any("No run matches" in line for line in lines(screen))
        await pilot.press("escape")
        await loaded(app, pilot)
        assert len(ids(screen)) == 5


async def with_many_runs(store: Store) -> Store:
    """450 of them, more than two pages: run0000 to run0449."""
    for number in range(450):
        started = ExecutionStarted(
            f"run{number:04}", ExecutionRequest("1"), Limits(), "engine", None, (1, 2, 3, 4), _NOW
        )
        store.record(started)
    await store.committed()
    return store


async def test_pages_are_fetched_as_one_moves_down_and_end_goes_to_the_oldest(
    open_store: OpenStore,
) -> None:
    app = HistoryApp(await with_many_runs(open_store()))
    async with app.run_test(size=(100, 20)) as pilot:
        screen = await opened(app, pilot)
        every = [f"run{number:04}" for number in range(449, -1, -1)]
        assert ids(screen) == every[:200]

        def at() -> str:
            return "" if screen.view.run is None else screen.view.run.execution_id

        await pilot.press("end")  # of all, not of those that were read
        await until(lambda: at() == "run0000", "the oldest")
        assert ids(screen) == every[-200:]
        for count in (400, 450):
            before = lines(screen)
            screen.rows.scroll_to(y=1, animate=False)
            screen.rows.move_to(0)
            chosen = at()
            await until(lambda n=count: len(ids(screen)) == n, "the page before")  # type: ignore[misc]
            assert ids(screen) == every[-count:]
            assert at() == chosen
            assert before != lines(screen)
            assert any(chosen[:8] in line for line in lines(screen)), "it is seen still"
        await pilot.press("home")
        assert at() == "run0449"

        screen.view.turn_order()  # all took as long
        await until(lambda: ids(screen) == every[:200], "the first page again")
        await pilot.press("G")
        await until(lambda: at() == "run0000")
        screen.rows.move_to(0)
        await until(lambda: ids(screen) == every[-400:], "the page before in another order")
        await pilot.press("g")
        await until(lambda: at() == "run0449", "the first of all")
        for count in (400, 450):
            screen.rows.move_to(len(ids(screen)) - 1)
            await until(lambda n=count: len(ids(screen)) == n, "the next page")  # type: ignore[misc]
        assert ids(screen) == every
        screen.rows.move_to(449)
        assert at() == "run0000"

        screen.view.turn_order()
        await until(lambda: at() == "run0449", "the first page again")
        await loaded(app, pilot)
        screen.rows.action_edge(1)
        screen.rows.action_edge(-1)  # before the last page was read
        await loaded(app, pilot)
        assert screen.rows.cursor == 0
        assert at() == "run0449"

        for _ in range(2):  # by the longest once more
            screen.view.turn_order()
            await loaded(app, pilot)
        await pilot.press("end")
        await until(lambda: at() == "run0000" and ids(screen)[0] != "run0449", "the last page")
        listed = len(ids(screen))
        await record(open_store(), "short", took_ms=1.0)
        await until(lambda: ids(screen)[-1] == "short", "a run of another process is the last")
        assert at() == "run0000"
        assert ids(screen) == [*every, "short"][-listed:]


async def test_end_is_kept_while_the_list_is_read_anew(open_store: OpenStore) -> None:
    """It went to the end of what was listed, or nowhere, where that was just being read again."""
    app = HistoryApp(await with_many_runs(open_store()))
    async with app.run_test(size=(100, 20)) as pilot:
        screen = await opened(app, pilot)

        def at() -> str:
            return "" if screen.view.run is None else screen.view.run.execution_id

        screen.view.reload()
        screen.rows.action_edge(1)
        await until(lambda: at() == "run0000", "the oldest, once it is read")
        screen.rows.action_edge(-1)
        screen.view.reload()  # it was on its way
        await until(lambda: at() == "run0449", "the newest")
        screen.view.turn_order()
        screen.rows.action_edge(1)
        await until(lambda: at() == "run0000", "the last in the other order")


async def test_what_another_process_runs_appears(open_store: OpenStore) -> None:
    store, other = open_store(), open_store()
    await record(store, "mine")
    app = HistoryApp(store)
    async with app.run_test(size=(120, 20)) as pilot:
        screen = await opened(app, pilot)
        await record(other, "theirs", source="serve")
        await until(lambda: ids(screen) == ["theirs", "mine"], "the other's run")


async def test_two_runs_are_compared(open_store: OpenStore) -> None:
    store = open_store()
    await record(store, "aaaa", value=1)
    await record(store, "bbbb", value=2)
    app = HistoryApp(store)
    async with app.run_test(size=(120, 20)) as pilot:
        await opened(app, pilot)
        await pilot.press("d")
        assert isinstance(app.screen, HistoryScreen)
        assert "bbbb* is marked" in str(app.screen.query_one(Pane).border_subtitle)
        await pilot.press("j", "d")
        await until(lambda: isinstance(app.screen, DiffScreen), "the comparison")
        await pilot.press("escape")
        assert isinstance(app.screen, HistoryScreen)


async def test_what_is_deleted_is_told_by_its_code_where_it_has_no_name(
    open_store: OpenStore,
) -> None:
    store = open_store()
    await record(store, "aaaa1111", script=None, code="return 'mine'")
    app = HistoryApp(store)
    async with app.run_test(size=(120, 20)) as pilot:
        await opened(app, pilot)
        await pilot.press("delete")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
        said = " ".join(str(each.render()) for each in app.screen.query(Static))
        assert "Delete run aaaa1111 (return 'mine') for good?" in said


async def test_a_run_is_exported_and_deleted(open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store()
    await record(store, "aaaa1111")
    target = tmp_path / "out.json"
    app = HistoryApp(store)
    async with app.run_test(size=(120, 20)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("x")
        await until(lambda: isinstance(app.screen, LineScreen), "the question")
        app.screen.query_one(Input).value = str(target)
        await pilot.press("enter")
        await until(target.exists, "the file")
        assert read_recording(target).execution_id == "aaaa1111"
        await until(lambda: isinstance(app.screen, HistoryScreen), "the list")
        await pilot.press("delete")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
        await pilot.press("enter")
        await loaded(app, pilot)
        assert ids(screen) == ["aaaa1111"]
        await pilot.press("delete")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
        await pilot.click("#yes")
        await until(lambda: ids(screen) == [], "the row goes")
        assert store.count() == 0


async def test_an_empty_history_says_what_to_do(open_store: OpenStore) -> None:
    app = HistoryApp(open_store())
    async with app.run_test(size=(60, 15)) as pilot:
        screen = await opened(app, pilot)
        assert any("F5" in line for line in lines(screen))
        await pilot.press("enter", "p", "space", "d", "x", "delete", "j", "G")
        assert isinstance(app.screen, HistoryScreen)


async def test_hostile_names_are_only_shown(open_store: OpenStore) -> None:
    store = open_store()
    evil = "\x1b]0;x\x07[/x]\n"
    await record(store, "aaaa", script=evil, client=evil, source="serve")
    app = HistoryApp(store)
    async with app.run_test(size=(120, 15)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("delete")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
        assert not any(ord(c) < 32 for line in lines(screen) for c in line)
        row = screen.view.run
        assert row is not None
        for width in (10, 40, 80, 200):
            assert not any(ord(c) < 32 for text, _ in row_line(row, width) for c in text)


async def test_short_names_of_scripts_leave_their_room_to_why_a_run_failed(
    open_store: OpenStore,
) -> None:
    store = open_store()
    message = "the answer of the server was not what was expected"
    await record(store, "aaaa", failed=True, message=message)
    app = HistoryApp(store)
    async with app.run_test(size=(166, 15)) as pilot:
        screen = await opened(app, pilot)
        assert lines(screen)[1].endswith(f"RUNTIME_ERROR: {message}")
        assert screen.view.line.placeholder == HINT
        await pilot.resize_terminal(60, 15)
        await until(lambda: screen.view.line.placeholder.endswith("script:a.js"), "whole words")


async def test_the_whole_row_of_a_failure_has_its_whole_message(open_store: OpenStore) -> None:
    store = open_store()
    message = "the end of it matters: " + "word " * 400 + "here it ends"
    await record(store, "aaaa", failed=True, message=message)
    app = HistoryApp(store)
    async with app.run_test(size=(120, 15)) as pilot:
        screen = await opened(app, pilot)
        row = screen.view.rows.row
        assert row is not None
        assert screen.view.rows.more_of is not None
        assert callable(screen.view.rows.more_of(row)), "nothing is left that nobody awaits"
        await pilot.press("w")
        await until(lambda: isinstance(app.screen, WholeRow), "the whole row")
        await until(lambda: "here it ends" in str(app.screen.query_one(Static).content))


@pytest.mark.parametrize("width", [76, 80, 88, 96, 100, 120, 140])
@pytest.mark.parametrize("named", [False, True])
async def test_a_run_that_failed_says_why_as_far_as_there_is_room(
    open_store: OpenStore, width: int, named: bool
) -> None:
    """Columns are as wide as what is in them: at 80 cells nothing was left for it but the sign of a cut."""
    store = open_store()
    await record(store, "aaaa", source="serve", failed=True, client="c", message="quota is used up")
    await record(store, "bbbb", source="serve", client="c")
    if named:
        store.name("aaaa", "weekly")
    app = HistoryApp(store)
    async with app.run_test(size=(width, 15)) as pilot:
        screen = await opened(app, pilot)
        assert "  From" in lines(screen)[0]
        assert "Fail" in lines(screen)[0]
        failed = lines(screen)[2]
        assert "serve" in failed
        said = failed.partition("serve")[2].removeprefix(" (c)").strip()
        if width >= 88:
            assert said.endswith("quota is used up")
        else:
            assert said.startswith("quo")


@pytest.mark.parametrize("named", [False, True])
def test_whatever_else_is_long_some_words_say_why_a_run_failed(named: bool) -> None:
    """Beside names and pins it was the sign of a cut alone, at 76 cells and at 96."""
    run = ExecutionRow(
        1, "aaaa1111", "serve", "claude-code-very-long", "a-rather-long-name.js", "interrupted", 1.0,
        72_345.0, 12_345, "RUNTIME_ERROR", None, "1", "7:1", name="a name of a run" if named else None, pinned=named,
    )  # fmt: skip
    longest = Longest.of([run])
    for width in range(56, 200):
        line = row_line(run, width, longest=longest)
        assert cells(line) <= width
        text = "".join(part for part, _ in line)
        assert "  RUNTIM" in text, (width, text)
        assert "Failure" in heading(width + 2, longest)[: width + 2]


@pytest.mark.parametrize("width", [60, 66, 74])
async def test_a_narrow_line_says_who_ran_it_and_how_it_failed(
    open_store: OpenStore, width: int
) -> None:
    """It ended with the sign of a cut: below 68 cells nothing was left for why it failed."""
    store = open_store()
    await record(
        store, "aaaa", source="replay", failed=True, client="someone", message="gone " * 20
    )
    app = HistoryApp(store)
    async with app.run_test(size=(width, 15)) as pilot:
        screen = await opened(app, pilot)
        assert "triage.js" in lines(screen)[1]
        assert re.search(r"  replay  (RUNTIME_ERROR: )?gone.*…$", lines(screen)[1])
        assert "Calls" not in lines(screen)[0], "their place is that of the message"
        assert "Fail" in lines(screen)[0]
        await pilot.press("w")
        await until(lambda: isinstance(app.screen, WholeRow), "the whole row")
        assert "RUNTIME_ERROR: gone" in str(app.screen.query_one(Static).content)
        await pilot.press("escape")
        await pilot.resize_terminal(160, 15)
        await until(lambda: lines(screen)[1].count("replay (someone)  RUNTIME_ERROR: gone"))


async def test_tokens_stand_where_there_is_room(open_store: OpenStore) -> None:
    store = open_store()
    for name in ("aaaa", "bbbb"):
        await record(store, name, value=7)
    tokens = f"{store.recording('aaaa').tokens.answer} / 0 "
    app = HistoryApp(store)
    async with app.run_test(size=(120, 15)) as pilot:
        screen = await opened(app, pilot)
        assert "Tokens / away" in lines(screen)[0]
        await until(lambda: all(tokens in line for line in lines(screen)[1:3]), "counted")
        await record(store, "cccc", value=7)
        await until(lambda: tokens in lines(screen)[1], "also of a run that ends now")
        await pilot.resize_terminal(90, 15)
        await until(lambda: "Tokens" not in lines(screen)[0], "no room for them")


async def test_tokens_are_counted_once_the_list_is_drawn_a_few_at_a_time(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who counts takes half of the interpreter from who paints."""
    store = open_store()
    await record_some(store, 12)
    drawn: set[str] = set()
    asked: list[tuple[int, int]] = []
    line, tokens_of = RunsView._line, store.tokens_of

    def drawing(self: RunsView, row: Any, width: int) -> list[Part]:
        drawn.add(row.execution_id)
        return line(self, row, width)

    def counting(execution_ids: Sequence[str]) -> dict[str, Tokens]:
        asked.append((len(drawn), len(execution_ids)))
        return tokens_of(execution_ids)

    monkeypatch.setattr(RunsView, "_line", drawing)
    monkeypatch.setattr(store, "tokens_of", counting)
    app = HistoryApp(store)
    async with app.run_test(size=(120, 25)) as pilot:
        await opened(app, pilot)
        await until(lambda: sum(number for _, number in asked) >= 12)
    assert min(asked)[0] == 12
    assert max(number for _, number in asked) <= 5


@pytest.mark.parametrize(
    ("number", "short"),
    [(0, "0"), (999, "999"), (1_000, "1.0k"), (9_949, "9.9k"), (9_951, "10k"), (999_499, "999k"),
     (999_500, "1.0M"), (12_345_678, "12M"), (2_400_000_000, "2.4G")],
)  # fmt: skip
def test_tokens_are_written_short(number: int, short: str) -> None:
    assert tokens_short(number) == short


def test_a_filter_is_read() -> None:
    assert wanted_of('status:ok tool:a.b "two words" more') == {
        "status": "ok", "tool": "a.b", "texts": ["two words", "more"],
    }  # fmt: skip
    assert wanted_of('script:"a b.js" is:pinned') == {"script": "a b.js", "pinned": True}
    assert wanted_of("script:tri*.js") == {"script_like": "tri*.js"}
    assert wanted_of("is:inline") == {"inline": True} == wanted_of(script_filter(None))
    for name in ("a.js", "a b.js", 'a "b" c.js', '"a".js', 'a"', '"', " ", "a?.js", "*"):
        assert wanted_of(script_filter(name)) == {"script": name}
        assert wanted_of(client_filter(name)) == {"client": name}
        assert wanted_of(f"{text_filter(name)} more") == {"texts": [name, "more"]}
    assert wanted_of("  ") == {}


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("today", "2026-11-25", "2026-11-26"),
        ("yesterday", "2026-11-24", "2026-11-25"),
        ("2026-11-20", "2026-11-20", "2026-11-21"),
        ("2026-11-20..", "2026-11-20", None),
        ("..2026-11-22", None, "2026-11-23"),
        ("2026-11-20..2026-11-22", "2026-11-20", "2026-11-23"),
    ],
)
def test_days_are_read(text: str, since: str | None, until: str | None) -> None:
    wanted = wanted_of(text, lambda: datetime.fromisoformat("2026-11-25T13:00"))
    at = [
        None if day is None else datetime.fromisoformat(day).timestamp() for day in (since, until)
    ]
    assert wanted == {"since": at[0], "until": at[1]}


def test_spans_are_read_and_what_is_half_typed_is_a_word() -> None:
    now = datetime.fromisoformat("2026-11-25T13:00")
    wanted = wanted_of("last:2h >1s <5m", lambda: now)
    assert wanted == {
        "since": now.timestamp() - 7200, "over_ms": 1000.0, "under_ms": 300_000.0
    }  # fmt: skip
    for text in ("2026-11", "2026-13-40", "..", ">", "last:soon", "is:odd", "2026-11-20..2026"):
        assert wanted_of(text) == {"texts": [text]}


def test_what_looks_like_a_term_and_is_none_is_told() -> None:
    for text in (
        "status:eror",
        "source:me",
        "is:odd",
        "last:soon",
        ">abc",
        "2026-13-40",
        "2026-11..",
        "script:triage",
    ):
        assert doubt_of(f"word {text}").startswith(f"{text}: "), text
    assert "one of running, ok, error" in doubt_of("status:eror")
    for text in (
        "",
        "status:ok yesterday >1s",
        "2026-11-20..",
        '"2026-13-40"',
        "a..b",
        "1.5",
        "x>y",
        "-",
        "script:triage.js",
        "script:tri*",
    ):
        assert doubt_of(text) == "", text


async def test_days_times_and_words_of_calls_find_runs(open_store: OpenStore) -> None:
    store = open_store()
    await record(store, "aaaa1111", took_ms=5000.0)
    made = ToolCall("bbbb2222", 1, "db", "query", {"sql": "select näme_1"})
    await record(store, "bbbb2222", failed=True, call=made)
    find = store.list_executions

    def found(**wanted: Any) -> list[str]:
        return [row.execution_id[:1] for row in find(**wanted)]

    assert found(texts=["no"]) == ["b"]  # the error's message
    assert found(texts=["näme_1"]) == ["b"]
    assert found(texts=["nämex1"]) == []
    assert found(over_ms=1000.0) == ["a"]
    assert found(under_ms=1000.0) == ["b"]
    assert found(since=_NOW, until=_NOW + 1) == ["b", "a"]
    assert found(since=_NOW + 1) == found(until=_NOW) == []


async def test_the_last_good_run_of_the_script_is_compared_on_one_key(
    open_store: OpenStore,
) -> None:
    store = open_store()
    await record(store, "aaaa1111", value=1)
    await record(store, "bbbb2222", script="other.js")
    await record(store, "cccc3333", failed=True)
    app = HistoryApp(store)
    async with app.run_test(size=(120, 30)) as pilot:
        await opened(app, pilot)
        await pilot.press("c")
        await loaded(app, pilot)
        screen = app.screen
        assert isinstance(screen, DiffScreen)
        header = str(screen.query_one("#diff-header", Static).content)
        assert "last good run" in header
        assert "a aaaa1111" in header
        assert "b cccc3333" in header
        await pilot.press("escape", "G", "c")
        await loaded(app, pilot)
        assert not isinstance(app.screen, DiffScreen), "nothing went well before the first"


def test_times_of_today_and_before() -> None:
    assert when(_NOW, _NOW).endswith("today")
    assert "today" not in when(_NOW - 90_000, _NOW)
    assert when(_NOW - 86_400 * 800, _NOW).count("-") == 2


async def test_runs_are_sorted_and_stay_so(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.tui.history.run_pages._PAGE", 2)
    store = open_store()
    for name, took, calls in (("aa", 50.0, 1), ("bb", 900.0, 2), ("cc", 3.0, 9), ("dd", 40.0, 2)):
        await record(store, name, took_ms=took, calls=calls)
    app = HistoryApp(store)
    async with app.run_test(size=(80, 8)) as pilot:
        screen = await opened(app, pilot)

        def ids() -> list[str]:
            return [row.execution_id for row in screen.view.runs]

        async def all_are(expected: list[str]) -> None:
            for shown in range(2, len(expected) + 1, 2):
                await until(lambda n=shown: ids()[:n] == expected[:n], "a page")  # type: ignore[misc]
                screen.rows.move_to(0)
                screen.rows.move_to(shown - 1)
            await until(lambda: ids() == expected, f"all of them: {expected}")

        await pilot.press("s")
        await all_are(["bb", "aa", "dd", "cc"])
        assert "longest first" in str(screen.query_one(Pane).border_title)
        screen.rows.move_to(1)
        await record(open_store(), "ee", took_ms=2000.0)
        await until(lambda: ids()[0] == "ee", "a run of another process is put into its place")
        assert screen.view.run is not None
        assert screen.view.run.execution_id == "aa"
        await pilot.press("s")
        await all_are(["cc", "ee", "dd", "bb", "aa"])
        await pilot.press("s")
        await all_are(["ee", "dd", "cc", "bb", "aa"])


async def test_a_run_under_way_counts_with_the_time_it_has_taken(open_store: OpenStore) -> None:
    store = open_store()
    await record(store, "long-ago", took_ms=5_000.0)
    request = ExecutionRequest("return 1", source="cli")
    for name, began in (("now", time.time()), ("since-a-minute", time.time() - 60)):
        store.record(ExecutionStarted(name, request, Limits(), "engine", None, (1, 2, 3, 4), began))
    await store.committed()
    rows = store.list_executions(order="longest")
    assert [row.execution_id for row in rows] == ["since-a-minute", "long-ago", "now"]
    rows = store.list_executions(order="calls", limit=1, offset=1)
    assert len(rows) == 1


async def test_each_press_turns_what_the_one_before_it_left(open_store: OpenStore) -> None:
    """Two in a row pinned twice: both turned what was listed."""
    store = open_store()
    await record(store, "aaaa1111")
    app = HistoryApp(store)
    async with app.run_test(size=(140, 20), notifications=True) as pilot:
        screen = await opened(app, pilot)
        for presses in (2, 3, 4):
            before = store.recording("aaaa1111").pinned
            app.clear_notifications()
            for _ in range(presses):
                screen.action_pin()
            await until(lambda n=presses: len(app._notifications) == n, "all are said")  # type: ignore[misc]
            assert store.recording("aaaa1111").pinned == (before ^ bool(presses % 2))
        await until(lambda: "aaaa1111• " in lines(screen)[1], "the list says so")


async def test_what_is_typed_behind_a_change_that_waits_is_for_what_comes_after_it(
    open_store: OpenStore,
) -> None:
    """The name went to the list, where letters are commands: the question came after it."""
    store = open_store()
    await record(store, "aaaa1111")
    app = HistoryApp(store)
    async with app.run_test(size=(140, 20)) as pilot:
        await opened(app, pilot)
        with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
            other.execute("begin immediate")
            for key in ("P", "N", *"green"):
                app.post_message(events.Key(key, key))
            await until(lambda: app.key_order.is_busy, "the first is taken")
            other.execute("rollback")
        await until(lambda: isinstance(app.screen, LineScreen), "the question")
        await until(lambda: app.screen.query_one(Input).value == "green", "it has the name")


@pytest.mark.slow
async def test_runs_are_pinned_named_and_found(open_store: OpenStore) -> None:
    store = open_store()
    for name in ("aaaa1111", "bbbb2222"):
        await record(store, name)
    app = HistoryApp(store)
    async with app.run_test(size=(140, 20), notifications=True) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("j", "P")
        await until(lambda: "aaaa1111• " in lines(screen)[2], "the mark")
        assert "aaaa1111• pinned " in lines(screen)[2], "in a word, beside what is pinned"
        await pilot.press("N")
        await until(lambda: isinstance(app.screen, LineScreen), "the question")
        await pilot.press(*"dead")
        assert "reads like" in str(app.screen.query_one("#line-problem", Static).content)
        app.screen.query_one(Input).value = "before the move"
        await pilot.press("enter")
        await until(lambda: "before the move• " in lines(screen)[2], "the name")
        assert store.recording("before the move").execution_id == "aaaa1111"
        assert screen.rows.cursor == 1, "the cursor stays on it"
        screen.query_one(Input).value = "is:pinned move"
        await until(lambda: ids(screen) == ["aaaa1111"], "it is found")
        await pilot.press("P")
        await until(lambda: ids(screen) == [], "it is pinned no longer")
        screen.query_one(Input).value = ""
        await until(lambda: len(ids(screen)) == 2, "all")
        await pilot.press("G", "N")
        await until(lambda: isinstance(app.screen, LineScreen), "the question")
        app.screen.query_one(Input).value = ""
        await pilot.press("enter")
        await until(lambda: "aaaa1111 " in lines(screen)[2], "it has no name")


@pytest.mark.slow
async def test_filters_are_kept_under_names_across_starts(open_store: OpenStore) -> None:
    store = open_store()
    await record_some(store, 4)
    app = HistoryApp(store)
    async with app.run_test(size=(120, 20)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("f")
        await until(lambda: isinstance(app.screen, FiltersScreen), "none is kept")
        await pilot.press("s", "r", "delete", "1", "enter", "escape")
        for text, name in (("status:error", "failed"), ("s1.js", "first")):
            await until(lambda: app.screen is screen, "the list")
            screen.query_one(Input).value = text
            screen.rows.focus()
            await pilot.press("f")
            await until(lambda: isinstance(app.screen, FiltersScreen), "the filters")
            await pilot.press("s")
            await until(lambda: isinstance(app.screen, LineScreen), "the question")
            app.screen.query_one(Input).value = name
            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, FiltersScreen), "the filters")
            await until(lambda n=name: n in app.filters.all(), "it is kept")  # type: ignore[misc]
            await pilot.press("escape")
        await until(lambda: ids(screen) == ["id1"], "the second filter")
        await pilot.press("f")
        await until(lambda: isinstance(app.screen, FiltersScreen), "the filters")
        await pilot.press("1")
        await until(lambda: ids(screen) == ["id2", "id0"], "the first, by its number")
        assert screen.view.text == "status:error"
    # Another start: they are there, and can be renamed and removed.
    app = HistoryApp(store)
    async with app.run_test(size=(120, 20)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("f")
        await until(lambda: isinstance(app.screen, FiltersScreen), "the filters")
        await pilot.press("r")
        await until(lambda: isinstance(app.screen, LineScreen), "the question")
        app.screen.query_one(Input).value = "went wrong"
        await pilot.press("enter")
        await until(lambda: list(app.filters.all()) == ["went wrong", "first"], "renamed")
        await until(lambda: isinstance(app.screen, FiltersScreen), "the filters")
        await pilot.press("j", "delete")
        await until(lambda: list(app.filters.all()) == ["went wrong"], "removed")
        await pilot.press("enter")
        await until(lambda: ids(screen) == ["id2", "id0"], "chosen")


def test_a_file_of_filters_that_is_broken_is_as_none(tmp_path: Path) -> None:
    filters = SavedFilters(tmp_path)
    assert filters.all() == {}
    (tmp_path / "tui").mkdir()
    for content in ("{", "[]", "[" * 100_000, '{"a": 1, "": "x", "\\u001b": "x", "good": "today"}'):
        (tmp_path / "tui" / "filters.json").write_text(content)
    assert filters.all() == {"good": "today"}
    filters.keep("good", "yesterday")
    filters.keep("other", "x")
    filters.rename("good", "other")
    assert filters.all() == {"other": "yesterday"}


@pytest.mark.slow
async def test_scripts_are_folded_into_one_row_each_and_unfolded(open_store: OpenStore) -> None:
    store, other = open_store(), open_store()
    for number in range(3):
        await record(store, f"aaa{number}", took_ms=10.0 * number, failed=number == 1)
    await record(store, "bbb", script=None)
    await record(store, "ccc", script="two words.js")
    app = HistoryApp(store)
    async with app.run_test(size=(120, 20)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("z")
        await until(lambda: len(screen.rows.rows) == 3, "folded")
        assert "5 runs of 3 scripts" in str(screen.query_one(Pane).border_title)
        shown = lines(screen)
        assert shown[0].split() == ["Script", "Runs", "Failed", "Median", "Last", "run"]
        assert shown[1].startswith("▶ two words.js")
        assert "(inline scripts)" in shown[2]
        assert shown[3].split()[:5] == ["triage.js", "3", "1", "10", "ms"]
        await pilot.press("P", "x", "delete", "d")  # of one run only
        assert app.screen is screen
        await record(other, "aaa3", source="serve")
        await until(lambda: "▶ two words.js" in lines(screen)[2], "a run of another process counts")
        assert lines(screen)[1].split()[:3] == ["triage.js", "4", "1"]
        await pilot.press("enter")
        await until(lambda: ids(screen) == ["ccc"], "its runs")
        assert screen.view.text == 'script:"two words.js"'
        await pilot.press("escape")
        await until(lambda: len(screen.rows.rows) == 3 and screen.view.folded, "folded again")
        screen.query_one(Input).value = "status:error"
        await until(lambda: len(screen.rows.rows) == 1, "what failed, by script")
        await pilot.press("z")
        await until(lambda: ids(screen) == ["aaa1"], "the runs of it")
        await pilot.press("escape")
        assert app.screen is not screen


async def test_a_long_search_is_not_joined_by_others(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each letter began a search of its own, and all of them went on to their end at once."""
    store = open_store()
    await record(store, "aaaa")
    app = HistoryApp(store)
    going, asked, most = threading.Event(), list[Any](), 0
    at_once: list[int] = []
    read = store.list_executions

    def slow(**wanted: Any) -> Any:
        nonlocal most
        if wanted.get("texts"):
            at_once.append(1)
            most = max(most, len(at_once))
            asked.append(wanted["texts"])
            going.wait(20)
            at_once.pop()
        return read(**wanted)

    async with app.run_test(size=(100, 15)) as pilot:
        screen = await opened(app, pilot)
        monkeypatch.setattr(store, "list_executions", slow)
        await pilot.press("slash", "t")
        await until(lambda: asked == [["t"]], "the search for the first letter")
        await pilot.press("r", "i")
        await pilot.pause(0.3)
        going.set()
        await until(lambda: asked[-1] == ["tri"], "then only the last is looked for")
        await loaded(app, pilot)
        assert ids(screen) == ["aaaa"]
        assert most == 1


async def test_what_the_run_under_the_cursor_ran_stands_beside_the_list(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    await record_some(store, 9)
    asked: list[str] = []
    ran = store.ran

    def spied(execution_id: str) -> RanScript:
        asked.append(execution_id)
        return ran(execution_id)

    monkeypatch.setattr(store, "ran", spied)
    app = HistoryApp(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(app, pilot)
        card, code = screen.preview.query_one(ErrorCard), screen.preview.query_one(CodeArea)
        await until(lambda: card.display and not code.display, "why it failed")
        assert card.error is not None
        assert card.error.message == "no"
        assert "id8 · s8.js" in str(screen.preview.border_title)
        await pilot.press(*"jjj")  # faster than anybody reads
        await until(lambda: code.display and not card.display, "what ran")
        assert code.text == "return 1"
        assert "id5 · s5.js" in str(screen.preview.border_title)
        assert asked == ["id8", "id5"]
        assert app.focused is screen.rows
        await pilot.press("v")
        assert not screen.preview.display
        await pilot.press("j")
        await loaded(app, pilot)
        assert asked == ["id8", "id5"], "what is not shown is not read"
        await pilot.press("v", "z")
        await until(lambda: "id8" in str(screen.preview.border_title), "of a script its last run")


async def test_the_preview_is_read_to_its_end_from_the_list(open_store: OpenStore) -> None:
    """All that stood below its last row could be read with the mouse alone."""
    store = open_store()
    await record(store, "aaaa", code="\n".join(f"step({n});" for n in range(200)))
    await record(store, "bbbb", failed=True, message="many words " * 200)
    app = HistoryApp(store)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("v")
        for shown in (ErrorCard, CodeArea):
            await until(lambda: screen.preview.query(shown), "made")  # noqa: B023
            read = screen.preview.query_one(shown)
            await until(lambda: read.display and read.max_scroll_y, "there is more")  # noqa: B023
            await pilot.press("J")
            assert 0 < read.scroll_y < read.size.height
            while read.scroll_y < read.max_scroll_y:
                await pilot.press("shift+down")
            await pilot.press("K")
            assert read.scroll_y < read.max_scroll_y
            assert app.focused is screen.rows
            await pilot.press("j")


async def test_a_small_screen_keeps_its_rows_until_the_preview_is_asked_for(
    open_store: OpenStore,
) -> None:
    store = open_store()
    await record_some(store, 2)
    app = HistoryApp(store)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        assert not screen.preview.display
        await pilot.resize_terminal(80, 40)
        await until(lambda: screen.preview.query(CodeArea), "there is room")
        await pilot.resize_terminal(80, 24)
        await until(lambda: not screen.preview.display, "there is none")
        await pilot.press("v")
        await until(lambda: screen.preview.query(CodeArea), "what ran")
        assert screen.rows.size.height > 5
        wanted: list[bool] = []
        again = HistoryScreen(store, app.open_run, app.filters, "", True, wanted.append)
        await pilot.press("escape")
        await app.push_screen(again)
        assert again.preview.display
        await pilot.press("v", "escape")
        assert wanted == [False]
