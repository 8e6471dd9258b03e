"""Every private member of Textual that Workbench uses, behind public names of ours.

Textual has no public way to these; so its version is pinned (pyproject.toml), and a test says which member is
gone when another version is tried (test_textual_private.py). Nothing outside this folder touches one.
"""

from workbench.tui.textual_private.editor_base import EditorBase
from workbench.tui.textual_private.key_parser import UnmarkedPaste
from workbench.tui.textual_private.line_map import LineMap
from workbench.tui.textual_private.line_text import LineText
from workbench.tui.textual_private.members import CLASS_MEMBERS, INSTANCE_MEMBERS, VERSION
from workbench.tui.textual_private.painting import AppBase
from workbench.tui.textual_private.screens import ScreenBase
from workbench.tui.textual_private.scrolling import LineLog, LineScroll
from workbench.tui.textual_private.text_document import TextDocument, newline_of

__all__ = [
    "CLASS_MEMBERS",
    "INSTANCE_MEMBERS",
    "VERSION",
    "AppBase",
    "EditorBase",
    "LineLog",
    "LineMap",
    "LineScroll",
    "LineText",
    "ScreenBase",
    "TextDocument",
    "UnmarkedPaste",
    "newline_of",
]
