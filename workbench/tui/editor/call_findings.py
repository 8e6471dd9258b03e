"""What is wrong with the calls of a script beyond its syntax, and how each is put right.

Pure: from a catalogue and the text. It says nothing where it is in doubt: of values that are no literals, of
servers that are not connected, of names in template literals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.catalogue.missing import Missing
from workbench.catalogue.schemas.words import NEEDED
from workbench.catalogue.suggestions import near_names
from workbench.catalogue.tool_types import member, property_name
from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.core.model import ErrorCode
from workbench.text.sanitize import clean_line
from workbench.tui.editor.js_literals import Written, read_literal
from workbench.tui.editor.schema_walk import Place
from workbench.tui.editor.script_reading import QUOTES, BracketedText, code_alone
from workbench.tui.editor.tool_calls import example, literal

_MOST = 100
_LONGEST = 200
_NAMED = r"(?:\s*\.\s*([\w$]+)|\[\s*([\"'])([^\"'\n]+)[\"']\s*\])"
_CALL = re.compile(rf"(?<![\w$.])tools{_NAMED}{_NAMED}\s*\(")
_ENVELOPE = re.compile(
    r"(?<![\w$.])call_tool\s*\(\s*([\"'])([^\"'\n]+)\1\s*,\s*([\"'])([^\"'\n]+)\3\s*(?=[,)])"
)
_CHAINED = re.compile(r"\s*(?:\.\s*([\w$]+)|\[)")
_HANDLERS = frozenset({"then", "catch", "finally"})
_LAST_WORD = re.compile(r"([\w$]+)\s*$")
_WAITING = re.compile(r"(?<![\w$.])await\s*$")
_FUNCTION = re.compile(r"(?:=>|\))\s*$")
_NO_FUNCTION = re.compile(r"(?<![\w$.])(?:if|for|while|switch|catch|with)\s*\([^{}]*\)\s*$")
_ASYNC = re.compile(r"(?<![\w$.])async(?![\w$])[^{};]*$")
_GOES_ON = frozenset(
    {
        "return",
        "await",
        "yield",
        "case",
        "of",
        "in",
        "typeof",
        "void",
        "new",
        "throw",
        "delete",
        "default",
    }
)


@dataclass(frozen=True, slots=True)
class Fix:
    """A text to put in the place of a range of the script."""

    title: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is likely wrong. ``at`` and ``end`` count characters of the text."""

    at: int
    end: int
    message: str
    fixes: tuple[Fix, ...] = ()


def findings(catalogue: Catalogue, text: str) -> list[Finding]:
    """At most a hundred, in the order of the text; none where no server is configured, or none yet read."""
    if not catalogue.servers:
        return []
    code, script = code_alone(text), BracketedText(text)
    found: list[Finding] = []
    for call in _CALL.finditer(text):
        if code[call.start()] != "t":
            continue  # in a string or a comment
        server, tool = call[1] or call[3], call[4] or call[6]
        names = call.span(1 if call[1] else 3), call.span(4 if call[4] else 6)
        found += _names(catalogue, server, tool, names)
        end = script.end(call.end())
        info = catalogue.spelled(server, tool)
        if isinstance(info, ToolInfo):
            found += _arguments(info, script, call.end(), end)
        found += _unawaited(text, code, call.start(), end)
        if len(found) >= _MOST:
            break
    for call in _ENVELOPE.finditer(text):
        if code[call.start()] != "c" or len(found) >= _MOST:
            continue
        server, tool = call[2], call[4]
        found += _names(catalogue, server, tool, (call.span(2), call.span(4)))
        opened = text.index("(", call.start()) + 1
        end = script.end(opened)
        info = catalogue.spelled(server, tool)
        given = text[call.end() + 1 : end].strip() if text[call.end()] == "," else ""
        if isinstance(info, ToolInfo) and given:
            found += _arguments(info, script, call.end() + 1, end)
        found += _unread(
            text, code, call.start(), end, f"tools{member(server)}{member(tool)}({given})"
        )
    return sorted(found, key=lambda each: each.at)[:_MOST]


# -- names -------------------------------------------------------------------------------------


