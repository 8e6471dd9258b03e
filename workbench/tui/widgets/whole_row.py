"""A row of a list as a whole, over the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar, TypeAlias

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from workbench.tui.commands import bindings
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_view import Part
from workbench.tui.widgets.pane import Pane

More: TypeAlias = Callable[[], Awaitable[str]]
"""Called where it is awaited: whoever closes the row at once left a coroutine that nobody awaited."""
_MARK = "…"
ROOMY = 2_000
"""So many cells a row is drawn for where it is shown as a whole."""


class WholeRow(GuardedModal[None]):
    """Shows the words of a row until Esc, wrapped, a column a line."""

    DEFAULT_CSS = """
    WholeRow { align: center middle; background: $background 60%; }
    WholeRow > Pane { width: 80%; max-width: 100; height: auto; max-height: 80%;
        background: $surface; padding: 0 1; }
    WholeRow VerticalScroll { height: auto; max-height: 100%; }
    WholeRow Static { height: auto; width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("value")]

    def __init__(self, words: str, more: More | None = None) -> None:
        """words: safe to show. more: reads what stands there then."""
        super().__init__()
        self._words = words
        self._more = more

    def compose(self) -> ComposeResult:
        with Pane() as pane:
            pane.set_title("The whole row", "Esc closes")
            with VerticalScroll():
                yield Static(self._words, markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        if self._more is not None:
            self._read(self._more)

    @work(exit_on_error=False)
    async def _read(self, more: More) -> None:
        self.query_one(Static).update(await more())


def words_of(parts: Iterable[Part]) -> str:
    """What a row says, drawn with room enough: a column a line."""
    text = "".join(text for text, _ in parts)
    return "\n".join(words for column in text.split("  ") if (words := column.strip()))


def is_cut(drawn: Iterable[Part], whole: str) -> bool:
    """Whether words of a row are cut as it is drawn. Columns that are left out are no cut."""
    return "".join(text for text, _ in drawn).count(_MARK) > whole.count(_MARK)
