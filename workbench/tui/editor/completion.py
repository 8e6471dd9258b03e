"""What can stand at the cursor of a script: globals, servers, tools, argument names and their values.

Pure: from a catalogue, the text and the cursor (``script_reading``) and the schemas (``schema_walk``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.catalogue.typescript import member, property_name, type_text
from workbench.text.sanitize import clean_line
from workbench.tui.editor.result_members import Read, ResultSchemas, read_at
from workbench.tui.editor.schema_walk import Place
from workbench.tui.editor.script_reading import (
    Reading,
    entries,
    last_entry,
    name_of_entry,
    path_to_cursor,
    read,
    text_before,
)
from workbench.tui.editor.tool_calls import arguments_to_fill
from workbench.tui.matching import SCATTERED, score

_MOST = 200
_SIGNATURE = 200
_LONGEST_LINE = 400
_LONGEST_START = 600
"""Characters that a call takes up to its arguments: the names of server and tool."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One offer. ``insert`` replaces the ``prefix`` characters before the cursor."""

    label: str
    insert: str
    detail: str = ""
    """Type or signature, one line."""
    doc: str = ""
    """First line of the description."""
    prefix: int = 0
    back: int = 0
    """So many characters before the end of what was put in the cursor stands then."""


GLOBALS: tuple[tuple[str, str, str], ...] = (
    ("input", "any", "The JSON value that the execution was given."),
    ("tools", "tools.SERVER.TOOL(args): Promise", "Every tool as an asynchronous function."),
    ("call_tool", "(server, tool, args?) => envelope", "Call one tool and wait for its answer."),
    ("call_tools", "([{server, tool, args}], options?) => envelope[]", "Call tools in parallel."),
    (
        "read_resource",
        "(server, uri) => envelope",
        "What a server has to read, by its address or a link.",
    ),
    ("list_resources", "(server) => envelope", "Its resources, and templates of more."),
    ("get_prompt", "(server, name, args?) => envelope", "The messages of a prompt."),
    ("list_prompts", "(server) => envelope", "Its prompts with their arguments."),
    ("list_tools", "(server?) => envelope", "The tools of one server, or of all."),
    ("search_tools", "(query, limit?) => envelope", "Find tools by words."),
    ("describe_tool", "(server, tool) => envelope", "One tool with its schemas."),
    ("describe_tools", "([names]) => {tools, missing}", "Declarations of many tools."),
    ("console", "log, info, warn, error, debug", "Lines that are kept with the execution."),
    ("image", "(result) => content blocks", "The images in what a tool gave, for a model to see."),
    ("sleep", "(ms) => Promise", "Wait; counts against the time limit."),
)
_CONSOLE = ("log", "info", "warn", "error", "debug")

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
_CONSOLE_MEMBER = re.compile(r"(?<![\w$.])console\.([\w$]*)$")
_NAME = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*)?$")
_KEY = re.compile(r"^\s*([\"']?)([\w$-]*)$")
_QUOTES = ('"', "'", "`")
_TYPED = r"\"[^\"\n]*|'[^'\n]*|`[^`\n]*|[\w$-]*"
"""A value that is begun: a string without its end, or a word."""
_VALUE = re.compile(rf"^\s*(?:([\w$-]+)|([\"'])([^\"'\n]*)\2)\s*:\s*({_TYPED})$")
_ITEM = re.compile(rf"^\s*({_TYPED})$")


def nothing_known(_: ToolInfo) -> None:
    """The ``ResultSchemas`` of who has no history."""


def complete(
    catalogue: Catalogue,
    text: str,
    cursor: tuple[int, int],
    results: ResultSchemas = nothing_known,
) -> list[Completion]:
    """What can stand at the cursor ``(row, column)``, both from 0; best first."""
    before = text_before(text, cursor)
    state = read(before)
    if state.inside == "comment":
        return []
    if state.inside:
        return _in_string(catalogue, before, state)
    found = _SERVER_MEMBER.search(before)
    if found:
        return _member_offers(_servers(catalogue), found[1])
    found = _TOOL_MEMBER.search(before)
    if found:
        offers = _member_offers(_tools(catalogue, found[1] or found[3]), found[4])
        return offers if is_called_there(text, cursor) else [_as_call(offer) for offer in offers]
    found = _CONSOLE_MEMBER.search(before)
    if found:
        return _offers(((name, name, "(...values)", "") for name in _CONSOLE), found[1])
    reads = read_at(catalogue, results, before)
    if reads is not None:
        return _member_offers([*_members(reads.place), *_methods(reads)], reads.prefix)
    arguments = _arguments(catalogue, before, state)
    if arguments is not None:
        return arguments
    called = _called_at(catalogue, before)
    if called is not None:
        return [*_all_arguments(called), *_offers(_globals(), "")]
    found = _NAME.search(before)
    if not found:
        return []
    return _offers(_globals(), found[1] or "")


