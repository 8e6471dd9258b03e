"""Opens the runtime after the first paint, holds it while the app runs, closes it at the end."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime
    from workbench.tui.app import WorkbenchApp

_CLOSE_S = 4.0
_HINTS = "workbench.tui.editor.hints"
_OF_TOOLS = (f"{_HINTS}.code_completion", f"{_HINTS}.call_signature", f"{_HINTS}.call_findings")
"""What editors say of tools, once these are known: nothing of it is imported before the first painting."""


class RuntimeHost:
    """Scripts may be started before anything is painted: who asks for the runtime waits for it."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._opened: asyncio.Future[Runtime] | None = None
        self._task: asyncio.Task[None] | None = None
        self._leaving = asyncio.Event()

    def expect(self) -> None:
        """From now on the runtime can be waited for."""
        self._opened = asyncio.get_running_loop().create_future()

    def open(self) -> None:
        """Begin to open it."""
        assert self._opened is not None
        self._task = asyncio.create_task(self._keep(self._opened))

    @property
    def is_opening(self) -> bool:
        """Whether it was begun; it stays so once it is open."""
        return self._task is not None

    async def runtime(self) -> Runtime:
        """The open runtime. Raises what opening it raised."""
        if self._opened is None:
            raise RuntimeError("the app does not run")
        return await asyncio.shield(self._opened)

    @property
    def now(self) -> Runtime | None:
        """The runtime, or None while it opens or where it could not be opened."""
        future = self._opened
        if future is None or not future.done() or self.error is not None:
            return None
        return future.result()

    @property
    def error(self) -> BaseException | None:
        """Why it could not be opened; None: it was, or it still may be."""
        future = self._opened
        return future.exception() if future is not None and future.done() else None

    async def close(self) -> None:
        """Close it; no longer than some seconds."""
        self._leaving.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=_CLOSE_S)

    async def _keep(self, opened: asyncio.Future[Runtime]) -> None:
        """Open the runtime, hold it until the app ends, close it: all in one task."""
        app = self._app
        try:
            # Imports take longer than a frame: not in the event loop.
            for name in (*_OF_TOOLS, "workbench.upstream", "workbench.core.runtime"):
                await asyncio.to_thread(importlib.import_module, name)
            from workbench.core.runtime import open_runtime
            from workbench.tui.dialogs.questions import Questions

            async with open_runtime(
                app.config, data_dir=app.data_dir, connect=True, watch=True
            ) as runtime:
                runtime.on_config(app.configured)
                runtime.on_config_error(lambda problem: app.show_toast(problem, "warning"))
                runtime.upstream.elicit = Questions(app).ask
                opened.set_result(runtime)
                await runtime.engine.start()
                await self._leaving.wait()
        except Exception as error:
            if opened.done():
                app.show_toast(f"closing: {error}", "error")
            else:
                opened.set_exception(error)
                opened.exception()  # it is shown here; nobody else may be waiting
                app.show_toast(f"Workbench cannot run scripts: {error}", "error")
