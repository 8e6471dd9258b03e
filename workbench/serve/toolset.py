"""The tools that Workbench serves, on a runtime: ``code_execution`` and what belongs to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.catalogue.validation import SchemaCheck, argument_problems
from workbench.core.model import (
    ErrorCode,
    Execution,
    ScriptError,
)
from workbench.core.runtime import Runtime
from workbench.serve import meta_tools as discovery
from workbench.serve.description import INSTRUCTIONS, describe
from workbench.serve.progress import narrate
from workbench.serve.requests import INPUT_SCHEMA, Refused, read_request, salvage
from workbench.serve.telemetry import Tracing
from workbench.serve.tool_provider import Caller, Json, UnknownTool
from workbench.text.jsontext import canonical, dumps
from workbench.text.sanitize import clean_line

CODE_EXECUTION = "code_execution"

_MOST_NAME = 120
_ALIASES = {
    CODE_EXECUTION: (
        "execute_code", "run_code", "exec_code", "execute_script", "run_script", "execute", "javascript",
        "run_javascript", "execute_javascript", "call_tool", "call_tools", "code_mode",
    ),
    "search_tools": ("find_tools", "tool_search", "list_tools", "retrieve_tools", "query_tools"),
    "describe_tools": ("describe_tool", "get_tool", "tool_schema", "get_tool_schema", "tool_details"),
    "get_execution": ("execution", "show_execution", "execution_result", "get_result", "get_trace"),
}  # fmt: skip
_MEANT = {alias: name for name, aliases in _ALIASES.items() for alias in (name, *aliases)}
_ANYTHING = ["object", "array", "string", "number", "boolean", "null"]
_OUTPUT_SCHEMA: Json = {
    "type": "object",
    "properties": {
        "ok": {"type": "boolean"},
        "value": {"type": _ANYTHING, "description": "What the script returned; where ok."},
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "stack": {"type": "string"},
                "line": {"type": "integer"},
                "column": {"type": "integer"},
            },
            "required": ["code", "message"],
        },
        "execution_id": {"type": "string"},
        "duration_ms": {"type": "number"},
        "tool_calls": {"type": "integer"},
        "logs": {"type": "array", "items": {"type": "object"}},
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["ok", "execution_id", "duration_ms", "tool_calls", "logs"],
}


@dataclass(frozen=True, slots=True)
class _Plain:
    """A tool that only reads."""

    definition: Json
    check: SchemaCheck
    answer: Callable[..., Awaitable[Json]]


class Toolset:
    """An ``Offer``: what is listed now, and answers to calls."""

    def __init__(self, runtime: Runtime, tracing: Tracing | None = None) -> None:
        self._runtime = runtime
        self._tracing = tracing
        self._plain = {
            "search_tools": _plain(
                "search_tools",
                "Find tools",
                "Find tools of the connected MCP servers by what they do. Gives server, tool and a "
                "short description, the best match first.",
                discovery.SEARCH_SCHEMA,
                lambda **given: discovery.search(runtime.upstream, **given),
            ),
            "describe_tools": _plain(
                "describe_tools",
                "Describe tools",
                "Parameters and results of tools as TypeScript declarations. Read them before you "
                "write a script that calls the tools.",
                discovery.DESCRIBE_SCHEMA,
                lambda tools: discovery.describe(runtime.upstream, tools),
            ),
            "get_execution": _plain(
                "get_execution",
                "Show an execution",
                "The trace of a code_execution run: its code, every tool call with arguments, result "
                "and time, its console and its value.",
                discovery.EXECUTION_SCHEMA,
                lambda **given: discovery.trace(runtime.history, **given),
            ),
        }

    @property
    def instructions(self) -> str:
        return INSTRUCTIONS

    def listing(self) -> list[Json]:
        plain = [tool.definition for tool in self._plain.values()]
        if not self._runtime.config.enable_code_execution:
            return plain
        description = describe(self._runtime.engine.limits, self._runtime.upstream.catalogue())
        return [
            {
                "name": CODE_EXECUTION,
                "title": "Run a script over tools",
                "description": description,
                "inputSchema": INPUT_SCHEMA,
                "outputSchema": _OUTPUT_SCHEMA,
                "annotations": {
                    "readOnlyHint": False,
                    "destructiveHint": True,
                    "idempotentHint": False,
                    "openWorldHint": True,
                },
            },
            *plain,
        ]

    async def call(self, name: str, arguments: Mapping[str, Json], caller: Caller) -> Json:
        if name == CODE_EXECUTION:
            return await self._execute(arguments, caller)
        tool = self._plain.get(name)
        if tool is None:
            known = [CODE_EXECUTION, *self._plain]
            told = suggestion(_near_tools(name), known, "the tools are")
            raise UnknownTool(f"Unknown tool: {clean_line(name, _MOST_NAME)}{told}")
        given = {name: value for name, value in arguments.items() if value is not None}
        problems = argument_problems(tool.check, given)
        if problems:
            return _failure("; ".join(problems))
        try:
            return _result(await tool.answer(**given))
        except discovery.NothingFound as error:
            return _failure(str(error), ErrorCode.NOT_FOUND)
        except discovery.Unreadable as error:
            return _failure(str(error), ErrorCode.RUNTIME_ERROR)

    async def _execute(self, arguments: Mapping[str, Json], caller: Caller) -> Json:
        execution = await self._run(arguments, caller)
        return _result(execution.to_json(), is_error=not execution.ok)

    async def _run(self, arguments: Mapping[str, Json], caller: Caller) -> Execution:
        runtime = self._runtime
        if not runtime.config.enable_code_execution:
            request = salvage(arguments, caller.client)
            return await runtime.engine.refuse(request, self._disabled())
        try:
            request = read_request(arguments, runtime.config, caller.client)
        except Refused as refused:
            return await runtime.engine.refuse(refused.request, refused.error)
        listener = narrate(caller.progress) if caller.progress is not None else None
        if self._tracing is None:
            return await runtime.engine.run(request, listener=listener)
        with self._tracing.execution(CODE_EXECUTION, caller) as span:
            execution = await runtime.engine.run(request, listener=span.following(listener))
            span.ended(execution)
            return execution

    def _disabled(self) -> ScriptError:
        path = self._runtime.config.path
        where = str(path) if path is not None else "workbench.toml"
        return ScriptError(
            ErrorCode.DISABLED,
            "code execution is switched off; its owner can switch it on with: workbench config set "
            f"enable_code_execution true (in {where}), or WORKBENCH_ENABLE_CODE_EXECUTION=true",
        )


class ListingWatch:
    """Tells when ``tools/list`` has another answer than the last time."""

    def __init__(self, toolset: Toolset, changed: Callable[[], None]) -> None:
        self._toolset = toolset
        self._changed = changed
        self._seen = canonical(toolset.listing())

    def look(self) -> None:
        """Compare, and tell if it changed. Cheap enough for every change of a server's state."""
        now = canonical(self._toolset.listing())
        if now != self._seen:
            self._seen = now
            self._changed()


def _near_tools(name: str) -> tuple[str, ...]:
    """The tools that were meant, also by the names that such tools have elsewhere."""
    meant = [_MEANT[near] for near in near_names(name, _MEANT)]
    return tuple(dict.fromkeys(meant))


def _plain(
    name: str,
    title: str,
    description: str,
    schema: dict[str, Json],
    answer: Callable[..., Awaitable[Json]],
) -> _Plain:
    definition = {
        "name": name,
        "title": title,
        "description": description,
        "inputSchema": schema,
        "annotations": {"readOnlyHint": True, "openWorldHint": False},
    }
    return _Plain(definition, SchemaCheck(schema), answer)


def _failure(message: str, code: ErrorCode = ErrorCode.INVALID_ARGS) -> Json:
    error = {"code": str(code), "message": message}
    return _result({"ok": False, "error": error}, is_error=True)


def _result(structured: Json, *, is_error: bool = False) -> Json:
    return {
        "content": [{"type": "text", "text": dumps(structured)}],
        "structuredContent": structured,
        "isError": is_error,
    }
