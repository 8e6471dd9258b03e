"""Workbench: write, watch and replay the JavaScript that agents run over MCP tools.

As a library (docs/library.md)::

    from workbench import Workbench

    async with Workbench(tools={"crm": {"get_user": {"name": "Ada"}}}) as workbench:
        execution = await workbench.run("(await tools.crm.get_user({})).name")

Names are imported when they are first used, so that ``import workbench`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.config import Config, ConfigError
    from workbench.core.events import (
        ConsoleCut,
        ConsoleLine,
        Event,
        ExecutionFinished,
        ExecutionQueued,
        ExecutionRunning,
        ExecutionStarted,
        ToolCallFinished,
        ToolCallNote,
        ToolCallStarted,
    )
    from workbench.core.model import (
        CallError,
        ErrorCode,
        Execution,
        LogLine,
        Outcome,
        ScriptError,
        ToolCall,
    )
    from workbench.history import Recording, RecordingError, UnknownExecution
    from workbench.library import (
        GivenTools,
        ToolFailure,
        Workbench,
        load_recording,
        save_recording,
    )
    from workbench.replay import Divergence, Replayed

__version__ = "0.1.0"

_HOMES = {
    "workbench.config": ("Config", "ConfigError"),
    "workbench.core.events": (
        "ConsoleCut",
        "ConsoleLine",
        "Event",
        "ExecutionFinished",
        "ExecutionQueued",
        "ExecutionRunning",
        "ExecutionStarted",
        "ToolCallFinished",
        "ToolCallNote",
        "ToolCallStarted",
    ),
    "workbench.core.model": (
        "CallError",
        "ErrorCode",
        "Execution",
        "LogLine",
        "Outcome",
        "ScriptError",
        "ToolCall",
    ),
    "workbench.history": ("Recording", "RecordingError", "UnknownExecution"),
    "workbench.library": (
        "GivenTools",
        "ToolFailure",
        "Workbench",
        "load_recording",
        "save_recording",
    ),
    "workbench.replay": ("Divergence", "Replayed"),
}

__all__ = [
    "CallError",
    "Config",
    "ConfigError",
    "ConsoleCut",
    "ConsoleLine",
    "Divergence",
    "ErrorCode",
    "Event",
    "Execution",
    "ExecutionFinished",
    "ExecutionQueued",
    "ExecutionRunning",
    "ExecutionStarted",
    "GivenTools",
    "LogLine",
    "Outcome",
    "Recording",
    "RecordingError",
    "Replayed",
    "ScriptError",
    "ToolCall",
    "ToolCallFinished",
    "ToolCallNote",
    "ToolCallStarted",
    "ToolFailure",
    "UnknownExecution",
    "Workbench",
    "__version__",
    "load_recording",
    "save_recording",
]


def __getattr__(name: str) -> object:
    from workbench.util.lazy_names import lazy_name

    return lazy_name(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted(__all__)
