"""The filters that are kept: one is chosen, the one in force is kept under a name; renamed, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.history.saved_filters import SavedFilters, filter_name_problem
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.row_list import RowList
from workbench.util.dataclass import dataclass

_NAME = 24
_BY_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Kept:
    """A filter with the digit that chooses it (0: none does)."""

    digit: int
    name: str
    text: str


class FiltersScreen(GuardedModal[str | None]):
    """Gives the text of the filter that was chosen."""

    DEFAULT_CSS = """
    FiltersScreen { align: center middle; background: $background 60%; }
    FiltersScreen > .dialog { width: 84; max-width: 96%; height: 18; max-height: 90%; }
    FiltersScreen RowList { background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("filters")]

    def __init__(self, filters: SavedFilters, in_force: str) -> None:
        """in_force: the filter as it is typed now."""
        super().__init__()
        self._filters = filters
        self._in_force = in_force.strip()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Filters that are kept"
            yield RowList[Kept](_line, _heading, id="filters-rows")

    def on_mount(self) -> None:
        self.rows.empty_text = (
            "Filters that are kept under a name\ntype one in the history, then s here keeps it"
        )
        if self._in_force:
            self.rows.empty_text = (
                f"Filters that are kept under a name\ns keeps “{clean_line(self._in_force, 30)}”"
            )
        self.rows.focus()
        self._fill()

    @property
    def rows(self) -> RowList[Kept]:
        return self.query_one("#filters-rows", RowList)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is kept where there is no filter, nothing renamed where none is kept."""
        if action == "keep" and not self._in_force:
            return False
        if action in ("rename", "remove", "choose") and self.is_mounted and not self.rows.rows:
            return False
        return super().check_action(action, parameters)

    def _fill(self, chosen: str | None = None) -> None:
        kept = [
            Kept(number if number <= _BY_NUMBER else 0, name, text)
            for number, (name, text) in enumerate(self._filters.all().items(), 1)
        ]
        places = [place for place, each in enumerate(kept) if each.name == chosen]
        self.rows.renew(kept, places[0] if places else None)
        self.refresh_bindings()

    @on(RowList.Selected)
    def _selected(self) -> None:
        if self.rows.row is not None:
            self.dismiss(self.rows.row.text)

    def action_choose(self, digit: int) -> None:
        """Choose the filter with this digit."""
        for kept in self.rows.rows:
            if kept.digit == digit:
                self.dismiss(kept.text)

    @work(exclusive=True, exit_on_error=False)
    async def action_keep(self) -> None:
        """Keep the filter in force under a name."""
        name = await self._ask(f"Keep {clean_line(self._in_force, 50)} as", "")
        if name is not None:
            self._change(lambda: self._filters.keep(name, self._in_force), name)

    @work(exclusive=True, exit_on_error=False)
    async def action_rename(self) -> None:
        kept = self.rows.row
        name = await self._ask(f"Rename {kept.name}", kept.name) if kept is not None else None
        if kept is not None and name is not None:
            self._change(lambda: self._filters.rename(kept.name, name), name)

    def action_remove(self) -> None:
        kept = self.rows.row
        if kept is not None:
            self._change(lambda: self._filters.remove(kept.name))

    async def _ask(self, title: str, value: str) -> str | None:
        return await self.app.push_screen_wait(LineScreen(title, value, check=filter_name_problem))

    def _change(self, change: Callable[[], None], chosen: str | None = None) -> None:
        try:
            change()
        except OSError as error:
            self.notify(clean_line(f"Not kept: {error}"), severity="error", markup=False)
        self._fill(chosen)


def _heading(width: int) -> str:
    return f"     {fit('Name', _NAME)} Filter"


def _line(kept: Kept, width: int) -> list[Part]:
    digit = f"{kept.digit}" if kept.digit else " "
    room = max(0, width - _NAME - 4)
    return [
        (f"{digit}  ", "accent"),
        (fit(clean_line(kept.name), _NAME) + " ", ""),
        (fit(clean_line(kept.text), room), "dim"),
    ]
