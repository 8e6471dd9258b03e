"""Resources and prompts of real servers: over pipes, HTTP and the SDK, in both eras of the protocol."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest

from tests.support.servers import NPM_BIN, demo_settings, managing, raw_settings
from workbench.config import ServerSettings
from workbench.core.model import METHODS, ErrorCode, Limits, Outcome, ToolCall
from workbench.core.policy import Policy
from workbench.upstream import Manager

pytestmark = pytest.mark.anyio


async def ask(
    manager: Manager, method: str, limits: Limits | None = None, server: str = "demo", **args: Any
) -> Outcome:
    """As a script asks: through the policy."""
    kind = next(kind for kind, methods in METHODS.items() if method in methods)
    call = ToolCall("x", 1, server, method, args, kind=kind)
    return await Policy(manager, limits or Limits()).call(call, lambda _: None)


def code_of(outcome: Outcome) -> ErrorCode | None:
    return outcome.error.code if outcome.error is not None else None


@asynccontextmanager
async def demo(**more: Any) -> AsyncIterator[Manager]:
    async with managing(demo_settings(**more)) as manager:
        yield manager


@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_the_demo(protocol: str) -> None:
    async with demo(protocol=protocol) as manager:
        listed = await ask(manager, "resources/list")
        assert [row["uri"] for row in listed.result["resources"]] == ["demo://guide", "demo://team"]
        assert [row["uriTemplate"] for row in listed.result["templates"]] == ["demo://issues/{id}"]
        assert set(listed.result) == {"resources", "templates"}
        guide = await ask(manager, "resources/read", uri="demo://guide")
        assert guide.result.startswith("# Triage\n")
        assert guide.content is not None
        assert guide.content[0]["mimeType"] == "text/markdown"
        team = await ask(manager, "resources/read", uri="demo://team")
        assert team.result[0]["handle"] == "amy"
        assert (await ask(manager, "resources/read", uri="demo://issues/101")).result["id"] == 101
        prompts = await ask(manager, "prompts/list")
        assert [row["name"] for row in prompts.result["prompts"]] == ["weekly_report"]
        prompt = await ask(
            manager, "prompts/get", name="weekly_report", arguments={"label": "p1", "tone": 5}
        )
        assert set(prompt.result) == {"description", "messages"}
        assert "in a 5 tone" in prompt.result["messages"][0]["content"]["text"]
        assert (prompt.dispatched, prompt.content, prompt.warnings) == (True, None, ())

        missing = await ask(manager, "resources/read", uri="demo://gide")
        assert missing.error is not None
        assert code_of(missing) == ErrorCode.NOT_FOUND
        assert missing.error.message == (
            "demo.resources/read: no resource 'demo://gide'; did you mean 'demo://guide' or 'demo://team'?"
        )
        assert missing.error.details == {"near": ["demo://guide", "demo://team"], "code": -32602}
        unknown = await ask(manager, "prompts/get", name="weekly", arguments={})
        assert code_of(unknown) == ErrorCode.NOT_FOUND
        incomplete = await ask(manager, "prompts/get", name="weekly_report", arguments={})
        assert code_of(incomplete) == ErrorCode.UPSTREAM_ERROR


async def test_the_same_policy_stands_in_front() -> None:
    async with demo(quarantined=True) as manager:
        refused = await ask(manager, "resources/read", uri="demo://guide")
        assert (code_of(refused), refused.dispatched) == (ErrorCode.SERVER_QUARANTINED, False)
    for lists in ({"allow_tools": ("get_*", "prompts/*")}, {"deny_tools": ("resources/*",)}):
        async with demo(**lists) as manager:
            refused = await ask(manager, "resources/list")
            assert (code_of(refused), refused.dispatched) == (ErrorCode.TOOL_DENIED, False)
            assert (await ask(manager, "prompts/list")).ok
    async with demo() as manager:
        outside = await ask(manager, "resources/list", Limits(allowed_servers=("other",)))
        assert code_of(outside) == ErrorCode.SERVER_NOT_ALLOWED
        wrong = await ask(manager, "resources/list", server="dem")
        assert code_of(wrong) == ErrorCode.NOT_FOUND
        assert wrong.error is not None
        assert wrong.error.details == {"near": ["demo"]}
        policy = Policy(manager, Limits(max_tool_calls=1))
        listing = ToolCall("x", 1, "demo", "prompts/list", {}, kind="prompt")
        codes = [code_of(await policy.call(listing, lambda _: None)) for _ in range(2)]
        assert codes == [None, ErrorCode.MAX_TOOL_CALLS_EXCEEDED]
    async with demo(enabled=False) as manager:
        assert code_of(await ask(manager, "resources/list")) == ErrorCode.UPSTREAM_ERROR
    async with managing(ServerSettings("demo", "/nowhere/server")) as manager:
        assert code_of(await ask(manager, "resources/list")) == ErrorCode.UPSTREAM_ERROR


async def test_a_server_without_them() -> None:
    async with managing(raw_settings("raw")) as manager:
        listed = await ask(manager, "resources/list", server="raw")
        assert listed.result == {"resources": [], "templates": []}
        assert (await ask(manager, "prompts/list", server="raw")).result == {"prompts": []}
        read = await ask(manager, "resources/read", server="raw", uri="a://b")
        assert read.error is not None
        assert (code_of(read), read.error.message) == (
            ErrorCode.NOT_FOUND,
            "server 'raw' has no resources",
        )


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_over_http(port: int, protocol: Literal["auto", "legacy"]) -> None:
    settings = ServerSettings(
        "web",
        url=f"http://127.0.0.1:{port}/mcp",
        headers={"Authorization": "Bearer right"},
        protocol=protocol,
    )
    async with managing(settings) as manager:
        listed = await ask(manager, "resources/list", server="web")
        assert [row["uri"] for row in listed.result["resources"]] == ["web://tree"]
        tree = await ask(manager, "resources/read", server="web", uri="web://tree")
        assert tree.result == {"leaves": ["ä"]}
        blob = await ask(manager, "resources/read", server="web", uri="web://blob/7")
        assert base64.b64decode(blob.result[0]["blob"]) == b"7"
        named: dict[str, Any] = {"name": "greet", "arguments": {"name": "ä"}}
        said = await ask(manager, "prompts/get", server="web", **named)
        assert said.result["messages"][0]["content"]["text"] == "Greet ä"
        missing = await ask(manager, "resources/read", server="web", uri="web://tre")
        assert code_of(missing) == ErrorCode.NOT_FOUND, missing


@pytest.mark.slow
@pytest.mark.npm
@pytest.mark.parametrize("own_pipes", [True, False])
async def test_everything(own_pipes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """False: the way that Windows goes, the SDK's own transport."""
    monkeypatch.setattr("workbench.upstream.routes._OWN_PIPES", own_pipes)
    settings = ServerSettings("all", str(NPM_BIN / "mcp-server-everything"), ("stdio",))
    async with managing(settings) as manager:
        listed = await ask(manager, "resources/list", server="all")
        assert len(listed.result["resources"]) >= 7
        assert len(listed.result["templates"]) == 2
        uri = listed.result["resources"][0]["uri"]
        assert (await ask(manager, "resources/read", server="all", uri=uri)).result
        linked = ToolCall("x", 1, "all", "get-resource-links", {"count": 2})
        links = await Policy(manager, Limits()).call(linked, lambda _: None)
        followed = [
            await ask(manager, "resources/read", server="all", uri=block["uri"])
            for block in links.result
            if block["type"] == "resource_link"
        ]
        assert len(followed) == 2
        assert all(outcome.ok for outcome in followed)
        prompts = await ask(manager, "prompts/list", server="all")
        assert "simple-prompt" in {row["name"] for row in prompts.result["prompts"]}
        said = await ask(
            manager, "prompts/get", server="all", name="args-prompt", arguments={"city": "Oslo"}
        )
        assert "Oslo" in said.result["messages"][0]["content"]["text"]
        missing = await ask(manager, "resources/read", server="all", uri="demo://nothing")
        assert code_of(missing) == ErrorCode.NOT_FOUND, missing
