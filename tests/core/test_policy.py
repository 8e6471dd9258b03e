"""What stands in front of every call: who may be called, with what, how often."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Literal

import pytest

from tests.support.catalogues import tool
from workbench.catalogue.tools import Catalogue, ServerInfo, ServerState
from workbench.core.model import CatalogueQuery, ErrorCode, JsonValue, Limits, Outcome, ToolCall
from workbench.core.policy import Policy
from workbench.core.ports import NoteListener

pytestmark = pytest.mark.anyio


class Servers:
    """The upstream seam over a catalogue; ``late`` is what it knows once it has settled."""

    def __init__(self, known: Catalogue, late: Catalogue | None = None) -> None:
        self._known, self._late = known, late
        self.calls: list[ToolCall] = []
        self.settled_for: list[str | None] = []

    def catalogue(self) -> Catalogue:
        return self._known

    async def settled(self, server: str | None = None) -> None:
        self.settled_for.append(server)
        self._known = self._late or self._known

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        self.calls.append(call)
        return Outcome(ok=True, result="sent")


READY = ServerInfo("s", state="ready", tools=2)
TOOLS = {
    "get": tool("get", {"id": {"type": "integer"}}, required=["id"]),
    "list": tool("list"),
}


def known(info: ServerInfo = READY, **tools: bool) -> Catalogue:
    """Server ``s``; ``tools``: whether each is approved."""
    mine = {name: replace(TOOLS[name], approved=tools.get(name, True)) for name in TOOLS}
    return Catalogue({"s": info}, {"s": mine})


HELD = Catalogue(
    {"s": READY, "held": ServerInfo("held", state="ready", tools=1, quarantined=True)},
    {
        "s": {
            "list": tool("list"),
            "changed": replace(tool("changed"), description="list poison", approved=False),
        },
        "held": {"list": replace(tool("list", server="held"), description="list poison")},
    },
)


async def ask(
    policy: Policy, server: str = "s", name: str = "list", args: JsonValue = None
) -> Outcome:
    call = ToolCall("x", 1, server, name, {} if args is None else args, 1, 1, 0.0)
    return await policy.call(call, lambda _: None)


def code(outcome: Outcome) -> ErrorCode | None:
    return ErrorCode(outcome.error.code) if outcome.error is not None else None


async def test_a_good_call_reaches_the_server() -> None:
    servers = Servers(known())
    assert (await ask(Policy(servers, Limits()), "s", "get", {"id": 1})).result == "sent"
    assert servers.calls[0].args == {"id": 1}


async def test_what_cannot_be_checked_is_sent_and_noted() -> None:
    odd = tool("get", {"id": {"pattern": "("}, "n": {"type": "integer"}})
    servers = Servers(Catalogue({"s": READY}, {"s": {"get": odd}}))
    sent = await ask(Policy(servers, Limits()), "s", "get", {"id": "x", "n": 1})
    assert sent.result == "sent"
    assert sent.warnings == (
        "the arguments were sent as they are: the pattern '(' cannot be used: it is not checked",
    )
    refused = await ask(Policy(servers, Limits()), "s", "get", {"id": "x", "n": "1"})
    assert code(refused) == ErrorCode.INVALID_ARGS
    assert len(servers.calls) == 1


@pytest.mark.parametrize(
    ("catalogue", "limits", "server", "name", "args", "expected", "said"),
    [
        (known(), Limits(allowed_servers=()), "s", "list", {}, "SERVER_NOT_ALLOWED", "none"),
        (known(), Limits(allowed_servers=("t",)), "s", "list", {}, "SERVER_NOT_ALLOWED", "t"),
        (
            known(replace(READY, quarantined=True)), Limits(), "s", "list", {},
            "SERVER_QUARANTINED", "servers quarantine s --off",
        ),
        (known(list=False), Limits(), "s", "list", {}, "TOOL_NOT_APPROVED", "servers approve s"),
        (known(), Limits(), "s", "lst", {}, "NOT_FOUND", "list"),
        (known(), Limits(), "z", "list", {}, "NOT_FOUND", "s"),
        (
            Catalogue({"s": replace(READY, state="disabled", enabled=False)}), Limits(), "s", "list", {},
            "UPSTREAM_ERROR", "s.list: server 's' is disabled",
        ),
        (known(), Limits(), "s", "get", {}, "INVALID_ARGS", "id"),
        (known(), Limits(), "s", "get", {"id": "x"}, "INVALID_ARGS", "id"),
        (known(), Limits(), "s", "get", {"ID": 1}, "INVALID_ARGS", "id"),
    ],
)  # fmt: skip
async def test_a_refused_call_is_never_sent_and_costs_nothing(
    catalogue: Catalogue, limits: Limits, server: str, name: str, args: JsonValue, expected: str, said: str
) -> None:  # fmt: skip
    servers = Servers(catalogue)
    policy = Policy(servers, replace(limits, max_tool_calls=1))
    for _ in range(3):
        outcome = await ask(policy, server, name, args)
        assert code(outcome) == expected
        assert outcome.error is not None
        assert said in outcome.error.message
        assert not outcome.dispatched
    assert servers.calls == []


async def test_the_budget_counts_what_was_sent() -> None:
    servers = Servers(known())
    policy = Policy(servers, Limits(max_tool_calls=2))
    codes = [code(await ask(policy, "s", name)) for name in ("list", "nothing", "list", "list")]
    assert codes == [None, "NOT_FOUND", None, "MAX_TOOL_CALLS_EXCEEDED"]
    assert len(servers.calls) == 2


async def test_a_server_that_still_connects_is_waited_for() -> None:
    connecting = Catalogue({"s": ServerInfo("s", state="connecting")}, {})
    servers = Servers(connecting, known())
    assert (await ask(Policy(servers, Limits()))).ok
    assert servers.settled_for == ["s"]


async def test_a_server_that_failed_says_why() -> None:
    failed = Catalogue({"s": ServerInfo("s", state="failed", error="exit code 3")}, {})
    outcome = await ask(Policy(Servers(failed), Limits()))
    assert code(outcome) == "UPSTREAM_ERROR"
    assert outcome.error is not None
    assert "exit code 3" in outcome.error.message


async def test_queries_see_the_allowed_servers_only() -> None:
    both = Catalogue(
        {"s": READY, "t": ServerInfo("t", state="ready", tools=1)},
        {"s": TOOLS, "t": {"list": tool("list", server="t")}},
    )
    policy = Policy(Servers(both), Limits(allowed_servers=("t",)))
    listed = await policy.query("x", CatalogueQuery("list"))
    assert listed == {
        "ok": True,
        "result": [{"server": "t", "tool": "list", "description": ""}],
    }
    refused = await policy.query("x", CatalogueQuery("list", server="s"))
    assert isinstance(refused, dict)
    assert refused["error"]["code"] == "SERVER_NOT_ALLOWED"
    nothing = await policy.query("x", CatalogueQuery("describe", server="t", tool="lst"))
    assert isinstance(nothing, dict)
    assert nothing["error"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("kind", ["resolve", "describe"])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("s.list", "SERVER_NOT_ALLOWED"),
        ("mcp__s__list", "SERVER_NOT_ALLOWED"),
        ("tools.s.nothing", "SERVER_NOT_ALLOWED"),
        ("elsewhere.list", "NOT_FOUND"),
        ("other", "NOT_FOUND"),
    ],
)
async def test_a_name_that_says_its_server_is_refused_as_the_server_is(
    kind: Literal["resolve", "describe"], name: str, code: str
) -> None:
    both = Catalogue(
        {"s": READY, "t": ServerInfo("t", state="ready", tools=1)},
        {"s": {**TOOLS, "other": tool("other")}, "t": {"lists": tool("lists", server="t")}},
    )
    policy = Policy(Servers(both), Limits(allowed_servers=("t",)))
    refused = await policy.query("x", CatalogueQuery(kind, query=name))
    assert isinstance(refused, dict)
    assert refused["error"]["code"] == code


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (CatalogueQuery("list", server="held"), "SERVER_QUARANTINED"),
        (CatalogueQuery("describe", server="held", tool="list"), "SERVER_QUARANTINED"),
        (CatalogueQuery("describe", query="held.list"), "SERVER_QUARANTINED"),
        (CatalogueQuery("describe", server="s", tool="changed"), "TOOL_NOT_APPROVED"),
        (CatalogueQuery("describe", query="changed"), "TOOL_NOT_APPROVED"),
    ],
)
async def test_what_is_held_is_not_read_to_a_script(query: CatalogueQuery, code: str) -> None:
    """What a script makes of it, a model reads: it is what the meta tools show, and no more."""
    policy = Policy(Servers(HELD), Limits())
    refused = await policy.query("x", query)
    assert isinstance(refused, dict)
    assert refused["error"]["code"] == code


@pytest.mark.parametrize(
    ("server", "name"), [("held", "list"), ("held", "none"), ("s", "changed"), ("off", "list")]
)
async def test_what_is_held_is_refused_in_the_same_words_wherever_it_is_named(
    server: str, name: str
) -> None:
    untrusted = ServerInfo("off", state="untrusted", error="its folder is not trusted")
    policy = Policy(Servers(Catalogue({**HELD.servers, "off": untrusted}, HELD.tools)), Limits())
    refused = await ask(policy, server, name)
    assert refused.error is not None
    asked = [
        CatalogueQuery("describe", server=server, tool=name),
        CatalogueQuery("describe", query=f"{server}.{name}"),
        CatalogueQuery("describe", query=f"mcp__{server}__{name}"),
    ]
    if server != "s":
        asked.append(CatalogueQuery("list", server=server))
    for query in asked:
        told = await policy.query("x", query)
        assert isinstance(told, dict)
        assert told["error"] == {"code": refused.error.code, "message": refused.error.message}
    described = await policy.query("x", CatalogueQuery("describe_all", names=(f"{server}.{name}",)))
    assert isinstance(described, dict)
    assert described["result"]["missing"][0]["message"] == refused.error.message


async def test_what_is_held_is_in_no_listing() -> None:
    policy = Policy(Servers(HELD), Limits())
    for query in (CatalogueQuery("list"), CatalogueQuery("search", query="poison list")):
        listed = await policy.query("x", query)
        assert isinstance(listed, dict)
        assert {f"{row['server']}.{row['tool']}" for row in listed["result"]} == {"s.list"}
    described = await policy.query(
        "x", CatalogueQuery("describe_all", names=("held.list", "s.list"))
    )
    assert "poison" not in str(described)
    assert "server 'held' is quarantined" in str(described)
    called = await policy.query("x", CatalogueQuery("resolve", query="held.list"))
    assert called == {"ok": True, "result": {"server": "held", "tool": "list"}}


@pytest.mark.parametrize("state", ["new", "connecting", "failed", "stopped"])
async def test_a_configured_server_that_is_not_there_is_never_not_found(state: ServerState) -> None:
    """It is waited for, and then it is the server's trouble, not the script's."""
    lost = Catalogue({"s": ServerInfo("s", state=state, error="exit code 3")}, {"s": {}})
    servers = Servers(lost)
    outcome = await ask(Policy(servers, Limits()))
    assert code(outcome) == ErrorCode.UPSTREAM_ERROR
    assert not outcome.dispatched
    assert outcome.error is not None
    assert outcome.error.message.startswith("s.list: server 's' is not connected: ")
    assert "exit code 3" in outcome.error.message
    assert servers.settled_for == ([] if state == "failed" else ["s"])


class Down(Servers):
    """Its calls never leave until ``up`` is set."""

    def __init__(self, state: ServerState) -> None:
        super().__init__(known(replace(READY, state=state)))
        self.up = False
        self.asked = asyncio.Event()
        self.answer = asyncio.Event()

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        self.asked.set()
        await self.answer.wait()
        if self.up:
            return await super().call(call, note)
        return Outcome.failed(ErrorCode.UPSTREAM_ERROR, "not connected", dispatched=False)


@pytest.mark.parametrize("state", ["ready", "connecting"])
async def test_calls_that_never_left_do_not_use_the_budget(state: ServerState) -> None:
    upstream = Down(state)
    upstream.answer.set()
    policy = Policy(upstream, Limits(max_tool_calls=2))
    assert [code(await ask(policy)) for _ in range(5)] == [ErrorCode.UPSTREAM_ERROR] * 5
    together = await asyncio.gather(*(ask(policy) for _ in range(2)))
    assert [code(outcome) for outcome in together] == [ErrorCode.UPSTREAM_ERROR] * 2
    upstream.up = True
    assert [code(await ask(policy)) for _ in range(3)] == [
        None, None, ErrorCode.MAX_TOOL_CALLS_EXCEEDED,
    ]  # fmt: skip


async def test_the_last_places_wait_for_calls_that_may_never_leave() -> None:
    upstream = Down("connecting")
    policy = Policy(upstream, Limits(max_tool_calls=2))
    calls = [asyncio.create_task(ask(policy)) for _ in range(5)]
    await upstream.asked.wait()
    upstream.answer.set()
    outcomes = [await call for call in calls]
    assert [code(outcome) for outcome in outcomes] == [ErrorCode.UPSTREAM_ERROR] * 5
    upstream.up = True
    upstream.answer.clear()
    calls = [asyncio.create_task(ask(policy)) for _ in range(5)]
    await asyncio.sleep(0)
    upstream.answer.set()
    codes = [code(await call) for call in calls]
    assert codes.count(None) == 2
    assert codes.count(ErrorCode.MAX_TOOL_CALLS_EXCEEDED) == 3
    assert len(upstream.calls) == 2


async def test_a_call_that_left_uses_the_budget_whatever_its_outcome() -> None:
    class Failing(Servers):
        async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
            self.calls.append(call)
            return Outcome.failed(ErrorCode.UPSTREAM_ERROR, "died")

    upstream = Failing(known())
    policy = Policy(upstream, Limits(max_tool_calls=2))
    codes = [code(await ask(policy)) for _ in range(3)]
    assert codes == [ErrorCode.UPSTREAM_ERROR] * 2 + [ErrorCode.MAX_TOOL_CALLS_EXCEEDED]
    assert len(upstream.calls) == 2
