"""Replay: a recorded execution step by step, and the proof that it runs the same again, offline."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from workbench.core.events import ConsoleLine, Event, ExecutionQueued, ExecutionRunning
from workbench.core.model import LEAST
from workbench.core.ports import HistoryReader
from workbench.history import POLL_S, HistoryError, Recording
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings, first_key
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.editor.code_marks import Marker
from workbench.tui.replay.following import Following
from workbench.tui.replay.playback import Playback
from workbench.tui.replay.recorded_panes import recorded_panes
from workbench.tui.replay.reruns import Reruns
from workbench.tui.replay.seeking import BREATH_S, Scene, Seeking
from workbench.tui.replay.shown_run import ReplayedRun
from workbench.tui.replay.status_lines import header_parts, status_line, words_of_others
from workbench.tui.replay.timeline import Step, step_of, steps_of
from workbench.tui.replay.transport import Transport
from workbench.tui.trace.detail_pane import DetailPane
from workbench.tui.trace.live_run import TICK_S, LiveRun
from workbench.tui.trace.run_panes import RunPanes
from workbench.tui.trace.title import calls_made
from workbench.tui.trace.view import TraceView
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.pane_screen import PaneScreen
from workbench.tui.widgets.proportions import share_for
from workbench.tui.widgets.quiet_line import FittedLine, QuietLine

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

_LETTERS = {"play", "next_error", "seek", "edit"}
"""Actions whose keys must not be taken from what is typed into a filter or a search."""


class ReplayScreen(PaneScreen):
    """Read-only. Nothing is sent to a server but by ``R``, which runs the script anew."""

    app: WorkbenchApp
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("panes", "replay")]
    OVERTAKING = frozenset({"play", "step", "seek", "next_error", "speed", "dismiss"})

    def __init__(
        self,
        recording: Recording,
        history: HistoryReader | None = None,
        steps: list[Step] | None = None,
    ) -> None:
        """history: where an execution that still runs is followed. steps: of the recording, where known."""
        super().__init__()
        self.pane_name = "trace"
        self.recording = recording
        self.reruns = Reruns(self)
        self.shown_run = ReplayedRun(self)
        self._following: Following | None = None
        if recording.status == "running" and history is not None:
            self._following = Following(history, recording.execution_id)
        # One that is followed tells its steps from the first.
        self.playback = Playback([] if self.live else steps or steps_of(recording))
        self.seeking = Seeking(
            self.playback,
            lambda: LiveRun(recording.script or "script", recording.code),
            self._show_scene,
        )
        self._to_call = False
        """Whether the way leads to a call, also where it is the end of what is followed."""
        self._others: Content | None = None
        """What runs elsewhere meanwhile."""

    def compose(self) -> ComposeResult:
        yield FittedLine(id="replay-header", markup=False)
        yield Transport(id="transport")
        with Container(id="panes"):
            yield from recorded_panes(self.recording)
            trace = Pane(TraceView(id="replay-trace"), id="trace", classes="pane -current")
            detail = DetailPane(id="detail", classes="pane")
            yield RunPanes(trace, detail, self.shown_run, is_current=True)
        yield QuietLine(id="status", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._tick)
        self.set_interval(POLL_S, self._look_at_others)
        self.trace.empty_text = "Each call, as it was recorded"
        self._begin(self.seeking.shown)
        self.trace.focus()
        self.action_seek(-1)
        if self._following is not None:
            self.set_interval(POLL_S, self._follow)
            self._follow()

    @property
    def live(self) -> bool:
        return self._following is not None and not self._following.over

    @property
    def run(self) -> LiveRun:
        """As far as it is shown."""
        return self.seeking.shown.run

    @property
    def trace(self) -> TraceView:
        return self.query_one(TraceView)

    @property
    def detail(self) -> DetailPane:
        return self.query_one(DetailPane)

    @property
    def is_behind(self) -> bool:
        return self.seeking.is_under_way

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a filter or a search is typed, letters are letters."""
        focused = self.focused if self.is_mounted else None
        typing = focused is not None and focused.check_consume_key("e", "e")
        return super().check_action(action, parameters) and not (typing and action in _LETTERS)

    def target(self, pane: str) -> Widget:
        return self.detail.front if pane == "detail" else self.query_one(f"#replay-{pane}")

    def natural_share(self, splitter: str) -> float | None:
        code = self.query_one("#replay-script", CodeArea).text
        given = self.query_one("#replay-input", CodeArea).text
        return share_for(splitter, code, given, self.app.size)

    def show_titles(self) -> None:
        self.detail.show_title()

    # -- an execution that still runs --------------------------------------------------

    def on_unmount(self) -> None:
        if self._following is not None:
            self._following.close()

    @work(group="follow", exit_on_error=False)
    async def _follow(self) -> None:
        """Take what happened since the last look; at the end, the whole record."""
        if self._following is None or self._following.over:
            return
        happened: list[Event] = []
        recorded = None
        try:
            happened, recorded = await self._following.poll()
        except HistoryError as error:
            self.reruns.verdict = f"✘ It cannot be followed: {clean_line(str(error), 200)}"
        playback = self.playback
        at_end = playback.at_end and not playback.playing
        if recorded is not None:
            self.recording, playback.steps = recorded
            self._go(len(playback.steps) if at_end else playback.position)
            return
        playback.steps += [step_of(event) for event in happened]
        waited = self.trace.model.waits
        if waited != (self._following.standing.waits_behind is not None):
            self.trace.take([ExecutionRunning("", 0.0) if waited else ExecutionQueued("")])
        if at_end:
            now_ms = self._following.elapsed_ms(self.recording.started_at)
            self._go(len(playback.steps), now_ms)
        self.show()

    # -- time --------------------------------------------------------------------------

    def action_play(self) -> None:
        if self.playback.at_end:
            self.action_seek(0)
        self.playback.play_or_pause()
        self.show()

    def action_step(self, by: int) -> None:
        self.playback.playing = False
        self._go(self.playback.position + by)

    def action_seek(self, position: int) -> None:
        self.playback.playing = False
        self._go(position if position >= 0 else len(self.playback.steps))
        if self.live and position < 0:
            self.trace.action_follow()

    def go_to_call_at(self, position: int) -> None:
        """To a step of a call, which gets the cursor."""
        self.playback.playing = False
        self._go(position, to_call=True)

    def action_next_error(self) -> None:
        """To the next failure: of a call, of the run; from the last one, the first again."""
        position = self.playback.next_error()
        if position is None:
            self.app.show_toast("Nothing failed")
        else:
            self.action_seek(position)

    def action_to_call(self) -> None:
        """Ask for the number of a call, go to where it ended."""
        self.shown_run.ask_for_call()

    def action_speed(self, by: int) -> None:
        self.playback.change_speed(by)
        self.show()

    def action_breakpoint(self) -> None:
        """Pause before the call under the cursor; again: no more."""
        row = self.trace.selected
        if row is None:
            self.app.show_toast("Choose a call in the trace")
            return
        self.playback.breakpoints ^= {row.seq}
        self.show()

    def _tick(self) -> None:
        position = self.playback.tick()
        if position is not None:
            self._go(position, self.playback.clock_ms if self.playback.playing else None)

    def _go(self, position: int, clock_ms: float | None = None, *, to_call: bool = False) -> None:
        """Have exactly so many steps played. clock_ms: when, in the recording; None: at the last of them."""
        self.playback.move(position, clock_ms)
        self._to_call = to_call
        self.trace.will_change()
        if not self.seeking.is_under_way and not self.seeking.go_on():
            self._seek()
        self.show()

    @work(group="seek", exit_on_error=False)
    async def _seek(self) -> None:
        try:
            while not self.seeking.go_on():  # noqa: ASYNC110
                await asyncio.sleep(BREATH_S)
        finally:
            self.seeking.stop()
            self.app.key_order.go_on()

    def _show_scene(self, scene: Scene, played: Sequence[Step], *, anew: bool) -> None:
        """The playback has come to where it was sent."""
        playback = self.playback
        if anew:
            self._begin(scene)
        else:
            self.trace.show_taken()
        self.detail.look_again()
        happened = [step.event for step in played]
        self.detail.show_console([e.line for e in happened if isinstance(e, ConsoleLine)])
        if playback.at_end and not self.live:
            self.detail.show_end(self.run, may_fix=False)
            self.detail.show_tab("result")
            self._count_tokens(self.run)
            self._mark_error()
        if playback.last is not None and playback.last.line is not None:
            self.mark_line(playback.last.line - 1)
        if not self.live or not playback.at_end or self._to_call:
            self.shown_run.point()
        self.show()

    def _begin(self, scene: Scene) -> None:
        """Show another one, and nothing of the one before."""
        self.trace.show_model(scene.model)
        self.detail.begin()
        self.detail.result.clear("Not reached yet")
        script = self.query_one("#replay-script", CodeArea)
        script.highlight_line(None)
        script.set_markers([])

    def _mark_error(self) -> None:
        """Mark the place at which the run failed."""
        error = self.playback.last.error if self.playback.last is not None else None
        if error is not None and error.line is not None:
            marker = Marker(error.line, error.column, "error", error.message)
            self.query_one("#replay-script", CodeArea).set_markers([marker])

    @work(exclusive=True, group="tokens", exit_on_error=False)
    async def _count_tokens(self, run: LiveRun) -> None:
        """Of the record itself: it may be a file that no history has."""
        tokens = await asyncio.to_thread(lambda: self.recording.tokens)
        if run is self.run and run.execution is not None:
            self.detail.show_tokens(tokens)

    def mark_line(self, row: int) -> None:
        """Show a line of the script (from 0), and mark it."""
        script = self.query_one("#replay-script", CodeArea)
        script.highlight_line(row + 1)
        script.go_to(row + 1)

    # -- what it shows -----------------------------------------------------------------

    def show(self) -> None:
        totals = self.trace.model.totals
        standing = self._following.standing if self._following is not None and self.live else None
        waits = standing.waits if standing is not None else ""
        words = header_parts(
            self.recording, totals.calls, self.reruns.judged, live=self.live, standing=standing
        )
        others = [words_of_others(self._others)] if self._others is not None else []
        self.query_one(FittedLine).put_words(words, others)
        scene = self.seeking.shown
        if not self.seeking.is_under_way:
            scene.clock_ms = self.playback.clock_ms
        self.query_one(Transport).show(
            self.playback, scene.position, scene.clock_ms, live=self.live, waits=waits
        )
        if standing is not None and standing.logs_dropped:
            totals = replace(totals, dropped=standing.logs_dropped, least=LEAST)
        title = Content("3 Trace") + calls_made(totals)
        self.query_one("#trace", Pane).set_title(title)
        said = status_line(
            self.reruns.verdict, self.playback.breakpoints, live=self.live, waits=waits
        )
        self.query_one("#status", QuietLine).put(said)

    # -- what others run meanwhile -------------------------------------------------------

    def _look_at_others(self) -> None:
        line = self.app.main.others.line(shown=self.recording.execution_id)
        if line is not None:
            key = first_key("watch", self.app.config.keys)
            line = Content.assemble(line, " ", (key, "$text-accent"))
        if line != self._others:
            self._others = line
            self.show()

    async def action_watch(self) -> None:
        """The newest run of another process, in place of this one."""
        await self.app.main.others.watch(shown=self.recording.execution_id)

    # -- running it again (workbench/tui/commands/) --------------------------------------

    def action_verify(self) -> None:
        self.reruns.verify()

    def action_compare(self) -> None:
        self.reruns.compare()

    def action_edit(self) -> None:
        self.reruns.edit()

    def action_live(self) -> None:
        self.reruns.run_live()
