"""Events of a run are taken in pieces, and give way to keys."""

from __future__ import annotations

import pytest
from textual.events import Key

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.core.events import ConsoleLine, Event
from workbench.core.model import LogLine
from workbench.tui.main.run_events import RunEvents
from workbench.tui.trace.live_run import LiveRun

pytestmark = pytest.mark.anyio


def written(count: int) -> list[Event]:
    return [ConsoleLine("x", LogLine("log", str(n), float(n))) for n in range(count)]


async def test_a_flood_is_taken_in_pieces_in_order_and_keys_come_first(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await until(lambda: not app.key_order.is_busy)
        taken: list[Event] = []
        shown: list[int] = []

        def take(events: list[Event]) -> bool:
            taken.extend(events)
            return False

        flood = RunEvents(app.main, take, lambda: shown.append(len(taken)))
        for event in written(2_000):
            flood.listener(event)
        assert flood.tick()
        assert 0 < len(taken) < 1_000
        assert shown == [len(taken)], "what is there is shown"
        await until(lambda: len(taken) == 2_000, "the rest comes by itself")
        assert taken == written(2_000)
        assert flood.tick()
        assert shown[-1] == 2_000
        assert not flood.tick(), "nothing new"

        taken.clear()
        with app.key_order.hold():
            app.post_message(Key("x", "x"))
            await until(lambda: app.key_order.is_busy)
            flood.listener(written(1)[0])
            flood.tick()
            assert taken == [], "a key is on its way"
            for _ in range(10):
                flood.tick()
            assert len(taken) == 1, "but not for ever"

        # What was taken while another script comes to the front is shown once.
        main = app.main
        run = LiveRun("test.js")
        run.execution_id = "x"
        main.runs.take(run)
        main.runs.events.take(written(3))
        await pilot.press("ctrl+n")
        await until(lambda: len(main.scripts.tabs) == 2)
        main.scripts.switch(0)
        main.runs.events.take(written(1))
        main.runs.events.show()
        assert main.detail.console.shown_text().split() == ["0", "1", "2", "0"]
