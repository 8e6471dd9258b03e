"""Try a tool: a form for its arguments and the answer."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from workbench.catalogue.annotations import may_destroy
from workbench.catalogue.tools import ToolInfo
from workbench.catalogue.typescript import member
from workbench.core.model import ExecutionRequest, JsonValue
from workbench.text.jsontext import loads
from workbench.text.sanitize import clean, clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.ask import ChoiceScreen
from workbench.tui.editor.code_area import CodeArea, Marker
from workbench.tui.editor.tool_calls import example
from workbench.tui.values.json_view import JsonView
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.wording import duration

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime


class TryScreen(GuardedModal[None]):
    """Arguments above, the answer below. The call runs as a script: same policy, limits, history."""

    DEFAULT_CSS = """
    TryScreen { align: center middle; background: $background 60%; }
    TryScreen #try-body { width: 94%; height: 92%; background: $surface; }
    TryScreen #try-problem { height: auto; color: $error; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("try")]

    def __init__(self, runtime: Runtime, tool: ToolInfo) -> None:
        super().__init__()
        self._runtime = runtime
        self._tool = tool

    def compose(self) -> ComposeResult:
        start = json.dumps(example(self._tool.input_schema) or {}, indent=2, ensure_ascii=False)
        with Vertical(id="try-body"):
            with Pane(id="try-args") as args:
                args.set_title(
                    f"Try {clean_line(self._tool.full_name)}", "F5 sends · F6 to the answer · Esc"
                )
                yield CodeArea(start, language="json")
                yield Static(id="try-problem", markup=False)
            with Pane(id="try-answer") as answer:
                answer.set_title("Answer")
                yield JsonView()
        yield KeyFooter()

    def on_mount(self) -> None:
        view = self.query_one(JsonView)
        view.empty_text = "F5 sends the call: it is real"
        self.query_one(CodeArea).focus()

    async def _is_sure(self) -> bool:
        name = clean_line(self._tool.full_name)
        question = f"{name} may destroy something: its server says so. Send the call?"
        choices = {"no": "Not now", "send": "Send it"}
        return await self.app.push_screen_wait(ChoiceScreen(question, choices)) == "send"

    @on(CodeArea.Edited)
    def _check(self) -> None:
        self._arguments()

    def _arguments(self) -> JsonValue:
        """The arguments, or None where they cannot be sent: the reason is then shown."""
        area = self.query_one(CodeArea)
        said = self.query_one("#try-problem", Static)
        area.set_markers([])
        try:
            args = loads(area.text or "{}")
        except ValueError as error:
            line = getattr(error, "lineno", 1)
            area.set_markers([Marker(line, getattr(error, "colno", None), "error", str(error))])
            said.update(clean_line(f"line {line}: {getattr(error, 'msg', error)}"))
            return None
        problems = (
            self._tool.input_check.at_a_glance(args).problems
            if isinstance(args, dict)
            else ("arguments are one JSON object",)
        )
        said.update(clean("\n".join(problems)))
        return args if isinstance(args, dict) else None

    @work(exclusive=True, group="try", exit_on_error=False)
    async def action_send(self) -> None:
        args = self._arguments()
        if args is None:
            return
        if may_destroy(self._tool.annotations) and not await self._is_sure():
            return
        answer, view = self.query_one("#try-answer", Pane), self.query_one(JsonView)
        answer.set_title("Answer · running …")
        name = f"tools{member(self._tool.server)}{member(self._tool.name)}"
        request = ExecutionRequest(f"return await {name}(input)", args, source="tui", script="try")
        try:
            done = await self._runtime.engine.run(request)
        except asyncio.CancelledError:
            answer.set_title("Answer · cancelled")
            raise
        took = duration(done.duration_ms)
        if done.error is None:
            view.show(done.value, self._tool.full_name)
            answer.set_title(f"Answer · ✔ ok · {took}")
        else:
            view.show(done.error.to_json(), self._tool.full_name)
            answer.set_title(f"Answer · ✘ {done.error.code} · {took}")
