"""A server asks the person at the terminal UI while a call of it runs."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from textual.widget import Widget
from textual.widgets import Button, Static

from tests.support.servers import script_settings
from tests.tui.conftest import MakeApp, until
from tests.upstream.asking_server import ASKS
from workbench.config import Config
from workbench.core.elicitation import CANCELLED, Elicitation, Reply
from workbench.core.model import Execution, ExecutionRequest
from workbench.tui.dialogs.address import AddressScreen, host_of
from workbench.tui.dialogs.elicitation import ElicitScreen
from workbench.tui.dialogs.question_box import QuestionBox
from workbench.tui.forms.rows import FormRows
from workbench.tui.forms.view import FormView

pytestmark = pytest.mark.anyio

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["city"],
    "properties": {
        "city": {"type": "string", "title": "City\x1b[31m", "minLength": 2},
        "days": {"type": "integer", "default": 3},
        "sure": {"type": "boolean"},
        "size": {"type": "string", "enum": ["s", "l"], "enumNames": ["small", "large"]},
        "tags": {"type": "array", "items": {"oneOf": [{"const": 1, "title": "one"}, {"const": 2, "title": "two"}]}},
    },
}  # fmt: skip
FORM = {"message": "Where\x1b[2J to?", "requestedSchema": SCHEMA}
CODE = f"await tools.asks.ask({json.dumps({'method': 'elicitation/create', 'params': FORM})})"


@pytest.mark.slow
async def test_the_form_is_filled_in_declined_and_taken_back(make_app: MakeApp) -> None:
    app = make_app(
        config=Config(servers={"asks": script_settings("asks", ASKS, elicitation="ask")})
    )
    async with app.run_test(size=(100, 40)) as pilot:
        runtime = await app.runtime()

        def run() -> asyncio.Task[Execution]:
            return asyncio.create_task(runtime.engine.run(ExecutionRequest(CODE, source="tui")))

        async def asked() -> None:
            await until(
                lambda: isinstance(app.screen, ElicitScreen) and bool(app.screen.focused), "asked"
            )

        async def focus(widget: Widget) -> None:
            widget.focus()
            await until(lambda: app.screen.focused is widget, "focused")

        async def closed() -> None:
            await until(lambda: not isinstance(app.screen, ElicitScreen), "closed")

        running = run()
        await asked()
        shown = "\n".join(str(each.content) for each in app.screen.query(Static))
        box = app.screen.query_one(QuestionBox)
        assert re.fullmatch(r"answer by \d\d:\d\d:\d\d", str(box.border_subtitle)), "it goes then"
        rows = app.screen.query_one(FormRows)
        await until(lambda: rows.size.height, "laid out")
        lines = "\n".join(rows.render_line(y).text for y in range(rows.size.height))
        assert "\x1b" not in shown + lines
        assert "City" in lines
        assert "small" in lines
        await pilot.press("enter")  # sends nothing
        view = app.screen.query_one(FormView)
        await until(lambda: view.entry and view.entry.name == "days", "the next field")
        await pilot.press("f5")  # what is needed is not there
        await until(lambda: "it is needed" in rows.render_line(1).text, "said")
        await pilot.press(*"Oslo", "down", "down", "y", "down", "l", "down", "right", "t")
        await pilot.press("tab", "tab")  # out of the form
        await until(lambda: isinstance(app.screen.focused, Button), "out of the form")
        await pilot.press("shift+tab", "f5")
        value = (await running).value
        content = {"city": "Oslo", "days": 3, "sure": True, "size": "l", "tags": [2]}
        assert value == {"result": {"action": "accept", "content": content}}

        await closed()
        running = run()
        await asked()
        await focus(app.screen.query_one("#decline", Button))
        await pilot.press("enter")
        assert (await running).value == {"result": {"action": "decline"}}
        await closed()
        running = run()
        await asked()
        running.cancel()
        await closed()
        waiting = asyncio.ensure_future(runtime.upstream.elicit(Elicitation("asks", "Once more?")))
        await asked()
        await pilot.press("escape")
        assert await waiting == CANCELLED


@pytest.mark.slow
async def test_an_address_is_opened_by_its_person_only(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    async def open_it(address: str) -> None:
        opened.append(address)

    monkeypatch.setattr("workbench.tui.dialogs.address.open_browser", open_it)
    monkeypatch.setattr("workbench.tui.dialogs.address.has_browser", lambda: True)
    address = "https://bank.example@\N{CYRILLIC SMALL LETTER A}pple.test/pay?a=1"
    question = Elicitation("asks", "Pay\x1b[2J here", url=address)
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        upstream = (await app.runtime()).upstream

        async def asked() -> asyncio.Future[Reply]:
            waiting = asyncio.ensure_future(upstream.elicit(question))
            await until(
                lambda: isinstance(app.screen, AddressScreen) and bool(app.screen.focused), "asked"
            )
            return waiting

        waiting = await asked()
        shown = "\n".join(str(each.content) for each in app.screen.query(Static))
        assert "\x1b" not in shown
        assert "leads to xn--pple-43d.test" in shown
        assert address in shown
        await pilot.press("o", "space", "f2")
        await pilot.press("enter")  # on what was in front of it: no answer at all
        assert await waiting == CANCELLED
        waiting = await asked()
        await pilot.press("escape")
        assert await waiting == CANCELLED
        assert opened == []
        waiting = await asked()
        await pilot.press("f5")
        assert await waiting == Reply("accept")
        await until(lambda: opened == [address], "opened")


@pytest.mark.parametrize(
    ("host", "leads_to"),
    [
        ("pay.test", "pay.test"),
        ("stra\N{LATIN SMALL LETTER SHARP S}e.test", "xn--strae-oqa.test"),
        ("\N{FULLWIDTH LATIN SMALL LETTER X}.test", "x.test"),
        ("good.test\N{FRACTION SLASH}x.bad.test", "good.xn--testx-g33b.bad.test"),
        ("\N{LATIN SMALL LETTER U WITH DIAERESIS}" * 64 + ".test", ""),
    ],
)
def test_the_host_is_spelled_as_browsers_look_it_up(host: str, leads_to: str) -> None:
    shown = host_of(f"https://bank.test@{host}:8443/#@bank.test")
    assert shown == (host if leads_to in ("", host) else f"{leads_to} ({host})")
