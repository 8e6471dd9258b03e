"""The tools that Workbench serves, on a runtime: ``code_execution`` and what belongs to it."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from workbench.catalogue.suggestions import suggestion
from workbench.catalogue.validation import SchemaCheck, argument_problems
from workbench.core.model import ErrorCode, Execution, ExecutionRequest, JsonValue, ScriptError
from workbench.core.records import HistoryError, UnknownExecution
from workbench.core.runtime import Runtime
from workbench.core.scripts import script_names
from workbench.serve import meta_tools as discovery
from workbench.serve import traces
from workbench.serve.answers import bounded_execution
from workbench.serve.asking import Forwarding
from workbench.serve.description import INSTRUCTIONS, describe
from workbench.serve.media import take_out
from workbench.serve.progress import narrate
from workbench.serve.requests import INPUT_SCHEMA, Refused, read_request, salvage
from workbench.serve.rounds import Rounds
from workbench.serve.tasks import Tasks
from workbench.serve.telemetry import Tracing
from workbench.serve.told import Misasked, NothingFound, Told, Unreadable
from workbench.serve.tool_definitions import CODE_EXECUTION, OUTPUT_SCHEMA, near_tools
from workbench.serve.tool_provider import Caller, UnknownTool
from workbench.serve.underway import Listener, Runs, StillRunning
from workbench.text.jsontext import canonical, dumps
from workbench.text.sanitize import clean_line
from workbench.util.dataclass import dataclass

_MOST_NAME = 120
_MOST_CHARS = 500_000
"""What Claude Code takes of one answer at most, where a tool says that it may be so large."""
_CHARS_A_TOKEN = 6


@dataclass(frozen=True, slots=True)
class _Plain:
    """A tool that does nothing to the world, but cancel."""

    definition: JsonValue
    check: SchemaCheck
    answer: Callable[..., Awaitable[Told]]


class Toolset:
    """A ``ToolProvider``: what is listed now, and answers to calls."""

    def __init__(self, runtime: Runtime, tracing: Tracing | None = None) -> None:
        self._runtime = runtime
        self._tracing = tracing
        self.asking = Forwarding()
        """Where questions of upstream servers go."""
        self._runs = Runs(runtime.engine, runtime.history)
        self._rounds = Rounds(self._execute)
        self.tasks = Tasks(self.call, frozenset({CODE_EXECUTION}), self._runs.cancel)
        """Calls that clients that speak MCP's tasks collect later; a task has the id of its run."""
        self._plain = {
            "search_tools": _plain(
                "search_tools",
                "Find tools",
                "Find tools by what they do, best match first.",
                discovery.SEARCH_SCHEMA,
                discovery.SEARCH_CHECK,
                lambda **given: discovery.search(runtime.upstream, self._most(), **given),
            ),
            "describe_tools": _plain(
                "describe_tools",
                "Describe tools",
                "Parameters and results of tools, as TypeScript.",
                discovery.DESCRIBE_SCHEMA,
                discovery.DESCRIBE_CHECK,
                lambda **given: discovery.describe(
                    runtime.upstream, runtime.history.seen_type, self._most(), **given
                ),
            ),
            "get_execution": _plain(
                "get_execution",
                "Show an execution",
                "What a code_execution run did and gave: calls, console, value. Large ones in parts.",
                traces.EXECUTION_SCHEMA,
                traces.EXECUTION_CHECK,
                self._trace,
            ),
            "cancel_execution": _plain(
                "cancel_execution",
                "Cancel an execution",
                "Stop a run.",
                traces.CANCEL_SCHEMA,
                SchemaCheck(traces.CANCEL_SCHEMA),
                self._cancel,
                read_only=False,
            ),
        }

    @property
    def instructions(self) -> str:
        return INSTRUCTIONS

    def listing(self) -> list[JsonValue]:
        size = {"_meta": {"anthropic/maxResultSizeChars": self._most_chars()}}
        plain = [{**tool.definition, **size} for tool in self._plain.values()]
        config = self._runtime.config
        if not config.enable_code_execution:
            return plain
        description = describe(
            self._runtime.engine.limits,
            self._runtime.upstream.catalogue(),
            script_names(config),
            config.max_answer_tokens,
        )
        return [
            {
                "name": CODE_EXECUTION,
                "title": "Run a script over tools",
                "description": description,
                "inputSchema": INPUT_SCHEMA,
                "outputSchema": OUTPUT_SCHEMA,
                "annotations": {
                    "readOnlyHint": False,
                    "destructiveHint": True,
                    "idempotentHint": False,
                    "openWorldHint": True,
                },
                **size,
            },
            *plain,
        ]

    async def call(
        self, name: str, arguments: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        if name == CODE_EXECUTION:
            return await self._rounds.call(arguments, caller)
        tool = self._plain.get(name)
        if tool is None:
            known = [CODE_EXECUTION, *self._plain]
            told = suggestion(near_tools(name), known, "the tools are")
            raise UnknownTool(f"Unknown tool: {clean_line(name, _MOST_NAME)}{told}")
        given = {name: value for name, value in arguments.items() if value is not None}
        problems = argument_problems(tool.check, given)
        if problems:
            return _failure("; ".join(problems))
        try:
            return _result(await tool.answer(**given))
        except Misasked as error:
            return _failure(str(error))
        except (NothingFound, UnknownExecution) as error:
            return _failure(str(error), ErrorCode.NOT_FOUND)
        except Unreadable as error:
            return _failure(str(error), ErrorCode.RUNTIME_ERROR)

    # -- running ---------------------------------------------------------------------------

    async def _execute(self, arguments: Mapping[str, JsonValue], caller: Caller) -> JsonValue:
        runtime = self._runtime
        if not runtime.config.enable_code_execution:
            refused = _as_asked(salvage(arguments, caller.client), caller)
            return self._answer(await runtime.engine.refuse(refused, self._disabled()), None)
        try:
            request = read_request(arguments, runtime.config, caller.client)
        except Refused as error:
            refused = _as_asked(error.request, caller)
            return self._answer(await runtime.engine.refuse(refused, error.error), None)
        asked = _as_asked(request.run, caller)
        listener = narrate(caller.progress) if caller.progress is not None else None
        run = partial(self._run, caller)
        if request.wait_ms is None and not request.detached:
            return self._answer(await run(asked, listener), request.max_answer_tokens)
        outcome = await self._runs.run(
            run, asked, listener, wait_ms=request.wait_ms, detached=request.detached
        )
        return self._answer(outcome, request.max_answer_tokens)

    async def _run(
        self, caller: Caller, request: ExecutionRequest, listener: Listener | None
    ) -> Execution:
        assert request.execution_id is not None  # ``_as_asked`` chose it
        with self.asking.of(request.execution_id, caller.elicit):
            return await self._traced(caller, request, listener)

    async def _traced(
        self, caller: Caller, request: ExecutionRequest, listener: Listener | None
    ) -> Execution:
        if self._tracing is None:
            return await self._runtime.engine.run(request, listener=listener)
        with self._tracing.execution(CODE_EXECUTION, caller) as span:
            execution = await self._runtime.engine.run(request, listener=span.following(listener))
            span.ended(execution)
            return execution

    def _answer(self, outcome: Execution | StillRunning, most: int | None) -> JsonValue:
        told = self._told(outcome, most)
        return _result(told, is_error=told.structured["ok"] is False)

    def _told(self, outcome: Execution | StillRunning, most: int | None) -> Told:
        shown = outcome.to_json()
        blocks: list[JsonValue] = []
        if "value" in shown:
            shown["value"], blocks = take_out(shown["value"])
        return Told(bounded_execution(shown, self._most(most)), blocks=tuple(blocks))

    async def _trace(
        self,
        execution_id: str,
        wait_ms: int = 0,
        max_answer_tokens: int | None = None,
        **given: JsonValue,
    ) -> Told:
        wanted = traces.whole_id(execution_id)
        if wait_ms and await self._status(wanted) == "running":
            await self._runs.ended(wanted, int(wait_ms))
        left = await self._runs.unrecorded(wanted)
        if left is not None:
            told = self._told(left, max_answer_tokens)
            return replace(
                told, structured={**told.structured, "status": left.status, "running": False}
            )
        most = self._most(max_answer_tokens)
        try:
            return await traces.trace(self._runtime.history, most, wanted, **given)
        except (UnknownExecution, Unreadable) as error:
            if wanted in self._runtime.engine.running:
                doubt = f"{wanted} runs, but is not recorded; wait_ms waits for its end"
                raise NothingFound(doubt) from error
            raise

    async def _cancel(self, execution_id: str) -> Told:
        wanted = traces.whole_id(execution_id)
        asked = await self._runs.cancel(wanted)
        status = await self._status(wanted)
        # It may have ended by itself between the two.
        cancelled = asked and status in ("cancelled", "running")
        told: dict[str, JsonValue] = {
            "execution_id": wanted,
            "cancelled": cancelled,
            "status": status,
        }
        if not cancelled:
            where = "it runs in another process of Workbench"
            told["reason"] = where if status == "running" else f"it had ended: {status}"
        return Told(told)

    async def _status(self, execution_id: str) -> str:
        """Raises UnknownExecution and Unreadable."""
        try:
            return await self._runs.status(execution_id)
        except UnknownExecution:
            raise
        except HistoryError as error:
            raise Unreadable(f"the record of {execution_id} cannot be read: {error}") from error

    def _most(self, asked: int | None = None) -> int:
        """Tokens of an answer: as asked for, else as configured."""
        return self._runtime.config.max_answer_tokens if asked is None else int(asked)

    def _most_chars(self) -> int:
        most = self._most()
        return min(_MOST_CHARS, most * _CHARS_A_TOKEN) if most else _MOST_CHARS

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

    def check(self) -> None:
        """Compare, and tell if it changed. Cheap enough for every change of a server's state."""
        now = canonical(self._toolset.listing())
        if now != self._seen:
            self._seen = now
            self._changed()


def _as_asked(request: ExecutionRequest, caller: Caller) -> ExecutionRequest:
    """With the id that it has from here on. A run of a task has the task's: so ``get_execution`` and the
    history find it by that."""
    execution_id = caller.task_id or str(uuid.uuid4())
    return replace(request, execution_id=execution_id, session=caller.session)


def _plain(
    name: str,
    title: str,
    description: str,
    schema: dict[str, JsonValue],
    check: SchemaCheck,
    answer: Callable[..., Awaitable[Told]],
    *,
    read_only: bool = True,
) -> _Plain:
    definition = {
        "name": name,
        "title": title,
        "description": description,
        "inputSchema": schema,
        "annotations": {"readOnlyHint": read_only, "openWorldHint": False},
    }
    return _Plain(definition, check, answer)


def _failure(message: str, code: ErrorCode = ErrorCode.INVALID_ARGS) -> JsonValue:
    error = {"code": str(code), "message": message}
    return _result(Told({"ok": False, "error": error}), is_error=True)


def _result(told: Told, *, is_error: bool = False) -> JsonValue:
    text = dumps(told.structured) if told.text is None else told.text
    return {
        "content": [{"type": "text", "text": text}, *told.blocks],
        "structuredContent": told.structured,
        "isError": is_error,
    }
