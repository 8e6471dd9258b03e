"""A server asks the person at the terminal UI while a call of it runs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from tests.support.servers import script_settings
from tests.tui.conftest import MakeApp, until
from tests.upstream.test_client_side import ASKS
from workbench.catalogue.forms.flat import content_of, fields_of
from workbench.config import Config
from workbench.core.elicitation import CANCELLED, Elicitation
from workbench.core.model import Execution, ExecutionRequest
from workbench.tui.dialogs.elicitation import ElicitScreen

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


def test_what_is_typed_becomes_the_value() -> None:
    fields = fields_of(SCHEMA)
    assert [field.start for field in fields] == ["", "3", "", "", ""]
    typed = {"city": " Oslo ", "days": "4", "sure": "no", "size": "large", "tags": "two, one"}
    content, problems = content_of(fields, typed, SCHEMA)
    assert content == {"city": "Oslo", "days": 4, "sure": False, "size": "l", "tags": [2, 1]}
    assert problems == ()
    for wrong, words in (
        ({}, "city"),
        ({"city": "x"}, "city"),
        ({"city": "Oslo", "days": "many"}, "days: a whole number"),
        ({"city": "Oslo", "sure": "perhaps"}, "sure: yes or no"),
        ({"city": "Oslo", "size": "xl"}, "size: small, large"),
        ({"city": "Oslo", "tags": "three"}, "tags: some of: one, two"),
    ):
        _, problems = content_of(fields, wrong, SCHEMA)
        assert any(words in problem for problem in problems), (wrong, problems)


@pytest.mark.parametrize(
    "schema", [{}, {"properties": 5}, {"properties": {"a": 5, "b": {"enum": []}}}]
)
def test_no_schema_breaks_the_form(schema: dict[str, Any]) -> None:
    content, _ = content_of(fields_of(schema), {"a": "x"}, schema)
    assert content == ({"a": "x"} if isinstance(schema.get("properties"), dict) else {})


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
        assert "\x1b" not in shown
        assert "City" in shown
        await focus(app.screen.query(Input).first())
        await pilot.press("enter")  # sends nothing
        await until(lambda: app.screen.focused is app.screen.query(Input)[1], "the next line")
        await pilot.press("f5")  # what is needed is not there
        said = app.screen.query_one("#elicit-problem", Static)
        await until(lambda: "city" in str(said.content), "said")
        await focus(app.screen.query(Input).first())
        await pilot.press(*"Oslo", "f5")
        value = (await running).value
        assert value == {"result": {"action": "accept", "content": {"city": "Oslo", "days": 3}}}

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
