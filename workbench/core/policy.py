"""Policy in front of the upstream, once: no call of a script goes round it.

What stands here: allowed servers, quarantine, approval, argument validation, the budget. A refused call
never reaches the upstream and does not use the budget.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from workbench.catalogue.annotations import reads_only
from workbench.catalogue.deeds import able
from workbench.catalogue.definitions import definition_id
from workbench.catalogue.missing import Missing, denied, not_at_hand
from workbench.catalogue.result_shapes import shape_of
from workbench.catalogue.suggestions import bare
from workbench.catalogue.tool_types import member
from workbench.catalogue.tools import Catalogue, SeenTypes, ToolInfo, nothing_seen
from workbench.catalogue.validation import judge_arguments
from workbench.core.budget import Budget
from workbench.core.model import (
    CatalogueQuery,
    ErrorCode,
    JsonValue,
    Limits,
    Outcome,
    ToolCall,
)
from workbench.core.ports import NoteListener, Upstream

_SEARCH_LIMIT = 10
_SEARCH_MOST = 100
_SUGGESTED = 3
_READING = ("list", "search", "describe", "describe_all", "suggest")
"""Kinds of queries whose answers hold what servers say of their tools."""
_DESCRIBING = ("describe", "describe_all", "suggest")
_MEMBERS = 12


class Policy:
    """The tools port of one live execution: counts its budget, refuses what it may not call."""

    def __init__(self, upstream: Upstream, limits: Limits, seen: SeenTypes = nothing_seen) -> None:
        """seen: tells the result types of tools that declare none."""
        self._upstream = upstream
        self._seen = seen
        self._limits = limits
        self._budget = Budget(limits.max_tool_calls)

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        if call.kind != "tool":
            refusal = await self._refusal(call)
            return refusal if refusal is not None else await self._sent(call, note)
        found = await self._looked_up(call)
        if isinstance(found, Outcome):
            return found
        if (call.server, call.tool) != (found.server, found.name):
            call = replace(call, server=found.server, tool=found.name)
        verdict = await judge_arguments(found.input_check, call.args)
        if verdict.problems:
            return _refused(
                ErrorCode.INVALID_ARGS,
                f"{call.label}: " + "; ".join(verdict.problems),
                {"problems": list(verdict.problems)},
            )
        outcome = await self._sent(call, note)
        notes = tuple(f"the arguments were sent as they are: {note}" for note in verdict.notes)
        return replace(
            outcome, warnings=(*notes, *outcome.warnings), definition=definition_id(found)
        )

    def at_once(self, call: ToolCall) -> Outcome | None:
        return None

    def meant(self, call: ToolCall) -> ToolCall:
        return _meant(self._upstream.catalogue(), call)

    async def query(self, execution_id: str, query: CatalogueQuery) -> JsonValue:
        if query.kind == "zone":
            from workbench.core.timezones import zone_at  # few scripts ask, and it takes 3 ms

            return zone_at(query.query or "", int(query.at or 0)).envelope()
        server = query.server
        if server is not None and not self._allowed(server):
            return self._not_allowed(server).envelope()
        if query.kind != "suggest":
            await self._upstream.settled(server)
        whole = self._upstream.catalogue()
        catalogue = whole.restricted(self._limits.allowed_servers)
        if query.kind in _READING:
            held = catalogue.held(server) if query.kind == "list" and server is not None else None
            if held is not None:
                return _not_called(held).envelope()
            catalogue = catalogue.readable
        if query.kind in _DESCRIBING:  # what was seen is read from a file
            answer = await asyncio.to_thread(_answer, catalogue, query, self._seen)
        else:
            answer = _answer(catalogue, query, self._seen)
        if not answer.ok and server is None and query.query is not None:
            # One name may say the server, too: ``tools["server.tool"]``.
            server = whole.server_in(query.query)
            if server is not None and not self._allowed(server):
                answer = self._not_allowed(server)
        return answer.envelope()

    def catalogue_hash(self) -> str | None:
        return self._upstream.catalogue().hash()

    async def _sent(self, call: ToolCall, note: NoteListener) -> Outcome:
        """The answer of the server, within the budget."""
        server = self._upstream.catalogue().servers.get(call.server)
        doubtful = server is None or server.state != "ready"
        if not await self._budget.take(doubtful=doubtful):
            return self._budget_refusal()
        left = True
        try:
            outcome = await self._upstream.call(call, note)
            left = outcome.dispatched
        finally:
            self._budget.settle(doubtful=doubtful, left=left)
        return outcome

    async def _refusal(self, call: ToolCall) -> Outcome | None:
        """Why nothing may be asked of the server of a call for no tool, or None."""
        barred = self._barred(call)
        if barred is not None:
            return barred
        catalogue = self._upstream.catalogue()
        server = catalogue.servers.get(call.server)
        if server is None or not server.enabled:
            return _not_called(catalogue.no_server(call.server))
        if call.tool in catalogue.denied.get(call.server, ()):
            return _not_called(denied(call.label, call.server))
        return None

    def _barred(self, call: ToolCall) -> Outcome | None:
        """Why nothing at all may be asked of a call's server, or None."""
        if self._budget.is_spent:
            return self._budget_refusal()
        if not self._allowed(call.server):
            return self._not_allowed(call.server)
        held = self._upstream.catalogue().held(call.server)
        return None if held is None else _not_called(held)

    async def _looked_up(self, call: ToolCall) -> ToolInfo | Outcome:
        """The tool that a call means, or why it may not be called."""
        barred = self._barred(call)
        if barred is not None:
            return barred
        server = self._upstream.catalogue().servers.get(call.server)
        found = self._find(call)
        if isinstance(found, Missing) and server is not None and server.state != "failed":
            await self._upstream.settled(call.server)
            found = self._find(call)
        if isinstance(found, Missing):
            return _missing(self._upstream.catalogue(), call, found)
        held = self._upstream.catalogue().held(found.server, found.name)
        return found if held is None else _not_called(held)

    def _find(self, call: ToolCall) -> ToolInfo | Missing:
        catalogue = self._upstream.catalogue()
        if call.spelled:
            return catalogue.spelled(call.server, call.tool)
        return catalogue.find(call.server, call.tool)

    def _budget_refusal(self) -> Outcome:
        most = self._limits.max_tool_calls
        return _refused(
            ErrorCode.MAX_TOOL_CALLS_EXCEEDED, f"the budget of {most} tool calls is spent"
        )

    def _allowed(self, server: str) -> bool:
        allowed = self._limits.allowed_servers
        return allowed is None or server in allowed

    def _not_allowed(self, server: str) -> Outcome:
        allowed = self._limits.allowed_servers or ()
        names = ", ".join(allowed) if allowed else "none"
        return _refused(
            ErrorCode.SERVER_NOT_ALLOWED,
            f"server {server!r} is outside allowed_servers (allowed: {names})",
        )


