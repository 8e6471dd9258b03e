"""Workbench as a library: run scripts over MCP tools, follow them, replay them, from Python.

``from workbench import Workbench`` is the public way here (docs/library.md).
"""

from workbench.library.given_tools import GivenTools, ToolFailure, ToolFunction
from workbench.library.workbench import Workbench, load_recording, save_recording

__all__ = [
    "GivenTools",
    "ToolFailure",
    "ToolFunction",
    "Workbench",
    "load_recording",
    "save_recording",
]
