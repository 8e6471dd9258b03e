"""What is wrong with the script and the input in front: marked, said below the editor, gone to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.timer import Timer

from workbench.core.model import ErrorCode, ScriptError
from workbench.tui.commands import key_of
from workbench.tui.editor.analysis.script_places import place_of
from workbench.tui.editor.code_area import Marker
from workbench.tui.main.input_text import InputError, parse_input
from workbench.tui.wording import error_line

if TYPE_CHECKING:
    from textual.worker import Worker

    from workbench.catalogue.tools import Catalogue
    from workbench.tui.editor.hints.findings import Finding
    from workbench.tui.main.editor_pane import EditorPane, ProblemLine
    from workbench.tui.main.host import Host
    from workbench.tui.main.tab import Tab

_CHECK_AFTER_S = 0.3
_MOST_CHECKED = 1 << 20
_NOT_CHECKED = (ErrorCode.QUEUE_FULL, ErrorCode.QUEUE_TIMEOUT)
"""Nobody had time for it: that says nothing about the script."""


class Problems:
    """The input is checked at each key, the script when typing pauses; a run says the rest."""

    def __init__(self, host: Host, scripts: EditorPane, inputs: EditorPane) -> None:
        self._host = host
        self._scripts = scripts
        self._inputs = inputs
        self._timer: Timer | None = None
        self._check_worker: Worker[None] | None = None
        self._syntax_error: Tab | None = None
        """The script whose shown error came from a check, not from a run."""
        self.is_checked = False
        """Whether the text in front, as it is, was looked at since it was opened, edited or run."""
        self._found = ""
        """What that error says."""
        self._catalogue: Catalogue | None = None
        """What was known of servers and tools when calls were looked at last."""

    def switched(self) -> None:
        """Another script is in front: what was said was of the one before."""
        self._scripts.problem.show_problem("")
        self.check_input()
        self.check_soon()

    def edited(self) -> None:
        """The script in front was changed: what is said of it may be so no longer."""
        self._scripts.problem.add_class("-stale")
        self.check_soon()

    # -- the input ---------------------------------------------------------------------

    def check_input(self) -> None:
        """Say below the input what is wrong with it."""
        tab, line = self._host.tab, self._inputs.problem
        try:
            parse_input(tab.input.text)
        except InputError as error:
            line.show_problem(str(error), error.at)
            row, column = error.at
            tab.input.set_markers([Marker(row + 1, column + 1, "error", str(error))])
        else:
            line.show_problem("")
            tab.input.set_markers([])
        self._host.show_titles()

    def refuse_input(self, error: InputError) -> None:
        """Say what is wrong with the input, and go there."""
        self._host.app.show_toast(f"The input is no JSON: {error}", "warning")
        self._go_to_input(error.at)

    # -- the script --------------------------------------------------------------------

    def show_error(
        self,
        error: ScriptError | None,
        tab: Tab | None = None,
        *,
        checked: bool = False,
        likely: Sequence[Finding] = (),
        kept: bool = False,
    ) -> None:
        """Mark in a script (None: the one in front) what a run or a check found.
        likely: what is likely wrong with its calls, where it parses. kept: what a run found of the text as it
        is stays marked.

        What a check found is said below the editor. What a run found stands whole in the detail and as the last
        row of the trace: here is only its place.
        """
        tab = tab if tab is not None else self._host.tab
        text, at = "", None
        markers = [] if error is not None else list(self._of_run(tab, kept))
        if error is not None:
            text = error_line(error, tab.document.name) if checked else ""
            if error.line is not None:
                at = (error.line - 1, max((error.column or 1) - 1, 0))
                markers.append(Marker(error.line, error.column, "error", error.message))
        for number, each in enumerate(likely):
            row, column = place_of(tab.script.text, each.at)
            markers.append(Marker(row + 1, column + 1, "warning", each.message))
            if number == 0:
                at, text = (row, column), f"{row + 1}:{column + 1} {self._said_of(likely)}"
        tab.script.set_markers(markers)
        if tab is self._host.tab:
            self._scripts.problem.show_problem(text, at, likely=bool(likely))

    def _of_run(self, tab: Tab, kept: bool) -> Iterator[Marker]:
        """What a run found of the text as it is."""
        for each in tab.script.markers if kept else ():
            if each.kind == "error" and not each.stale and each.message != self._found:
                yield each

    def catalogue_is(self, catalogue: Catalogue) -> None:
        """What is known of servers and tools now: where that is something else, calls are looked at again."""
        before, self._catalogue = self._catalogue, catalogue
        if before is catalogue:
            return
        states = [(each.name, each.state) for each in catalogue.servers.values()]
        if (
            before is None
            or states != [(each.name, each.state) for each in before.servers.values()]
            or before.tools != catalogue.tools
        ):
            self.check_soon()

    def check_soon(self) -> None:
        """Look for what is wrong when typing pauses; also with a script that was just opened or run."""
        self.stop_check()
        self._timer = self._host.set_timer(_CHECK_AFTER_S, self._begin_check)

    def stop_check(self) -> None:
        """A run is about to say more than a check could."""
        self.is_checked = False
        if self._timer is not None:
            self._timer.stop()
        if self._check_worker is not None:
            self._check_worker.cancel()
            self._check_worker = None

    def _begin_check(self) -> None:
        self._check_worker = self._host.run_worker(
            self._check, group="check", exclusive=True, exit_on_error=False
        )

    async def _check(self) -> None:
        tab = self._host.tab
        runtime = self._host.app.runtime_now
        text = tab.script.text
        if runtime is None or len(text) > _MOST_CHECKED:
            return
        if tab.script.offers.is_open:
            self.check_soon()  # it is not finished: no red line meanwhile
            return
        error = await runtime.engine.check(text)
        likely: Sequence[Finding] = ()
        if error is None:
            from workbench.tui.editor.hints.call_findings import findings

            catalogue = runtime.upstream.catalogue()
            likely = await asyncio.to_thread(findings, catalogue, text)
        if tab.script.text != text or (error is not None and error.code in _NOT_CHECKED):
            return
        self.is_checked = tab is self._host.tab
        if error is not None:
            self.show_error(error, tab, checked=True)
            self._syntax_error, self._found = tab, error.message
        elif likely:
            self.show_error(None, tab, likely=likely, kept=True)
            self._syntax_error = tab
        elif self._syntax_error is tab or (
            tab is self._host.tab and self._scripts.problem.has_class("-stale")
        ):
            self._syntax_error = None
            self.show_error(None, tab, kept=True)

    def _said_of(self, likely: Sequence[Finding]) -> str:
        """The first of them, the key that puts it right, and how many more there are."""
        key = key_of("fix", self._host.app.config.keys)
        fix = f" · {key} fixes it" if likely[0].fixes and key else ""
        more = f" · {len(likely) - 1} more" if len(likely) > 1 else ""
        return f"{likely[0].message}{fix}{more}"

    # -- going there -------------------------------------------------------------------

    def go_to(self, line: ProblemLine | None = None) -> None:
        """To the place of a problem; None: the script's."""
        line = line if line is not None else self._scripts.problem
        if line.at is None:
            self._host.app.show_toast("There is no problem to go to")
        elif line is self._inputs.problem:
            self._go_to_input(line.at)
        else:
            self._host.jump_to(*line.at)

    def _go_to_input(self, at: tuple[int, int]) -> None:
        self._host.go_to("input")
        self._host.tab.input.go_to(at[0] + 1, at[1] + 1)
