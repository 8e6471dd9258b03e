"""Tools that are given as Python values and functions: for programs of one's own and for tests."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.core.model import ErrorCode, JsonValue, Outcome, ToolCall
from workbench.core.ports import NoteListener
from workbench.library.json_values import json_problem

ToolFunction: TypeAlias = Callable[[dict[str, JsonValue]], JsonValue | Awaitable[JsonValue]]
"""Takes the arguments of a call, gives its result; may be a coroutine function."""


class ToolFailure(Exception):
    """Raised by a given tool (or given in its place) where the call is to fail.

    message: what the script reads. code: one of ``ErrorCode``, ``UPSTREAM_ERROR`` where none is said.
    details: any JSON value, ``error.details`` of the envelope.
    """

    def __init__(
        self,
        message: str,
        *,
        code: ErrorCode | str = ErrorCode.UPSTREAM_ERROR,
        details: JsonValue = None,
    ) -> None:
        super().__init__(message)
        self.code = ErrorCode(code)
        self.details = details


class GivenTools:
    """An upstream (``core.ports.Upstream``) over ``{server: {tool: what it gives}}``.

    What a tool gives is a JSON value, an ``Outcome``, a function of the arguments (``ToolFunction``), or
    an exception, which fails the call. A ``ToolInfo`` beside it, under ``definitions``, says what its
    arguments are.
    Raises TypeError for a mapping of another shape.
    """

    def __init__(
        self,
        tools: Mapping[str, Mapping[str, JsonValue | ToolFunction]],
        *,
        definitions: Mapping[tuple[str, str], ToolInfo] | None = None,
    ) -> None:
        if not isinstance(tools, Mapping):
            raise TypeError(f"tools must map servers to their tools, not {type(tools).__name__}")
        for server, by_name in tools.items():
            if not isinstance(by_name, Mapping):
                raise TypeError(
                    f"tools[{server!r}] must map tool names to what they give, "
                    f"not {type(by_name).__name__}"
                )
            for name in (server, *by_name):
                if not isinstance(name, str) or not name:
                    raise TypeError(f"names of servers and tools are texts, not {name!r}")
        known = definitions or {}
        self._tools = {server: dict(by_name) for server, by_name in tools.items()}
        self._catalogue = Catalogue(
            servers={
                server: ServerInfo(server, state="ready", tools=len(by_name))
                for server, by_name in self._tools.items()
            },
            tools={
                server: {
                    name: known.get((server, name)) or ToolInfo(server, name, _about(gives))
                    for name, gives in by_name.items()
                }
                for server, by_name in self._tools.items()
            },
        )

    def catalogue(self) -> Catalogue:
        """Every given tool; nothing has to connect."""
        return self._catalogue

    async def settled(self, server: str | None = None) -> None:
        """They are there from the beginning."""

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        """What the tool gives for these arguments; an exception of its own is a failed call."""
        if call.kind != "tool":
            return Outcome.failed(
                ErrorCode.NOT_FOUND, f"{call.label}: tools alone are given", dispatched=False
            )
        gives = self._tools[call.server][call.tool]
        try:
            if isinstance(gives, BaseException):
                raise gives
            if callable(gives):
                gives = gives(call.args)
                if inspect.isawaitable(gives):
                    gives = await gives
        except ToolFailure as failure:
            problem = json_problem(failure.details)
            details = failure.details if problem is None else f"not JSON: {problem}"
            return Outcome.failed(failure.code, str(failure), details)
        except (
            Exception
        ) as error:  # whatever a function of the caller's raises fails this call only
            return Outcome.failed(ErrorCode.UPSTREAM_ERROR, f"{type(error).__name__}: {error}")
        outcome = gives if isinstance(gives, Outcome) else Outcome(ok=True, result=gives)
        problem = json_problem(outcome.result)
        if problem is not None:
            return Outcome.failed(
                ErrorCode.SERIALIZATION_ERROR, f"{call.label}: the result is not JSON: {problem}"
            )
        return outcome


def _about(gives: JsonValue | ToolFunction) -> str:
    return (inspect.getdoc(gives) or "") if callable(gives) else ""
