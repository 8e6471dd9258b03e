"""Tasks as clients speak them: the part of 2025-11-25, and the extension of 2026-07-28.

The first is asked for by the client (``task`` in ``tools/call``) and collected with ``tasks/result``.
In the second the server decides, for clients that declare the extension, and ``tasks/get`` has the result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.core.model import JsonValue
from workbench.mcp.messages import (
    CAPABILITIES_KEY,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    META,
    METHOD_NOT_FOUND,
    MISSING_CAPABILITY,
    MODERN_VERSIONS,
    RpcError,
)
from workbench.serve.asking import modes_of
from workbench.serve.tasks import Task, Tasks, TooManyTasks
from workbench.serve.tool_provider import Caller

EXTENSION = META + "tasks"
EXTENSIONS: dict[str, JsonValue] = {EXTENSION: {}}
"""The capability in 2026-07-28."""
FIRST_VERSION = "2025-11-25"
FIRST_CAPABILITY: JsonValue = {"list": {}, "cancel": {}, "requests": {"tools": {"call": {}}}}
"""The capability in 2025-11-25. The list is of the tasks that the same session began: over HTTP, clients that
share a token are told apart by nothing else."""
FIRST_METHODS = ("tasks/get", "tasks/list", "tasks/result", "tasks/cancel")
METHODS = ("tasks/get", "tasks/update", "tasks/cancel")
_CURSOR = re.compile(r"[0-9]{1,15}")
_RELATED = META + "related-task"
_POLL_MS = 500
_PAGE = 50
_MISSING: JsonValue = {"requiredCapabilities": {"extensions": EXTENSIONS}}


def listed(tools: list[JsonValue], tasks: Tasks, version: str) -> list[JsonValue]:
    """The tools as ``tools/list`` has them: in 2025-11-25 a tool says that it may be a task."""
    if version != FIRST_VERSION:
        return tools
    support = {"execution": {"taskSupport": "optional"}}
    return [{**tool, **support} if tool["name"] in tasks.tools else tool for tool in tools]


async def call(tasks: Tasks, params: Mapping[str, JsonValue], caller: Caller) -> JsonValue | None:
    """The answer to a ``tools/call`` that may be a task; None: it is a call like any other.

    Raises RpcError, and what the call raises.
    """
    name, arguments = str(params.get("name")), params.get("arguments") or {}
    if caller.protocol_version in MODERN_VERSIONS:
        if name not in tasks.tools or not _declared(caller.meta):
            return None
        modes = modes_of(caller.meta.get(CAPABILITIES_KEY))
        began = await tasks.begin(name, arguments, caller, modes)
        return {"resultType": "task", **_second(began)} if isinstance(began, Task) else began
    wanted = params.get("task")
    if caller.protocol_version != FIRST_VERSION or wanted is None:
        return None
    if not isinstance(wanted, dict):
        raise RpcError(INVALID_PARAMS, "task must be an object")
    if name not in tasks.tools:
        able = ", ".join(sorted(tasks.tools))
        raise RpcError(METHOD_NOT_FOUND, f"tool {name[:120]!r} cannot be a task; {able} can")
    try:
        kept = _kept_ms(wanted.get("ttl"))
        return {"task": _first(tasks.begin_at_once(name, arguments, caller, kept))}
    except TooManyTasks as error:
        raise RpcError(INTERNAL_ERROR, str(error)) from error


async def answer(
    tasks: Tasks, method: str, params: Mapping[str, JsonValue], version: str, session: str
) -> JsonValue:
    """The answer to a request ``tasks/…`` of a client's session. Raises RpcError."""
    modern = version in MODERN_VERSIONS
    if method not in (METHODS if modern else FIRST_METHODS if version == FIRST_VERSION else ()):
        raise RpcError(METHOD_NOT_FOUND, "Method not found", method)
    if modern and not _declared(params.get("_meta") or {}):
        raise RpcError(MISSING_CAPABILITY, f"{method} needs the extension {EXTENSION}", _MISSING)
    if method == "tasks/list":
        return _page(tasks, session, params.get("cursor"))
    task_id = params.get("taskId")
    task = tasks.get(task_id) if isinstance(task_id, str) else None
    if task is None:
        where = "its time is over, or it is of another process; get_execution may know its run"
        raise RpcError(INVALID_PARAMS, f"no task {str(task_id)[:120]!r}: {where}")
    if method == "tasks/cancel":
        ended = await tasks.cancel(task)
        if modern:
            return {}
        if not ended:
            words = f"the task cannot be cancelled: its status is {_first(task)['status']}"
            raise RpcError(INVALID_PARAMS, words)
        return _first(task)
    if method == "tasks/update":
        task.pending.take(params.get("inputResponses"))
        return {}
    if method == "tasks/result":
        await tasks.end_of(task)
        return _collected(task)
    return {**_second(task), **_outcome(task)} if modern else _first(task)


