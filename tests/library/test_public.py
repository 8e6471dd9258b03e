"""What ``import workbench`` promises."""

from __future__ import annotations

import subprocess
import sys

import workbench

PUBLIC = [
    "CallError", "Config", "ConfigError", "ConsoleCut", "ConsoleLine", "Divergence", "ErrorCode",
    "Event", "Execution", "ExecutionFinished", "ExecutionQueued", "ExecutionRunning", "ExecutionStarted", "GivenTools",
    "LogLine", "Outcome", "Recording", "RecordingError", "Replayed", "ScriptError", "ToolCall",
    "ToolCallFinished", "ToolCallNote", "ToolCallStarted", "ToolFailure", "UnknownExecution",
    "Workbench", "__version__", "load_recording", "save_recording",
]  # fmt: skip


def test_the_public_names_are_these_and_no_others() -> None:
    assert workbench.__all__ == PUBLIC
    assert dir(workbench) == sorted(PUBLIC)


def test_every_public_name_is_there_and_documented() -> None:
    for name in PUBLIC:
        value = getattr(workbench, name)
        if callable(value):
            assert value.__doc__, name


def test_importing_workbench_imports_nothing_of_it() -> None:
    code = "import sys, workbench; print([m for m in sys.modules if m.startswith('workbench.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_library_imports_no_screen_and_no_protocol() -> None:
    code = "import sys; from workbench import Workbench; print([m for m in ('mcp', 'textual') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