def opens_by_itself(text: str, cursor: tuple[int, int]) -> bool:
    """Whether offers should appear unasked: after ``tools.``, in the strings and the arguments of a call."""
    before = text_before(text, cursor)
    last = before[-1:]
    if last == ".":
        return True  # of a tool, or of its result: elsewhere there are no offers
    if last not in _QUOTES:
        return False
    if before[:-1].rstrip()[-1:] in (":", "[", ",", "{") and read(before[:-1]).open:
        return True  # a name or a value of an argument, perhaps: then there are offers
    return any(
        pattern.search(before)
        for pattern in (
            *(_FIRST, _SECOND, _BATCH_SERVER, _BATCH_TOOL),
            *(_SERVER_INDEX, _TOOL_INDEX),
        )
    )


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
    return any(_CALL_MEMBER.search(before[:place]) for place in state.open)


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
        found = _CALL_MEMBER.search(named[: position + 1])
        if found:
            return _tool(catalogue, found[1] or found[3], found[4] or found[6])
        found = _CALLED.match(named, position)
        if found and named[:position].rstrip().endswith("call_tool"):
            return _tool(catalogue, found[2], found[4])
        found = _BATCH_ARGS.search(named[:position])
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


def _as_call(offer: Completion) -> Completion:
    """A tool is there to be called: its brackets come with it, the cursor between them."""
    return replace(offer, insert=f"{offer.insert}()", back=1)


# -- where the cursor is -------------------------------------------------------------------


def _in_string(catalogue: Catalogue, before: str, state: Reading) -> list[Completion]:
    for pattern in (_SECOND, _BATCH_TOOL):
        found = pattern.search(before)
        if found:
            return _offers(_tools(catalogue, found[2]), found[4])
    for pattern in (_FIRST, _BATCH_SERVER, _SERVER_INDEX):
        found = pattern.search(before)
        if found:
            return _offers(_servers(catalogue), found[2])
    found = _TOOL_INDEX.search(before)
    if found:
        return _offers(_tools(catalogue, found[1] or found[3]), found[5])
    return _arguments(catalogue, before, state) or []


def _called_at(catalogue: Catalogue, before: str) -> ToolInfo | None:
    """The tool whose arguments begin right here."""
    before = before[-_LONGEST_START:]
    found = _CALL_MEMBER.search(before)
    if found:
        return _tool(catalogue, found[1] or found[3], found[4] or found[6])
    found = _CALL_TOOL.search(before) or _BATCH_ARGS.search(before)
    return _tool(catalogue, found[2], found[4]) if found else None


def _arguments(catalogue: Catalogue, before: str, state: Reading) -> list[Completion] | None:
    """Names or values in the arguments of a call; None: the cursor is in none, or at any expression."""
    if not state.open or before[state.open[-1]] not in "{[":
        return None
    for depth in range(len(state.open) - 1, -1, -1):
        tool = None
        if before[state.open[depth]] == "{":
            tool = _called_at(catalogue, before[: state.open[depth]])
        if tool is not None:
            path = path_to_cursor(before, state.open[depth:])
            if path is None:
                return None
            place = Place.of(tool.input_schema).inside(path)
            inner = before[state.open[-1] + 1 :]
            if before[state.open[-1]] == "[":
                return _in_array(place, inner)
            return _in_object(place, inner)
    return None


def _all_arguments(tool: ToolInfo) -> list[Completion]:
    """The required arguments of a call that has none yet, to be filled in."""
    text = arguments_to_fill(tool) or "{}"
    return [
        Completion(clean_line(text, _SIGNATURE), text, "arguments", _first_line(tool.description))
    ]


def _in_object(place: Place, inner: str) -> list[Completion] | None:
    here = last_entry(inner)
    value = _VALUE.match(here)
    if value:
        return _values(place.inside([value[1] or value[3]]), value[4])
    key = _KEY.match(here)
    if not key:
        return None if name_of_entry(here) is not None else []
    quote, prefix = key[1], key[2]
    used = {name_of_entry(entry) or entry.strip() for entry in entries(inner)[:-1]}
    needed = place.required()
    rows = []
    for name, schema in sorted(place.properties().items(), key=lambda item: item[0] not in needed):
        if name in used:
            continue
        text = name if quote else f"{property_name(name)}: "
        detail = type_text(schema, place.root) + ("" if name in needed else "  optional")
        rows.append((name, text, detail, _first_line(place.inside([name]).description())))
    return _offers(rows, prefix)