def _names(
    catalogue: Catalogue, server: str, tool: str, places: tuple[tuple[int, int], tuple[int, int]]
) -> Iterator[Finding]:
    """A server or a tool that is not there."""
    missing = catalogue.spelled(server, tool)
    if not isinstance(missing, Missing) or missing.code != ErrorCode.NOT_FOUND:
        return
    known = catalogue.tools.get(server)
    if known is None and server in catalogue.servers:
        return  # it is not connected: its tools are not known
    wrong, place, names = (
        (server, places[0], catalogue.servers) if known is None else (tool, places[1], known)
    )
    fixes = tuple(
        Fix(f"Write {near}", *place, near) for near in near_names(wrong, names) if _is_plain(near)
    )
    yield Finding(*place, clean_line(missing.message, _LONGEST), fixes)


def _is_plain(name: str) -> bool:
    """Whether it can stand after a dot."""
    return re.fullmatch(r"[A-Za-z_$][\w$]*", name) is not None


# -- arguments ---------------------------------------------------------------------------------


def _arguments(tool: ToolInfo, script: BracketedText, start: int, end: int) -> Iterator[Finding]:
    """What the schema says of arguments that are written out."""
    text = script.text
    first = next(script.parts(start, end))
    written = read_literal(script, *first)
    if not text[slice(*first)].strip():
        written = Written({}, {(): (start, end)})
    elif () in written.unclear and not isinstance(written.value, dict):
        return
    elif not isinstance(written.value, dict):
        message = f"{tool.full_name} takes its arguments as an object"
        yield Finding(*written.spans[()], message, _as_object(tool, text, written))
        return
    for path, message in tool.input_check.placed(written.value):
        if any(path[: len(each)] == each or each[: len(path)] == path for each in written.unclear):
            continue
        yield _of_argument(tool, text, written, path, message)


def _as_object(tool: ToolInfo, text: str, written: Written) -> tuple[Fix, ...]:
    needed = tool.input_schema.get("required")
    if not isinstance(needed, list) or len(needed) != 1:
        return ()
    start, end = written.spans[()]
    put = f"{{ {property_name(str(needed[0]))}: {text[start:end]} }}"
    return (Fix(f"Write {put}", start, end, put),)


def _of_argument(
    tool: ToolInfo, text: str, written: Written, path: tuple[str | int, ...], message: str
) -> Finding:
    where = ".".join(map(str, path))
    said = clean_line(f"{tool.full_name}: {where}: {message}" if where else message, _LONGEST)
    if path and path not in written.spans and path not in written.names:  # it is missing
        inside = path[:-1]
        start, end = written.spans.get(inside, written.spans[()])
        if message == NEEDED:
            said = clean_line(f"{tool.full_name} needs {where}", _LONGEST)
        fixes = (_added(tool, text, written, str(path[-1])),) if not inside else ()
        return Finding(start, max(end, start + 1), said, fixes)
    name = written.names.get(path)
    properties = tool.input_schema.get("properties")
    if len(path) == 1 and name and isinstance(properties, dict) and path[0] not in properties:
        free = [each for each in properties if (each,) not in written.names]
        near = [str(each) for each in near_names(str(path[0]), map(str, free))]
        return Finding(
            *name, said, tuple(Fix(f"Write {each}", *name, property_name(each)) for each in near)
        )
    span = written.spans.get(path, written.spans[()])
    said = clean_line(f"{tool.full_name}: {message}", _LONGEST)
    return Finding(*span, said, tuple(_as_meant(tool, text[slice(*span)], span, path)))


def _as_meant(
    tool: ToolInfo, piece: str, span: tuple[int, int], path: tuple[str | int, ...]
) -> Iterator[Fix]:
    """A literal as the schema has it: a near name of its choices, a number without quotes or with them."""
    place = Place.of(tool.input_schema).inside(path)
    inner = piece[1:-1] if piece[:1] in QUOTES else ""
    near = near_names(inner, [each for each in place.values() if isinstance(each, str)])
    kinds = {str(variant.get("type")) for variant in place.variants}
    texts = [literal(each) for each in near] if inner else []
    if inner and kinds & {"integer", "number"} and re.fullmatch(r"-?\d{1,15}", inner):
        texts.append(str(int(inner)))
    if not inner and "string" in kinds and re.fullmatch(r"-?\d+(?:\.\d+)?", piece):
        texts.append(f'"{piece}"')
    yield from (Fix(f"Write {put}", *span, put) for put in texts)


