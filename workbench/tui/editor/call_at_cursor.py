"""Which call the cursor of a script is in, and what is written of its names: by patterns, for a script that is
being written rarely parses.
"""

from __future__ import annotations

import re

from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.tui.editor.script_reading import read, text_before

_LONGEST_LINE = 400
_LONGEST_START = 600
"""Characters that a call takes up to its arguments: the names of server and tool."""
QUOTES = ('"', "'", "`")
_OF_A_SERVER = (
    "call_tool|describe_tool|list_tools|read_resource|list_resources|get_prompt|list_prompts"
)
_FIRST = re.compile(rf"\b(?:{_OF_A_SERVER})\s*\(\s*([\"'`])([^\"'`\n]*)$")
_SECOND = re.compile(
    r"\b(?:call_tool|describe_tool)\s*\(\s*([\"'`])([^\"'`\n]*)\1\s*,\s*([\"'`])([^\"'`\n]*)$"
)
_BATCH_SERVER = re.compile(r"[{,]\s*[\"']?server[\"']?\s*:\s*([\"'`])([^\"'`\n]*)$")
_BATCH_TOOL = re.compile(
    r"[\"']?server[\"']?\s*:\s*([\"'`])([^\"'`\n]*)\1\s*,\s*[\"']?tool[\"']?\s*:\s*"
    r"([\"'`])([^\"'`\n]*)$"
)
_PART = r"(?:\.([\w$]+)|\[([\"'])(.+?)\2\])"
_SERVER_MEMBER = re.compile(r"(?<![\w$.])tools\.([\w$]*)$")
_SERVER_INDEX = re.compile(r"(?<![\w$.])tools\[([\"'])([^\"'\n]*)$")
_TOOL_MEMBER = re.compile(rf"(?<![\w$.])tools{_PART}\.([\w$]*)$")
_TOOL_INDEX = re.compile(rf"(?<![\w$.])tools{_PART}\[([\"'])([^\"'\n]*)$")
_PART2 = r"(?:\.([\w$]+)|\[([\"'])(.+?)\5\])"
_CALL_MEMBER = re.compile(rf"(?<![\w$.])tools{_PART}{_PART2}\s*\(\s*$")
_CALL_TOOL = re.compile(
    r"\bcall_tool\s*\(\s*([\"'`])([^\"'`\n]*)\1\s*,\s*([\"'`])([^\"'`\n]*)\3\s*,\s*$"
)
_BATCH_ARGS = re.compile(
    r"[\"']?server[\"']?\s*:\s*([\"'`])([^\"'`\n]*)\1\s*,\s*[\"']?tool[\"']?\s*:\s*"
    r"([\"'`])([^\"'`\n]*)\3\s*,\s*[\"']?args[\"']?\s*:\s*$"
)
_CALLED = re.compile(r"\(\s*([\"'`])([^\"'`\n]*)\1\s*,\s*([\"'`])([^\"'`\n]*)\3?")
_BRACKET_NEXT = re.compile(r"[\w$]*\s*\(")
_REST_OF_NAME = re.compile(r"[\w$]*")


def server_member(before: str) -> str | None:
    """What is written of a server's name after ``tools.``; None: the cursor is not there."""
    found = _SERVER_MEMBER.search(before)
    return found[1] if found else None


def tool_member(before: str) -> tuple[str, str] | None:
    """The server, and what is written of a tool's name after ``tools.SERVER.``."""
    found = _TOOL_MEMBER.search(before)
    return (found[1] or found[3], found[4]) if found else None


def server_in_string(before: str) -> str | None:
    """What is written of a server's name in a string that means one."""
    for pattern in (_FIRST, _BATCH_SERVER, _SERVER_INDEX):
        found = pattern.search(before)
        if found:
            return found[2]
    return None


