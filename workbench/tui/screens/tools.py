"""Tools: the servers with their state, their tools with schema, and a form to try one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from workbench.catalogue import Catalogue, ServerInfo, ToolInfo
from workbench.clean import clean, clean_line
from workbench.jsontext import loads
from workbench.model import ExecutionRequest, JsonValue
from workbench.tui.text import count, duration
from workbench.tui.widgets.code_area import CodeArea, Marker
from workbench.tui.widgets.json_view import JsonView
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.row_list import RowList
from workbench.tui.widgets.trace_line import Part, fit
from workbench.typescript import member

if TYPE_CHECKING:
    from workbench.runtime import Runtime

_SIGNS = {"ready": ("✔", "ok"), "failed": ("✘", "error"), "connecting": ("…", "accent")}
_TAIL = 12


@dataclass(frozen=True, slots=True)
class ToolRow:
    """A line of the tree: a server, or one of its tools."""

    server: ServerInfo
    tool: ToolInfo | None = None


def tree(
    catalogue: Catalogue, text: str = "", folded: frozenset[str] = frozenset()
) -> list[ToolRow]:
    """Servers with the tools whose name or description holds every word; a filter unfolds."""
    words = text.lower().split()
    rows = []
    for server in catalogue.servers.values():
        tools = []
        for tool in catalogue.tools.get(server.name, {}).values():
            said = f"{tool.full_name} {tool.description}".lower()
            if all(word in said for word in words):
                tools.append(ToolRow(server, tool))
        if words and not tools:
            continue
        rows.append(ToolRow(server))
        if words or server.name not in folded:
            rows += tools
    return rows


def row_line(row: ToolRow, width: int, *, folded: bool = False) -> list[Part]:
    """One line of the tree."""
    if row.tool is not None:
        name = clean_line(row.tool.name)
        if not row.tool.approved:
            return [(fit("    " + name, max(0, width - 11)), ""), (" ! changed ", "warning")]
        return [(fit("    " + name, width), "")]
    server = row.server
    sign, style = _SIGNS.get(server.state, ("·", "dim"))
    state = f"{server.transport} {sign} {server.state} {server.tools:>3} "
    if server.quarantined:
        state, style = f"! quarantined {server.tools:>3} ", "warning"
    name = ("▸ " if folded else "▾ ") + clean_line(server.name)
    return [(fit(name, max(0, width - len(state))), "strong"), (state, style)]


def example(schema: Any, depth: int = 0) -> JsonValue:
    """A value to begin with: what a schema requires, with its defaults."""
    if not isinstance(schema, dict) or depth > 4:
        return None
    if "default" in schema:
        return schema["default"]
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return choices[0]
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    properties = schema.get("properties")
    if kind == "object" or isinstance(properties, dict):
        required = schema.get("required")
        names = required if isinstance(required, list) else []
        parts = properties if isinstance(properties, dict) else {}
        return {str(name): example(parts.get(name), depth + 1) for name in names}
    plain: dict[object, JsonValue] = {"string": "", "integer": 0, "number": 0, "boolean": False}
    return [] if kind == "array" else plain.get(kind)


def call_text(tool: ToolInfo) -> str:
    """The call of a tool as a script writes it."""
    args = example(tool.input_schema)
    text = json.dumps(args, ensure_ascii=False) if args else ""
    return f"await tools{member(tool.server)}{member(tool.name)}({text})"


def about(catalogue: Catalogue, row: ToolRow, tail: list[str]) -> Content:
    """What is known of a server or a tool. ``tail``: the last lines of a server's stderr."""
    if row.tool is None:
        server = row.server
        lines = [
            Content.styled(clean_line(server.name), "bold"),
            Content(f"{server.transport}, {server.state}, {count(server.tools, 'tool')}"),
        ]
        if server.cached:
            lines.append(Content.styled("from an earlier connection: not answered yet", "dim"))
        if server.error:
            lines += [Content(""), Content.styled(clean(server.error), "$error")]
        if server.quarantined:
            lines += [Content(""), Content.styled("Quarantined: every call is refused", "$warning")]
        if tail:
            lines += [Content(""), Content.styled("Its last lines on stderr", "bold")]
            lines += [Content(clean_line(line)) for line in tail[-_TAIL:]]
        return Content("\n").join(lines)
    tool = row.tool
    lines = [Content.styled(clean_line(tool.full_name), "bold")]
    if not tool.approved:
        lines.append(
            Content.styled(
                "Its definition changed since it was approved: a approves it", "$warning"
            )
        )
    lines += [Content(""), Content(clean(catalogue.typescript(tool)))]
    if tool.problems:
        lines += [Content(""), Content.styled("Repaired in what the server sent", "bold")]
        lines += [Content(clean_line(problem)) for problem in tool.problems]
    if tool.annotations:
        noted = ", ".join(f"{key}: {json.dumps(value)}" for key, value in tool.annotations.items())
        lines += [Content(""), Content.styled(clean_line(noted), "dim")]
    return Content("\n").join(lines)