def _added(tool: ToolInfo, text: str, written: Written, name: str) -> Fix:
    """A missing argument, with a value to begin with."""
    properties = tool.input_schema.get("properties")
    schema = properties.get(name) if isinstance(properties, dict) else None
    put = f"{property_name(name)}: {literal(example(schema))}"
    start, end = written.spans[()]
    if text[start : start + 1] != "{":
        return Fix(f"Add {put}", start, end, f"{{ {put} }}")
    last = text[start + 1 : end - 1].rstrip()
    at = start + 1 + len(last)
    joint = " " if not last.strip() or last.endswith(",") else ", "
    tail = " " if text[at : end - 1] == "" else ""
    return Fix(f"Add {put}", at, at, f"{joint}{put}{tail}")


# -- results -----------------------------------------------------------------------------------


def _unawaited(text: str, code: str, start: int, end: int) -> Iterator[Finding]:
    """A call whose Promise is read as its result, or goes nowhere."""
    after = _CHAINED.match(code, end + 1)
    waits = _WAITING.search(code, max(0, start - 40), start)
    if after is not None:
        if after[1] in _HANDLERS:
            return
        fix = _wait_fix(code, waits.start() if waits else start, start)
        put = f"(await {text[start : end + 1]})"
        title = "Await it in brackets"
        fixes = (Fix(title, waits.start() if waits else start, end + 1, put),) if fix else ()
        yield Finding(
            start, end + 1, "its result is read before it is there: it is a Promise", fixes
        )
    elif waits is None and _is_statement(code, start) and not _is_last(code, end):
        fixes = (
            (Fix("Put await before it", start, start, "await "),) if _may_wait(code, start) else ()
        )
        yield Finding(start, end + 1, "it is not awaited: nobody sees whether it fails", fixes)


def _wait_fix(code: str, place: int, start: int) -> bool:
    return place < start or _may_wait(code, start)


def _unread(text: str, code: str, start: int, end: int, better: str) -> Iterator[Finding]:
    """An envelope that nobody looks at."""
    waits = _WAITING.search(code, max(0, start - 40), start)
    first = waits.start() if waits else start
    if _CHAINED.match(code, end + 1) or not _is_statement(code, first) or _is_last(code, end):
        return
    fixes = (
        (Fix(f"Write await {better}", first, end + 1, f"await {better}"),)
        if _may_wait(code, first)
        else ()
    )
    yield Finding(
        first, end + 1, "its envelope is not looked at: nobody sees whether it fails", fixes
    )


def _is_statement(code: str, start: int) -> bool:
    """Whether a statement begins there."""
    before = code[max(0, start - 400) : start]
    bare = before.rstrip()
    if not bare or bare[-1] in ";{}":
        return True
    if "\n" not in before[len(bare) :]:
        return False
    if bare[-1] in ")]\"'`":
        return True
    word = _LAST_WORD.search(bare)
    return word is not None and word[1] not in _GOES_ON


def _is_last(code: str, end: int) -> bool:
    """Whether it is the last thing that the script says: its value."""
    return not code[end + 1 :].strip(" \t\r\n;")


def _open_at(code: str, start: int) -> list[int]:
    """Places of the braces that are open there."""
    places: list[int] = []
    for brace in re.finditer(r"[{}]", code[:start]):
        if brace[0] == "{":
            places.append(brace.start())
        elif places:
            places.pop()
    return places


def _may_wait(code: str, start: int) -> bool:
    """Whether the function around is asynchronous, or there is none."""
    for place in reversed(_open_at(code, start)):
        before = code[max(0, place - 300) : place]
        if _FUNCTION.search(before) and not _NO_FUNCTION.search(before):
            return _ASYNC.search(before) is not None
    return "=>" not in code[code.rfind("\n", 0, start) + 1 : start]