def _page(tasks: Tasks, session: str, cursor: JsonValue) -> JsonValue:
    """A page of ``tasks/list``; its cursor is the number of the last task on it."""
    after = 0
    if cursor is not None:
        if not isinstance(cursor, str) or not _CURSOR.fullmatch(cursor):
            raise RpcError(INVALID_PARAMS, "cursor must be one that tasks/list gave (nextCursor)")
        after = int(cursor)
    found = tasks.begun_in(session, after)
    page: dict[str, JsonValue] = {"tasks": [_first(task) for task in found[:_PAGE]]}
    if len(found) > _PAGE:
        page["nextCursor"] = str(found[_PAGE - 1].number)
    return page


def _declared(meta: Mapping[str, JsonValue]) -> bool:
    """The request's client speaks the extension."""
    capabilities = meta.get(CAPABILITIES_KEY)
    extensions = capabilities.get("extensions") if isinstance(capabilities, dict) else None
    return isinstance(extensions, dict) and isinstance(extensions.get(EXTENSION), dict)


def _kept_ms(ttl: JsonValue) -> int | None:
    if ttl is None:
        return None
    if isinstance(ttl, bool) or not isinstance(ttl, int | float) or ttl < 0:
        raise RpcError(INVALID_PARAMS, "task.ttl must be a number of milliseconds")
    return int(ttl)


def _common(task: Task) -> dict[str, JsonValue]:
    told: dict[str, JsonValue] = {
        "taskId": task.task_id,
        "status": task.status,
        "createdAt": task.created.isoformat(timespec="milliseconds"),
        "lastUpdatedAt": task.updated.isoformat(timespec="milliseconds"),
    }
    return {**told, "statusMessage": task.message} if task.message else told


def _first(task: Task) -> dict[str, JsonValue]:
    """A task of 2025-11-25, where a result that tells of a failure is one (``failed``)."""
    told = {**_common(task), "ttl": task.kept_ms, "pollInterval": _POLL_MS}
    if task.status == "completed" and task.work.result().get("isError") is True:
        told |= {"status": "failed", "statusMessage": _why(task.work.result())}
    return told


def _second(task: Task) -> dict[str, JsonValue]:
    """A task as the extension of 2026-07-28 has it."""
    return {**_common(task), "ttlMs": task.kept_ms, "pollIntervalMs": _POLL_MS}


def _outcome(task: Task) -> dict[str, JsonValue]:
    if task.status == "input_required":
        return {"inputRequests": task.pending.requests()}
    if task.status == "completed":
        return {"result": {**task.work.result(), "resultType": "complete"}}
    if task.status == "failed":
        return {"error": _error_of(task).to_json()}
    return {}


def _collected(task: Task) -> JsonValue:
    """What ``tasks/result`` gives: what the call would have, and whose it is."""
    if task.work.cancelled():
        raise RpcError(INTERNAL_ERROR, "the task was cancelled and has no result")
    if task.work.exception() is not None:
        raise _error_of(task)
    result = task.work.result()
    meta = {**(result.get("_meta") or {}), _RELATED: {"taskId": task.task_id}}
    return {**result, "_meta": meta}


def _error_of(task: Task) -> RpcError:
    """Only an error that is meant for clients is told in its own words."""
    error = task.work.exception()
    return (
        error if isinstance(error, RpcError) else RpcError(INTERNAL_ERROR, "Internal server error")
    )


def _why(result: JsonValue) -> str:
    """The error of a result, in a line: who asks for the status reads nothing else."""
    structured = result.get("structuredContent")
    error = structured.get("error") if isinstance(structured, dict) else None
    if isinstance(error, dict):
        return f"{error.get('code')}: {error.get('message')}"[:500]
    blocks = result.get("content") or [{}]
    return str(blocks[0].get("text", "the tool failed"))[:500]