class ToolsScreen(Screen[str | None]):
    """Dismissed with the text of a call to insert, or None."""

    DEFAULT_CSS = """
    ToolsScreen #tools-body { height: 1fr; }
    ToolsScreen #tools-pane { width: 2fr; }
    ToolsScreen #tool-pane { width: 3fr; }
    ToolsScreen #tools-filter { border: none; height: 1; padding: 0 1; background: $surface; }
    ToolsScreen #tools-filter:focus { background: $primary 20%; border: none; }
    ToolsScreen VerticalScroll { padding: 0 1; }
    ToolsScreen.-narrow #tools-body { layout: vertical; }
    ToolsScreen.-narrow #tools-pane, ToolsScreen.-narrow #tool-pane { width: 1fr; height: 1fr; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 (Textual's own form)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("t", "try", "Try it"),
        Binding("y", "copy", "Copy call"),
        Binding("r", "reconnect", "Reconnect"),
        Binding("a", "approve", "Approve", show=False),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime
        self._folded: frozenset[str] = frozenset()
        self._stop: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="tools-body"):
            with Pane(id="tools-pane"):
                yield Input(id="tools-filter", placeholder="/ filter")
                yield RowList[ToolRow](self._line, lambda _: "  Server and tools", id="tools-rows")
            with Pane(id="tool-pane"), VerticalScroll():
                yield Static(id="about", markup=False)
        yield KeyFooter()

    @property
    def rows(self) -> RowList[ToolRow]:
        return self.query_one("#tools-rows", RowList)

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.rows.empty_text = "No servers: add one to [servers] in workbench.toml"
        self.rows.focus()
        self._stop = self._runtime.upstream.subscribe(self._changed)
        self.show_tools()
        self._connect()

    def on_unmount(self) -> None:
        if self._stop is not None:
            self._stop()

    def _changed(self, name: str) -> None:
        self.call_later(self.show_tools)

    @work(exclusive=True, group="tools-connect", exit_on_error=False)
    async def _connect(self) -> None:
        """Servers connect when they are first needed: this screen needs them."""
        await self._runtime.upstream.settled()
        self.show_tools()

    def _line(self, row: ToolRow, width: int) -> list[Part]:
        return row_line(row, width, folded=row.server.name in self._folded)

    def show_tools(self) -> None:
        """Show the catalogue as it is now."""
        if not self.is_attached or not self.query("#tools-rows"):
            return
        catalogue = self._runtime.upstream.catalogue()
        text = self.query_one(Input).value
        before = self.rows.row
        rows = tree(catalogue, text, self._folded)
        cursor = 0
        if before is not None:
            wanted = (before.server.name, before.tool.name if before.tool else None)
            names = [(row.server.name, row.tool.name if row.tool else None) for row in rows]
            cursor = names.index(wanted) if wanted in names else 0
        self.rows.set_rows(rows, cursor)
        if text and not rows:
            self.rows.empty_text = "No tool matches the filter"
        shown = sum(row.tool is not None for row in rows)
        total = sum(len(tools) for tools in catalogue.tools.values())
        self.query_one("#tools-pane", Pane).set_title(
            f"Tools · {shown} of {total} · {count(len(catalogue.servers), 'server')}"
        )
        self._describe()

    @on(RowList.Highlighted)
    def _describe(self) -> None:
        row = self.rows.row
        pane = self.query_one("#tool-pane", Pane)
        said = self.query_one("#about", Static)
        if row is None:
            said.update("")
            pane.set_title("")
            return
        tail: list[str] = []
        with suppress(KeyError):  # the configuration may just have lost it
            tail = [] if row.tool else self._runtime.upstream.stderr_tail(row.server.name)
        said.update(about(self._runtime.upstream.catalogue(), row, tail))
        if row.tool is None:
            pane.set_title(clean_line(row.server.name), "Enter folds · r reconnects")
        else:
            pane.set_title(clean_line(row.tool.full_name), "Enter inserts the call · t tries it")

    @on(RowList.Selected)
    def _selected(self) -> None:
        row = self.rows.row
        if row is None:
            return
        if row.tool is not None:
            self.dismiss(call_text(row.tool))
            return
        self._folded ^= {row.server.name}
        self.show_tools()

    def action_filter(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed, "#tools-filter")
    def _filter(self) -> None:
        self.show_tools()

    @on(Input.Submitted, "#tools-filter")
    def _filtered(self) -> None:
        self.rows.focus()

    def action_back(self) -> None:
        field = self.query_one(Input)
        if field.has_focus:
            field.value = ""
            self.rows.focus()
        else:
            self.dismiss(None)

    def action_copy(self) -> None:
        row = self.rows.row
        if row is not None and row.tool is not None:
            self.app.copy_to_clipboard(call_text(row.tool))
            self.notify("The call was sent to the terminal's clipboard", markup=False)

    def action_try(self) -> None:
        row = self.rows.row
        if row is not None and row.tool is not None:
            self.app.push_screen(TryScreen(self._runtime, row.tool))

    @work(exclusive=True, group="tools-connect", exit_on_error=False)
    async def action_reconnect(self) -> None:
        row = self.rows.row
        if row is not None:
            self.notify(f"Connecting {clean_line(row.server.name)} …", markup=False)
            await self._runtime.upstream.reconnect(row.server.name)
            await self._runtime.upstream.settled(row.server.name)
            self.show_tools()

    def action_approve(self) -> None:
        """Approve a changed definition, or all of a server."""
        row = self.rows.row
        if row is not None:
            only = None if row.tool is None else [row.tool.name]
            approved = self._runtime.upstream.approve(row.server.name, only)
            self.notify(f"Approved: {clean_line(', '.join(approved)) or 'nothing'}", markup=False)
            self.show_tools()


class TryScreen(ModalScreen[None]):
    """Arguments above, the answer below. The call runs as a script: same policy, limits, history."""

    DEFAULT_CSS = """
    TryScreen { align: center middle; background: $background 60%; }
    TryScreen #try-body { width: 94%; height: 92%; background: $surface; }
    TryScreen #try-problem { height: auto; color: $error; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+r,ctrl+j", "send", "Send", priority=True),
        Binding("f6", "app.focus_next", "Answer"),
        Binding("escape", "dismiss", "Close"),
    ]

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
        area = self.query_one(CodeArea)
        area.cursor_blink = False
        area.focus()

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
            self._tool.input_check.problems(args)
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
