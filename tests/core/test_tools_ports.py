"""What every adapter of ``Upstream`` and of ``Tools`` must do. Another one is added to the lists below."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.servers import demo_settings, managing
from tests.support.tools import DictTools
from workbench.catalogue.tools import ToolInfo
from workbench.core.events import (
    ExecutionFinished,
    ExecutionStarted,
    HostReading,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.core.model import (
    CatalogueQuery,
    ErrorCode,
    Execution,
    ExecutionRequest,
    JsonValue,
    Limits,
    Outcome,
    ToolCall,
)
from workbench.core.policy import Policy
from workbench.core.ports import Tools, Upstream
from workbench.history.collecting import Collector
from workbench.library.given_tools import GivenTools
from workbench.replay.recorded_tools import End, RecordedTools
from workbench.text.redact import Redactor

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


QUERIES = (
    CatalogueQuery("servers"),
    CatalogueQuery("search", query="echo"),
    CatalogueQuery("describe", server="test", tool="nothing"),
)


def asked_of(server: str, failing: str) -> tuple[ToolCall, ToolCall]:
    """A call that is answered, and one that fails."""
    return (
        ToolCall("e", 1, server, "echo", {"value": 5}, None, None, 0.0),
        ToolCall("e", 2, server, failing, {}, None, None, 0.0),
    )


async def policy_over_given() -> tuple[Tools, tuple[ToolCall, ToolCall]]:
    async with given() as upstream:
        return Policy(upstream, Limits()), asked_of("demo", "deploy")


async def of_a_dict() -> tuple[Tools, tuple[ToolCall, ToolCall]]:
    return DictTools(), asked_of("test", "fail")


async def of_a_recording() -> tuple[Tools, tuple[ToolCall, ToolCall]]:
    """What another adapter answered, from its record."""
    live, calls = await of_a_dict()
    hear = Collector(Redactor())
    hear(ExecutionStarted("e", ExecutionRequest(""), Limits(), "", "hash", (1, 2, 3, 4), 0.0))
    for settled, call in enumerate(calls, 1):
        hear(ToolCallStarted("e", call))
        outcome = await live.call(call, lambda note: None)
        hear(ToolCallFinished("e", call, outcome, 1.0, settled))
    for query in QUERIES:
        hear(HostReading("e", "catalogue", await live.query("e", query)))
    hear(ExecutionFinished("e", Execution("e", "ok", value=None), 1.0))
    ends: list[End] = []
    tools = RecordedTools(hear.recording(), redactor=Redactor(), on_end=ends.append)
    for call in calls:  # as the engine tells them, before it asks
        tools.take(ToolCallStarted("e", call))
    assert ends == []
    return tools, calls


@pytest.mark.parametrize("adapter", [policy_over_given, of_a_dict, of_a_recording])
async def test_tools_answer_every_question_and_never_raise(adapter: object) -> None:
    tools, (made, wrong) = await adapter()  # type: ignore[operator]
    assert tools.meant(made) == made
    answered = tools.at_once(made) or await tools.call(made, lambda note: None)
    assert isinstance(answered, Outcome)
    assert answered.ok
    refused = tools.at_once(wrong) or await tools.call(wrong, lambda note: None)
    assert not refused.ok
    assert refused.error is not None
    assert refused.error.message
    for query in QUERIES:
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