def _in_array(place: Place, inner: str) -> list[Completion] | None:
    item = _ITEM.match(last_entry(inner))
    return _values(place.inside([len(entries(inner)) - 1]), item[1]) if item else None


# -- what there is -------------------------------------------------------------------------

_Rows = Iterable[tuple[str, str, str, str]]
"""(label, insert, detail, doc)"""


def _globals() -> _Rows:
    return ((name, name, detail, doc) for name, detail, doc in GLOBALS)


def _members(place: Place) -> Iterator[tuple[str, str, str, str]]:
    """What an object has, for reading it."""
    always = place.required()
    for name, schema in place.properties().items():
        detail = type_text(schema, place.root) + ("" if name in always else "  optional")
        yield name, name, detail, _first_line(place.inside([name]).description())


def _methods(reads: Read) -> _Rows:
    return ((name, name, detail, "") for name, detail in reads.methods())


def _servers(catalogue: Catalogue) -> Iterator[tuple[str, str, str, str]]:
    for name in {**catalogue.servers, **catalogue.tools}:
        info = catalogue.servers.get(name)
        count = len(catalogue.tools.get(name, ()))
        state = "" if info is None or info.state == "ready" else f", {info.state}"
        many = "tool" if count == 1 else "tools"
        yield name, name, f"server, {count} {many}{state}", (info.error or "") if info else ""


def _tools(catalogue: Catalogue, server: str) -> Iterator[tuple[str, str, str, str]]:
    for tool in catalogue.tools.get(server, {}).values():
        yield tool.name, tool.name, arguments_text(tool), _first_line(tool.description)


def arguments_text(tool: ToolInfo) -> str:
    """A tool's arguments on one line: ``({ text: string, limit?: number })``."""
    return f"({type_text(tool.input_schema, most=_SIGNATURE)})"


def _tool(catalogue: Catalogue, server: str, name: str) -> ToolInfo | None:
    return catalogue.tools.get(server, {}).get(name)


def _values(place: Place, typed: str) -> list[Completion] | None:
    """The values that a place names; None where it names none: any expression may stand there."""
    choices = place.values()[:_MOST]
    if not choices:
        return None
    quote = typed[0] if typed[:1] in _QUOTES else ""
    rows = []
    for choice in choices:
        if quote and not isinstance(choice, str):
            continue
        label = choice if isinstance(choice, str) else json.dumps(choice)
        text = _quoted_for(label, quote) if quote else json.dumps(choice, ensure_ascii=False)
        rows.append((label, text, "", _first_line(place.description())))
    return _offers(rows, typed[len(quote) :])


def _quoted_for(text: str, quote: str) -> str:
    """A text as it stands inside quotes of a kind."""
    inside = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
    return inside.replace(quote, "\\" + quote)


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]


def _offers(rows: _Rows, prefix: str) -> list[Completion]:
    """Those that begin with the prefix, then those that hold it, then those that have its letters in this
    order (``listd``: list_directory), without regard to case."""
    found: list[tuple[int, Completion]] = []
    for label, text, detail, doc in rows:
        points = score(prefix, label)
        if points is not None:
            offer = Completion(
                clean_line(label), text, clean_line(detail), clean_line(doc), len(prefix)
            )
            found.append((points, offer))
    found.sort(key=lambda each: each[0])
    if (
        found and found[0][0] < SCATTERED
    ):  # letters that are apart are a guess: only without better ones
        found = [each for each in found if each[0] < SCATTERED]
    offers = [offer for _, offer in found[:_MOST]]
    if len(offers) == 1 and offers[0].insert == prefix:
        return []
    return offers


def _member_offers(rows: _Rows, prefix: str) -> list[Completion]:
    """As ``_offers`` after a dot; a name that is no identifier replaces the dot by brackets."""
    offers = []
    for offer in _offers(rows, prefix):
        access = member(offer.insert)
        if access.startswith("."):
            offers.append(offer)
        else:
            offers.append(
                Completion(offer.label, access, offer.detail, offer.doc, offer.prefix + 1)
            )
    return offers
