"""Work in the background that fails is told, with a report; the app goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.css.query import NoMatches
from textual.widgets import Static
from textual.worker import Worker

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.widgets.guarded_screen import GuardedScreen


@pytest.mark.anyio
async def test_a_failure_in_the_background_is_told_once_with_a_report(make_app: MakeApp) -> None:
    app = make_app("return 1")

    async def fail() -> None:
        raise LookupError("[b]gone\x1b[31m")

    def told() -> list[str]:
        return [each.message for each in app._notifications if "LookupError" in each.message]

    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        for _ in range(2):
            work: Worker[Any] = app.main.run_worker(fail(), exit_on_error=False)
            await until(lambda work=work: work.is_finished and told())  # type: ignore[misc]
        await pilot.press("x")
        await until(lambda: app.main.tab.script.text.startswith("x"))
        (message,) = told()
        (report,) = app.data_dir.glob("crash-*.txt")
        assert message == f"A bug in Workbench: LookupError: [b]gone␛[31m; report: {report}"
        assert "in fail" in report.read_text("utf-8")


class _Slow(Static):
    """Leaves once it may."""

    may_go = asyncio.Event()

    async def on_unmount(self) -> None:
        await self.may_go.wait()


class _Leaving(GuardedScreen[None]):
    def compose(self) -> ComposeResult:
        yield Static(id="quick")
        yield Vertical(_Slow(id="slow"))

    async def look(self) -> None:
        """As what is done beside a screen does, which goes on until all in it has left."""
        await until(lambda: not self.query("#quick"))
        self.query_one("#quick")


@pytest.mark.anyio
async def test_what_a_screen_does_while_it_leaves_is_no_bug(make_app: MakeApp) -> None:
    app = make_app("return 1")
    _Slow.may_go = asyncio.Event()
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        screen = _Leaving()
        await app.push_screen(screen)
        work: Worker[Any] = screen.run_worker(screen.look(), exit_on_error=False)
        screen.dismiss()
        await until(lambda: work.is_finished)
        assert screen.is_attached
        _Slow.may_go.set()
        await until(lambda: not screen.is_attached)
        assert isinstance(work.error, NoMatches)
        assert not [each for each in app._notifications if "A bug" in each.message]


@pytest.mark.anyio
async def test_what_the_runtime_could_not_be_opened_for_is_told_once(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr("workbench.core.runtime.open_runtime", refuse)
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)):
        await until(lambda: app.runtime_host.error is not None)
        work: Worker[Any] = app.main.run_worker(app.runtime(), exit_on_error=False)
        await until(lambda: work.is_finished)
        told = [each.message for each in app._notifications if each.severity == "error"]
        assert [message for message in told if "cannot run scripts" in message]
        assert not [message for message in told if "A bug" in message]
