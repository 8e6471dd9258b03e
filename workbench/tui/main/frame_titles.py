"""The words in the frames of the main screen's four panes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Offset

from workbench.text.sanitize import clean_line
from workbench.tui.main.tab_strip import strip_of
from workbench.tui.trace.title import calls_made
from workbench.tui.widgets.line_view import fit
from workbench.tui.wording import waiting_words

if TYPE_CHECKING:
    from workbench.catalogue.tools import ServerInfo
    from workbench.tui.main.editor_pane import EditorPane
    from workbench.tui.main.run_control import RunControl
    from workbench.tui.main.script_tabs import ScriptTabs
    from workbench.tui.main.tab import Tab
    from workbench.tui.trace.detail_pane import DetailPane
    from workbench.tui.widgets.pane import Pane

_BETWEEN = " │ "
_LEAST_NAME = 8
"""Cells of a script's name: in less room it is left out, the script's own frame has it."""
_SCRIPT, _INPUT, _TRACE, _DETAIL = "1 Script", "2 Input", "3 Trace", "4 Detail"


class FrameTitles:
    """Names the open scripts, the state of the input and the run in the frames. Where of two panes only one
    is seen (``paired``), its frame names both."""

    def __init__(
        self,
        scripts: ScriptTabs,
        runs: RunControl,
        script_pane: EditorPane,
        input_pane: EditorPane,
        trace_pane: Pane,
        detail: DetailPane,
    ) -> None:
        self._scripts, self._runs = scripts, runs
        self._script_pane, self._input_pane = script_pane, input_pane
        self._trace_pane, self._detail = trace_pane, detail
        for pane in (script_pane, input_pane):
            pane.clicked = partial(self._clicked, pane)
        self._strip = strip_of((), 0, 0)
        self._paired = False
        self._is_cut = False
        """Whether the name of the script in front stands in no frame as a whole."""
        self._named: Tab | None = None
        """The script whose name was looked at last."""
        self._waiting = ""
        """How many tools wait for approval, in words."""

    def show(self, *, paired: bool) -> None:
        """Write all titles anew."""
        self._paired = paired
        state = "✔" if self._input_pane.problem.at is None else "✘"
        given = Content(f"{_INPUT} · JSON {state}")
        pane, current = self._script_pane, self._scripts.current
        labels = [tab.label for tab in self._scripts.tabs]
        name = f"{_SCRIPT} · "
        if paired:
            # Two rows of names, never one: the panes above, the scripts below.
            self._strip = strip_of(labels, current, pane.title_room)
            below = self._strip.content if len(labels) > 1 else ""
            alone = labels[0] if len(labels) == 1 else ""
            room = pane.title_room - len(name) - given.cell_length - 3
            fits = cell_len(alone) <= room
            script = Content(name + alone if alone and fits else _SCRIPT)
            self._is_cut = self._strip.is_cut or not fits
            for one, words in zip((pane, self._input_pane), _of_both(script, given), strict=True):
                one.set_title(words, below)
        else:
            self._strip = strip_of(labels, current, pane.title_room - len(name))
            pane.set_title(Content(name) + self._strip.content)
            self._is_cut = self._strip.is_cut
            self._input_pane.set_title(given)
        self.show_trace(paired=paired)

    def name_cut(self) -> str:
        """The whole name of the script in front where its frame has no room for it; once, when it comes to the
        front."""
        tab = self._scripts.tabs[self._scripts.current]
        if self._named is tab or not self._script_pane.title_room:
            return ""
        self._named = tab
        return clean_line(tab.document.name, 300) if self._is_cut else ""

    def show_trace(self, *, paired: bool) -> None:
        """Those of the trace and the detail."""
        run = self._runs.shown
        beside = len(_BETWEEN) + len(_DETAIL) if paired else 0
        room = self._trace_pane.title_room - len(_TRACE) - beside
        title, made = Content(_TRACE), Content("")
        waiting = Content("")
        if self._waiting and paired:  # else the first line has it
            waiting = Content.styled(f" · ! {self._waiting} for approval", "$text-warning")
        if run is not None:
            made = calls_made(self._runs.totals)
            left = room - made.cell_length - waiting.cell_length - 3
            if left >= _LEAST_NAME:
                name = clean_line(run.script)
                title += Content(f" · {fit(name, min(left, cell_len(name)))}")
        title += made
        if title.cell_length - len(_TRACE) + waiting.cell_length <= room:
            title += waiting
        if paired:
            title, both = _of_both(title, Content(_DETAIL))
            self._detail.name_both(both)
        else:
            self._detail.name_both(None)
        self._trace_pane.set_title(title)

    def show_waiting(self, servers: Iterable[ServerInfo], *, paired: bool) -> None:
        """Say above the trace how many tools wait for approval, where there is no first line that does."""
        before, self._waiting = self._waiting, waiting_words(servers)
        if self._waiting != before:
            self.show_trace(paired=paired)

    def script_places(self, *, paired: bool) -> list[tuple[int, Offset]]:
        """(index of a script, the cell before its name), for the names that are seen."""
        pane = self._script_pane.region
        if len(self._scripts.tabs) < 2 or not pane.area:
            return []
        y = pane.bottom - 1 if paired else pane.y
        # A frame has its upper title at the left, its lower one at the right.
        x = pane.right - 2 - self._strip.content.cell_length if paired else pane.x + 3
        x += 0 if paired else len(_SCRIPT) + 2
        return [(index, Offset(x + place - 2, y)) for index, place in self._strip.places]

    def _clicked(self, pane: EditorPane, at: Offset) -> None:
        """On the name of a script in a frame it comes to the front; where some are left out all are listed."""
        where, scripts = pane.region, self._scripts
        before = where.x + 3 + len(f"{_SCRIPT} · ")
        if self._paired:
            before = where.right - 3 - self._strip.content.cell_length
        elif pane is self._input_pane:
            return
        if len(scripts.tabs) < 2 or at.y != (where.bottom - 1 if self._paired else where.y):
            return
        index = self._strip.at(at.x - before)
        if index is not None:
            scripts.choose() if index < 0 else scripts.switch(index)


def _of_both(left: Content, right: Content) -> tuple[Content, Content]:
    """What the frames of two panes say where each names both: the other one dimmed."""
    dimmed = "$foreground 60%"
    return (
        Content(_BETWEEN).join([left.stylize("bold"), right.stylize(dimmed)]),
        Content(_BETWEEN).join([left.stylize(dimmed), right.stylize("bold")]),
    )
