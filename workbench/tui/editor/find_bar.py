"""The bars below an editor: find and replace, and go to a line."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Label, Static
from textual.widgets.text_area import Selection

from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.editor.searching import MOST_MATCHES, Places, Search, SearchError
from workbench.tui.widgets.line_input import LineInput
from workbench.tui.widgets.mouse import only_asks
from workbench.util.digits import whole

_BAR_CSS = """
    height: auto;
    background: $panel;
    & Input { border: none; padding: 0 1; height: 1; background: $surface; width: 1fr; }
    & Input:focus { border: none; background: $primary 20%; }
    & Label { padding: 0 1; color: $foreground 70%; }
    & Option { padding: 0 1; width: auto; color: $foreground 70%; }
    & Option.-on { color: $accent; text-style: bold; }
    & Option:focus { background: $primary 40%; }
    & Horizontal { height: 1; }
    & .problem { color: $error; }
"""


class _Bar(Vertical):
    """A bar that belongs to one editor and is mounted below it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("bar")]

    def __init__(self, area: CodeArea) -> None:
        super().__init__()
        self.area = area

    def action_close(self) -> None:
        """Close the bar and go back to the editor."""
        self.area.set_matches([])
        self.area.focus()
        self.remove()


class Option(Static, can_focus=True):
    """A switch whose state is seen without colour: ``[x] Aa alt+c``."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("find-option")]

    class Changed(Message):
        """The option was switched."""

    value = reactive(False, init=False, toggle_class="-on")

    def __init__(self, label: str, key: str, *, id: str) -> None:
        super().__init__(markup=False, id=id)
        self._label = f"{label} {key}"

    def render(self) -> Content:
        return Content(f"[{'x' if self.value else ' '}] {self._label}")

    def watch_value(self) -> None:
        self.refresh()
        self.post_message(self.Changed())

    def toggle(self) -> None:
        self.value = not self.value

    def action_toggle(self) -> None:  # type: ignore[override]
        self.toggle()

    def on_click(self, event: events.Click) -> None:
        if not only_asks(event):
            self.toggle()


class FindBar(_Bar):
    """Find and replace. The editor's F3 and shift+F3 work while it is open."""

    DEFAULT_CSS = (
        "FindBar {" + _BAR_CSS + " #find-rows, #find-lines { height: auto; width: 1fr; } }"
    )

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("find")]

    def __init__(self, area: CodeArea) -> None:
        super().__init__(area)
        self._began = area.selection.start
        """Where the cursor was: what is typed is looked for from there on."""
        self._found: list[tuple[tuple[int, int], tuple[int, int]]] = []

    @classmethod
    def open_for(cls, area: CodeArea, *, focus: bool = True) -> FindBar:
        """The editor's bar, opened where it is not; what is selected is looked for."""
        parent = area.parent
        assert isinstance(parent, Widget)
        bar = next((bar for bar in parent.query(cls) if bar.area is area), None)
        if bar is None:
            bar = cls(area)
            parent.mount(bar, after=area)
            focus = True
        if focus:
            bar.call_after_refresh(bar.begin)
        return bar

    def compose(self) -> ComposeResult:
        with Horizontal(id="find-rows"):
            with Vertical(id="find-lines"):  # Tab goes from one to the other, then to the options
                with Horizontal():
                    yield Label("Find   ")
                    yield LineInput(
                        id="find", placeholder="Enter next · F3 / shift+F3 · Esc closes"
                    )
                with Horizontal(id="replacing"):
                    yield Label("Replace")
                    yield LineInput(id="replace", placeholder="Enter replaces one · alt+a all")
            yield Option("Aa", "alt+c", id="case")
            yield Option(".*", "alt+r", id="regex")
            yield Label("", id="count", markup=False)

    def on_mount(self) -> None:
        self.query_one("#replacing").display = not self.area.read_only
        self._began = self.area.selection.start

    def begin(self) -> None:
        """Take the editor's selection as what is looked for, and the focus."""
        field = self.query_one("#find", Input)
        selected = self.area.selected_text
        if selected and "\n" not in selected:
            field.value = selected
        self._began = min(self.area.selection)
        field.focus()
        field.select_all()
        self._search_again()

    @property
    def _search(self) -> Search:
        return Search(
            self.query_one("#find", Input).value,
            self.query_one("#case", Option).value,
            self.query_one("#regex", Option).value,
        )

    @on(Input.Changed, "#find")
    def _typed(self) -> None:
        """Go to the first match from where the search began, letter by letter."""
        self._search_again()
        if self._found and self._search.text:
            chosen = next((one for one in self._found if one[0] >= self._began), self._found[0])
            self.area.select(Selection(*chosen))
            self._show(chosen[0])

    @on(Option.Changed)
    def _search_again(self) -> None:
        """Find again and show where."""
        text = "\n".join(self.area.document.source_lines)
        try:
            matches = self._search.find(text)
        except SearchError as error:
            self._found = []
            self.area.set_matches([])
            self._show_count(clean_line(str(error)), problem=True)
            return
        places = Places(text)
        self._found = [(places.place(m.start()), places.place(m.end())) for m in matches]
        self._show(self.area.selection.start)

    def _show(self, start: tuple[int, int] | None) -> None:
        number = next((n for n, (first, _) in enumerate(self._found, 1) if first == start), 0)
        self.area.set_matches(self._found, start)
        count = f"{len(self._found):,}" + ("+" if len(self._found) >= MOST_MATCHES else "")
        if not self._search.text:
            self._show_count("")
        elif not self._found:
            self._show_count("none", problem=True)
        else:
            self._show_count(f"{number:,} of {count}" if number else count)

    def _show_count(self, text: str, *, problem: bool = False) -> None:
        label = self.query_one("#count", Label)
        label.update(text)
        label.set_class(problem, "problem")

    def go(self, direction: int) -> None:
        """Select the next match (-1: the one before), around the end."""
        if not self.is_mounted or not self.query("#count"):
            return
        self._search_again()
        if not self._found:
            return
        start, end = sorted(self.area.selection)
        if direction > 0:
            after = (found for found in self._found if found[0] >= end and found != (start, end))
            chosen = next(after, self._found[0])
        else:
            before = (found for found in reversed(self._found) if found[1] <= start)
            chosen = next(before, self._found[-1])
        self.area.select(Selection(*chosen))
        self._show(chosen[0])

    def action_go(self, direction: int) -> None:
        self.go(direction)

    def action_toggle(self, name: str) -> None:  # type: ignore[override]
        self.query_one(f"#{name}", Option).toggle()

    @on(Input.Submitted, "#find")
    def _next(self) -> None:
        self.go(1)

    @on(Input.Submitted, "#replace")
    def _replace_one(self) -> None:
        """Replace the match that is selected, then go to the next."""
        self._search_again()
        start, end = sorted(self.area.selection)
        if (start, end) in self._found:
            number = self._found.index((start, end))
            text = "\n".join(self.area.document.source_lines)
            try:
                match = self._search.find(text)[number]
                new = self._search.replacement(match, self.query_one("#replace", Input).value)
            except SearchError as error:
                self._show_count(clean_line(str(error)), problem=True)
                return
            self.area.history.checkpoint()
            result = self.area.replace(new, start, end, maintain_selection_offset=False)
            self.area.move_cursor(result.end_location)
        self.go(1)

    def action_replace_all(self) -> None:
        """Replace every match as one step of the undo history."""
        area = self.area
        if area.read_only or not self._search.text:
            return
        text = "\n".join(area.document.source_lines)
        try:
            new, count = self._search.replace_all(text, self.query_one("#replace", Input).value)
        except SearchError as error:
            self._show_count(clean_line(str(error)), problem=True)
            return
        if count:
            area.replace_all(new)
        self._search_again()
        self._show_count(f"{count:,} replaced")


class LineBar(_Bar):
    """Go to ``line`` or ``line:column``."""

    DEFAULT_CSS = "LineBar {" + _BAR_CSS + "}"

    @classmethod
    def open_for(cls, area: CodeArea) -> None:
        parent = area.parent
        assert isinstance(parent, Widget)
        parent.query(cls).remove()
        parent.mount(cls(area), after=area)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label("Go to line")
            yield LineInput(id="line", placeholder=f"1 to {self.area.document.line_count}, or 12:5")
            yield Label("", id="count", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        before, _, after = event.value.partition(":")
        line, column = whole(before.strip()), whole(after.strip() or "1")
        if line is None or column is None:
            label = self.query_one("#count", Label)
            label.update("a line is a whole number, e.g. 12 or 12:5")
            label.add_class("problem")
            return
        self.area.go_to(line, column)
        self.action_close()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if self.is_attached:
            self.remove()
