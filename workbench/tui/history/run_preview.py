"""Beside the list of runs: what the one under the cursor ran, and how it failed."""

from __future__ import annotations

import asyncio

from textual import work

from workbench.core.model import ScriptError
from workbench.core.ports import HistoryReader
from workbench.core.records import RanScript
from workbench.history import ExecutionRow, HistoryError
from workbench.text.sanitize import clean_line
from workbench.tui.editor.code_area import CodeArea, Marker
from workbench.tui.editor.highlighting import language_of
from workbench.tui.history.rows import script_name
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.widgets.pane import Pane
from workbench.util.one_thread import OneThread

_RESTS_S = 0.12
"""The cursor stays on a run so long before it is read: none is that one only passes."""
_MOST_CODE = 60_000
"""Characters of a script that are shown here, which takes 10 ms; its run has all of it."""


class RunPreview(Pane):
    """The script of a run; of one that failed the error, with the lines around its place."""

    DEFAULT_CSS = """
    RunPreview {
        & ErrorCard, & CodeArea { height: 1fr; display: none; }
        &.-ran CodeArea, &.-failed ErrorCard { display: block; }
    }
    """

    def __init__(self, history: HistoryReader, *, id: str) -> None:
        super().__init__(id=id)
        self._history = history
        self._reader = OneThread()
        self._shown: tuple[str, str] | None = None
        """Id and status of the run that is shown, or about to be."""

    def show(self, run: ExecutionRow | None) -> None:
        """Show this one as soon as the cursor rests on it; None: there is none."""
        wanted = None if run is None or not self.display else (run.execution_id, run.status)
        if wanted == self._shown:
            return
        self._shown = wanted
        self._read(run if wanted else None)

    @work(exclusive=True, exit_on_error=False)
    async def _read(self, run: ExecutionRow | None) -> None:
        await asyncio.sleep(_RESTS_S)
        if run is None:
            self._say("")
            return
        try:
            ran = await self._reader.run(lambda: self._history.ran(run.execution_id))
        except HistoryError as error:
            self._say(clean_line(str(error), 300))
            return
        await self._fill(run, ran)

    def scroll_by(self, by: int) -> None:
        """Half of what is seen down (1) or up (-1); the cursor stays in the list."""
        for each in (*self.query(ErrorCard), *self.query(CodeArea)):
            rows = max(1, each.size.height // 2)
            each.scroll_relative(y=by * rows, animate=False)

    def _say(self, why: str) -> None:
        self.set_title(why)
        self.remove_class("-ran", "-failed")

    async def _fill(self, run: ExecutionRow, ran: RanScript) -> None:
        if not self.query(CodeArea):  # with the first run: made before, they held up the list
            made = ErrorCard(), CodeArea(read_only=True)
            for widget in made:  # before: the next run may end this here
                widget.can_focus = False
            await self.mount(*made)
        code = self.query_one(CodeArea)
        code.be_in(language_of(run.script or ""))
        code.load_text(ran.code[:_MOST_CODE])
        error = None if ran.error is None else ScriptError.from_json(ran.error)
        if error is not None:
            self.query_one(ErrorCard).show(error, ran.code, may_fix=False)
            if error.line is not None and error.line <= code.document.line_count:
                code.set_markers([Marker(error.line, error.column, "error", error.message)])
                code.highlight_line(error.line)
        self.set_class(error is None, "-ran")
        self.set_class(error is not None, "-failed")
        said = "J K scroll · v hides it"
        if len(ran.code) > _MOST_CODE:
            said = f"the first {_MOST_CODE:,} characters · {said}"
        if ran.input_start != "{}":
            said = f"input {clean_line(ran.input_start, 60)} · {said}"
        self.set_title(f"{clean_line(run.label)} · {script_name(run)}", said)
