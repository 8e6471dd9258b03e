"""A screen that fills the terminal and keeps nothing that leaving it would lose: from each the keys of the
others work."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import BindingType

from workbench.tui.commands import bindings
from workbench.tui.widgets.guarded_screen import GuardedScreen

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

R = TypeVar("R")


class WayScreen(GuardedScreen[R]):
    """The ways to the other screens. What stands between this one and the main screen is left on the way: Esc
    in the other leads to the scripts."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("ways")]
    WAY: ClassVar[str] = ""
    """The way that leads here, which is none from here."""
    app: WorkbenchApp

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != self.WAY and super().check_action(action, parameters)

    def action_history(self) -> None:
        self.app.at_home().navigation.open_history()

    def action_tools(self) -> None:
        self.app.at_home().navigation.open_tools()

    def action_settings(self) -> None:
        self.app.at_home().navigation.open_settings()

    def action_agents(self) -> None:
        self.app.at_home().others.show_agents()
