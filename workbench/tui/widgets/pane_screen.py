"""A screen of four numbered panes: going to them, one alone, their sizes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Tab, TabbedContent

from workbench.tui.dialogs.jump import JumpScreen, Target
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.splitter import Axis, Splitter
from workbench.tui.widgets.way_screen import WayScreen

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

PANES = ("script", "input", "trace", "detail")
NARROW, WIDE = 60, 100
"""Cells from which there is room for two panes, and for four."""
SPACIOUS = 180
"""Cells from which there is room for the sidebar beside four panes."""
LOW = 15
"""Rows from which there is room for two panes."""
_STEP = 0.05
"""Of what two neighbours have: one change by a key."""


_BELOW = Offset(0, 1)
"""From a tab to the line below it, where a mark covers no letter of its name."""


class PaneScreen(WayScreen[None]):
    """Two groups, ``#left`` and ``#right``, of two panes each. Of a group's panes one is current; where
    there is little room, only that one is shown (styles/workbench.tcss)."""

    app: WorkbenchApp
    AUTO_FOCUS = ""
    """Who fills the panes says which one has the focus: not the first widget that happens to be there."""

    def __init__(self) -> None:
        super().__init__()
        self.pane_name = "script"
        self._laid_out = ""
        self._heading: str | None = None
        """The pane that gets the focus as soon as it is seen."""
        self._dragged: Splitter | None = None

    # -- what the screen that has the panes does ---------------------------------------

    def target(self, pane: str) -> Widget:
        """What takes the focus in a pane."""
        raise NotImplementedError

    def show_titles(self) -> None:
        """The words in the frames: they differ where only one pane of two is seen."""
        raise NotImplementedError

    def natural_share(self, splitter: str) -> float | None:
        """What the first of two neighbours gets while nobody has moved their frame, from what is in them; None:
        as the style sheet says."""
        return None

    def go_to(self, pane: str) -> None:
        """Give a pane the focus."""
        self._mark(pane)
        self._heading = pane
        self.call_after_refresh(self.arrive)

    def action_go_to_pane(self, pane: str) -> None:
        self.go_to(pane)

    @property
    def is_settling(self) -> bool:
        return self._heading is not None

    def arrive(self) -> None:
        """Give the focus to where it was sent, where that is known to be seen."""
        pane, self._heading = self._heading, None
        if pane is not None and self.is_attached:  # None: an earlier call has brought us there
            self.set_focus(self.target(pane))

    def watch_focused(self, before: Widget | None, focused: Widget | None) -> None:
        """A pane that hides takes the focus with it, even from the one that was just given it."""
        if before is not None and focused is None and self.is_mounted and self.is_current:
            self.go_to(self.pane_name)

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
                late = event.widget is not self.focused or self._heading not in (None, widget.id)
                if not late:
                    self._mark(widget.id)
                return

    def action_next_pane(self) -> None:
        self.go_to(PANES[(PANES.index(self.pane_name) + 1) % len(PANES)])

    def action_previous_pane(self) -> None:
        self.go_to(PANES[(PANES.index(self.pane_name) - 1) % len(PANES)])

    def action_zoom(self) -> None:
        self.query_one("#panes").toggle_class("-zoomed")

    @property
    def is_paired(self) -> bool:
        """Whether of two panes only one is seen (styles/workbench.tcss)."""
        return any(self.has_class(name) for name in ("-narrow", "-tiny", "-low"))

    @property
    def shows_all(self) -> bool:
        """Whether all four panes and the first line are on the screen."""
        return not self.is_paired and not self.query_one("#panes").has_class("-zoomed")

    @property
    def shows_run(self) -> bool:
        """Whether the trace or the detail is on the screen."""
        return any(self.query_one(f"#{name}").region.area for name in ("trace", "detail"))

    def action_jump(self) -> None:
        """A mark on everything that one can go to; its key goes there."""
        # What came before may still be laid out.
        self.call_after_refresh(lambda: self.app.push_screen(JumpScreen(self.jump_targets)))

    def jump_targets(self) -> list[Target]:
        """The panes, those that are hidden too, and the tabs of the detail."""
        targets, hidden = [], 0
        seen = [pane for name in PANES if (pane := self.query_one(f"#{name}", Pane)).region.area]
        for number, name in enumerate(PANES, 1):
            label = f"{number} {name.title()}"
            named = [at for pane in seen if (at := pane.place_of(label)) is not None]
            region = self.query_one(f"#{name}").region
            if named:  # on its number, in whichever frame that stands
                at, label = named[0], f"{number}"
            elif region.area:
                at, label = Offset(region.x + 1, region.y), f"{number}"
            else:  # it is named at the right of the frame of one that is seen
                frame = seen[-1 if number > 2 else 0].region if seen else self.region
                at = Offset(frame.right - len(label) - 4, frame.y + 1 + hidden)
                hidden += 1
            targets.append(Target(at, partial(self.go_to, name), str(number), label))
        for detail in self.query("#detail").results():
            targets += [
                Target(tab.region.offset + _BELOW, partial(self._go_to_tab, tab))
                for tab in detail.query(Tab)
                if tab.region.area
            ]
        return targets

    def _go_to_tab(self, tab: Tab) -> None:
        for tabs in self.query("#detail TabbedContent").results(TabbedContent):
            tabs.active = (tab.id or "").removeprefix("--content-tab-")
        self.go_to("detail")

    # -- sizes -------------------------------------------------------------------------

    @property
    def splitters(self) -> tuple[Splitter, ...]:
        """What can be dragged in this layout: between the columns (rows, where there is little room)
        and between the two panes of each."""
        left, right = self.query_one("#left"), self.query_one("#right")
        if self._breakpoint == "narrow":
            return (Splitter("rows", left, right, "height"),)
        script, given, trace, detail = (self.query_one(f"#{name}") for name in PANES)
        return (
            Splitter("columns", left, right, "width"),
            Splitter("left", script, given, "height"),
            Splitter("right", trace, detail, "height"),
        )

    @property
    def _shares(self) -> dict[str, float]:
        """The shares the user has set, of this breakpoint; all pane screens of the app have the same."""
        return self.app.shares.setdefault(self._breakpoint, {})

    @property
    def _breakpoint(self) -> str:
        """From the size: the class of the screen is set only after its resize handlers."""
        return "narrow" if NARROW <= self.app.size.width < WIDE else "wide"

    def on_resize(self) -> None:
        self.apply_shares()

    def on_screen_resume(self) -> None:
        self.apply_shares()

    def apply_shares(self) -> None:
        """Lay the panes out as the user has set them for this breakpoint."""
        size = self.app.size
        roomy = size.width >= WIDE and size.height >= LOW
        laid_out = f"{self._breakpoint}{'' if roomy else ' paired'}"
        if laid_out != self._laid_out:
            for name in ("left", "right", *PANES):
                for axis in ("width", "height"):
                    self.query_one(f"#{name}").styles.clear_rule(axis)
        self._laid_out = laid_out
        for splitter in self.splitters:
            share = self._shares.get(splitter.name)
            if share is None and roomy:
                share = self.natural_share(splitter.name)
            if share is not None:
                splitter.take(share)

    def _move(self, splitter: Splitter, share: float) -> None:
        self._shares[splitter.name] = splitter.take(share)

    def action_grow(self) -> None:
        self._resize("width", _STEP)

    def action_shrink(self) -> None:
        self._resize("width", -_STEP)

    def action_taller(self) -> None:
        self._resize("height", _STEP)

    def action_lower(self) -> None:
        self._resize("height", -_STEP)

    def _resize(self, axis: Axis, by: float) -> None:
        """More for the current pane along an axis; where there is only one, along that."""
        pane = self.query_one(f"#{self.pane_name}")
        found = [
            (splitter, splitter.first in pane.ancestors_with_self)
            for splitter in self.splitters
            if splitter.seen
            and not {splitter.first, splitter.second}.isdisjoint(pane.ancestors_with_self)
        ]
        for splitter, is_first in sorted(found, key=lambda one: one[0].axis != axis)[:1]:
            self._move(splitter, splitter.share + (by if is_first else -by))

    # -- the mouse on a frame ----------------------------------------------------------

    def _splitter_at(self, at: Offset) -> Splitter | None:
        try:
            under, _ = self.get_widget_at(*at)
        except NoWidget:
            return None
        if not isinstance(under, Pane) or under.id not in PANES:  # only frames are a pane's own
            return None
        return next((one for one in self.splitters if one.holds(at)), None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        splitter = self._splitter_at(event.screen_offset)
        if splitter is not None and event.button == 1:
            self._dragged = splitter
            splitter.first.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is not None:
            self._move(self._dragged, self._dragged.share_at(event.screen_offset))
        else:
            self._show_handle(self._splitter_at(event.screen_offset))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragged is not None:
            self._dragged.first.release_mouse()
            self._dragged = None
            self._show_handle(self._splitter_at(event.screen_offset))

    def _show_handle(self, splitter: Splitter | None) -> None:
        """Frames that can be dragged say so while the mouse is on them."""
        for pane in self.query(Pane):
            mine = splitter is not None and bool(
                {splitter.first, splitter.second}.intersection(pane.ancestors_with_self)
            )
            pane.set_class(mine, "-handle")