def _refused(code: ErrorCode, message: str, details: JsonValue = None) -> Outcome:
    return Outcome.failed(code, message, details, dispatched=False)


def _not_called(why: Missing) -> Outcome:
    return _refused(why.code, why.message, _near(why))


def _meant(catalogue: Catalogue, call: ToolCall) -> ToolCall:
    """The call by the names of the tool that it means, where one is known."""
    found = catalogue.spelled(call.server, call.tool)
    if isinstance(found, Missing):
        return call
    return replace(call, server=found.server, tool=found.name)


def _missing(catalogue: Catalogue, call: ToolCall, missing: Missing) -> Outcome:
    """NOT_FOUND, or the upstream's own trouble where that is why the tool is not known."""
    server = catalogue.servers.get(call.server)
    if missing.code == ErrorCode.NOT_FOUND and server is not None and server.state != "ready":
        missing = not_at_hand(server.name, server.state, server.error)
    if missing.code == ErrorCode.UPSTREAM_ERROR:
        return _refused(missing.code, f"{call.label}: {missing.message}")
    return _not_called(missing)


def _near(missing: Missing) -> JsonValue:
    """What an error's details say of a wrong name."""
    return {"near": list(missing.near)} if missing.near else None


def _answer(catalogue: Catalogue, query: CatalogueQuery, seen: SeenTypes) -> Outcome:
    """A catalogue query answered from a snapshot."""
    if query.kind == "servers":
        return Outcome(ok=True, result=sorted(catalogue.servers))
    if query.kind == "suggest":
        return Outcome(ok=True, result=_suggested(catalogue, query, seen))
    if query.kind == "search":
        limit = min(query.limit or _SEARCH_LIMIT, _SEARCH_MOST)
        found = catalogue.search(query.query or "", limit)
        return Outcome(ok=True, result=[_brief(tool.to_json()) for tool in found])
    if query.kind == "describe_all":
        return Outcome(ok=True, result=catalogue.described(query.names, seen))
    if query.kind in ("describe", "resolve"):
        if query.server is None:
            tool = catalogue.named(query.query or "")
        else:
            tool = catalogue.find(query.server, query.tool or "")
        if isinstance(tool, Missing):
            return _not_called(tool)
        if query.kind == "resolve":
            return Outcome(ok=True, result={"server": tool.server, "tool": tool.name})
        types = catalogue.typescript(tool, seen)
        return Outcome(ok=True, result={**tool.to_json(), "types": types})
    if query.server is not None and query.server not in catalogue.servers:
        missing = catalogue.find(query.server, "")
        message = missing.message if isinstance(missing, Missing) else "no such server"
        return Outcome.failed(ErrorCode.NOT_FOUND, message, dispatched=False)
    names = [query.server] if query.server is not None else list(catalogue.tools)
    rows = [
        _brief(tool.to_json()) for name in names for tool in catalogue.tools.get(name, {}).values()
    ]
    return Outcome(ok=True, result=rows)


