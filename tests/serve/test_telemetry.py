"""Spans of executions and calls; nothing at all without the variables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.serving import RAW_SERVER
from workbench.config import Config, ServerSettings
from workbench.core.runtime import open_runtime
from workbench.serve.telemetry import Tracing, open_tracing, wanted
from workbench.serve.tool_provider import Caller
from workbench.serve.toolset import Toolset
from workbench.text.redact import Redactor

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECRET = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_the_usual_variables_decide(environ: dict[str, str], asked: bool) -> None:
    assert wanted(environ) is asked


def test_off_loads_nothing() -> None:
    code = (
        "import sys; from workbench.serve.telemetry import open_tracing; "
        "import workbench.serve.serving; assert open_tracing(str, {}) is None; "
        "print(*[n for n in ('opentelemetry', 'mcp', 'uvicorn') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.anyio
async def test_an_execution_and_its_calls_are_spans(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    def mask(text: str) -> str:
        return Redactor().text(text)[0]

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing = Tracing(provider.get_tracer("test"), provider.shutdown, mask)
    raw = ServerSettings("raw", command=sys.executable, args=(str(RAW_SERVER),))
    config = Config(enable_code_execution=True, servers={"raw": raw})
    async with open_runtime(config, data_dir=tmp_path) as runtime:
        toolset = Toolset(runtime, tracing)
        code = "call_tool('raw', 'echo', {}); call_tool('raw', 'fail', {}); "
        code += f"throw new Error('no entry with {SECRET}')"
        caller = Caller(client="c", meta={"traceparent": PARENT}, request_id=5)
        result = await toolset.call("code_execution", {"code": code}, caller)
    echo, fail, whole = exporter.get_finished_spans()
    told = result["structuredContent"]
    assert whole.name == "tools/call code_execution"
    assert whole.attributes is not None
    assert whole.attributes["workbench.execution.id"] == told["execution_id"]
    assert whole.attributes["jsonrpc.request.id"] == "5"
    assert whole.attributes["error.type"] == "RUNTIME_ERROR"
    assert whole.parent is not None
    assert f"{whole.parent.span_id:x}" == PARENT.split("-")[2]
    for span, tool in ((echo, "echo"), (fail, "fail")):
        assert span.attributes is not None
        assert span.attributes["gen_ai.tool.name"] == tool
        assert span.parent is not None
        assert whole.context is not None
        assert span.parent.span_id == whole.context.span_id
    assert fail.attributes is not None
    assert fail.attributes["error.type"] == "UPSTREAM_ERROR"
    assert whole.status.description == "Error: no entry with «masked token»"


def test_tracing_opens_from_the_environment() -> None:
    pytest.importorskip("opentelemetry.sdk")
    tracing = open_tracing(str, {"OTEL_TRACES_EXPORTER": "console"})
    assert tracing is not None
    tracing.close()
