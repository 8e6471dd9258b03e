"""Resources and prompts on the tools screen, of the demo server and of one whose every text is hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, Static

from tests.support.hostile import unsafe_in
from tests.support.servers import odd_settings
from tests.tui.conftest import until
from tests.tui.tools.tools_app import ToolsApp, opened, screen
from workbench.catalogue.offerings import Offerings, PromptArgument, PromptInfo, ResourceInfo
from workbench.catalogue.tools import Catalogue, ServerInfo
from workbench.config import Config
from workbench.core.runtime import open_runtime
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.forms.view import FormView
from workbench.tui.tools.beside import about_beside, address_of, problem_of, request_of, schema_of
from workbench.tui.tools.prompting import PromptScreen
from workbench.tui.tools.screen import ToolsScreen
from workbench.tui.tools.tree import row_line, tree
from workbench.tui.values.json_view import JsonView
from workbench.tui.widgets.line_view import cells

pytestmark = pytest.mark.anyio

PROMPT = PromptInfo(
    "s", "p q", arguments=(PromptArgument("label", required=True), PromptArgument("tone"))
)
OFFERINGS = Offerings(
    (ResourceInfo("s", "a://b", title="Bee"), ResourceInfo("s", "a://{id}", True)), (PROMPT,)
)


def move_to(app: ToolsApp, address: str) -> None:
    rows = screen(app).rows
    names = [address_of(row.beside) if row.beside else "" for row in rows.rows]
    rows.move_to(names.index(address))


def shown(app: ToolsApp) -> tuple[object, str]:
    view = screen(app).query_one("#read", JsonView)
    return (view.shown.value if view.shown is not None else None), view.title


def test_they_stand_below_their_servers_tools_and_are_found() -> None:
    catalogue = Catalogue({"s": ServerInfo("s", state="ready")})
    rows = tree(catalogue, offerings={"s": OFFERINGS})
    assert [address_of(row.beside) if row.beside else row.server.name for row in rows] == [
        "s", "a://b", "a://{id}", "p q",
    ]  # fmt: skip
    assert len(tree(catalogue, "bee", offerings={"s": OFFERINGS})) == 2
    assert len(tree(catalogue, folded=frozenset({"s"}), offerings={"s": OFFERINGS})) == 1
    ends = [row_line(row, 40)[-1][0].strip() for row in rows[1:]]
    assert ends == ["resource", "template", "prompt"]
    failed = ServerInfo("日本語" * 5, state="failed", error="why " * 20)
    (row,) = tree(Catalogue({failed.name: failed}))
    assert cells(row_line(row, 80)) == 80
    assert "failed" in row_line(row, 80)[-1][0]


def test_what_is_typed_is_checked() -> None:
    assert problem_of("a://{id}") == "{id} is to be filled in"
    assert problem_of("a://5") is None
    fields = schema_of(PROMPT)["properties"]
    assert (list(fields), schema_of(PROMPT)["required"]) == (["label", "tone"], ["label"])
    assert request_of(PROMPT) == 'get_prompt("s", "p q", { label: "" })'
    assert request_of(OFFERINGS.resources[0]) == 'read_resource("s", "a://b")'


@pytest.mark.slow
async def test_enter_reads_into_the_pane_beside_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, pilot, runtime):
        await until(lambda: any(row.beside for row in screen(app).rows.rows), "asked for")
        move_to(app, "demo://team")
        await pilot.pause()
        about = str(screen(app).query_one("#about", Static).content)
        assert "Who is who" in about
        assert "application/json" in about
        assert not screen(app).query_one("#read").display
        await pilot.press("enter")
        await until(lambda: shown(app)[1] == "demo://team", "read")
        await pilot.pause()
        assert screen(app).query_one("#read").display
        assert "amy" in str(shown(app)[0])
        await pilot.press("down")  # another row: what is said of it
        await until(lambda: not screen(app).query_one("#read").display, "moved on")

        await pilot.press("enter")  # the template
        await until(lambda: isinstance(app.screen, LineScreen), "asked")
        app.screen.query_one(Input).value = "demo://issues/101"
        await pilot.press("enter")
        await until(lambda: shown(app)[1] == "demo://issues/101", "read")
        assert "Safari" in str(shown(app)[0])

        move_to(app, "weekly_report")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, PromptScreen), "asked")
        form = app.screen.query_one(FormView)
        await until(lambda: app.screen.focused is not None, "at hand")
        await pilot.press("f5")  # what is needed is not there
        await until(lambda: form.wrong == {("label",): "it is needed"}, "said")
        await pilot.press("b", "u", "g", "f5")
        await until(lambda: shown(app)[1] == "weekly_report", "got")
        assert "our bug issues" in str(shown(app)[0])
        rows = runtime.history.list_executions()
        assert [row.script for row in rows] == ["read"] * 3


async def test_nothing_of_a_server_reaches_the_terminal_as_more_than_text(tmp_path: Path) -> None:
    config = Config(servers={"odd": odd_settings("hostile")})
    async with open_runtime(config, data_dir=tmp_path) as runtime:
        app = ToolsApp()
        async with app.run_test(size=(120, 30)) as pilot:
            await app.push_screen(ToolsScreen(runtime))
            await until(lambda: any(row.beside for row in screen(app).rows.rows), "asked for")
            for row in screen(app).rows.rows:
                assert unsafe_in("".join(text for text, _ in row_line(row, 80))) == []
                if row.beside is not None:
                    assert unsafe_in(about_beside(row.beside).plain) == []
            await pilot.pause()
