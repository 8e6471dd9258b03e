"""What every screen of ours is: one that acts only while it is on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.filter import LineFilter
from textual.screen import ModalScreen
from textual.widget import Widget

from workbench.tui.readable import ReadableFilter
from workbench.tui.textual_private import ScreenBase
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.mouse import only_asks

R = TypeVar("R")


def nothing_to_await() -> AwaitComplete:
    """What to return where all is done already."""
    return AwaitComplete.nothing()  # type: ignore[no-untyped-call, no-any-return]


class GuardedScreen(ScreenBase[R]):
    """A key or a click that was on its way when the screen was left does nothing any more: it would
    otherwise close the screen below."""

    OVERTAKING: ClassVar[frozenset[str]] = frozenset()
    """Actions that ask for something else to be shown, or leave: their keys do not wait."""

    @property
    def is_settling(self) -> bool:
        """Whether something is about to get the focus: keys wait for that."""
        return False

    @property
    def is_behind(self) -> bool:
        """Whether what was asked for is still made, and not shown: keys wait until ``key_order.go_on``."""
        return False

    def holds_back(self, event: events.Key | events.Paste) -> bool:
        """Whether a key has to wait: it is about what is shown."""
        if not self.is_behind or isinstance(event, events.Paste):
            return self.is_behind
        if self.focused and self.focused.check_consume_key(event.key, event.character):
            return True
        found = self.active_bindings.get(event.key)
        return found is None or found.binding.action.partition("(")[0] not in self.OVERTAKING

    @property
    def idle_actions(self) -> frozenset[str]:
        """What there is nothing to do with just now: the line of keys leaves it out."""
        return frozenset()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What is below it is dimmed on purpose: nothing is made more readable there."""
        return [each for each in super().get_line_filters() if not isinstance(each, ReadableFilter)]

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The right button: what can be done with what is there, once the click has gone to it."""
        if only_asks(event) and not self.is_modal:
            menu = f"app.palette({event.screen_x}, {event.screen_y})"
            self.call_after_refresh(self.run_action, menu)

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        """Leave, if it is the screen on top."""
        return super().dismiss(result) if self.is_active else nothing_to_await()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No action of a screen below another, nor of one that has left."""
        return self.is_active and super().check_action(action, parameters)


class GuardedModal(GuardedScreen[R], ModalScreen[R]):
    """The same over the screen below it, whose keys do nothing now: the line of keys has its own in their
    place. What stands in a ``.dialog`` begins with this look; a screen's own
    style, being as exact and of a class further down, has the last word."""

    DEFAULT_CSS = """
    GuardedModal .dialog { width: 64; max-width: 94%; height: auto; max-height: 80%; padding: 1 2;
        border: round $primary; background: $surface; }
    GuardedModal .dialog.-large { width: 92; height: 90%; max-height: 90%; }
    GuardedModal .buttons { height: auto; margin-top: 1; }
    GuardedModal .buttons Button { margin-right: 2; min-width: 6; }
    GuardedModal.-tiny .buttons { layout: vertical; }
    GuardedModal OptionList { height: auto; max-height: 16; border: none; background: $surface; margin-top: 1; }
    """

    async def mount_composed_widgets(self, widgets: list[Widget]) -> None:
        await super().mount_composed_widgets([*widgets, KeyFooter()])