def tool_in_string(before: str) -> tuple[str, str] | None:
    """The server, and what is written of a tool's name in a string that means one."""
    for pattern in (_SECOND, _BATCH_TOOL):
        found = pattern.search(before)
        if found:
            return found[2], found[4]
    found = _TOOL_INDEX.search(before)
    return (found[1] or found[3], found[5]) if found else None


def called_at(catalogue: Catalogue, before: str) -> ToolInfo | None:
    """The tool whose arguments begin right here."""
    before = _start(before, len(before))
    found = _CALL_MEMBER.search(before)
    if found:
        return _tool(catalogue, found[1] or found[3], found[4] or found[6])
    found = _CALL_TOOL.search(before) or _BATCH_ARGS.search(before)
    return _tool(catalogue, found[2], found[4]) if found else None


def opens_by_itself(text: str, cursor: tuple[int, int]) -> bool:
    """Whether offers should appear unasked: after ``tools.``, in the strings and the arguments of a call."""
    before = text_before(text, cursor)
    last = before[-1:]
    if last == ".":
        return True  # of a tool, or of its result: elsewhere there are no offers
    if last not in QUOTES:
        return False
    if before[:-1].rstrip()[-1:] in (":", "[", ",", "{") and read(before[:-1]).open:
        return True  # a name or a value of an argument, perhaps: then there are offers
    return server_in_string(before) is not None or tool_in_string(before) is not None


def opens_unasked(text: str, cursor: tuple[int, int]) -> bool:
    """Whether the arguments of a tool begin here, or another one follows: offers that Enter does not take."""
    before = text_before(text, cursor)
    last = before[-1:]
    if last == "(":
        return _CALL_MEMBER.search(before) is not None
    if last not in ("{", ","):
        return False
    state = read(before)
    if state.inside or not state.open or before[state.open[-1]] != "{":
        return False
    return any(_CALL_MEMBER.search(_start(before, place)) for place in state.open)


def tool_at(catalogue: Catalogue, text: str, cursor: tuple[int, int]) -> ToolInfo | None:
    """The tool whose name or call the cursor is in: for showing its schema."""
    row, column = cursor
    line = text.split("\n", row + 1)[row] if text.count("\n") >= row else ""
    rest = _REST_OF_NAME.match(line, column)
    named = text_before(text, (row, rest.end() if rest else column))
    found = _CALL_MEMBER.search(named + "(")
    if found:
        return _tool(catalogue, found[1] or found[3], found[4] or found[6])
    for position in reversed(read(named).open):
        found = _CALL_MEMBER.search(_start(named, position + 1))
        if found:
            return _tool(catalogue, found[1] or found[3], found[4] or found[6])
        found = _CALLED.match(named, position)
        if found and named[:position].rstrip().endswith("call_tool"):
            return _tool(catalogue, found[2], found[4])
        found = _BATCH_ARGS.search(_start(named, position))
        if found:
            return _tool(catalogue, found[2], found[4])
    return None


def tool_on_line(catalogue: Catalogue, text: str, cursor: tuple[int, int]) -> ToolInfo | None:
    """As ``tool_at``; where the cursor is in no call, the first tool that its line calls."""
    found = tool_at(catalogue, text, cursor)
    line = text.split("\n")[cursor[0]] if found is None and cursor[0] <= text.count("\n") else ""
    for bracket in re.finditer(r"(?<=\()|(?=\))", line[:_LONGEST_LINE]):
        found = found or tool_at(catalogue, text, (cursor[0], bracket.start()))
    return found


def is_called_there(text: str, cursor: tuple[int, int]) -> bool:
    """Whether the name at the cursor is followed by its brackets already."""
    line = text.split("\n", cursor[0] + 1)[cursor[0]]
    return _BRACKET_NEXT.match(line, cursor[1]) is not None


def _start(before: str, place: int) -> str:
    """What a call whose arguments begin at a place is written in."""
    return before[max(0, place - _LONGEST_START) : place]


def _tool(catalogue: Catalogue, server: str, name: str) -> ToolInfo | None:
    return catalogue.tools.get(server, {}).get(name)
