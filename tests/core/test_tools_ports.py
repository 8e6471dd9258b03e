"""What every adapter of ``Upstream`` and of ``Tools`` must do. Another one is added to the lists below."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.servers import demo_settings, managing
from tests.support.tools import DictTools
from workbench.catalogue.tools import ToolInfo
from workbench.core.model import CatalogueQuery, ErrorCode, JsonValue, Limits, Outcome, ToolCall
from workbench.core.policy import Policy
from workbench.core.ports import Tools, Upstream
from workbench.library.given_tools import GivenTools

pytestmark = pytest.mark.anyio


def _boom(args: object) -> object:
    raise ValueError("no")


@asynccontextmanager
async def live() -> AsyncIterator[Upstream]:
    """Real servers: the bundled one, as a process."""
    async with managing(demo_settings()) as manager:
        yield manager


@asynccontextmanager
async def given() -> AsyncIterator[Upstream]:
    """Plain objects, as the library takes them."""
    yield GivenTools({"demo": {"echo": lambda args: args["value"], "deploy": _boom}})


def call_of(tool: str, args: JsonValue) -> ToolCall:
    return ToolCall("e", 1, "demo", tool, args, None, None, 0.0)


@pytest.mark.parametrize("adapter", [live, given])
async def test_an_upstream_knows_its_tools_and_answers(adapter: object) -> None:
    async with adapter() as upstream:  # type: ignore[operator]
        await upstream.settled()
        await upstream.settled("demo")
        catalogue = upstream.catalogue()
        assert catalogue.servers["demo"].state == "ready"
        assert isinstance(catalogue.find("demo", "echo"), ToolInfo)
        answered = await upstream.call(call_of("echo", {"value": [1]}), lambda note: None)
        assert (answered.ok, answered.result) == (True, [1])
        failed = await upstream.call(call_of("deploy", {"service": "x"}), lambda note: None)
        assert not failed.ok
        assert failed.error is not None
        assert failed.error.code == ErrorCode.UPSTREAM_ERROR
        assert failed.error.message


async def policy_over_given() -> Tools:
    async with given() as upstream:
        return Policy(upstream, Limits())


async def of_a_dict() -> Tools:
    return DictTools()


@pytest.mark.parametrize("adapter", [policy_over_given, of_a_dict])
async def test_tools_answer_every_question_and_never_raise(adapter: object) -> None:
    tools: Tools = await adapter()  # type: ignore[operator]
    server = "demo" if isinstance(tools, Policy) else "test"
    wrong = "deploy" if isinstance(tools, Policy) else "fail"
    made = ToolCall("e", 1, server, "echo", {"value": 5}, None, None, 0.0)
    assert tools.meant(made) == made
    answered = tools.at_once(made) or await tools.call(made, lambda note: None)
    assert isinstance(answered, Outcome)
    assert answered.ok
    refused = await tools.call(
        ToolCall("e", 2, server, wrong, {}, None, None, 0.0), lambda note: None
    )
    assert not refused.ok
    assert refused.error is not None
    for query in (
        CatalogueQuery("servers"),
        CatalogueQuery("search", query="echo"),
        CatalogueQuery("describe", server=server, tool="nothing"),
    ):
        envelope = await tools.query("e", query)
        assert isinstance(envelope, dict)
        assert ("result" in envelope) is (envelope["ok"] is True)
    assert isinstance(tools.catalogue_hash(), str | None)


async def test_a_call_that_is_given_up_is_cancelled() -> None:
    tools = DictTools()
    made = ToolCall("e", 1, "test", "forever", {}, None, None, 0.0)
    task = asyncio.create_task(tools.call(made, lambda note: None))
    await tools.called.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tools.cancelled == [made]
