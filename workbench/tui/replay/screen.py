"""Replay: a recorded execution step by step, and the proof that it runs the same again, offline."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widget import Widget

from workbench.core.model import ConsoleLine, ExecutionRunning, ToolCallFinished, ToolCallStarted
from workbench.core.ports import HistoryReader
from workbench.history import POLL_S, ExecutionFollower, HistoryError, Recording
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.editor.highlighting import language_of
from workbench.tui.replay.recording_screen import RecordingScreen
from workbench.tui.replay.timeline import execution_of, step_of, steps_of
from workbench.tui.replay.transport import Transport
from workbench.tui.trace.detail_pane import DetailPane
from workbench.tui.trace.live_run import TICK_S, LiveRun
from workbench.tui.trace.messages import (
    CallHighlighted,
    CallOpened,
    CopyRequested,
    FiguresRequested,
)
from workbench.tui.trace.model import TraceModel
from workbench.tui.trace.view import TraceView
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.quiet_line import QuietLine, fitted
from workbench.tui.wording import chip, count, local_time, verdict

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

_SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_CAN_DO = "Nothing is sent · v verify · E edit and replay · c compare live · R run live"
_LIVE = "It still runs and is followed · , steps back · End follows again · E edits a copy"
_LETTERS = {"play", "next_error", "seek", "edit"}
"""Actions whose keys must not be taken from what is typed into a filter or a search."""


class ReplayScreen(RecordingScreen):
    """Read-only. Nothing is sent to a server but by ``R``, which runs the script anew."""

    app: WorkbenchApp
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("panes", "replay")]

    def __init__(self, recording: Recording, history: HistoryReader | None = None) -> None:
        """history: where an execution that still runs is followed."""
        super().__init__(recording)
        self.steps = steps_of(recording)
        self._history = history
        self._follower: ExecutionFollower | None = None
        if recording.status == "running" and history is not None:
            self._follower = ExecutionFollower(history, recording.execution_id)
            self.steps = []  # the follower tells them from the first
        self._looking = False
        self.position = 0
        """How many steps have been played."""
        self.playing = False
        self._played_from = 0
        self.breakpoints: set[int] = set()
        """Numbers of calls before whose start playing pauses."""
        self._run = LiveRun(recording.script or "script", recording.code)
        self._pointed = 0
        """The call that a step, not the user, has put the cursor on."""
        self._speed = _SPEEDS.index(1.0)
        self._clock_ms = 0.0
        self._ticked = time.monotonic()

    def compose(self) -> ComposeResult:
        recording = self.recording
        yield QuietLine(id="replay-header", markup=False)
        yield Transport(id="transport")
        with Container(id="panes"):
            with Vertical(classes="group -current", id="left"):
                with Pane(id="script", classes="pane -current") as pane:
                    name = clean_line(recording.script or "inline script", 60)
                    pane.set_title(f"1 Script · {name} (recorded, read-only)")
                    language = language_of(recording.script or "")
                    yield CodeArea(
                        recording.code, language=language, read_only=True, id="replay-script"
                    )
                with Pane(id="input", classes="pane") as pane:
                    pane.set_title("2 Input (recorded)")
                    given = json.dumps(recording.input, ensure_ascii=False, indent=2)
                    yield CodeArea(given, language="json", read_only=True, id="replay-input")
            with Vertical(classes="group", id="right"):
                with Pane(id="trace", classes="pane -current") as pane:
                    pane.set_title("3 Trace")
                    yield TraceView(id="replay-trace")
                yield DetailPane(id="detail", classes="pane")
        yield QuietLine(id="status", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._tick)
        # A call that is under way grows with the recording's time, not with ours.
        self.trace.model = TraceModel(clock=lambda: self._clock_ms / 1000, folds_by_itself=False)
        self._rewind()
        self.trace.focus()
        self.action_seek(-1)
        if self._follower is not None:
            self.set_interval(POLL_S, self._follow)
            self._follow()

    @property
    def live(self) -> bool:
        """Whether the execution still runs, somewhere."""
        return self._follower is not None

    @property
    def trace(self) -> TraceView:
        return self.query_one(TraceView)

    @property
    def detail(self) -> DetailPane:
        return self.query_one(DetailPane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a filter or a search is typed, letters are letters."""
        focused = self.focused if self.is_mounted else None
        typing = focused is not None and focused.check_consume_key("e", "e")
        return super().check_action(action, parameters) and not (typing and action in _LETTERS)

    def target(self, pane: str) -> Widget:
        views = {"script": "#replay-script", "input": "#replay-input", "trace": "#replay-trace"}
        return self.query_one(views[pane]) if pane in views else self.detail.front

    def show_titles(self) -> None:
        self.detail.show_title()

    # -- an execution that still runs --------------------------------------------------

    def _follow(self) -> None:
        if self._follower is not None and not self._looking:
            self._looking = True
            self._look(self._follower)

    @work(group="follow", exit_on_error=False)
    async def _look(self, follower: ExecutionFollower) -> None:
        """Take what happened since the last look; at the end, the whole record.

        The history is read in a thread: the first look takes in everything so far, which may be much.
        """
        assert self._history is not None
        recording = None
        try:
            events = await asyncio.to_thread(follower.poll)
            if follower.ended:
                id_ = self.recording.execution_id
                recording = await asyncio.to_thread(self._history.recording, id_)
        except HistoryError as error:
            events, self._follower = [], None
            self.verdict = f"✘ It cannot be followed: {clean_line(str(error), 200)}"
        finally:
            self._looking = False
        at_end = self.position == len(self.steps) and not self.playing
        if recording is not None:
            self._follower = None
            self.recording, self.steps = recording, steps_of(recording)
            position = len(self.steps) if at_end else self.position
            self._rewind()
            self._go(position)
            return
        self.steps += [step_of(event) for event in events]
        if at_end:
            self._go(len(self.steps))
            self._clock_ms = max(0.0, (time.time() - self.recording.started_at) * 1000)
        self.show()

    # -- time --------------------------------------------------------------------------

    def action_play(self) -> None:
        if self.position == len(self.steps):
            self.action_seek(0)
        self.playing = not self.playing
        self._played_from = self.position
        self._ticked = time.monotonic()
        self.show()

    def action_step(self, by: int) -> None:
        self.playing = False
        self._go(self.position + by)

    def action_seek(self, position: int) -> None:
        self.playing = False
        self._go(position if position >= 0 else len(self.steps))
        if self.live and position < 0:
            self.trace.action_follow()

    def action_next_error(self) -> None:
        """Just after the next call that failed; from the last one, the first again."""
        failed = [index + 1 for index, step in enumerate(self.steps) if step.failed]
        if not failed:
            self.app.say("No call failed")
            return
        self.playing = False
        self._go(next((index for index in failed if index > self.position), failed[0]))

    def action_to_call(self) -> None:
        """Ask for the number of a call, go to where it ended."""
        last = len(self.recording.calls) or len(self._run.calls)
        if not last:
            self.app.say("It made no calls")
            return

        def named(answer: str | None) -> None:
            if answer is None:
                return
            seq = answer.strip().lstrip("#")
            if not seq.isdecimal() or not self.go_to_call(int(seq)):
                self.app.say(f"There is no call {answer}: they are numbered 1 to {last}", "warning")

        self.app.push_screen(LineScreen(f"Go to call (1 to {last})"), named)

    def go_to_call(self, seq: int) -> bool:
        """To just after a call ended, or started where it never did. False: there is none."""
        found = None
        for index, step in enumerate(self.steps):
            if isinstance(step.event, ToolCallStarted | ToolCallFinished):
                found = index if step.event.call.seq == seq else found
        if found is None:
            return False
        self.action_seek(found + 1)
        self.trace.select(seq)
        return True

    @on(CopyRequested)
    def _copy_call(self, event: CopyRequested) -> None:
        state = self._run.calls.get(event.seq)
        if state is not None:
            self.detail.copy_call(state)

    @on(FiguresRequested)
    def _figures(self) -> None:
        from workbench.tui.trace.figures_screen import show_figures

        show_figures(self.trace, self._run.pairs(), self._run.script)

    @on(ErrorCard.PlaceChosen)
    def _to_place(self, event: ErrorCard.PlaceChosen) -> None:
        self._mark_line(event.line - 1)
        self.go_to("script")

    @on(CallOpened)
    def _opened(self, event: CallOpened) -> None:
        self.go_to_call(event.seq)

    def action_speed(self, by: int) -> None:
        self._speed = min(max(self._speed + by, 0), len(_SPEEDS) - 1)
        self.show()

    def action_breakpoint(self) -> None:
        """Pause before the call under the cursor; again: no more."""
        row = self.trace.selected
        if row is None:
            self.app.say("Choose a call in the trace")
            return
        self.breakpoints ^= {row.seq}
        self.show()

    def _tick(self) -> None:
        if not self.playing:
            return
        now = time.monotonic()
        self._clock_ms += (now - self._ticked) * 1000 * _SPEEDS[self._speed]
        self._ticked = now
        position = self.position
        while position < len(self.steps) and self.steps[position].at_ms <= self._clock_ms:
            if position != self._played_from and self._stops_before(position):
                self.playing = False
                break
            position += 1
        if position == len(self.steps):
            self.playing = False
        clock = self._clock_ms
        self._go(position)
        if self.playing:
            self._clock_ms = clock

    def _stops_before(self, position: int) -> bool:
        event = self.steps[position].event
        return isinstance(event, ToolCallStarted) and event.call.seq in self.breakpoints

    def _go(self, position: int) -> None:
        """Have exactly so many steps played."""
        position = min(max(position, 0), len(self.steps))
        if position < self.position:
            self._rewind()
        self._clock_ms = self.steps[position - 1].at_ms if position else 0.0
        events = [step.event for step in self.steps[self.position : position]]
        self._run.apply(events)
        self.trace.apply(events)
        self.detail.look_again()
        self.detail.show_console([e.line for e in events if isinstance(e, ConsoleLine)])
        self.position = position
        if position == len(self.steps) and not self.live:
            self.detail.show_end(self._run, may_fix=False)
            self.detail.show_tab("result")
            self._count_tokens(self._run)
        line = self.steps[position - 1].line if position else None
        if line is not None:
            self._mark_line(line - 1)
        if not self.live or position < len(self.steps):
            self._point()
        self.show()

    @work(exclusive=True, group="tokens", exit_on_error=False)
    async def _count_tokens(self, run: LiveRun) -> None:
        """Of the record itself: it may be a file that no history has."""
        tokens = await asyncio.to_thread(lambda: self.recording.tokens)
        if run is self._run and run.execution is not None:
            self.detail.show_tokens(tokens)

    def _point(self) -> None:
        """The cursor of the trace to the call that the last step was of."""
        for step in reversed(self.steps[: self.position]):
            if isinstance(step.event, ToolCallStarted | ToolCallFinished):
                selected = self.trace.selected
                self._pointed = step.event.call.seq
                if selected is None or selected.seq != self._pointed:
                    self.trace.select(self._pointed)
                elif self.position < len(self.steps):
                    self._show_call(self._pointed)
                return
        self.trace.action_first()

    def _rewind(self) -> None:
        """Nothing has happened yet."""
        self.position, self._clock_ms = 0, 0.0
        self._run = LiveRun(self._run.script, self._run.code)
        self.trace.begin(None)
        self.trace.model.plan(step.event for step in self.steps)
        self.trace.apply([ExecutionRunning(self.recording.execution_id, 0.0)])
        self.detail.begin()
        self.detail.result.clear("Not reached yet")
        self.query_one("#replay-script", CodeArea).highlight_line(None)

    def _mark_line(self, row: int) -> None:
        script = self.query_one("#replay-script", CodeArea)
        script.highlight_line(row + 1)
        script.go_to(row + 1)

    # -- what it shows -----------------------------------------------------------------

    @on(CallHighlighted)
    def _chosen(self, event: CallHighlighted) -> None:
        own, self._pointed = event.seq == self._pointed, 0
        self._show_call(event.seq, in_front=not own or self.position < len(self.steps))

    def _show_call(self, seq: int, *, in_front: bool = True) -> None:
        """in_front: not at the end, where how it ended is what one looks for."""
        state = self._run.calls.get(seq)
        if state is None:
            self.detail.call.clear("Not reached yet · Enter goes there")
        else:
            self.detail.show_call(state)
            if state.call.line is not None and not self.playing:
                self._mark_line(state.call.line - 1)
        if in_front:
            self.detail.show_tab("call")

    def show(self) -> None:
        recording = self.recording
        status = execution_of(recording).status
        by = recording.client or recording.source
        # What does not fit is left out from the end, in whole words.
        parts = [
            Content.styled("workbench", "bold $primary"),
            chip("LIVE" if self.live else "REPLAY", "$accent" if self.live else "$warning"),
            verdict(status, recording.duration_ms),
            Content(clean_line(recording.script or "inline", 40)),
            Content(f"run {recording.execution_id[:8]}"),
            Content(local_time(recording.started_at)),
            Content(count(max(len(recording.calls), len(self._run.calls)), "call")),
            Content(f"by {clean_line(by, 30)}"),
        ]
        header = fitted(parts, [], self.size.width - 2)
        self.query_one("#replay-header", QuietLine).put(header)
        self.query_one(Transport).show(
            self.steps,
            self.position,
            clock_ms=self._clock_ms,
            speed=_SPEEDS[self._speed],
            playing=self.playing,
            live=self.live,
        )
        calls, failed = self.trace.model.totals.calls, self.trace.model.totals.failed
        title = Content(f"3 Trace · {count(calls, 'call')}" if calls else "3 Trace")
        if failed:
            title += Content(" ") + chip(f"{failed:,} ✘", "$error")
        self.query_one("#trace", Pane).set_title(title)
        stops = ", ".join(f"#{seq}" for seq in sorted(self.breakpoints))
        said = self.verdict or (_LIVE if self.live else _CAN_DO)
        self.query_one("#status", QuietLine).put(
            Content(said + (f" · breakpoints {stops}" if stops else ""))
        )
