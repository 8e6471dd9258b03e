"""How the tools, settings and history screens look: two sizes, dark and light, with fixed data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import SIZES, THEMES, MakeApp, Picture, until
from workbench.catalogue.health import ServerHealth
from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.config import Config, load
from workbench.core.events import (
    ExecutionFinished,
    ExecutionStarted,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.core.model import (
    CallError,
    ErrorCode,
    Execution,
    ExecutionRequest,
    Limits,
    Outcome,
    ScriptError,
    Source,
    Status,
    ToolCall,
)
from workbench.history import Store
from workbench.tui.app import WorkbenchApp
from workbench.tui.editor.analysis.call_at_cursor import tool_on_line
from workbench.tui.editor.completion_popup import CompletionPopup
from workbench.tui.editor.hints.code_completion import complete
from workbench.tui.editor.tool_popup import ToolPopup
from workbench.tui.forms.view import FormView
from workbench.tui.history.saved_filters import SavedFilters
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.settings.screen import SettingsScreen
from workbench.tui.tools.screen import ToolsScreen
from workbench.tui.tools.try_tool import TryScreen

Show = Callable[[Pilot[int]], Awaitable[object]]
_AT = 1_790_000_000.0

_SEARCH = {
    "type": "object",
    "properties": {
        "query": {"type": "string", "description": "Words, or is:open label:bug."},
        "state": {"enum": ["open", "closed", "all"], "default": "open"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 30},
        "sort": {
            "type": "object",
            "properties": {
                "by": {"enum": ["created", "updated", "comments"]},
                "descending": {"type": "boolean"},
            },
        },
    },
    "required": ["query"],
}


def catalogue() -> Catalogue:
    tools = [
        ToolInfo("tracker", "create_issue", "Open an issue."),
        ToolInfo(
            *("tracker", "search_issues"),
            "Find issues by words, state and label.\n\nThe best match comes first. At most 100 come at "
            "once: narrow the query, or ask again with another one.",
            "Search issues",
            _SEARCH,
            {"type": "object", "properties": {"total": {"type": "integer"}}},
            {"readOnlyHint": True},
        ),
        ToolInfo("tracker", "close-issue", "Close one.", approved=False),
        ToolInfo("chat", "post", "Say something [b]loud[/b]."),
    ]
    by_server: dict[str, dict[str, ToolInfo]] = {}
    for tool in tools:
        by_server.setdefault(tool.server, {})[tool.name] = tool
    return Catalogue(
        {
            "tracker": ServerInfo("tracker", state="ready", tools=3, waiting=1),
            "chat": ServerInfo("chat", "http", "ready", tools=1, cached=True),
            "db": ServerInfo(
                "db", state="failed", error="it ended with code 1 before it answered initialize"
            ),
            "files": ServerInfo("files", state="connecting", quarantined=True),
        },
        by_server,
    )


@dataclass
class FixedServers:
    """What the tools screen asks of the upstream servers, with nothing that moves."""

    known: Catalogue = field(default_factory=catalogue)

    def catalogue(self) -> Catalogue:
        return self.known

    def subscribe(self, listener: Callable[[str], None]) -> Callable[[], None]:
        return lambda: None

    async def settled(self, server: str | None = None) -> None:
        return

    def health(self, name: str) -> ServerHealth:
        assert name == "db", "the only one that is looked at"
        return ServerHealth(
            what="npx -y some-database-server --file /srv/db.sqlite --key «secret»",
            variables=("DB_MODE", "DB_PASSWORD"),
            protocol="2025-11-25",
            program="some-database-server 1.4.0",
            connects=3,
            calls=120,
            p50_ms=12.0,
            p95_ms=80.0,
            stderr=("db: reading settings", "\x1b[31mdb: no such file: /srv/db.sqlite"),
        )


@pytest.fixture
def history(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "pictures" / "history.sqlite3", max_age_days=36_500)
    yield store
    store.close()


def run(
    store: Store,
    number: int,
    script: str | None = "triage.js",
    source: Source = "tui",
    client: str | None = None,
    status: Status = "ok",
    took: float = 412.0,
    code: ErrorCode | None = None,
    tools: tuple[float, ...] = (380.0,),
) -> None:
    """Record an execution with calls of ``tracker.search_issues`` that took so many ms."""
    name = f"{number:04x}{number * 7919 % 65536:04x}-0000-4000-8000-000000000000"
    request = ExecutionRequest(
        "const { issues } = await …", source=source, script=script, client=client
    )
    store.record(
        ExecutionStarted(name, request, Limits(), "engine", None, (1, 2, 3, 4), _AT + number)
    )
    for seq, ms in enumerate(tools, 1):
        call = ToolCall(name, seq, "tracker", "search_issues", {}, 3, 1, 1.0)
        late = CallError(ErrorCode.UPSTREAM_ERROR, "rate limit: 30 a minute") if ms > 900 else None
        store.record(ToolCallStarted(name, call))
        store.record(ToolCallFinished(name, call, Outcome(late is None, error=late), ms, seq))
    error = ScriptError(code, "it did not go well") if code else None
    done = Execution(name, status, None, error, duration_ms=took, tool_calls=len(tools))
    store.record(ExecutionFinished(name, done, _AT + number + 1))


async def full(store: Store) -> None:
    run(store, 1, tools=(210.0, 305.0, 380.0, 398.0, 411.0, 1290.0))
    run(store, 2, None, "cli", took=33.0)
    run(store, 3, "report.js", "serve", "night-agent", "error", 91.0, ErrorCode.UPSTREAM_ERROR)
    run(store, 4, None, "serve", "claude \x1b[31mdesktop", "timeout", 120_000, ErrorCode.TIMEOUT)
    run(store, 5, "a-script-with-a-long-name-indeed.js", "tui", None, "cancelled", 4_100)
    run(store, 6, "triage.js", "replay", None, "ok", 18.0)
    await store.committed()


@pytest.fixture
def picture(picture_of: Picture, make_app: MakeApp) -> Picture:
    """``picture(size, theme, show)``: the app, without servers, as it is after ``show``."""

    def compare(size: tuple[int, int], theme: str, show: Show) -> bool:
        return picture_of(make_app("return 1", config=Config(limits=Limits())), size, theme, show)

    return compare


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("place", ["tool", "server"])
def test_tools(
    picture: Picture, history: Store, size: tuple[int, int], theme: str, place: str
) -> None:
    async def show(pilot: Pilot[int]) -> None:
        await full(history)
        runtime: Any = SimpleNamespace(upstream=FixedServers(), history=history)
        screen = ToolsScreen(runtime)
        await pilot.app.push_screen(screen)
        await until(lambda: screen.rows.rows, "the tree")
        names = [row.tool.name if row.tool else row.server.name for row in screen.rows.rows]
        screen.rows.move_to(names.index("search_issues" if place == "tool" else "db"))

    assert picture(size, theme, show)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_settings(picture: Picture, tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    file = Path("kept") / "workbench.toml"  # not where the app looks for its own
    text = "code_execution_memory_mb = 128\n[history]\nmax_age_days = 30\n[ui]\nicons = 'unicode'\n"

    async def show(pilot: Pilot[int]) -> None:
        file.parent.mkdir()
        file.write_text(text)
        variables = {"WORKBENCH_CODE_EXECUTION_POOL_SIZE": "4"}
        config = replace(load(file, environ=variables), path=file)
        screen = SettingsScreen(config, file)
        await pilot.app.push_screen(screen)
        await until(lambda: screen.rows.rows, "the list")
        screen.rows.move_to(5)

    assert picture(size, theme, show)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_history(
    picture: Picture,
    history: Store,
    size: tuple[int, int],
    theme: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "workbench.tui.history.rows.when", lambda at: f"12:04:{at % 60:02.0f} today"
    )

    async def show(pilot: Pilot[int]) -> None:
        await full(history)
        app = pilot.app
        assert isinstance(app, WorkbenchApp)
        screen = HistoryScreen(history, app.open_replay, SavedFilters(app.data_dir))
        await app.push_screen(screen)
        await until(lambda: len(screen.rows.rows) == 6, "the list")
        screen.rows.move_to(2)
        await pilot.press("space", "j")
        preview, run = screen.preview, screen.view.run
        assert run is not None
        await until(lambda: not preview.display or run.label in str(preview.border_title))

    assert picture(size, theme, show)


_CALL = "// Who waits?\nconst found = await tools.tracker.search_issues({ sort: { by: '' } });\n"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("key", ["f12", "ctrl+@"])
def test_help_at_the_cursor(picture: Picture, size: tuple[int, int], theme: str, key: str) -> None:
    async def show(pilot: Pilot[int]) -> None:
        assert isinstance(pilot.app, WorkbenchApp)
        main = pilot.app.main
        area = main.tab.script
        area.load_text(_CALL)
        area.tool_view.finder = lambda text, place: tool_on_line(catalogue(), text, place)
        area.offers.completer = lambda text, place: complete(catalogue(), text, place)
        area.go_to(2, 64)
        await pilot.press(key)
        popup: type[ToolPopup | CompletionPopup] = ToolPopup if key == "f12" else CompletionPopup
        await until(lambda: main.query(popup) and main.query_one(popup).is_open, "the popup")

    assert picture(size, theme, show)


@pytest.mark.parametrize("size", SIZES)
def test_trying_a_tool(picture: Picture, history: Store, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[int]) -> None:
        runtime: Any = SimpleNamespace(upstream=FixedServers(), history=history)
        screen = TryScreen(runtime, catalogue().tools["tracker"]["search_issues"])
        await pilot.app.push_screen(screen)
        await until(lambda: screen.query(FormView), "the form")
        form = screen.query_one(FormView)
        await until(lambda: form.has_focus_within and form.size.height, "it has the cursor")
        await pilot.pause()
        form.take(
            {"query": "dark mode", "state": "closed", "limit": 400, "sort": {"by": "updated"}}
        )
        assert form.sendable() is None

    assert picture(size, "workbench-dusk", show)
