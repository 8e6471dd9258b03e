"""A form on the screen: going from field to field, typing, choosing, adding and leaving out."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from workbench.catalogue.forms.entry import Entry
from workbench.catalogue.forms.field_kinds import Choices, label_of
from workbench.catalogue.forms.form import Form, Wrong
from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import JsonValue
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.forms.drawing import MARK, is_typed, shows_all
from workbench.tui.forms.field_line import FieldLine
from workbench.tui.forms.known import Known, KnownValues
from workbench.tui.forms.rows import FormRows
from workbench.tui.forms.text_entry import TextEntryScreen
from workbench.tui.values.text_screen import TextScreen, text_of


class FormView(Widget):
    """The form of a schema. Its value may be taken at any time; what is wrong is said at the fields that
    somebody was at."""

    DEFAULT_CSS = """
    FormView { height: 1fr; layers: below above; }
    FormView > FormRows { layer: below; }
    FormView > FieldLine { layer: above; position: absolute; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("form")]

    class Changed(Message):
        """Something was filled in, or another field is at hand."""

    def __init__(
        self,
        form: Form,
        check: SchemaCheck,
        known: Known = lambda _: (),
        *,
        empty_text: str = "It declares no arguments · F5 sends the call",
    ) -> None:
        super().__init__()
        self.form = form
        self._check = check
        self._known = KnownValues(form, known)
        self.wrong: Wrong = {}
        self._rows = FormRows(form, self._letter, empty_text)
        self._line = FieldLine(lambda: self._known.texts(self.entry))

    def compose(self) -> ComposeResult:
        yield self._rows
        yield self._line

    def on_mount(self) -> None:
        self._again()

    @property
    def entry(self) -> Entry | None:
        """The field at hand."""
        return self._rows.entry

    def problem(self) -> str | None:
        """What is wrong with the field at hand, where somebody was at it and its row does not say all of it."""
        entry = self.entry
        if entry is None or not entry.touched:
            return None
        said = self.wrong.get(entry.path)
        return said if said is not None and not self._rows.shows_whole(said) else None

    # -- what the screen asks ----------------------------------------------------------

    def take(self, value: dict[str, JsonValue]) -> None:
        """Fill the form with a value."""
        self.form.take(value)
        self._again()

    def sendable(self) -> dict[str, JsonValue] | None:
        """The value; None where something is wrong: it is said, and the first such field is at hand."""
        self.form.touch_all()
        value, self.wrong = self.form.checked(self._check)
        if not self.wrong:
            return value
        places = [place for place in self.wrong if place]
        for entry in self.form.rows:
            for outer in entry.above if entry.path in self.wrong else ():
                outer.folded = False
        self._again()
        numbers = [i for i, one in enumerate(self._rows.entries) if one.path in places]
        if numbers:
            self._go(numbers[0])
        return None

    def be_at_hand(self) -> None:
        """Give the field at hand the focus."""
        self._enter(take_focus=True)

    # -- going -------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        self._go(self._rows.cursor + by)

    def action_tab(self, step: int) -> None:
        """As ``move``; past the last field, and before the first, out of the form."""
        at = self._rows.cursor + step
        if 0 <= at < len(self._rows.entries):
            self._go(at)
            return
        outside = [one for one in self.screen.focus_chain if self not in one.ancestors]
        if outside:
            self.screen.set_focus(outside[0 if step > 0 else -1])

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Who comes here by Tab, or with the mouse, comes to the field at hand."""
        if event.widget is self._rows and self._line.display:
            self.screen.set_focus(self._line)

    def action_page(self, direction: int) -> None:
        self.action_move(direction * max(1, self._rows.size.height - 2))

    def _go(self, number: int) -> None:
        self._rows.go(number)
        self._enter()
        self.post_message(self.Changed())

    def _enter(self, *, take_focus: bool = False) -> None:
        """The field at hand is another: the line lies over it, or the rows have the focus."""
        entry = self.entry
        typed = entry is not None and is_typed(self.form, entry)
        wants = take_focus or self.has_focus_within
        if entry is not None and typed:
            with self.prevent(Input.Changed):
                self._line.value = entry.text or ""
            self._line.cursor_position = len(self._line.value)
            self._line.placeholder = (
                "null" if entry.is_null else clean_line(self.form.words(entry), 200)
            )
        if typed:
            self._line.display = True
        elif wants:
            self.screen.set_focus(self._rows)
        if not typed:
            self._line.display = False
        elif wants:
            self.screen.set_focus(self._line)
        self._place()

    @on(FormRows.Scrolled)
    def _place(self) -> None:
        """The line goes with its row."""
        y = self._rows.cursor_y
        x = MARK + self._rows.names + 2
        self._line.styles.offset = (x, -1 if y is None else y)
        self._line.styles.width = max(4, self._rows.scrollable_content_region.width - x)

    @on(FormRows.Pressed)
    def _pressed(self, event: FormRows.Pressed) -> None:
        if event.entry is self.entry:
            self.action_flip()
            return
        found = (i for i, one in enumerate(self._rows.entries) if one is event.entry)
        self._rows.go(next(found, 0))
        self._enter(take_focus=True)
        self.post_message(self.Changed())

    def _again(self) -> None:
        """Something was changed: check it and show it."""
        _, self.wrong = self.form.checked(self._check)
        self._rows.show(self.wrong)
        self._enter()
        self.post_message(self.Changed())

    # -- filling in --------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        entry = self.entry
        if entry is not None and self._line.display:
            self.form.type(entry, event.value)
            _, self.wrong = self.form.checked(self._check)
            self._rows.show(self.wrong)
            self._place()
            self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_move(1)

    @on(FieldLine.Pasted)
    def _pasted(self, event: FieldLine.Pasted) -> None:
        event.stop()
        if self.entry is not None:
            self.form.type(self.entry, event.text)
            self._again()

    def action_act(self) -> None:
        """Enter, where nothing is typed: what the row says that it does; else the next field."""
        entry = self.entry
        kind = self.form.shape(entry).kind if entry is not None else None
        if entry is None:
            return
        if kind == "list" and entry.items is not None:
            self._add(entry)
        elif kind in ("list", "object"):
            is_new = entry.items is None
            self.action_turn(1)
            if is_new and kind == "object":
                self._go_into(entry)
        elif kind == "choice" and not self._has_few(entry):
            self._list_choices(entry)
        elif kind == "choice":
            self.action_move(1)
        else:
            self.action_edit()

    def action_flip(self) -> None:
        """Space, or a click: the next choice; fold or unfold."""
        entry = self.entry
        if entry is None:
            return
        kind = self.form.shape(entry).kind
        if kind == "choice" and not self._has_few(entry):
            self._list_choices(entry)
        elif kind == "choice":
            self.action_turn(1)
        elif kind in ("list", "object"):
            self.action_turn(-1 if entry.items is not None and not entry.folded else 1)

    def action_turn(self, step: int) -> None:
        """Left and right: the choice before or after; fold or unfold; out of what it is in."""
        entry = self.entry
        if entry is None:
            return
        kind = self.form.shape(entry).kind
        if kind == "choice":
            self.form.choose_next(entry, step)
        elif step > 0 and kind in ("list", "object"):
            is_new = entry.items is None
            self.form.open(entry)
            if is_new and kind == "list":
                self._add(entry)
                return
        elif kind in ("list", "object") and entry.items and not entry.folded:
            self.form.fold(entry)
        elif step < 0 and entry.parent is not None and entry.parent is not self.form.root:
            self._go(self._rows.entries.index(entry.parent))
            return
        self._again()

    def action_leave_out(self) -> None:
        if self.entry is not None:
            self.form.leave_out(self.entry)
            self._again()

    def _add(self, entry: Entry) -> None:
        item = self.form.add(entry)
        if item is None:
            self.notify("It takes no more here: F3 shows all of it as JSON", markup=False)
            return
        self._again()
        self._go_into(item)

    def _go_into(self, entry: Entry) -> None:
        """To what was just given: of an object its first field, where one can type."""
        while self.form.shape(entry).kind == "object" and entry.items and not entry.folded:
            entry = entry.items[0]
        self._go(self._rows.entries.index(entry))

    def _letter(self, letter: str) -> bool:
        """A letter where nothing is typed: the next choice that begins with it."""
        entry = self.entry
        if entry is None or self.form.shape(entry).kind != "choice":
            return False
        if not self._has_few(entry):
            self._list_choices(entry, letter)
            return True
        labels = list(self._choices(entry).labels)
        at = labels.index(entry.text) + 1 if entry.text in labels else 0
        for label in (*labels[at:], *labels[:at]):
            if label.lower().startswith(letter.lower()):
                self.form.choose(entry, label)
                self._again()
                return True
        return False

    # -- choosing from a list, typing in a larger editor -------------------------------

    def _choices(self, entry: Entry) -> Choices:
        return self.form.shape(entry).choices

    def _has_few(self, entry: Entry) -> bool:
        return shows_all(self._choices(entry), self._rows.value_room)

    @work(exclusive=True, group="form-list", exit_on_error=False)
    async def _list_choices(self, entry: Entry, typed: str = "") -> None:
        labels = self._choices(entry).labels
        at = labels.index(entry.text) if entry.text in labels else 0
        screen = PickScreen(self.form.label(entry), labels, at, typed=typed)
        number = await self.app.push_screen_wait(screen)
        if number is not None:
            self.form.choose(entry, labels[number])
            self._again()

    @work(exclusive=True, group="form-list", exit_on_error=False)
    async def action_values(self) -> None:
        """The values that the field had before, that its schema names."""
        entry = self.entry
        if entry is None:
            return
        if self.form.shape(entry).kind == "choice":
            self._list_choices(entry)
            return
        values = self._known.of(entry)
        if not values:
            self.notify("No earlier call gave it a value", markup=False)
            return
        title = f"{self.form.label(entry)}: what it was given before"
        number = await self.app.push_screen_wait(PickScreen(title, [label_of(v) for v in values]))
        if number is not None:
            self.form.set(entry, values[number])
            self._again()

    @work(exclusive=True, group="form-list", exit_on_error=False)
    async def action_edit(self) -> None:
        """The field's text in a larger editor; a text of several lines is only written there."""
        entry = self.entry
        kind = self.form.shape(entry).kind if entry is not None else "object"
        if entry is None or kind not in ("text", "whole", "number", "json"):
            self.notify("Only a text or JSON has a larger editor", markup=False)
            return
        title = clean_line(self.form.label(entry), 60)
        screen = TextEntryScreen(entry.text or "", title, "text" if kind == "text" else "json")
        text = await self.app.push_screen_wait(screen)
        if text is not None:
            self.form.type(entry, text)
            self._again()

    def action_about(self) -> None:
        """The whole description, and the schema of the field."""
        entry = self.entry
        if entry is None:
            return
        shape = self.form.shape(entry)
        said = [self.form.words(entry), shape.description.strip(), text_of(entry.schema)]
        name = ".".join(str(step) for step in entry.path)
        self.app.push_screen(TextScreen("\n\n".join(one for one in said if one), name))
