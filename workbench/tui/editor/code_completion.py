"""What can stand at the cursor of a script: globals, servers, tools, argument names and their values.

Pure: from a catalogue, the text and the cursor (``script_reading``, ``call_at_cursor``) and the schemas
(``schema_walk``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.catalogue.tool_types import member, property_name, type_text
from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.editor.call_at_cursor import (
    QUOTES,
    called_at,
    is_called_there,
    server_in_string,
    server_member,
    tool_in_string,
    tool_member,
)
from workbench.tui.editor.local_names import local_names
from workbench.tui.editor.result_members import InputSchema, Read, ResultSchemas, read_at
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
    args: str = ""
    """The arguments within ``insert``, whose values are to be filled in; empty: there are none."""


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

_CONSOLE_MEMBER = re.compile(r"(?<![\w$.])console\.([\w$]*)$")
_NAME = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*)?$")
_KEY = re.compile(r"^\s*([\"']?)([\w$-]*)$")
_TYPED = r"\"[^\"\n]*|'[^'\n]*|`[^`\n]*|[\w$-]*"
"""A value that is begun: a string without its end, or a word."""
_VALUE = re.compile(rf"^\s*(?:([\w$-]+)|([\"'])([^\"'\n]*)\2)\s*:\s*({_TYPED})$")
_ITEM = re.compile(rf"^\s*({_TYPED})$")


def nothing_known(_: ToolInfo) -> None:
    """The ``ResultSchemas`` of who has no history."""


def nothing_given() -> Mapping[str, Any]:
    """The ``InputSchema`` of a script without input."""
    return {}


def complete(
    catalogue: Catalogue,
    text: str,
    cursor: tuple[int, int],
    results: ResultSchemas = nothing_known,
    given: InputSchema = nothing_given,
) -> list[Completion]:
    """What can stand at the cursor ``(row, column)``, both from 0; best first."""
    before = text_before(text, cursor)
    state = read(before)
    if state.inside == "comment":
        return []
    if state.inside:
        return _in_string(catalogue, before, state)
    begun = server_member(before)
    if begun is not None:
        return _member_offers(_servers(catalogue), begun)
    begun_tool = tool_member(before)
    if begun_tool is not None:
        server, begun = begun_tool
        offers = _member_offers(_tools(catalogue, server), begun)
        if is_called_there(text, cursor):
            return offers
        tools = {clean_line(name): tool for name, tool in catalogue.tools.get(server, {}).items()}
        return [_as_call(offer, tools[offer.label]) for offer in offers]
    found = _CONSOLE_MEMBER.search(before)
    if found:
        return _offers(((name, name, "(...values)", "") for name in _CONSOLE), found[1])
    reads = read_at(catalogue, results, given, before)
    if reads is not None:
        return _member_offers([*_members(reads.place), *_methods(reads)], reads.prefix)
    arguments = _arguments(catalogue, before, state)
    if arguments is not None:
        return arguments
    called = called_at(catalogue, before)
    if called is not None:
        return [*_all_arguments(called), *_offers(_names(text, cursor), "")]
    found = _NAME.search(before)
    if not found:
        return []
    return _offers(_names(text, cursor), found[1] or "")


def _as_call(offer: Completion, tool: ToolInfo) -> Completion:
    """A tool is there to be called: what it needs comes with it, to be filled in; where it needs nothing its
    brackets, the cursor between them."""
    args = arguments_to_fill(tool)
    return replace(offer, insert=f"{offer.insert}({args})", back=0 if args else 1, args=args)


# -- where the cursor is -------------------------------------------------------------------


def _in_string(catalogue: Catalogue, before: str, state: Reading) -> list[Completion]:
    tool = tool_in_string(before)
    if tool is not None:
        return _offers(_tools(catalogue, tool[0]), tool[1])
    server = server_in_string(before)
    if server is not None:
        return _offers(_servers(catalogue), server)
    return _arguments(catalogue, before, state) or []


def _arguments(catalogue: Catalogue, before: str, state: Reading) -> list[Completion] | None:
    """Names or values in the arguments of a call; None: the cursor is in none, or at any expression."""
    if not state.open or before[state.open[-1]] not in "{[":
        return None
    for depth in range(len(state.open) - 1, -1, -1):
        tool = None
        if before[state.open[depth]] == "{":
            tool = called_at(catalogue, before[: state.open[depth]])
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
    text = arguments_to_fill(tool)
    label, doc = clean_line(text or "{}", _SIGNATURE), _first_line(tool.description)
    return [Completion(label, text or "{}", "arguments", doc, args=text)]


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


def _names(text: str, cursor: tuple[int, int]) -> Iterator[tuple[str, str, str, str]]:
    """What a name can mean there: what the script declares, the nearest first, then what every script has."""
    declared = dict(local_names(text, cursor))
    yield from ((name, name, kind, "") for name, kind in declared.items())
    yield from ((name, name, detail, doc) for name, detail, doc in GLOBALS if name not in declared)


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
        tools = count(len(catalogue.tools.get(name, ())), "tool")
        state = "" if info is None or info.state == "ready" else f", {info.state}"
        yield name, name, f"server, {tools}{state}", (info.error or "") if info else ""


def _tools(catalogue: Catalogue, server: str) -> Iterator[tuple[str, str, str, str]]:
    for tool in catalogue.tools.get(server, {}).values():
        yield tool.name, tool.name, arguments_text(tool), _first_line(tool.description)


def arguments_text(tool: ToolInfo) -> str:
    """A tool's arguments on one line: ``({ text: string, limit?: number })``."""
    return f"({type_text(tool.input_schema, most=_SIGNATURE)})"


def _values(place: Place, typed: str) -> list[Completion] | None:
    """The values that a place names; None where it names none: any expression may stand there."""
    choices = place.values()[:_MOST]
    if not choices:
        return None
    quote = typed[0] if typed[:1] in QUOTES else ""
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
