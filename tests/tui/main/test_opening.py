"""What is asked for before the servers are open is done once they are: the key is not lost to a notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.core.runtime import Runtime, open_runtime
from workbench.tui.dialogs.ask import ChoiceScreen

pytestmark = pytest.mark.anyio


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Until it is set the runtime does not open; then it does with the demo's tools known."""
    event = asyncio.Event()

    @asynccontextmanager
    async def opened(*args: Any, **options: Any) -> AsyncIterator[Runtime]:
        await event.wait()
        async with open_runtime(*args, **options) as runtime:
            await runtime.upstream.settled("demo")
            yield runtime

    monkeypatch.setattr("workbench.core.runtime.open_runtime", opened)
    return event


async def test_a_fix_waits_for_the_servers(make_app: MakeApp, go: asyncio.Event) -> None:
    app = make_app("return await tools.demo.get_isue({ id: 101 })")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        await pilot.press("alt+full_stop")
        assert not app.runtime_now
        go.set()
        await until(lambda: app.screen.query("#pick-rows"), "one of the names is to be chosen")


async def test_what_is_known_of_a_tool_waits_for_the_servers(
    make_app: MakeApp, go: asyncio.Event
) -> None:
    app = make_app("return await tools.demo.get_issue({ id: 101 })")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        await pilot.press("f12")
        assert not app.runtime_now
        go.set()
        await until(lambda: app.main.tab.script.tool_view.is_open, "it is shown")


async def test_the_record_to_replay_against_waits_for_the_history(
    make_app: MakeApp, go: asyncio.Event
) -> None:
    go.set()
    app = make_app("return await tools.demo.echo({ value: 1 })")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.tab.recorded, "a record")
    go.clear()
    app = make_app("return await tools.demo.echo({ value: 2 })")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        await pilot.press("ctrl+l")
        assert not app.runtime_now
        go.set()
        await until(lambda: isinstance(app.screen, ChoiceScreen) and app.screen.focused, "asked")
