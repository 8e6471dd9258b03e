"""One call on an upstream server, from what stands in its way to its outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.core.model import ErrorCode, Outcome, ToolCall
from workbench.core.ports import NoteListener
from workbench.mcp.messages import Failure, RpcError
from workbench.upstream import resource_requests
from workbench.upstream.connection import NotConnected
from workbench.upstream.known_server import KnownServer
from workbench.upstream.notes import NoteTap
from workbench.upstream.results import failure_of, outcome_of

if TYPE_CHECKING:
    from workbench.upstream.transports.link import Link


class _Held(Exception):
    """The tool changed since the call was let through; nothing was sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


async def answered(
    server: KnownServer | None,
    call: ToolCall,
    note: NoteListener,
    catalogue: Callable[[], Catalogue],
) -> Outcome:
    """The outcome of a call. Never raises for a failed one; cancelling it cancels it upstream.

    server: None: there is none of that name. catalogue: gives what is known at that moment.
    """
    label = call.label
    if server is None or not server.settings.starts:
        code, what = ErrorCode.NOT_FOUND, "is not configured"
        if server is not None:
            code, what = ErrorCode.UPSTREAM_ERROR, "is disabled"
            if server.settings.held:
                code, what = ErrorCode.SERVER_QUARANTINED, "is not trusted"
        return Outcome.failed(code, f"{label}: server {call.server!r} {what}", dispatched=False)
    timeout_ms = server.settings.call_timeout_ms
    tap = NoteTap(call, note)

    async def send(link: Link) -> dict[str, Any]:
        # The link may be newer than what the call was let through by.
        found = catalogue().find(call.server, call.tool) if call.kind == "tool" else None
        if isinstance(found, ToolInfo) and not found.approved:
            raise _Held(_not_approved(found))
        return await _send(link, call, timeout_ms / 1000, tap)

    try:
        if server.cached and call.kind == "tool":
            refusal = await _confirm(server, call, catalogue)
            if refusal is not None:
                return refusal
        answer, took = await server.connection.call(send, timeout_ms / 1000, tap)
    except _Held as held:
        return held.outcome
    except NotConnected as error:
        return Outcome.failed(
            ErrorCode.UPSTREAM_ERROR,
            f"{label}: server {call.server!r} is not connected: {error}",
            dispatched=False,
        )
    except (RpcError, Failure) as error:
        if call.kind != "tool":
            return resource_requests.failure_of(error, call, timeout_ms)
        return failure_of(error, label, timeout_ms)
    if call.kind != "tool":
        return await resource_requests.outcome_of(answer, call, took)
    return await outcome_of(answer, server.offered.get(call.tool), label, took)


async def _confirm(
    server: KnownServer, call: ToolCall, catalogue: Callable[[], Catalogue]
) -> Outcome | None:
    """A definition of an earlier process let the call through: the server's own has the last word."""
    await server.connection.attempted(server.settings.call_timeout_ms / 1000)
    if server.cached:  # it is not connected: the call will say so
        return None
    found = catalogue().find(call.server, call.tool)
    if not isinstance(found, ToolInfo):
        return Outcome.failed(found.code, found.message, dispatched=False)
    return None if found.approved else _not_approved(found)


def _not_approved(tool: ToolInfo) -> Outcome:
    return Outcome.failed(
        ErrorCode.TOOL_NOT_APPROVED,
        f"{tool.full_name}: {tool.hold}; "
        f"look at it and approve it with: workbench servers approve {tool.server}",
        dispatched=False,
    )


async def _send(link: Link, call: ToolCall, timeout: float, tap: NoteTap) -> dict[str, Any]:
    if call.kind != "tool":
        return await resource_requests.ask(link, call, timeout, tap.progress)
    return await link.call_tool(call.tool, call.args, timeout, tap.progress)
