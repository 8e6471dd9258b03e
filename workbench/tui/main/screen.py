"""The main screen: script and input on the left, trace and detail on the right; the run between.

It is the wiring. What it is made of are objects with a small interface, which know of it only what ``Host``
says; the screen gives them their widgets, hands them commands and messages, and draws the words around.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import TextArea

from workbench.tui import ui_state as session
from workbench.tui.commands import bindings, first_key
from workbench.tui.dialogs.jump import Target
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.main.edit_replay import EditAndReplay
from workbench.tui.main.editor_pane import EditorPane, ProblemLine
from workbench.tui.main.external_runs import ExternalRuns
from workbench.tui.main.format_script import FormatScript
from workbench.tui.main.frame_titles import FrameTitles
from workbench.tui.main.named_inputs import NamedInputs
from workbench.tui.main.navigation import Navigation
from workbench.tui.main.problems import Problems
from workbench.tui.main.quick_fixes import QuickFixes
from workbench.tui.main.rename_in_file import RenameInFile
from workbench.tui.main.run_control import RunControl
from workbench.tui.main.run_panes import EditedRunPanes, RunOfScript
from workbench.tui.main.script_files import ScriptFiles
from workbench.tui.main.script_tabs import ScriptTabs
from workbench.tui.main.sidebar import Sidebar
from workbench.tui.main.status_lines import HeaderLine, OthersMark, StatusLine, WayClicked
from workbench.tui.main.tab import Tab
from workbench.tui.trace.detail_pane import DetailPane
from workbench.tui.trace.live_run import TICK_S
from workbench.tui.trace.view import TraceView
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.pane_screen import PaneScreen
from workbench.tui.widgets.proportions import share_for

_HEADER_S, _DISK_S, _OTHERS_S = 0.5, 2.0, 0.1


class WorkbenchScreen(PaneScreen):
    """Shows one run at a time, live."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("main", "panes")]

    def __init__(self) -> None:
        super().__init__()
        self.sidebar = Sidebar()
        self.trace = TraceView(id="trace-view")
        self.detail = DetailPane(id="detail", classes="pane")
        self._header, self._status, self._agents = HeaderLine(), StatusLine(), OthersMark()
        self._script_pane = EditorPane(id="script", classes="pane -current")
        self._input_pane = EditorPane(id="input", classes="pane")
        self._trace_pane = Pane(self.trace, id="trace", classes="pane -current")
        panes = self._script_pane, self._input_pane
        self.problems = Problems(self, *panes)
        self.fixes = QuickFixes(self)
        self.rename = RenameInFile(self)
        self.formatting = FormatScript(self)
        self.scripts = ScriptTabs(self, *panes, self.problems)
        self.files = ScriptFiles(self, self.scripts)
        self.inputs = NamedInputs(self)
        self.runs = RunControl(self, self.scripts, self.problems, self.trace, self.detail)
        self.edit_and_replay = EditAndReplay(self, self.runs, self.problems, self.detail)
        self.navigation = Navigation(self, self.files, self.sidebar)
        self.others = ExternalRuns(self, self._status, self._agents, self.runs, self.navigation)
        self._titles = FrameTitles(self.scripts, self.runs, *panes, self._trace_pane, self.detail)
        of_run = (self._header, self._status, self._trace_pane, self.detail)
        self.yielding = lambda: of_run if self.runs.active else ()
        self._draft_timer: Timer | None = None
        self._cuts_lines = False  # the editor in which was last typed

    def compose(self) -> ComposeResult:
        yield self._header
        with Container(id="panes"):
            yield self.sidebar
            with Vertical(classes="group -current", id="left"):
                yield self._script_pane
                yield self._input_pane
            run = RunOfScript(self, self.runs, self.trace, self.detail)
            yield EditedRunPanes(self._trace_pane, self.detail, run)
        with Horizontal(id="told"):
            yield self._status
            yield self._agents
        yield KeyFooter()

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self.runs.tick)
        self.set_interval(_HEADER_S, self._show_header)
        self.set_interval(_DISK_S, self.files.look_at_disk)
        self.set_interval(_OTHERS_S, self.others.poll)
        self._invite()

    def _invite(self) -> None:
        """What an empty pane will show, and the keys that get one going."""
        run = first_key("run", self.app.config.keys)
        self.trace.empty_text = f"Each call of a tool, as it happens\n{run} runs the script"
        self.detail.run_key = run
        self.detail.show_run(None)

    def welcome(self, *, first: bool) -> None:
        """The first line of words; who is here for the first time is offered the tour."""
        keys = self.app.config.keys
        run, palette, tour = (first_key(name, keys) for name in ("run", "palette", "tour"))
        offer = f" · {tour} shows you round" if first else ""
        self.set_status(f"{run} runs the script · {palette} lists every command{offer}")

    # -- what the parts ask of it (Host) -----------------------------------------------

    @property
    def tab(self) -> Tab:
        """The script in front."""
        return self.scripts.tab

    def set_status(
        self, text: str, colour: str = "", parts: Sequence[str] = (), of: Tab | None = None
    ) -> None:
        """Say something in the status line. parts: more of it, as far as there is room; of: the script of
        which it speaks: it ends when another comes to the front."""
        self._status.set_message(text, colour, parts, of)
        self._show_status()

    def other_in_front(self) -> None:
        """What the status line says of another script ends; how the one in front ran is said again."""
        self.edit_and_replay.look()
        dropped = self._status.drop_of_others(self.tab)
        if not self.runs.say_end_again() and dropped and not self.runs.active:
            self.welcome(first=False)

    def jump_to(self, row: int, column: int) -> None:
        """Put the cursor of the script there, as far as there is such a place now."""
        self.go_to("script")
        self.tab.script.go_to(row + 1, column + 1)

    def natural_share(self, splitter: str) -> float | None:
        """As much as the script and the input in front need."""
        if not self.scripts.tabs:
            return None
        tab, room = self.tab, self.sidebar.beside(self.app.size)
        return share_for(splitter, tab.script.text, tab.input.text, room)

    def on_resize(self) -> None:
        self.navigation.fit_sidebar()

    @on(Pane.Resized)
    def show_titles(self) -> None:
        if self.scripts.tabs:
            self.runs.show_front()
            self._titles.show(paired=self.is_paired)
            if cut := self._titles.name_cut():
                self.set_status(cut, of=self.tab)
            self._show_header()  # it names the script, with the mark of unsaved text

    def show_run(self) -> None:
        """Titles, first line and status line say how the run stands."""
        self._titles.show_trace(paired=self.is_paired)
        self._show_status()
        self._show_header()

    # -- what it is as a screen --------------------------------------------------------

    @property
    def idle_actions(self) -> frozenset[str]:
        idle = {"run"} if self.runs.active else {"stop"}
        return self.edit_and_replay.idle_actions | idle if self.scripts.tabs else frozenset(idle)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is done before there is a script to do it with."""
        return bool(self.scripts.tabs) and super().check_action(action, parameters)

    def target(self, pane: str) -> Widget:
        targets: dict[str, Widget] = {
            "script": self.tab.script,
            "input": self.tab.input,
            "trace": self.trace,
        }
        return targets.get(pane, self.detail.front)

    def jump_targets(self) -> list[Target]:
        """As everywhere, every script whose name is seen, and the ways to other screens."""
        places = self._titles.script_places(paired=self.is_paired)
        scripts = [Target(at, partial(self.scripts.switch, index)) for index, at in places]
        ways = [Target(at, partial(self.run_action, name)) for name, at in self._header.ways()]
        return [*super().jump_targets(), *scripts, *ways]

    # -- the words around the panes ----------------------------------------------------

    def _show_status(self) -> None:
        run, opened = self.runs.now, self.app.runtime_now is not None
        self._status.show_run(run, opened=opened, is_front=run is self.runs.shown)

    def _show_header(self) -> None:
        if not self.scripts.tabs:
            return
        runtime, run = self.app.runtime_now, self.runs.now if self.runs.active else self.runs.shown
        self._header.show_state(
            self.size.width, self.tab.short_label, runtime, self.others.line(), run
        )
        if runtime is not None:
            catalogue = runtime.upstream.catalogue()
            self._titles.show_waiting(catalogue.servers.values(), paired=self.is_paired)
            self.problems.catalogue_is(catalogue)

    # -- messages ----------------------------------------------------------------------

    @on(TextArea.Changed)
    def _edited(self, event: TextArea.Changed) -> None:
        if not self.scripts.tabs or event.text_area.read_only:
            return
        # Not put off by further keys: who types on and on is kept, too.
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(session.AFTER_S, self._keep_drafts)
        area = event.text_area
        if isinstance(area, CodeArea) and area.cuts_lines != self._cuts_lines:
            self._cuts_lines = area.cuts_lines
            self.refresh_bindings()  # the key that wraps lines is offered where one is cut
        if event.text_area is self.tab.input:
            self.problems.check_input()
        elif event.text_area is self.tab.script:
            self.problems.edited()
            self.show_titles()

    @on(CodeArea.Wrapped)
    def _wrapped(self, event: CodeArea.Wrapped) -> None:
        self.scripts.wrapped.take_from(self.scripts.tabs)
        lines = "are wrapped" if event.area.soft_wrap else "run on past the edge"
        self.set_status(
            f"Long lines {lines}; {first_key('editor-wrap', self.app.config.keys)} turns it",
            of=self.tab,
        )

    def _keep_drafts(self) -> None:
        self._draft_timer = None
        self.app.sessions.keep_drafts_meanwhile()

    @on(ProblemLine.Chosen)
    def _problem_chosen(self, event: ProblemLine.Chosen) -> None:
        self.problems.go_to(event.line)

    @on(Sidebar.Left)
    def _sidebar_left(self) -> None:
        self.navigation.hide_sidebar()

    @on(Sidebar.Chosen)
    async def _sidebar_chosen(self, event: Sidebar.Chosen) -> None:
        await self.navigation.take(event.row)

    # -- commands (workbench/tui/commands/) ------------------------------------------

    def action_run(self) -> None:
        self.runs.run()

    def action_stop(self) -> None:
        self.runs.stop()

    def action_replay_edited(self) -> None:
        self.edit_and_replay.ask()

    def action_divergence(self) -> None:
        self.edit_and_replay.show()

    def action_new(self) -> None:
        self.files.new()

    def action_open(self) -> None:
        self.files.ask_to_open()

    def action_save(self) -> None:
        self.files.save()

    def action_save_as(self) -> None:
        self.files.save_as(self.tab)

    def action_close(self) -> None:
        self.files.close()

    def action_reopen(self) -> None:
        self.scripts.reopen()

    def action_to_script(self, index: int) -> None:
        self.scripts.go_to(index)

    def action_scripts(self) -> None:
        self.scripts.choose()

    def action_next_script(self) -> None:
        self.scripts.turn(1)

    def action_previous_script(self) -> None:
        self.scripts.turn(-1)

    def action_schema(self) -> None:
        self.scripts.show_schema()

    def action_next_problem(self) -> None:
        self.problems.go_to()

    def action_fix(self) -> None:
        self.fixes.begin()

    def action_rename(self) -> None:
        self.rename.begin()

    def action_format(self) -> None:
        self.formatting.begin()

    def action_inputs(self) -> None:
        self.inputs.choose()

    def action_keep_input(self) -> None:
        self.inputs.keep()

    def action_format_input(self) -> None:
        self.inputs.format()

    def action_sidebar(self) -> None:
        self.navigation.turn_sidebar()

    def action_editor(self) -> None:
        self.navigation.open_editor()

    def action_replay(self) -> None:
        self.navigation.choose_replay()

    @on(WayClicked)
    async def _way_clicked(self, event: WayClicked) -> None:
        await self.run_action(event.action)

    async def action_watch(self) -> None:
        await self.others.watch()
