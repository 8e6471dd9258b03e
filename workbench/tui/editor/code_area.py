"""The editor for scripts and their JSON: one widget, wired from what colours its text, marks its lines,
types, offers and shows tools.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.message import Message
from textual.strip import Strip
from textual.widgets.text_area import Edit, EditResult, Location, Selection

from workbench.tui.editor.code_colours import COLOUR_CLASSES, COLOUR_RULES, Colours
from workbench.tui.editor.code_marks import MARK_CLASSES, MARK_RULES, Marker, Marks
from workbench.tui.editor.code_typing import Typing, editor_bindings
from workbench.tui.editor.fast_document import Change, FastDocument
from workbench.tui.editor.folding_editor import FOLD_CLASSES, FOLD_RULES
from workbench.tui.editor.guided_editor import GUIDE_CLASS, GUIDE_RULES
from workbench.tui.editor.highlighting import Language
from workbench.tui.editor.line_actions import LineActions
from workbench.tui.editor.offering import Offers
from workbench.tui.editor.signature_help import SignatureHelp
from workbench.tui.editor.tool_view import ToolView
from workbench.tui.glyphs import AsciiFilter
from workbench.tui.textual_private import LineMap, LineText, TextDocument
from workbench.tui.widgets.hues import LineNote, hue_rules
from workbench.tui.widgets.mouse import only_asks

__all__ = ["CodeArea", "Marker"]


class CodeArea(LineActions, inherit_bindings=False):
    """An editor for ``language`` "javascript", "typescript" or "json"."""

    DEFAULT_CSS = (
        "CodeArea { border: none; padding: 0; &:focus { border: none; } }"
        + COLOUR_RULES
        + MARK_RULES
        + FOLD_RULES
        + GUIDE_RULES
        + hue_rules("CodeArea", "code-area--hue")
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *COLOUR_CLASSES,
        *MARK_CLASSES,
        *FOLD_CLASSES,
        GUIDE_CLASS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [*editor_bindings()]

    class Edited(Message):
        """The user (or an undo) changed the text; loading a text does not count."""

        def __init__(self, area: CodeArea) -> None:
            super().__init__()
            self.area = area

        @property
        def control(self) -> CodeArea:
            return self.area

    class Wrapped(Message):
        """Long lines are broken at the edge now, or no longer: ``area.soft_wrap``."""

        def __init__(self, area: CodeArea) -> None:
            super().__init__()
            self.area = area

    def __init__(
        self,
        text: str = "",
        *,
        language: Language = "javascript",
        read_only: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        self.colours = Colours(self)
        self.marks = Marks(self, self.colours.style)
        self.tool_view = ToolView(
            self, lambda: not self.offers.is_open, lambda: self.signature.moved()
        )
        self.signature = SignatureHelp(
            self, lambda cursor: self.offers.rows(cursor), lambda: not self.tool_view.is_open
        )
        self.offers = Offers(self, self.signature)
        self.typing = Typing(self, self.offers.typed)
        super().__init__(
            text,
            language=language,
            soft_wrap=False,
            tab_behavior="indent",
            read_only=read_only,
            show_line_numbers=True,
            id=id,
            classes=classes,
        )
        self.indent_width = 2
        self.measure_guides()  # tabs are as wide as that

    def on_mount(self) -> None:
        self.colours.soon()

    def on_unmount(self) -> None:
        for popup in (self.offers.popup, self.tool_view.popup, self.signature.popup):
            if popup is not None and popup.is_attached:
                popup.remove()

    # -- the text --------------------------------------------------------------------------

    def new_document(self, text: str) -> tuple[TextDocument, LineMap]:
        document = FastDocument(text, self._lines_changed, self._text_changed)
        self.marks.forget()
        self.forget_folds()
        self.colours.forget(document.line_count)
        self.signature.stops.end()
        return document, LineMap(document, tab_width=self.indent_width)

    def document_opened(self) -> None:
        self.measure_guides()
        self.colours.soon()

    def be_in(self, language: Language) -> None:
        """The text is in another language now: its file has another name."""
        if language != self.language:
            self.set_reactive(CodeArea.language, language)  # else it is opened anew
            self.forget_folds()
            self.hide_lines(())
            self.colours.forget(self.document.line_count)
            self.colours.soon()

    def _lines_changed(self, top: int, removed: int, added: int, first: str) -> None:
        self.measure_changed(top, removed, added)
        others = self.marks.lines_changed(top, removed, added, first)
        self.colours.lines_changed(top, removed, added, first, others)

    def _text_changed(self, changes: Sequence[Change]) -> None:
        if self.text_changed(changes):
            self.colours.all_look_different()

    def edit(self, edit: Edit) -> EditResult:
        result = super().edit(edit)
        self.signature.stops.edited(edit, result)
        self.post_message(self.Edited(self))
        return result

    def undo(self) -> None:
        self.signature.stops.end()
        super().undo()
        self.post_message(self.Edited(self))

    def redo(self) -> None:
        self.signature.stops.end()
        super().redo()
        self.post_message(self.Edited(self))

    # -- painting --------------------------------------------------------------------------

    def changed_rows(self) -> set[int] | None:
        return self.colours.changed_rows()

    def get_line(self, line_index: int) -> Text:
        """A line with its colours, marks and matches; nothing that a terminal would obey."""
        text = LineText(self.document.get_line(line_index))
        self.colours.stylize(text, line_index)
        self.marks.stylize(text, line_index)
        return text

    def draw_line(self, y: int) -> Strip:
        strip = self.with_tail(self.with_guides(super().draw_line(y), y), y)
        return self.with_sign(self.marks.on_line(strip, y), y)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """A text that is edited is shown as it is; only the signs beside it are ours to replace."""
        return [each for each in super().get_line_filters() if not isinstance(each, AsciiFilter)]

    def notify_style_update(self) -> None:
        self.colours.forget_styles()
        super().notify_style_update()

    def theme_changed(self) -> None:
        self.colours.forget_styles()
        super().theme_changed()

    # -- what others put beside the text ---------------------------------------------------

    @property
    def markers(self) -> list[Marker]:
        """The markers, moved with their lines by edits, from the top."""
        return self.marks.markers

    def set_markers(self, markers: Iterable[Marker]) -> None:
        """Mark what is wrong: replaces all markers. One a line: the first error wins."""
        self.marks.set_markers(markers)

    def set_line_notes(self, notes: Mapping[int, LineNote]) -> None:
        """Put a note at the right of lines (numbers from 1), in the hue of their server where it has one."""
        self.marks.set_line_notes(notes)

    def set_matches(
        self, matches: Iterable[tuple[Location, Location]], current: Location | None = None
    ) -> None:
        """Show what a search found; ``current``: the start of the one that is gone to."""
        self.marks.set_matches(matches, current)

    def highlight_line(self, line: int | None) -> None:
        """Point at a line (from 1) and bring it into view; None: at none."""
        if line is not None:
            self.reveal(line - 1)
        self.marks.point_at(line)

    def watch_selection(self, before: Selection, selection: Selection) -> None:
        super().watch_selection(before, selection)
        self.signature.moved()
        if self.folds and (before.end[0] in self.folds) != self.is_at_fold:
            self.refresh_bindings()  # the key that opens it is offered there

    def watch_scroll_y(self, before: float, now: float) -> None:
        super().watch_scroll_y(before, now)
        self.signature.moved()

    def on_resize(self, event: events.Resize) -> None:
        """What stands beside the cursor goes along, once the editor has its place; the base has its part."""
        self.call_after_refresh(self.offers.moved)
        self.call_after_refresh(self.signature.moved)

    # -- the cursor ------------------------------------------------------------------------

    def select(self, selection: Selection) -> None:
        """Select, and bring the end into view: its line to the middle only where it was out of sight, its
        column no further than it must, and beside the starts of lines where it is seen from there. Where the
        editor is not seen now, as soon as it is."""
        if not self.region.area:
            self.selection = selection
            self.record_cursor_width()
            return
        left, top = self.scroll_offset
        self.selection = selection
        self.record_cursor_width()
        self.bring_into_view(selection.end, top)
        if self.scroll_offset.x != left:
            self.show_line_start(selection.end)

    @property
    def cuts_lines(self) -> bool:
        """Whether a line runs on past the edge."""
        room = self.scrollable_content_region.width
        return not self.soft_wrap and 0 < room < self.text_width

    @property
    def idle_actions(self) -> frozenset[str]:
        """Actions with nothing to do now: they are not offered."""
        idle = {"soft_wrap": not self.cuts_lines, "fold": not self.is_at_fold}
        return frozenset(action for action, is_idle in idle.items() if is_idle)

    def action_soft_wrap(self) -> None:
        """Break lines at the edge, or let them run on."""
        self.soft_wrap = not self.soft_wrap
        self.post_message(self.Wrapped(self))

    def shown_again(self) -> None:
        self.select(self.selection)

    def action_go_to_end(self, last: bool, select: bool = False) -> None:
        """To the end of the text (or its start)."""
        self.move_cursor(self.document.end if last else (0, 0), select=select)

    # -- keys and the pointer --------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        helped = self.offers.key(event.key) or self.tool_view.key(event.key)
        if not (helped or self.signature.key(event)):
            if event.key == "escape":
                event.prevent_default()  # TextArea would move the focus; the screen decides
                return
            if self.read_only or not self.typing.key(event):
                return
            self.restart_blink()
        event.stop()
        event.prevent_default()

    async def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if not self.read_only:
            self.typing.paste(event.text)

    def on_click(self, event: events.Click) -> None:
        if self.is_at_signs(event) or only_asks(event):
            return
        self.typing.click(self.get_target_document_location(event), event.chain)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.tool_view.pointed(self.get_target_document_location(event), event)
        self.signs_pointed_at(event)

    async def on_mouse_down(self, event: events.MouseDown) -> None:
        self.tool_view.hide()
        start, end = sorted(self.selection)
        asks = only_asks(event) and start <= self.get_target_document_location(event) < end
        if asks or await self.fold_clicked(event):  # a menu is about what is selected below it
            event.prevent_default()

    def on_leave(self) -> None:
        self.tool_view.pointer_left()
        self.signs_pointed_at(None)

    def on_blur(self) -> None:
        self.offers.close()
        self.tool_view.hide()
        self.signature.leave()

    # -- over and below the editor ---------------------------------------------------------

    def action_complete(self) -> None:
        """Offer what can stand at the cursor."""
        if not self.read_only:
            self.offers.ask()

    async def show_tool(self) -> bool:
        """Show the tool whose call the cursor is in, or hide it again; False: there is no tool."""
        if self.tool_view.is_open:
            self.tool_view.hide()
            return True
        self.offers.close()
        self.signature.hide()
        return await self.tool_view.show()

    def action_find(self) -> None:
        """Open the bar for finding and replacing below the editor."""
        from workbench.tui.editor.find_bar import FindBar

        FindBar.open_for(self)

    def action_find_next(self, direction: int) -> None:
        from workbench.tui.editor.find_bar import FindBar

        FindBar.open_for(self, focus=False).go(direction)

    def action_go_to_line(self) -> None:
        from workbench.tui.editor.find_bar import LineBar

        LineBar.open_for(self)
