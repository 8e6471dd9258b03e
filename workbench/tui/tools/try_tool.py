"""Try a tool: a form made of its schema, and the answer beside it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workbench.catalogue.annotations import in_words, may_destroy
from workbench.catalogue.forms.entry import Entry
from workbench.catalogue.forms.form import Form
from workbench.catalogue.schemas.words import NEEDED
from workbench.catalogue.tool_types import member
from workbench.catalogue.tools import ToolInfo
from workbench.core.model import ExecutionRequest, JsonValue
from workbench.core.records import HistoryError
from workbench.text.jsontext import loads
from workbench.text.sanitize import clean, clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.ask import ChoiceScreen
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.editor.code_area import CodeArea, Marker
from workbench.tui.editor.hints.tool_calls import call_with
from workbench.tui.forms.drawing import about
from workbench.tui.forms.view import FormView
from workbench.tui.tools.answer import AnswerPane
from workbench.tui.tools.remembered import PastValues, call_in_words, different
from workbench.tui.widgets.guarded_screen import GuardedScreen
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime
    from workbench.tui.app import WorkbenchApp


class TryScreen(GuardedScreen[str | None]):
    """Dismissed with a call to insert, or None. A call runs as a script: same policy, limits, history."""

    DEFAULT_CSS = """
    TryScreen #try-body { height: 1fr; layout: horizontal; }
    TryScreen.-narrow #try-body { layout: vertical; }
    TryScreen #try-args { width: 1fr; height: 1fr; }
    TryScreen #try-answer { width: 1fr; height: 1fr; }
    TryScreen.-narrow #try-args:focus-within { height: 2fr; }
    TryScreen.-narrow #try-answer:focus-within { height: 2fr; }
    TryScreen CodeArea { display: none; }
    TryScreen .-json CodeArea { display: block; }
    TryScreen .-json FormView { display: none; }
    TryScreen #try-about { height: auto; max-height: 8; padding: 0 1;
        border-top: solid $foreground 20%; }
    TryScreen.-narrow #try-about { max-height: 4; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 (Textual's own form)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("try")]
    app: WorkbenchApp

    def __init__(
        self, runtime: Runtime, tool: ToolInfo, left: dict[str, Form] | None = None
    ) -> None:
        """left: the forms as they were left, by the names of their tools; this one goes there."""
        super().__init__()
        forms = {} if left is None else left
        form = forms.get(tool.full_name)
        if form is None or form.schema != tool.input_schema:
            form = forms[tool.full_name] = Form(tool.input_schema)
        self._runtime = runtime
        self._tool = tool
        self._past = PastValues()
        self._form = FormView(form, tool.input_check, self._known)
        self._runs = False
        self._over = 0.0
        """When the last answer was shown: of ``KeyOrder.moment``."""

    def compose(self) -> ComposeResult:
        with Container(id="try-body"):
            with Pane(id="try-args"):
                yield self._form
                yield CodeArea(language="json")
                with VerticalScroll(id="try-about", can_focus=False):
                    yield Static(id="try-said", markup=False)
            yield AnswerPane(id="try-answer")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._form.be_at_hand()
        self._describe_state()
        self._remember()

    @property
    def idle_actions(self) -> frozenset[str]:
        return frozenset() if self._runs else frozenset({"stop"})

    @property
    def answer(self) -> AnswerPane:
        return self.query_one(AnswerPane)

    # -- the arguments -----------------------------------------------------------------

    @property
    def _is_json(self) -> bool:
        return self.query_one("#try-args").has_class("-json")

    @on(Pane.Resized)
    @on(FormView.Changed)
    def _describe_state(self) -> None:
        """What is known of the field at hand, and whether the call can be sent."""
        pane, said = self.query_one("#try-args", Pane), self.query_one("#try-said", Static)
        name = clean_line(self._tool.full_name, 300)
        words = ", ".join(in_words(self._tool.annotations))
        title = f"Try {name} · {words}" if words else f"Try {name}"
        # What the frame has no room for stands whole below the fields.
        cut = title if pane.title_room and cell_len(title) > pane.title_room else ""
        if self._is_json:
            pane.set_title(title, "JSON · F3 back to the form")
            return
        entry, wrong = self._form.entry, self._form.wrong
        needed = sum(problem == NEEDED for problem in wrong.values())
        state = f"{needed} needed" if needed else ""
        if len(wrong) > needed:
            state += f"{' · ' if state else ''}{len(wrong) - needed} wrong"
        pane.set_title(title, state or "F5 sends it")
        lines = [Content.styled(cut, "bold")] if cut else []
        lines += [] if entry is None else [about(self._form.form, entry, self._form.problem())]
        if () in wrong:
            lines.append(Content.styled(f"✘ {clean_line(wrong[()], 300)}", "$text-error"))
        if entry is None:
            lines.append(Content(clean(self._tool.description.strip())))
        said.update(Content("\n").join(lines))

    @on(CodeArea.Edited)
    def _edited(self) -> None:
        if self._is_json and (args := self._from_json()) is not None:
            self._form.form.take(args)

    def _from_json(self) -> dict[str, JsonValue] | None:
        """The arguments as they are written, None where they are none; what is wrong is said."""
        area, said = self.query_one(CodeArea), self.query_one("#try-said", Static)
        area.set_markers([])
        try:
            args = loads(area.text.strip() or "{}")
        except ValueError as error:
            line = getattr(error, "lineno", 1)
            area.set_markers([Marker(line, getattr(error, "colno", None), "error", str(error))])
            said.update(clean_line(f"✘ line {line}: {getattr(error, 'msg', error)}"))
            return None
        if not isinstance(args, dict):
            said.update("✘ arguments are one JSON object")
            return None
        problems = self._tool.input_check.at_a_glance(args).problems
        said.update(clean("\n".join(f"✘ {problem}" for problem in problems)))
        return args

    def action_turn_json(self) -> None:
        """From the form to the whole as JSON, and back; nothing that was typed is lost."""
        pane, area = self.query_one("#try-args"), self.query_one(CodeArea)
        if self._is_json:
            args = self._from_json()
            if args is None:
                return
            pane.remove_class("-json")
            self._form.take(args)
            self._form.be_at_hand()
        else:
            args, _ = self._form.form.value(whatever=True)
            pane.add_class("-json")
            area.load_text(json.dumps(args, indent=2, ensure_ascii=False))
            area.focus()
            self._from_json()
        self._describe_state()

    def _arguments(self) -> dict[str, JsonValue] | None:
        return self._from_json() if self._is_json else self._form.sendable()

    # -- what was given before ---------------------------------------------------------

    def _known(self, entry: Entry) -> list[JsonValue]:
        return self._past.at(entry.path)

    @work(exclusive=True, group="try-past", exit_on_error=False)
    async def _remember(self) -> None:
        try:
            await self._read_past()
        except HistoryError:  # who looks for earlier calls is told
            self._past = PastValues()

    async def _read_past(self) -> None:
        """Raises HistoryError."""
        tool, history = self._tool, self._runtime.history
        self._past = PastValues(await asyncio.to_thread(history.past_calls, tool.server, tool.name))

    @work(exclusive=True, group="try-earlier", exit_on_error=False)
    async def action_earlier(self) -> None:
        """Fill the form as it was filled before."""
        try:
            await self._read_past()
        except HistoryError as error:
            self.notify(clean_line(str(error)), severity="error", markup=False)
            return
        calls = different(self._past.calls)
        if not calls:
            self.notify("It was not called yet", markup=False)
            return
        title = f"Earlier calls of {self._tool.full_name}: Enter fills the form"
        number = await self.app.push_screen_wait(PickScreen(title, [*map(call_in_words, calls)]))
        if number is None:
            return
        self.query_one("#try-args").remove_class("-json")
        self._form.take(calls[number].args)
        self._form.be_at_hand()

    # -- sending it --------------------------------------------------------------------

    async def _is_sure(self) -> bool:
        name = clean_line(self._tool.full_name)
        question = f"{name} may destroy something: its server says so. Send the call?"
        choices = {"no": "Not now", "send": "Send it"}
        return await self.app.push_screen_wait(ChoiceScreen(question, choices)) == "send"

    def action_send(self) -> None:
        """Send the call, once for each time that somebody asks who saw what came of the last one."""
        if self._runs:
            self.notify("The call is under way: F8 stops it", severity="warning", markup=False)
        elif self.app.key_order.was_typed_before(self._over):
            said = "The call was under way when that was pressed: it was sent once"
            self.notify(said, severity="warning", markup=False)
        else:
            self._send()

    @work(exclusive=True, group="try", exit_on_error=False)
    async def _send(self) -> None:
        args = self._arguments()
        if args is None:
            return
        if may_destroy(self._tool.annotations) and not await self._is_sure():
            return
        name = f"tools{member(self._tool.server)}{member(self._tool.name)}"
        request = ExecutionRequest(f"return await {name}(input)", args, source="tui", script="try")
        self.answer.wait()
        self._set_running(True)
        try:
            done = await self._runtime.engine.run(request)
        except asyncio.CancelledError:
            if self.is_attached:
                self.answer.stop()
            raise
        finally:
            self._over = self.app.key_order.moment()
            self._set_running(False)
        self.answer.show(done, self._tool.full_name)
        self._remember()

    def _set_running(self, runs: bool) -> None:
        self._runs = runs
        if self.is_attached:
            self.refresh_bindings()

    def action_stop(self) -> None:
        self.workers.cancel_group(self, "try")

    # -- away --------------------------------------------------------------------------

    def action_next_part(self) -> None:
        if not self.answer.has_focus_within:
            self.answer.be_read()
        elif self._is_json:
            self.query_one(CodeArea).focus()
        else:
            self._form.be_at_hand()

    def action_insert(self) -> None:
        """Leave with the call as a script writes it."""
        args = self._from_json() if self._is_json else self._form.form.value(whatever=True)[0]
        if args is not None:
            self.dismiss(call_with(self._tool, args))
