"""A replay of many calls is made in pieces, what is before beside what is shown; a newer wish takes an older
one's place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from textual.dom import DOMNode
from textual.events import Key

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.core.events import ConsoleLine, ToolCallFinished, ToolCallStarted
from workbench.core.records import CallRow, Recording
from workbench.tui.replay.playback import Playback
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.replay.seeking import PIECE, Scene, Seeking
from workbench.tui.replay.timeline import Step, steps_of
from workbench.tui.trace.live_run import LiveRun

_CALLS = 1_000


def _row(seq: int) -> CallRow:
    failed = seq % 7 == 0
    return CallRow(
        seq, "demo", "echo", f'{{"value":{seq}}}', seq % 9 + 1, 7, seq * 2.0, 3.0, 3.0, not failed,
        None if failed else f"{seq}", None, '{"code":"UPSTREAM_ERROR","message":"no"}' if failed else None,
        True, seq,
    )  # fmt: skip


def recorded(calls: int) -> Recording:
    """So many calls, two at a time, each seventh of which failed; a line of the console for each hundredth."""
    logs = tuple(
        {"level": "log", "text": f"line {seq}", "at_ms": seq * 2.0 + 0.5}
        for seq in range(100, calls + 1, 100)
    )
    return Recording(
        "0042aaaa", "cli", None, "long.js", None, "await tools.demo.echo({})\n" * 9, {}, {}, {},
        "engine", None, "ok", 1_790_000_000.0, 1_790_000_009.0, 0.5, calls * 2.0 + 9, calls, "done",
        None, None, logs, 0, False, (1, 2, 3, 4), (), (), (), tuple(_row(seq) for seq in range(1, calls + 1)),
    )  # fmt: skip


class Shown:
    """What was shown, one after the other: where, how many steps of it were new, whether all was."""

    def __init__(self, steps: list[Step]) -> None:
        self.scenes: list[tuple[int, int, bool]] = []
        self.playback = Playback(steps)
        self.seeking = Seeking(self.playback, lambda: LiveRun("long.js"), self)

    def __call__(self, scene: Scene, played: Sequence[Step], *, anew: bool) -> None:
        self.scenes.append((scene.position, len(played), anew))

    def arrive(self) -> int:
        """Go on until it is there; how many pieces that took."""
        pieces = 1
        while not self.seeking.go_on():
            pieces += 1
        return pieces


def played_at_once(steps: list[Step], position: int) -> Scene:
    scene = Shown(steps).seeking.shown.model
    whole = Scene(steps, LiveRun("long.js"), scene)
    while not whole.go_on(position):
        pass
    return whole


def test_a_long_way_is_made_in_pieces_and_shown_when_it_is_whole() -> None:
    steps = steps_of(recorded(_CALLS))
    shown = Shown(steps)
    seeking = shown.seeking
    shown.playback.move(len(steps))
    before = seeking.shown
    assert not seeking.go_on()
    assert seeking.is_under_way
    assert seeking.shown is before, "half of it is nothing to show"
    assert shown.scenes == []
    assert 1 + shown.arrive() == pytest.approx(2 * len(steps) / PIECE, abs=2)
    assert shown.scenes == [(len(steps), len(steps), True)]
    assert not seeking.is_under_way

    # What a step back shows is what it was on the way there.
    shown.playback.move(len(steps) - 1_000)
    shown.arrive()
    there = played_at_once(steps, len(steps) - 1_000)
    assert seeking.shown.model.rows == there.model.rows
    assert seeking.shown.model.totals == there.model.totals
    assert seeking.shown.run.console == there.run.console
    assert list(seeking.shown.run.calls) == list(there.run.calls)

    # A step forth needs no other; nor does the way back to what is still shown.
    scene = seeking.shown
    shown.playback.move(scene.position + 1)
    assert seeking.go_on()
    assert shown.scenes[-1] == (scene.position, 1, False)
    shown.playback.move(0)
    assert not seeking.go_on()
    shown.playback.move(scene.position + 1)
    assert seeking.go_on()
    assert seeking.shown is scene
    assert shown.scenes[-1] == (scene.position, 1, False)


def test_a_newer_place_is_gone_to_and_the_older_one_is_not_shown() -> None:
    steps = steps_of(recorded(_CALLS))
    shown = Shown(steps)
    shown.playback.move(len(steps))
    for _ in range(len(steps) // PIECE + 3):
        assert not shown.seeking.go_on()
    for nearer in (len(steps) - 1, len(steps) - 2, PIECE // 2):
        shown.playback.move(nearer)
        shown.seeking.go_on()
    shown.arrive()
    assert shown.scenes == [(PIECE // 2, PIECE // 2, True)]


def test_the_filter_and_the_order_of_the_trace_stay() -> None:
    steps = steps_of(recorded(_CALLS))
    shown = Shown(steps)
    shown.playback.move(len(steps))
    shown.arrive()
    shown.seeking.shown.model.shown.set_filter("status:error")
    shown.seeking.shown.model.shown.set_order("tool")
    shown.playback.move(len(steps) - 1)
    assert not shown.seeking.go_on()
    shown.seeking.shown.model.shown.set_order("slowest")  # meanwhile
    shown.arrive()
    rows = shown.seeking.shown.model.shown
    assert (rows.filter.text, rows.order, rows.progress) == ("status:error", "slowest", 1)
    assert len(rows) == _CALLS // 7


def test_ahead_it_goes_on_from_what_is_shown() -> None:
    """A run that is followed or played quickly was made anew, from its start, for each look: its cursor was lost."""
    steps = steps_of(recorded(_CALLS))
    shown = Shown(steps[:1_000])
    seeking, playback = shown.seeking, shown.playback
    playback.move(1_000)
    shown.arrive()
    scene = seeking.shown
    playback.steps += steps[1_000:]
    playback.move(2 * PIECE + 1_000)
    assert not seeking.go_on()
    assert seeking.is_under_way
    playback.move(3 * PIECE + 1_000)
    assert shown.arrive() == 2
    assert seeking.shown is scene
    assert shown.scenes[-1] == (3 * PIECE + 1_000, 3 * PIECE, False)

    # What is wanted meanwhile may lie behind what was played already.
    playback.move(len(steps))
    assert not seeking.go_on()
    playback.move(3 * PIECE + 1_001)
    shown.arrive()
    assert shown.scenes[-1] == (3 * PIECE + 1_001, 3 * PIECE + 1_001, True)
    there = played_at_once(steps, 3 * PIECE + 1_001)
    assert list(seeking.shown.run.calls) == list(there.run.calls)
    assert seeking.shown.model.totals == there.model.totals


@pytest.mark.anyio
async def test_keys_come_between_and_in_order_and_nothing_is_shown_by_halves(
    make_app: MakeApp,
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        screen = ReplayScreen(recorded(_CALLS))
        steps = screen.playback.steps
        looked: set[tuple[int, int, int]] = set()
        longest = 0

        async def look() -> None:
            """All that is shown is of one moment, whenever the loop has its turn."""
            nonlocal longest
            made = 0
            while True:
                if screen.is_mounted and screen.is_running:
                    shown, scene = screen.seeking.shown, screen.seeking._made
                    counted = screen.trace.model.totals.calls
                    looked.add((shown.position, counted, len(screen.run.calls)))
                    now = scene._planned + scene.position if scene is not None else 0
                    longest, made = max(longest, now - made if made else 0), now
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        await app.push_screen(screen)
        assert screen.seeking.is_under_way, "it is painted before it is made"
        await until(lambda: not screen.seeking.is_under_way, "it is made")
        # Keys that ask for another place go on at once; one that means what is shown waits for it.
        for key in ("comma", "comma", "e", "comma", "b", "full_stop"):
            app.post_message(Key(key, None))
        await until(lambda: screen.playback.breakpoints and not app.key_order.is_busy, "all keys")
        looking.cancel()
        failed = next(place for place, step in enumerate(steps) if step.failed)
        assert screen.playback.position == failed + 1
        assert screen.seeking.shown.position == failed + 1
        event = steps[failed - 1].event
        assert isinstance(event, ToolCallStarted | ToolCallFinished)
        assert screen.playback.breakpoints == {event.call.seq}, "the call that was shown then"
        for position, counted, known in looked:
            begun = [step for step in steps[:position] if isinstance(step.event, ToolCallStarted)]
            assert counted == known == len(begun)
        assert 0 < longest <= PIECE
        lines = [s.event.line for s in steps[: failed + 1] if isinstance(s.event, ConsoleLine)]
        assert screen.run.console == lines

        await screen.dismiss(None)

        # Who leaves does not wait, and what is typed then is the next screen's.
        long = recorded(10_000)
        steps = steps_of(long)
        screen = ReplayScreen(long, None, steps)
        await app.push_screen(screen)
        for key, character in (("escape", None), ("x", "x")):
            app.post_message(Key(key, character))
        await until(lambda: app.main.tab.script.text == "xreturn 1", "it has left")
        assert screen.seeking.shown.position == 0
        # What is held back goes on where its screen is left in another way.
        screen = ReplayScreen(long, None, steps)
        await app.push_screen(screen)
        app.post_message(Key("y", "y"))
        await until(lambda: app.key_order.is_busy)
        assert screen.is_behind
        screen.dismiss(None)
        await until(lambda: app.main.tab.script.text == "xyreturn 1", "no key is lost")


@pytest.mark.anyio
async def test_what_is_opened_is_styled_as_it_will_be(make_app: MakeApp) -> None:
    """The pane with the focus is marked from the start: marked then, all panes would be styled a second time."""
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        with pytest.MonkeyPatch.context() as patch:
            styled: list[DOMNode] = []
            patch.setattr(app, "update_styles", lambda node, animate=True: styled.append(node))
            screen = ReplayScreen(recorded(5))
            await app.push_screen(screen)
            await until(lambda: screen.trace.has_focus, "the focus")
            await until(lambda: not app.key_order.is_busy and screen.query_one("#right.-current"))
        assert not any(node.has_class("group") for node in styled), styled
        assert not screen.query("#left.-current")
