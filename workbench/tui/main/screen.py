"""The main screen: script and input on the left, trace and detail on the right; the run between."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static, TextArea
from textual.worker import Worker

from workbench.core.model import Event, ExecutionRequest, ScriptError
from workbench.history import HistoryError
from workbench.text.sanitize import clean_line
from workbench.tui import commands
from workbench.tui import ui_state as session
from workbench.tui.dialogs.jump import Target
from workbench.tui.main.edit_replay import EditAndReplay
from workbench.tui.main.input_text import InputError, parse_input
from workbench.tui.main.navigation import DoorsScreen
from workbench.tui.main.panes import DetailPane, InputPane, ProblemLine, ScriptPane, Tab
from workbench.tui.main.running import TICK_S, LiveBuffer, LiveRun
from workbench.tui.main.sidebar import Sidebar
from workbench.tui.main.tab_strip import strip_of
from workbench.tui.trace.view import TraceView
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.values.error_reading import place_of
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.wording import (
    COLOURS,
    SIGNS,
    count,
    duration,
    error_line,
    summary,
    waiting_words,
)

if TYPE_CHECKING:
    from workbench.tui.main.external_runs import OtherRuns

_TITLES = {"script": "1 Script", "input": "2 Input", "trace": "3 Trace", "detail": "4 Detail"}
_HEADER_S = 0.5
_DISK_S = 2.0
_OTHERS_S = 0.1


class WorkbenchScreen(DoorsScreen):
    """Shows one run at a time, live."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("main")]

    def __init__(self) -> None:
        super().__init__()
        self.run_now: LiveRun | None = None
        self._others: OtherRuns | None = None
        self._history_problem: str | None = None
        self._ran: Tab | None = None
        """The script that the run is of."""
        self.listener = LiveBuffer()
        """Takes the events of the run on the screen."""
        self._edit_and_replay = EditAndReplay(self)
        self._worker: Worker[None] | None = None
        self._draft_timer: Timer | None = None
        self._said = Content("")
        self._waiting = ""
        """How many tools wait for approval, in words."""
        self._strip = strip_of((), 0, 0)
        self._before_others = self._told_of_others = Content("")

    def compose(self) -> ComposeResult:
        yield Static(id="header", markup=False)
        with Container(id="panes"):
            yield Sidebar()
            with Vertical(classes="group -current", id="left"):
                yield ScriptPane(id="script", classes="pane -current")
                yield InputPane(id="input", classes="pane")
            with Vertical(classes="group", id="right"):
                with Pane(id="trace", classes="pane -current"):
                    yield TraceView(id="trace-view")
                yield DetailPane(id="detail", classes="pane")
        yield Static(id="status", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._tick)
        self.set_interval(_HEADER_S, self._show_header)
        self.set_interval(_DISK_S, self.look_at_disk)
        self.set_interval(_OTHERS_S, self._look_at_others)
        self.tell("F5 runs the script · ^p lists every command")

    # -- running -----------------------------------------------------------------------

    @property
    def run_active(self) -> bool:
        return self.run_now is not None and self.run_now.execution is None

    @property
    def idle_actions(self) -> frozenset[str]:
        return frozenset({"run"} if self.run_active else {"stop"})

    def action_run(self) -> None:
        if self.run_active:
            self.app.say("A script is running; F8 stops it", "warning")
            return
        try:
            value = parse_input(self.tab.input.text)
        except InputError as error:
            self.refuse_input(error)
            return
        request = ExecutionRequest(
            self.tab.script.text,
            value,
            source="tui",
            script=self.tab.document.name if self.tab.document.path is not None else None,
            execution_id=str(uuid.uuid4()),
        )
        self.start(request.execution_id or "", partial(self._run, request))

    def refuse_input(self, error: InputError) -> None:
        """Say what is wrong with the input, and go there."""
        self.app.say(f"The input is no JSON: {error}", "warning")
        self.go_to("input")
        self.tab.input.go_to(error.at[0] + 1, error.at[1] + 1)

    def start(self, execution_id: str, running: Callable[[], Coroutine[None, None, None]]) -> None:
        """Show the script in front as running. ``running`` does it, with ``listener``."""
        self.listener = LiveBuffer()
        self.run_now = LiveRun(self.tab.document.name, self.tab.script.text)
        self.run_now.execution_id = execution_id
        self._ran = self.tab
        self.show_error(None)
        self.stop_check()
        self.tab.script.set_line_notes({})
        self.trace.begin(execution_id)
        self.detail.begin()
        self.detail.show_tab("result")
        self._show_run()
        self.refresh_bindings()
        self._worker = self.run_worker(running, group="run", exit_on_error=False)

    async def _run(self, request: ExecutionRequest) -> None:
        """Run to the end; whatever goes wrong in us is said and ends the run on the screen."""
        tab = self._ran
        try:
            runtime = await self.app.runtime()
            await runtime.engine.run(request, listener=self.listener)
        except Exception as error:
            self.could_not_run(error)
        else:
            self.show_rest()
            if tab is not None:
                tab.recorded = request.execution_id

    def could_not_run(self, error: Exception) -> None:
        """Nothing ran, or we cannot say what: no run is on the screen then."""
        self.run_now = None
        self.refresh_bindings()
        self.trace.begin(None)
        self.detail.begin()
        self.tell(f"✘ The script could not be run: {error}")
        self.app.say(f"The script could not be run: {error}", "error")

    async def action_replay_edited(self) -> None:
        """Run the script, as it is now, against the record of its last run."""
        await self._edit_and_replay.ask()

    def action_divergence(self) -> None:
        """The picture of where the last replay left its record."""
        self._edit_and_replay.show()

    def action_stop(self) -> None:
        if self.run_now is None or not self.run_active:
            self.app.say("Nothing is running")
            return
        runtime = self.app.runtime_now
        if runtime is not None and runtime.engine.cancel(self.run_now.execution_id):
            self.tell("Stopping…")
        elif self._worker is not None and not len(self.listener):
            self._worker.cancel()
            self.run_now = None
            self.refresh_bindings()
            self.trace.begin(None)
            self.tell("Stopped before it began")

    def _tick(self) -> None:
        """Take what happened since the last tick."""
        run = self.run_now
        if run is None:
            return
        events_now = self.listener.drain()
        if not events_now:
            if run.execution is None:
                self._show_run()
            return
        self.show_events(events_now)

    def show_rest(self) -> None:
        """Take all that happened, now."""
        while len(self.listener):
            self._tick()

    def show_events(self, events_now: list[Event]) -> None:
        """Show the next events of the run on the screen."""
        run = self.run_now
        if run is None:
            return
        known = len(run.console)
        run.apply(events_now)
        self.trace.apply(events_now)
        self.detail.look_again()
        if len(run.console) > known:
            self.detail.show_console(run.console[known:])
        if run.execution is not None:
            self._ended(run)
        self._show_run()

    @work(exclusive=True, group="tokens", exit_on_error=False)
    async def _count_tokens(self, run: LiveRun) -> None:
        """Say what the run cost and saved in tokens, once it is on record."""
        runtime = await self.app.runtime()
        await runtime.history.committed()
        with suppress(HistoryError):  # what cannot be read is told elsewhere
            known = await asyncio.to_thread(runtime.history.tokens_of, [run.execution_id])
            if run is self.run_now and run.execution_id in known:
                self.detail.show_tokens(known[run.execution_id])

    def _ended(self, run: LiveRun) -> None:
        execution = run.execution
        if execution is None:
            return
        self.detail.show_end(run)
        self._count_tokens(run)
        self.refresh_bindings()
        tab = self._ran
        if tab is not None and tab in self.tabs:
            self.show_error(_at_its_tool(execution.error, run, tab.script.text), tab)
            tab.script.set_line_notes(self.trace.model.line_notes())
        self._show_trace_title()
        failed = run.first_error()
        if execution.error is not None and failed is not None:
            self.trace.select(failed)
        self.detail.show_tab("result")
        if execution.error is not None:
            sign = SIGNS[execution.status]
            self.tell(f"{sign} {error_line(execution.error, run.script)}", COLOURS[run.status])
        else:
            self.tell(
                f"✔ {run.script}: {summary(execution, run.upstream_ms, len(run.calls))}",
                COLOURS["ok"],
            )

    # -- the trace and the detail ------------------------------------------------------

    @property
    def trace(self) -> TraceView:
        return self.query_one(TraceView)

    @property
    def detail(self) -> DetailPane:
        return self.query_one(DetailPane)

    @on(TraceView.CallHighlighted)
    def _call_highlighted(self, event: TraceView.CallHighlighted) -> None:
        state = self.run_now.calls.get(event.seq) if self.run_now is not None else None
        if state is not None:
            self.detail.show_call(state)
            if self.trace.has_focus:
                self.detail.show_tab("call")
                if self._ran is self.tab:
                    self.tab.script.highlight_line(state.call.line)

    @on(TraceView.CopyRequested)
    def _copy_call(self, event: TraceView.CopyRequested) -> None:
        state = self.run_now.calls.get(event.seq) if self.run_now is not None else None
        if state is not None:
            self.detail.copy_call(state)

    @on(TraceView.FiguresRequested)
    def _figures(self) -> None:
        if self.run_now is not None:
            self.trace.show_figures(self.run_now.pairs(), self.run_now.script)

    @on(ErrorCard.FixChosen)
    def _fix(self, event: ErrorCard.FixChosen) -> None:
        """Put a near name where the wrong one stands."""
        tab = self._ran
        if tab is None or tab not in self.tabs:
            return
        self._switch(self.tabs.index(tab))
        fix = event.fix
        place = place_of(fix.wrong, tab.script.text, event.line)
        if place is None:
            self.app.say(f"{clean_line(fix.wrong, 60)} is no longer in the script", "warning")
            return
        row, column = place
        tab.script.replace(fix.right, place, (row, column + len(fix.wrong)))
        self.jump_to(row, column + len(fix.right))
        self.tell(f"{fix.right} stands for {fix.wrong} now: F5 runs it, ^z takes it back")

    @on(ErrorCard.PlaceChosen)
    def _to_place(self, event: ErrorCard.PlaceChosen) -> None:
        if self._ran is not None and self._ran in self.tabs:
            self._switch(self.tabs.index(self._ran))
            self.jump_to(event.line - 1, event.column - 1)

    @on(TraceView.CallOpened)
    def _call_opened(self, event: TraceView.CallOpened) -> None:
        state = self.run_now.calls.get(event.seq) if self.run_now is not None else None
        if state is not None and state.call.line is not None:
            if self._ran is not None and self._ran in self.tabs:
                self._switch(self.tabs.index(self._ran))
            self.jump_to(state.call.line - 1, max((state.call.column or 1) - 1, 0))

    @on(TraceView.EndOpened)
    def _end_opened(self, event: TraceView.EndOpened) -> None:
        """To where the script failed; without a place, to the whole error."""
        if event.line is None:
            self.detail.show_tab("result")
            self.go_to("detail")
        elif self._ran is not None and self._ran in self.tabs:
            self._switch(self.tabs.index(self._ran))
            self.jump_to(event.line - 1, max((event.column or 1) - 1, 0))

    # -- panes -------------------------------------------------------------------------

    def target(self, pane: str) -> Widget:
        targets: dict[str, Widget] = {
            "script": self.tab.script,
            "input": self.tab.input,
            "trace": self.trace,
        }
        return targets.get(pane, self.detail.front)

    # -- what other processes run ------------------------------------------------------

    def _look_at_others(self) -> None:
        """Runs of a served agent or a command line are told while they run."""
        runtime = self.app.runtime_now
        if runtime is None:
            return
        if self._others is None:
            from workbench.tui.main.external_runs import OtherRuns

            self._others = OtherRuns(runtime.history)
        before = self._others.newest
        if not self._others.poll():
            return
        self._show_header()
        newest = self._others.newest
        known = before is not None and newest is not None and before.n == newest.n
        if newest is not None and newest.status == "running" and not known and not self.run_active:
            who = clean_line(newest.client or newest.source)
            self._before_others = self._said
            self.tell(f"{who} runs a script: {self._key_of('watch')} follows it")
            self._told_of_others = self._said
        elif (
            newest is not None and newest.status != "running" and self._told_of_others is self._said
        ):
            self._said = self._before_others  # what was said is no longer so
            self._show_status()

    def _key_of(self, name: str) -> str:
        for command, keys in commands.in_force(self.app.config.keys):
            if command.id == name and keys:
                return commands.shown(keys)
        return f"{commands.shown('ctrl+p')} {name}"

    async def action_watch(self) -> None:
        """The newest run of another process; one that goes on is followed."""
        newest = self._others.newest if self._others is not None else None
        if newest is None:
            self.app.say("No other process has run a script since the start")
        else:
            await self.app.open_replay(newest.execution_id)

    # -- text changes ------------------------------------------------------------------

    @on(TextArea.Changed)
    def _edited(self, event: TextArea.Changed) -> None:
        if not self.tabs or event.text_area.read_only:
            return
        if self._draft_timer is not None:
            self._draft_timer.stop()
        self._draft_timer = self.set_timer(session.AFTER_S, self.app.keep_drafts)
        if event.text_area is self.tab.script:
            self.check_soon()
        if event.text_area is self.tab.input:
            self.check_input()
        elif event.text_area is self.tab.script:
            self.query_one("#script-problem", ProblemLine).add_class("-stale")
            self.show_titles()

    # -- words around the panes --------------------------------------------------------

    @on(Pane.Resized)
    def _pane_resized(self) -> None:
        self.show_titles()

    def jump_targets(self) -> list[Target]:
        """As everywhere, and every script whose name is seen."""
        targets = super().jump_targets()
        pane = self.query_one("#script", Pane).region
        if len(self.tabs) > 1 and pane.area:
            paired = self.is_paired
            y = pane.bottom - 1 if paired else pane.y
            # A frame has its upper title at the left, its lower one at the right.
            x = pane.right - 2 - self._strip.content.cell_length if paired else pane.x + 3
            x += 0 if paired else len(_TITLES["script"]) + 2
            for index, place in self._strip.places:
                targets.append(Target(Offset(x + place - 2, y), partial(self._switch, index)))
        return targets

    def tell(self, text: str, colour: str = "") -> None:
        self._said = Content.styled(clean_line(text), colour)
        self._show_status()

    def show_titles(self) -> None:
        if not self.tabs:
            return
        state = "✔" if self.input_is_good else "✘"
        given = Content(f"{_TITLES['input']} · JSON {state}")
        pane = self.query_one("#script", Pane)
        labels = [tab.label for tab in self.tabs]
        name = f"{_TITLES['script']} · "
        if self.is_paired:
            # Two rows of names, never one: the panes above, the scripts below.
            self._strip = strip_of(labels, self.current, pane.title_room)
            below = self._strip.content if len(labels) > 1 else ""
            alone = labels[0] if len(labels) == 1 else ""
            room = pane.title_room - len(name) - given.cell_length - 3
            script = Content(
                name + alone if alone and cell_len(alone) <= room else _TITLES["script"]
            )
            self._pair("script", script, "input", given, below)
        else:
            self._strip = strip_of(labels, self.current, pane.title_room - len(name))
            pane.set_title(Content(name) + self._strip.content)
            self.query_one("#input", Pane).set_title(given)
        self._show_trace_title()
        self._show_header()  # it names the script, with the mark of unsaved text

    def _pair(
        self,
        left: str,
        left_title: Content,
        right: str,
        right_title: Content,
        below: str | Content = "",
    ) -> None:
        """Where only one of two panes is seen, its frame names both: the other one dimmed."""
        for pane in (left, right):
            words = [
                title.stylize("bold" if pane == name else "$foreground 60%")
                for name, title in ((left, left_title), (right, right_title))
            ]
            self.query_one(f"#{pane}", Pane).set_title(Content(" │ ").join(words), below)

    def _show_trace_title(self) -> None:
        run = self.run_now
        title = Content(_TITLES["trace"])
        if run is not None:
            title += Content(f" · {clean_line(run.script, 24)}")
        if run is not None and run.calls:
            title += Content(f" · {count(len(run.calls), 'call')}")
            failed = self.trace.model.totals.failed
            if failed:
                title += Content.styled(f" · {failed:,} ✘", "$text-error")
        if self._waiting:
            title += Content.styled(f" · ! {self._waiting} for approval", "$text-warning")
        if self.is_paired:
            self._pair("trace", title, "detail", Content(_TITLES["detail"]))
        else:
            self.query_one("#trace", Pane).set_title(title)
            self.detail.show_title()

    def _show_run(self) -> None:
        self._show_trace_title()
        self._show_status()
        self._show_header()

    def _show_status(self) -> None:
        run = self.run_now
        if run is None or run.execution is not None:
            self._update("#status", self._said)
        else:
            runtime = self.app.runtime_now
            parts = ["Starting" if runtime is None else "Waiting" if run.queued else "Running"]
            calls = f"{len(run.calls)}/{run.max_calls}" if run.max_calls else str(len(run.calls))
            parts += [f"{calls} calls", f"{run.elapsed_ms / 1000:.1f} s", "F8 stops"]
            self._update("#status", Content(" · ".join(parts)))

    def _tell_history(self, problem: str | None) -> None:
        """A history that cannot be written is told once, with what is in its way."""
        before, self._history_problem = self._history_problem, problem
        if problem is not None and problem != before:
            self.app.say(f"Nothing is recorded: {clean_line(problem, 300)}", "error")
        elif problem is None and before is not None:
            self.app.say("The history is written again")

    def _show_header(self) -> None:
        if not self.tabs:
            return
        runtime = self.app.runtime_now
        left = [Content.styled("workbench", "bold $primary"), Content(self.tab.label)]
        right = []
        if runtime is None:
            left.append(Content("servers …"))
        else:
            catalogue = runtime.upstream.catalogue()
            servers = catalogue.servers.values()
            ready = sum(server.state == "ready" for server in servers)
            bad = sum(server.state == "failed" for server in servers)
            mark = " ✘" if bad else " ✔" if ready == len(servers) else " …"
            known = f"servers {ready}/{len(servers)}{mark}" if servers else "no servers"
            left.append(Content(known))
            left.append(Content(f"tools {sum(server.tools for server in servers)}"))
            waiting = waiting_words(servers)
            if waiting:
                left.insert(2, Content.styled(f"! {waiting}", "$text-warning"))
            if waiting != self._waiting:
                self._waiting = waiting
                self._show_trace_title()
            self._tell_history(runtime.history.problem)
            if runtime.history.problem is not None:
                left.append(Content.styled("✘ nothing is recorded", "bold $error"))
        others = self._others.line() if self._others is not None else None
        if others is not None:
            right.append(others)
        run = self.run_now
        if run is not None:
            text = f"{SIGNS[run.status]} {run.execution_id[:4]} {duration(run.elapsed_ms)}"
            right.append(Content.styled(text, COLOURS[run.status]))
        if runtime is not None:
            pool = runtime.engine.pool
            right.append(Content(f"pool {pool.running}/{pool.size}"))
        room = self.size.width - 2
        while True:
            start, end = Content("   ").join(left), Content("   ").join(right)
            gap = room - start.cell_length - end.cell_length
            if gap >= 2 or not (len(left) > 2 or len(right) > 1):
                break
            # Whole words or none: the pool and the tools are the first to go.
            (right if len(right) > 1 else left).pop()
        self._update("#header", start + Content(" " * max(gap, 1)) + end)

    def _update(self, selector: str, content: Content) -> None:
        """Change a line only where it differs: nothing is drawn for nothing."""
        line = self.query_one(selector, Static)
        if line.content != content:
            line.update(content)


def _at_its_tool(error: ScriptError | None, run: LiveRun, code: str) -> ScriptError | None:
    """Where a call failed, the engine names the place of the last look-up before it, which may stand in its
    arguments; what failed is the tool."""
    seq = run.first_error()
    if error is None or error.line is None or error.column is None or seq is None:
        return error
    call = run.calls[seq].call
    lines = code.split("\n")
    if call.line != error.line or error.line > len(lines):
        return error
    place = lines[error.line - 1].rfind(call.tool, 0, error.column - 1 + len(call.tool))
    return error if place < 0 else replace(error, column=place + 1)
