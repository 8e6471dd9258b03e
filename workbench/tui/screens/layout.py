"""A screen of four numbered panes: going to them, one alone, their sizes."""

from __future__ import annotations

from textual import events
from textual.screen import Screen
from textual.widget import Widget

from workbench.tui.screens.jump import JumpScreen
from workbench.tui.widgets.pane import Pane

PANES = ("script", "input", "trace", "detail")
_STEP, _LEAST = 5, 20
"""Percent: of one change of size, and what a pane keeps."""


class PaneScreen(Screen[None]):
    """Two groups, ``#left`` and ``#right``, of two panes each. Of a group's panes one is current; where
    there is little room, only that one is shown (styles/workbench.tcss)."""

    AUTO_FOCUS = ""
    """Who fills the panes says which one has the focus: not the first widget that happens to be there."""

    def __init__(self) -> None:
        super().__init__()
        self.pane_name = "script"

    # -- what the screen that has the panes does ---------------------------------------

    def target(self, pane: str) -> Widget:
        """What takes the focus in a pane."""
        raise NotImplementedError

    def show_titles(self) -> None:
        """The words in the frames: they differ where only one pane of two is seen."""
        raise NotImplementedError

    def go_to(self, pane: str) -> None:
        """Give a pane the focus."""
        self._mark(pane)
        self.call_after_refresh(self._focus, pane)

    def _focus(self, pane: str) -> None:
        self.target(pane).focus()

    def _mark(self, pane: str) -> None:
        """Make a pane the current one of its group, and its group the current one."""
        self.pane_name = pane
        for group in self.query(".group"):
            mine = any(child.id == pane for child in group.children)
            group.set_class(mine, "-current")
            if mine:
                for child in group.children:
                    child.set_class(child.id == pane, "-current")
        self.show_titles()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for widget in event.widget.ancestors_with_self:
            if isinstance(widget, Pane) and widget.id in PANES:
                self._mark(widget.id)
                return

    def action_next_pane(self) -> None:
        self.go_to(PANES[(PANES.index(self.pane_name) + 1) % len(PANES)])

    def action_previous_pane(self) -> None:
        self.go_to(PANES[(PANES.index(self.pane_name) - 1) % len(PANES)])

    def action_zoom(self) -> None:
        self.query_one("#panes").toggle_class("-zoomed")

    def action_jump(self) -> None:
        """A number on every pane that is seen."""
        places = {
            str(index + 1): pane.region
            for index, name in enumerate(PANES)
            if (pane := self.query_one(f"#{name}")).region.area
        }

        def chosen(key: str | None) -> None:
            if key is not None:
                self.go_to(PANES[int(key) - 1])

        self.app.push_screen(JumpScreen(places), chosen)

    def action_grow(self) -> None:
        self._resize_group(_STEP)

    def action_shrink(self) -> None:
        self._resize_group(-_STEP)

    def action_taller(self) -> None:
        self._resize_pane(_STEP)

    def action_lower(self) -> None:
        self._resize_pane(-_STEP)

    def _resize_group(self, by: int) -> None:
        mine = "left" if self.pane_name in PANES[:2] else "right"
        other = "right" if mine == "left" else "left"
        self._share(f"#{mine}", f"#{other}", by, "width")

    def _resize_pane(self, by: int) -> None:
        index = PANES.index(self.pane_name)
        self._share(f"#{PANES[index]}", f"#{PANES[index ^ 1]}", by, "height")

    def _share(self, mine: str, other: str, by: int, what: str) -> None:
        """Give one of two neighbours more of what both have."""
        one, two = self.query_one(mine), self.query_one(other)
        sizes = [getattr(widget.outer_size, what) for widget in (one, two)]
        if 0 in sizes:
            return  # the other one is not on the screen
        percent = round(100 * sizes[0] / sum(sizes)) + by
        percent = min(max(percent, _LEAST), 100 - _LEAST)
        setattr(one.styles, what, f"{percent}fr")
        setattr(two.styles, what, f"{100 - percent}fr")
