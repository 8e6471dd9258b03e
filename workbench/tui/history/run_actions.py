"""What can be done with runs of the history: compared, exported, pinned, named, deleted."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.ports import HistoryKeeper
from workbench.core.records import name_problem
from workbench.history import (
    ExecutionRow,
    HistoryError,
    Recording,
    UnknownExecution,
    write_recording,
)
from workbench.text.sanitize import clean_line
from workbench.tui.dialogs.ask import ChoiceScreen, FileScreen, LineScreen
from workbench.tui.history.rows import script_name
from workbench.util.here import absolute

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp


class RunActions:
    """Each asks what it has to ask, and says what came of it. To be awaited in a worker of a screen."""

    def __init__(self, app: WorkbenchApp, history: HistoryKeeper) -> None:
        self._app = app
        self._history = history

    # -- two beside each other -------------------------------------------------------------

    async def compare(self, a: ExecutionRow, b: ExecutionRow, verdict: str = "") -> None:
        """Show them side by side."""
        from workbench.tui.history.diff_screen import DiffScreen

        left, right = await self._recording(a), await self._recording(b)
        if left is not None and right is not None:
            self._app.push_screen(DiffScreen(left, right, verdict))

    async def compare_good(self, run: ExecutionRow) -> None:
        """The last run of the same script that went well, before this one, beside this one."""
        try:
            good = await asyncio.to_thread(last_good, self._history, run)
        except HistoryError as error:
            self.show_toast(str(error), error=True)
            return
        if good is None:
            name = clean_line(run.script, 60) if run.script else "this inline script"
            self.show_toast(f"No run of {name} before this one went well")
            return
        await self.compare(good, run, "a is the last good run before b")

    # -- kept, named -----------------------------------------------------------------------

    async def turn_pin(self, run: ExecutionRow) -> bool:
        """Keep it, or no longer: what it is not now, whatever it was when it was listed. False: it is as it
        was."""
        pinned = not run.pinned

        def turn() -> None:
            nonlocal pinned
            pinned = not any(row.pinned for row in self._history.rows([run.n]))
            self._history.pin(run.execution_id, pinned)

        if not await self._done(turn):
            return False
        state = "pinned: kept, however old" if pinned else "pinned no more: it goes with its age"
        self.show_toast(f"{clean_line(run.label)} is {state}")
        return True

    async def name(self, run: ExecutionRow) -> bool:
        """Ask for a name, none takes it away. False: it is as it was."""
        answer = await self._app.push_screen_wait(
            LineScreen(
                f"Name of run {run.execution_id[:8]} · pins it · empty: none",
                run.name or "",
                check=name_problem,
                may_be_empty=True,
            )
        )
        if answer is None or (answer or None) == run.name:
            return False
        return await self._done(lambda: self._history.name(run.execution_id, answer or None))

    # -- out -------------------------------------------------------------------------------

    async def export(self, run: ExecutionRow) -> None:
        """Write it as a recording that ``workbench replay`` takes on any machine."""
        name = f"{run.execution_id[:8]}.workbench.json"
        answer = await self._app.push_screen_wait(FileScreen("Export to a file", name, absolute))
        if answer is None:
            return
        path = absolute(answer)
        if _is_there(path) and not await self._sure(f"{path} exists.", "Overwrite"):
            return
        recording = await self._recording(run)
        if recording is None:
            return
        try:
            await asyncio.to_thread(write_recording, recording, path)
        except OSError as error:
            self.show_toast(f"Not written: {error}", error=True)
        else:
            self.show_toast(f"Written to {path}")

    async def delete(self, run: ExecutionRow) -> bool:
        """Ask, and remove it. False: it is still there."""
        if run.status == "running":
            self.show_toast("It still runs: stop it first", error=True)
            return False
        kept = ", which is pinned," if run.pinned else ""
        name = f"{run.label} ({clean_line(script_name(run, 0), 60)}){kept}"
        if not await self._sure(f"Delete run {name} for good?", "Delete"):
            return False

        def delete() -> None:
            with suppress(UnknownExecution):  # someone else was quicker; the row goes all the same
                self._history.delete(run.execution_id)

        return await self._done(delete)

    # -- how -------------------------------------------------------------------------------

    async def _done(self, change: Callable[[], None]) -> bool:
        """Change the history in a thread; says why it was not possible. What is typed meanwhile is about what
        it leaves, or for the dialog that the next key opens."""
        try:
            with self._app.key_order.hold():
                await asyncio.to_thread(change)
        except HistoryError as error:
            self.show_toast(str(error), error=True)
            return False
        return True

    async def _sure(self, question: str, yes: str) -> bool:
        answer = await self._app.push_screen_wait(
            ChoiceScreen(question, {"no": "Keep it", "yes": yes})
        )
        return answer == "yes"

    async def _recording(self, run: ExecutionRow) -> Recording | None:
        try:
            return await asyncio.to_thread(self._history.recording, run.execution_id)
        except HistoryError as error:
            self.show_toast(str(error), error=True)
            return None

    def show_toast(self, text: str, *, error: bool = False) -> None:
        """A short notice."""
        severity = "error" if error else "information"
        self._app.notify(clean_line(text), severity=severity, markup=False)  # type: ignore[arg-type]


def last_good(history: HistoryKeeper, run: ExecutionRow) -> ExecutionRow | None:
    """The newest run before this one that went well, of the same script; an inline one: of the same code,
    as far as its beginning tells. Raises HistoryError."""
    if run.script is not None:
        rows = history.list_executions(limit=1, status="ok", script=run.script, before=run.n)
        return rows[0] if rows else None
    before = run.n
    while rows := history.list_executions(limit=_AT_ONCE, status="ok", inline=True, before=before):
        for other in rows:
            if other.code_start == run.code_start:
                return other
        before = rows[-1].n
    return None


_AT_ONCE = 500


def _is_there(path: Path) -> bool:
    return os.path.exists(path)
