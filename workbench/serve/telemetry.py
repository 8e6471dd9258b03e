"""OpenTelemetry: a span an execution and a span a tool call, where the usual variables ask for it.

Without ``OTEL_…`` variables nothing is imported and nothing is done. Names and attributes are those of
the semantic conventions for MCP and for generative AI.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.core.events import Event, ToolCallFinished, ToolCallStarted
from workbench.core.model import ErrorCode, Execution
from workbench.serve.tool_provider import Caller

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Listener = Callable[[Event], None]
Mask = Callable[[str], str]
"""A text with its secrets masked."""

_log = logging.getLogger(__name__)
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_EXPORTER = "OTEL_TRACES_EXPORTER"


def wanted(environ: Mapping[str, str]) -> bool:
    """Whether the variables ask for traces."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporter = environ.get(_EXPORTER, "")
    return exporter != "none" and bool(exporter or any(environ.get(name) for name in _ENDPOINTS))


def open_tracing(mask: Mask, environ: Mapping[str, str] = os.environ) -> Tracing | None:
    """Tracing as the environment asks for it, or None: off. ``mask``: of texts that leave the machine."""
    if not wanted(environ):
        return None
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import (
            BatchSpanProcessor,
            ConsoleSpanExporter,
            SpanExporter,
        )

        exporter: SpanExporter
        if environ.get(_EXPORTER) == "console":
            import sys

            exporter = ConsoleSpanExporter(out=sys.stderr)  # stdout is the protocol's
        else:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            exporter = OTLPSpanExporter()
    except ImportError:
        _log.warning(
            "OTEL variables are set, but OpenTelemetry is not installed: "
            "pip install 'workbench-mcp[otel]'"
        )
        return None
    resource = Resource.create({"service.name": environ.get("OTEL_SERVICE_NAME", "workbench")})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider.get_tracer("workbench"), provider.shutdown, mask)


class Tracing:
    """Makes the spans of executions."""

    def __init__(self, tracer: Tracer, close: Callable[[], None], mask: Mask) -> None:
        self._tracer = tracer
        self._mask = mask
        self.close = close
        """Export what is left; may take some time."""

    @contextmanager
    def execution(self, tool: str, caller: Caller) -> Iterator[ExecutionSpan]:
        """The server's span of one ``tools/call``, under the client's own where it sent one."""
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind

        attributes: dict[str, Any] = {
            "mcp.method.name": "tools/call",
            "mcp.protocol.version": caller.protocol_version,
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
        }
        if caller.request_id is not None:
            attributes["jsonrpc.request.id"] = str(caller.request_id)
        if caller.client is not None:
            attributes["mcp.client.name"] = caller.client
        with self._tracer.start_as_current_span(
            f"tools/call {tool}",
            context=extract(dict(caller.meta)),
            kind=SpanKind.SERVER,
            attributes=attributes,
        ) as span:
            calls = ExecutionSpan(self._tracer, span, self._mask)
            try:
                yield calls
            except asyncio.CancelledError:
                span.set_attribute("error.type", str(ErrorCode.CANCELLED))
                raise
            finally:
                calls.abandon()


class ExecutionSpan:
    """One execution's span, with a child for each of its calls."""

    def __init__(self, tracer: Tracer, span: Span, mask: Mask) -> None:
        from opentelemetry import trace

        self._tracer = tracer
        self._mask = mask
        self._span = span
        self._context = trace.set_span_in_context(span)
        self._calls: dict[int, Span] = {}

    def following(self, other: Listener | None) -> Listener:
        """A listener that makes the children, in front of another one."""

        def listen(event: Event) -> None:
            if isinstance(event, ToolCallStarted):
                self._begin(event)
            elif isinstance(event, ToolCallFinished):
                self._end(event)
            if other is not None:
                other(event)

        return listen

    def ended(self, execution: Execution) -> None:
        """Say how it ended."""
        from opentelemetry.trace import StatusCode

        self._span.set_attributes(
            {
                "workbench.execution.id": execution.execution_id,
                "workbench.execution.status": execution.status,
                "workbench.execution.tool_calls": execution.tool_calls,
            }
        )
        if execution.error is not None:
            self._span.set_attribute("error.type", str(execution.error.code))
            self._span.set_status(StatusCode.ERROR, self._mask(execution.error.message))

    def abandon(self) -> None:
        """End the children of calls that were never answered."""
        for span in self._calls.values():
            span.end()
        self._calls.clear()

    def _begin(self, event: ToolCallStarted) -> None:
        from opentelemetry.trace import SpanKind

        call = event.call
        self._calls[call.seq] = self._tracer.start_span(
            f"tools/call {call.tool}",
            context=self._context,
            kind=SpanKind.CLIENT,
            attributes={
                "mcp.method.name": "tools/call",
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": call.tool,
                "workbench.server": call.server,
                "workbench.call.seq": call.seq,
            },
        )

    def _end(self, event: ToolCallFinished) -> None:
        from opentelemetry.trace import StatusCode

        span = self._calls.pop(event.call.seq, None)
        if span is None:
            return
        error = event.outcome.error
        if error is not None:
            span.set_attribute("error.type", str(error.code))
            span.set_status(StatusCode.ERROR, self._mask(error.message))
        span.end()
