"""The run on the screen: started, stopped, followed event by event, and how it ended."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from workbench.core.model import ErrorCode, ExecutionRequest
from workbench.history import HistoryError
from workbench.tui.main.end_words import end_words
from workbench.tui.main.input_text import InputError, parse_input
from workbench.tui.main.run_events import RunEvents
from workbench.tui.trace.live_run import CallState, LiveRun
from workbench.tui.trace.rows import Totals
from workbench.tui.trace.trace_model import TraceModel

if TYPE_CHECKING:
    from textual.worker import Worker

    from workbench.core.events import Event
    from workbench.core.model import Execution
    from workbench.tui.main.host import Host
    from workbench.tui.main.problems import Problems
    from workbench.tui.main.script_tabs import ScriptTabs
    from workbench.tui.main.tab import Tab
    from workbench.tui.trace.detail_pane import DetailPane
    from workbench.tui.trace.view import TraceView


class RunControl:
    """Runs one script at a time and shows it in the trace and the detail."""

    def __init__(
        self,
        host: Host,
        scripts: ScriptTabs,
        problems: Problems,
        trace: TraceView,
        detail: DetailPane,
    ) -> None:
        self._host = host
        self._scripts = scripts
        self._problems = problems
        self._trace = trace
        self._detail = detail
        self.now: LiveRun | None = None
        """The run that was started last: it runs, or it ran."""
        self.tab: Tab | None = None
        """The script that it is of."""
        self._of: dict[Tab, tuple[LiveRun, TraceModel]] = {}
        """Each script's own last run, with its trace."""
        self._front: Tab | None = None
        """The script whose run is on the screen."""
        self.events = RunEvents(host, self._take, self._show_taken)
        self._worker: Worker[None] | None = None
        self._told_lines = 0
        """Of the console of the run."""
        self._over = 0.0
        """When the last run's end was shown: of ``KeyOrder.moment``."""

    @property
    def active(self) -> bool:
        return self.now is not None and self.now.execution is None

    @property
    def totals(self) -> Totals:
        """Of the run on the screen."""
        return self._trace.model.totals

    @property
    def shown(self) -> LiveRun | None:
        """The run on the screen: the last one of the script in front."""
        run, _ = (
            self._of.get(self._front, (None, None)) if self._front is not None else (None, None)
        )
        return run

    def call(self, seq: int) -> CallState | None:
        """A call of the run on the screen."""
        return self.shown.calls.get(seq) if self.shown is not None else None

    def show_front(self) -> None:
        """Another script may have come to the front: its run goes on the screen with it."""
        tab = self._host.tab
        if tab is self._front:
            return
        self._front = tab
        for closed in [other for other in self._of if other not in self._scripts.tabs]:
            if closed is not self.tab or not self.active:
                del self._of[closed]
        run, model = self._of.get(tab, (None, TraceModel()))
        self._trace.show_model(model)
        self._detail.show_run(run)
        if run is not None and run is self.now:
            self._told_lines = len(run.console)
        if run is not None and run.execution is not None:
            self._look_for_tokens(run)

    # -- starting and stopping ---------------------------------------------------------

    def run(self) -> None:
        """Run the script in front with its input."""
        if self.refuses():
            return
        if self._host.app.key_order.was_typed_before(self._over):
            self._host.app.show_toast(
                "The script still ran when that was pressed: it ran once", "warning"
            )
            return
        tab = self._host.tab
        try:
            value = parse_input(tab.input.text)
        except InputError as error:
            self._problems.refuse_input(error)
            return
        request = ExecutionRequest(
            tab.script.text,
            value,
            source="tui",
            script=tab.document.name if tab.document.path is not None else None,
            execution_id=str(uuid.uuid4()),
        )
        self.start(request.execution_id or "", partial(self._run, request))

    def refuses(self) -> bool:
        """Whether something runs, beside which nothing starts: that is said."""
        if self.now is not None and self.active:
            self._host.app.show_toast(f"{self.now.script} is running; F8 stops it", "warning")
        return self.active

    def start(self, execution_id: str, running: Callable[[], Coroutine[None, None, None]]) -> None:
        """Show the script in front as running. ``running`` does it, with ``events.listener``."""
        tab = self._host.tab
        self.events.begin()
        run = LiveRun(tab.document.name, tab.script.text)
        run.execution_id = execution_id
        self._problems.show_error(None)
        self._problems.stop_check()
        tab.script.set_line_notes({})
        self.take(run)
        self._detail.show_tab("result")
        self._host.show_run()
        self._host.refresh_bindings()
        self._worker = self._host.run_worker(running, group="run", exit_on_error=False)

    def take(self, run: LiveRun) -> None:
        """Put a run that begins on the screen, as that of the script in front."""
        self.now, self.tab = run, self._host.tab
        self._told_lines = 0
        self._front = self.tab
        model = TraceModel()
        model.begin(run.execution_id)
        self._of[self.tab] = run, model
        self._trace.show_model(model)
        self._detail.begin()

    async def _run(self, request: ExecutionRequest) -> None:
        """Run to the end; whatever goes wrong in us is said and ends the run on the screen."""
        tab = self.tab
        try:
            runtime = await self._host.app.runtime()
            await runtime.engine.run(request, listener=self.events.listener)
        except Exception as error:
            self.could_not_run(error)
        else:
            self.show_rest()
            if tab is not None:
                tab.recorded = request.execution_id

    def could_not_run(self, error: Exception) -> None:
        """Nothing ran, or we cannot say what: no run is on the screen then."""
        self._forget()
        self._host.set_status(f"✘ The script could not be run: {error}")
        self._host.app.show_toast(f"The script could not be run: {error}", "error")

    def stop(self) -> None:
        """End the run: in its worker, or before one has it."""
        if self.now is None or not self.active:
            self._host.app.show_toast("Nothing is running")
            return
        runtime = self._host.app.runtime_now
        if runtime is not None and runtime.engine.cancel(self.now.execution_id):
            self._host.set_status("Stopping…")
        elif self._worker is not None and not len(self.events.listener):
            self._worker.cancel()
            self._forget()
            self._host.set_status("Stopped before it began")

    def _forget(self) -> None:
        self.now = None
        self._host.refresh_bindings()
        if self.tab is not None:
            self._of.pop(self.tab, None)
        if self.tab is self._front:
            self._trace.begin(None)
            self._detail.show_run(None)

    # -- what happens ------------------------------------------------------------------

    def tick(self) -> None:
        """Take and show what happened since the last tick."""
        if self.now is not None and not self.events.tick() and self.active:
            self._host.show_run()

    def show_rest(self) -> None:
        """Take all that happened, now."""
        self.events.take_all()

    def _take(self, events_now: list[Event]) -> bool:
        run = self.now
        if run is None:
            return False
        run.apply(events_now)
        if self._is_shown(run):
            self._trace.take(events_now)
        elif self.tab is not None:
            self._of[self.tab][1].apply(events_now)
        return run.execution is not None

    def _show_taken(self) -> None:
        run = self.now
        if run is None:
            return
        if self._is_shown(run):
            self._trace.show_taken()
            self._detail.look_again()
            if len(run.console) > self._told_lines:
                self._detail.show_console(run.console[self._told_lines :])
        self._told_lines = len(run.console)
        if run.execution is not None:
            self._ended(run)
        self._host.show_run()

    def _is_shown(self, run: LiveRun) -> bool:
        return run is self.shown

    def _look_for_tokens(self, run: LiveRun) -> None:
        count = partial(self._count_tokens, run)
        self._host.run_worker(count, group="tokens", exclusive=True, exit_on_error=False)

    async def _count_tokens(self, run: LiveRun) -> None:
        """Say what the run cost and saved in tokens, once it is on record."""
        runtime = await self._host.app.runtime()
        await runtime.history.committed()
        with suppress(HistoryError):  # what cannot be read is told elsewhere
            known = await asyncio.to_thread(runtime.history.tokens_of, [run.execution_id])
            if self._is_shown(run) and run.execution_id in known:
                self._detail.show_tokens(known[run.execution_id])

    def _ended(self, run: LiveRun) -> None:
        execution = run.execution
        if execution is None:
            return
        self._over = self._host.app.key_order.moment()
        in_front = self._is_shown(run)
        if in_front:
            self._detail.show_end(run)
            self._look_for_tokens(run)
        self._host.refresh_bindings()
        tab = self.tab
        if tab is not None and tab in self._scripts.tabs:
            self._problems.show_error(run.at_its_tool(execution.error, tab.script.text), tab)
            if execution.error is None or execution.error.code != ErrorCode.SYNTAX_ERROR:
                self._problems.check_soon()  # what is likely wrong is so still
            tab.script.set_line_notes(self._of[tab][1].line_notes())
        self._host.show_titles()
        if in_front:
            if (failed := run.failing_call(execution.error)) is not None:
                self._trace.select(failed)
            self._detail.show_tab("result")
        self._say_end(run, execution, tab)

    def _say_end(self, run: LiveRun, execution: Execution, tab: Tab | None) -> None:
        words = end_words(self._host, run, execution, in_front=tab is self._host.tab)
        self._host.set_status(*words, of=tab)

    def say_end_again(self) -> bool:
        """How the last run of the script that comes to the front ended. False: there is none to tell of; what
        a replay came to is told where it ended."""
        tab = self._host.tab
        run, _ = self._of.get(tab, (None, None))
        if self.active or run is None or run.execution is None or run.judged:
            return False
        self._say_end(run, run.execution, tab)
        return True
