"""A client for the conformance suite: our upstream side, told by the suite which calls to make."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx2

from workbench.config import ServerSettings
from workbench.core.model import Outcome, ToolCall
from workbench.upstream import Manager
from workbench.upstream.auth.flow import Client, log_in
from workbench.upstream.auth.logins import Logins
from workbench.upstream.auth.redirect_page import RedirectPage

_SAMPLES = {"string": "text", "number": 5, "integer": 42, "boolean": True, "array": []}


def _sample(schema: dict[str, Any]) -> Any:
    """Some value that fits a schema."""
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") != "object":
        return _SAMPLES.get(str(schema.get("type")), "text")
    return {name: _sample(part) for name, part in schema.get("properties", {}).items()}


_DOCUMENT = "https://conformance-test.local/client-metadata.json"
"""What the suite knows as a client's metadata document."""
_MOST_LOGINS = 2
_LISTENING_S = 1.0
"""The suite takes any GET behind a call for its reconnection: the stream of the server's own messages, which is
opened beside the first requests, must be there before."""


async def _browser(address: str, loopback: RedirectPage) -> None:
    """Go where the authorization server sends a browser."""
    async with httpx2.AsyncClient(follow_redirects=True) as client:
        await client.get(address)


class _Person:
    """Runs ``servers login`` when an error says so, like the person who reads it."""

    def __init__(self, settings: ServerSettings, logins: Logins, context: dict[str, Any]) -> None:
        self._settings = settings
        self._logins = logins
        self._client = None
        if "client_id" in context:
            self._client = Client(context["client_id"], context.get("client_secret"))
        elif "cimd" in os.environ.get("MCP_CONFORMANCE_SCENARIO", ""):
            self._client = Client(_DOCUMENT)
        self._times = 0

    async def obeys(self, error: str | None) -> bool:
        """Whether the error asked for a login, and there is one now."""
        asked = re.search(r"run: workbench servers login s(?: --scope '(.*?)')?$", error or "")
        if asked is None or self._times >= _MOST_LOGINS:
            return False
        self._times += 1
        login = await log_in(
            self._settings,
            _browser,
            scope=asked[1],
            before=self._logins.load(self._settings),
            client=self._client,
        )
        self._logins.save(self._settings, login)
        return True


async def _called(manager: Manager, person: _Person, call: ToolCall) -> None:
    """Make a call, again after each login that it asks for."""
    while True:
        outcome: Outcome = await manager.call(call, lambda _: None)
        if outcome.error is None or not await person.obeys(outcome.error.message):
            return
        await manager.reconnect("s")


async def main(url: str) -> None:
    """Connect, list, make the calls that the suite wants, or one of each tool."""
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}"))
    wanted = context.get("toolCalls")
    settings = ServerSettings("s", url=url)
    with tempfile.TemporaryDirectory() as folder:
        manager = Manager([settings], data_dir=Path(folder))
        person = _Person(settings, Logins(Path(folder)), context)
        try:
            await manager.settled("s")
            while await person.obeys(manager.catalogue().servers["s"].error):
                await manager.reconnect("s")
            if wanted is None:
                tools = manager.catalogue().tools["s"].values()
                wanted = [
                    {"name": one.name, "arguments": _sample(one.input_schema)} for one in tools
                ]
            if os.environ.get("MCP_CONFORMANCE_SCENARIO") == "sse-retry":
                await asyncio.sleep(_LISTENING_S)
            for one in wanted:
                call = ToolCall("x", 1, "s", one["name"], one.get("arguments", {}))
                await _called(manager, person, call)
        finally:
            await manager.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[-1]))
