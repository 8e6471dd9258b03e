"""The pane beside a trace: the run's value or error, its console, and the call that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import TabbedContent, TabPane

from workbench.core.model import JsonValue, LogLine, Status
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings, first_key
from workbench.tui.trace.live_run import CallState, LiveRun
from workbench.tui.values.console_view import NAMES, ConsoleView
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.values.json_view import JsonView
from workbench.tui.values.text_screen import TextScreen
from workbench.tui.values.warning_lines import WarningLines
from workbench.tui.widgets.pane import Pane
from workbench.tui.wording import COLOURS, SIGNS, duration, with_key

if TYPE_CHECKING:
    from workbench.core.savings import Tokens
    from workbench.tui.app import WorkbenchApp


class DetailPane(Pane):
    """The run's value or error, its console, and the call that is chosen in the trace."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("detail")]
    app: WorkbenchApp

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self._names: dict[str, tuple[Content, Content]] = {}
        """For each tab what the frame says while it is in front."""
        self._both: Content | None = None
        """What it says of this pane and the trace, where only one of the two is seen."""
        self.run_key = "F5"
        """What starts a run, for who looks at an empty pane."""
        self._timing: dict[str, JsonValue] = {}
        self._call: CallState | None = None
        self._call_shown: JsonValue = None

    def compose(self) -> ComposeResult:
        with TabbedContent(id="detail-tabs"):
            with TabPane(self._tab("Result"), id="tab-result"):
                yield WarningLines()
                yield JsonView(id="result-view")
                yield ErrorCard(id="error-card")
            with TabPane(self._tab("Console"), id="tab-console"):
                yield ConsoleView(id="console")
            with TabPane(self._tab("Call"), id="tab-call"):
                yield JsonView(id="call-view")
            with TabPane(self._tab("Timing"), id="tab-timing"):
                yield JsonView(id="timing-view")

    def _tab(self, name: str) -> Content:
        """The name of a tab, with the key that brings it to the front."""
        return with_key(name, first_key(f"detail-{name.lower()}", self.app.config.keys))

    def on_mount(self) -> None:
        self.error_card.display = False
        self.warnings.key = first_key("detail-warnings", self.app.config.keys)
        self.call.empty_text = "A call: arguments, result, error, timing\nchoose one in 3 Trace"
        self._invite()
        self.show_title()

    @property
    def warnings(self) -> WarningLines:
        return self.query_one(WarningLines)

    @property
    def result(self) -> JsonView:
        return self.query_one("#result-view", JsonView)

    @property
    def error_card(self) -> ErrorCard:
        return self.query_one(ErrorCard)

    def _show_card(self, shown: bool) -> None:
        """The card of an error, or the value in its place; the focus stays there."""
        old, new = (self.result, self.error_card) if shown else (self.error_card, self.result)
        # Of the screen, and at once: what a widget knows of its focus, and what it asks for, comes later than
        # the key that went elsewhere.
        focused = self.screen.focused is old
        old.display, new.display = False, True
        if focused:
            self.screen.set_focus(new)

    @on(JsonView.Shown)
    def _value_shown(self, event: JsonView.Shown) -> None:
        if event.view is self.result:
            self._show_card(False)
        if event.view.has_focus:
            event.view.refresh_bindings()

    @on(ErrorCard.TreeWanted)
    def _as_tree(self) -> None:
        if self.error_card.error is not None:
            self.result.show(self.error_card.error.to_json(), "error")

    @on(JsonView.ViewTurned)
    def _as_card(self, event: JsonView.ViewTurned) -> None:
        """After the last view of an error comes its card again."""
        if event.view is self.result and self.result.title == "error":
            self._show_card(True)

    @property
    def call(self) -> JsonView:
        return self.query_one("#call-view", JsonView)

    @property
    def timing(self) -> JsonView:
        return self.query_one("#timing-view", JsonView)

    @property
    def console(self) -> ConsoleView:
        return self.query_one(ConsoleView)

    @property
    def front(self) -> Widget:
        """The view of the tab that is in front."""
        views: dict[str, Widget] = {
            "tab-console": self.console,
            "tab-call": self.call,
            "tab-timing": self.timing,
        }
        result = self.error_card if self.error_card.display else self.result
        return views.get(self.query_one(TabbedContent).active, result)

    def action_turn(self, by: int) -> None:
        """Bring the next tab (-1: the one before) to the front."""
        tabs = self.query_one(TabbedContent)
        names = [pane.id or "" for pane in tabs.query(TabPane)]
        self._bring(names[(names.index(tabs.active) + by) % len(names)])

    def action_tab(self, name: str) -> None:
        """Bring a tab to the front: result, console, call or timing."""
        self._bring(f"tab-{name}")

    def _bring(self, tab: str) -> None:
        self.query_one(TabbedContent).active = tab
        self.call_after_refresh(self.front.focus)

    def begin(self) -> None:
        """A run starts: nothing of the last one stays."""
        self.console.forget()
        self.console.invite("Nothing on the console so far")
        self._show_card(False)
        self.result.clear("Running…")
        self._warn(())
        self.call.clear()
        self._call = self._call_shown = None
        self._timing = {}
        self.timing.clear("Running…")
        self._names = {}
        self.show_title()

    def show_run(self, run: LiveRun | None) -> None:
        """Another run than before, as far as it has come; None: the script did not run yet."""
        self.begin()
        if run is None:
            self._invite()
            return
        self.show_console(run.console)
        if run.execution is not None:
            self.show_end(run)

    def _invite(self) -> None:
        """Nothing ran yet: say what will be here, and the key to get it."""
        run = f"{self.run_key} runs the script"
        self.result.clear(f"What the script returns, or why it failed\n{run}")
        self.console.invite(f"What the script writes with console.log\n{run}")
        self.timing.clear(f"Where the time went: queue, script, servers\n{run}")

    def show_console(self, lines: list[LogLine]) -> None:
        """Append what the script wrote."""
        self.console.add(lines)

    def show_console_line(self, number: int) -> None:
        """Bring the console to the front, at a line of it (from 0)."""
        self.show_tab("console")
        self.console.go_to(number)

    def show_end(self, run: LiveRun, *, may_fix: bool = True) -> None:
        """The value or the error. may_fix: whether the script is in an editor."""
        execution = run.execution
        if execution is None:
            return
        if execution.error is None:
            self._show_card(False)
            if execution.status == "ok":
                self.result.show(execution.value, "result")
            else:  # nobody was left to write one down
                self.result.clear("It came to no result\nits process ended before the script did")
        else:
            self.error_card.show(execution.error, run.code, may_fix=may_fix)
            self._show_card(True)
        self._warn(execution.warnings)
        self._show_timing(run=run.timing())
        self.console.invite("The script wrote nothing\nconsole.log(…) writes here")
        if execution.logs_dropped:
            dropped = f"{execution.least}{count(execution.logs_dropped, 'more line')}"
            self.console.note(f"{dropped} not kept: a run keeps 10,000 lines, 4 MB of them")
        self.show_title()

    def _warn(self, warnings: Sequence[str]) -> None:
        self.warnings.show(warnings)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "warnings" or bool(self.warnings.warnings)

    @on(WarningLines.Wanted)
    def action_warnings(self) -> None:
        """All warnings of the run, whole."""
        text = "\n\n".join(self.warnings.warnings)
        self.app.push_screen(TextScreen(text, "Warnings"))

    def show_call(self, state: CallState) -> None:
        """A call: its result or error, arguments, timing."""
        call = state.call
        name = Content(f" · #{call.seq} {clean_line(f'{call.server}.{call.tool}', 60)}")
        took = Content("running")
        if state.finished is not None:
            status: Status = "ok" if state.finished.outcome.ok else "error"
            took = Content.styled(f"{SIGNS[status]} ", COLOURS[status])
            took += Content(duration(state.finished.duration_ms))
        self._names["tab-call"] = name, took
        self._call, self._call_shown = state, state.to_json()
        self.call.show(self._call_shown, f"call-{call.seq}")
        self._show_timing(call={"call": f"#{call.seq} {call.server}.{call.tool}", **state.timing()})
        self.show_title()

    def copy_call(self, state: CallState) -> None:
        """A call as JSON, to the terminal's clipboard."""
        self.call.copy(state.to_json(), f"call #{state.call.seq}")

    def copy_line(self, number: int | None) -> None:
        """A line of the console (from 0) as the script wrote it, or (None) the whole error."""
        if number is None:
            self.error_card.action_copy()
        else:
            self.console.copy_line(number)

    def look_again(self) -> None:
        """The events of the run went on: the call that is shown may have ended meanwhile."""
        if self._call is not None and self._call.to_json() != self._call_shown:
            self.show_call(self._call)

    def show_tokens(self, tokens: Tokens) -> None:
        """What the run cost and saved in tokens, once it was counted."""
        self._show_timing(tokens=tokens.to_json())

    def _show_timing(self, **parts: JsonValue) -> None:
        """Of the run once it is over, and of the call that is chosen; tokens beside them."""
        self._timing |= parts
        names = ("run", "tokens", "call")
        shown = {name: self._timing[name] for name in names if name in self._timing}
        self.timing.show(shown, "timing")

    def show_title(self) -> None:
        """Say in the title what is in front."""
        if self._both is not None:
            self.set_title(self._both)
            return
        front = self.query_one(TabbedContent).active
        name, right = self._names.get(front, (Content(""), Content("")))
        if front == "tab-console" and self.console.level != "debug":
            name = Content(f" · {NAMES[self.console.level]}")
        if front == "tab-console" and self.console.is_cut:
            right = Content("the last rows · x saves all")
        self.set_title(Content("4 Detail") + name, right)

    def name_both(self, both: Content | None) -> None:
        """The frame names the trace, too, in these words: only one of the two is seen. None: both are."""
        self._both = both
        self.show_title()

    def on_tabbed_content_tab_activated(self) -> None:
        self.show_title()

    def on_console_view_level_changed(self) -> None:
        self.show_title()

    def show_tab(self, name: str) -> None:
        """Bring ``result``, ``console``, ``call`` or ``timing`` to the front. Who compares the timing of
        calls stays there."""
        tabs = self.query_one(TabbedContent)
        if (name, tabs.active) != ("call", "tab-timing"):
            tabs.active = f"tab-{name}"