def _suggested(catalogue: Catalogue, query: CatalogueQuery, seen: SeenTypes) -> JsonValue:
    """``{meant, server, found, gives, takes, needs, only_reads}``: the tool that a wrong name in a script
    means, written as it is called, or the server; tools that may do what is asked for; what the meant tool
    gives and takes, and whether it says that it changes nothing."""
    name, about = query.tool or "", query.query or ""
    meant = catalogue.named(name) if name else None
    found = able(catalogue, about, _SUGGESTED)
    return {
        "meant": _written(meant) if isinstance(meant, ToolInfo) else None,
        "server": next(
            (one for one in catalogue.servers if name and bare(one) == bare(name)), None
        ),
        "found": [_written(tool) for tool in found],
        "gives": _given_by(meant, seen) if isinstance(meant, ToolInfo) else None,
        "takes": _taken_by(meant) if isinstance(meant, ToolInfo) else None,
        "needs": len(_needed_by(meant)) if isinstance(meant, ToolInfo) else None,
        "only_reads": isinstance(meant, ToolInfo) and reads_only(meant.annotations),
    }


def _taken_by(tool: ToolInfo) -> JsonValue:
    """Names of a tool's arguments, the required ones first."""
    properties = tool.input_schema.get("properties")
    names = [str(name) for name in properties] if isinstance(properties, dict) else []
    needed = _needed_by(tool)
    return sorted(names, key=lambda name: name not in needed)[:_MEMBERS]


def _needed_by(tool: ToolInfo) -> list[JsonValue]:
    needed = tool.input_schema.get("required")
    return needed if isinstance(needed, list) else []


def _given_by(tool: ToolInfo, seen: SeenTypes) -> JsonValue:
    """``{kind, members, shape}``: the type of a tool's result, names with types of what it has, and all that is
    known of what is inside, where the tool declares it: what was seen may have further members the next time.
    None: unknown."""
    within = schema = tool.output_schema
    if schema is None:
        learned = seen(tool)
        schema = None if learned is None else learned.schema
    elif tool.wraps_result:
        schema = schema.get("properties", {}).get("result")
    if not isinstance(schema, dict):
        return None
    properties = schema.get("properties")
    named = properties.items() if isinstance(properties, dict) else ()
    kinds = [(str(name), _kind(inner)) for name, inner in list(named)[:_MEMBERS]]
    shape = None if within is None else shape_of(schema, within)
    return {"kind": _kind(schema), "members": dict(kinds), "shape": shape}


def _kind(schema: JsonValue) -> str:
    kind = schema.get("type") if isinstance(schema, dict) else None
    return kind if isinstance(kind, str) else ""


def _written(tool: ToolInfo) -> str:
    return f"tools{member(tool.server)}{member(tool.name)}"


def _brief(row: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """What a listing gives a script: schemas come from ``describe_tool``."""
    return {name: row[name] for name in ("server", "tool", "description")}
