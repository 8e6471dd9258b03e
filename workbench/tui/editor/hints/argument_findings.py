"""What is wrong with the arguments of a tool's call, as far as they are written out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.catalogue.schemas.words import NEEDED
from workbench.catalogue.suggestions import near_names
from workbench.catalogue.tool_types import property_name
from workbench.catalogue.tools import ToolInfo
from workbench.text.sanitize import clean_line
from workbench.tui.editor.analysis.js_literals import Path, Span, Written, read_literal
from workbench.tui.editor.analysis.schema_walk import Place
from workbench.tui.editor.analysis.script_places import QUOTES
from workbench.tui.editor.hints.findings import LONGEST, Finding, Fix
from workbench.tui.editor.hints.tool_calls import example_at, literal

if TYPE_CHECKING:
    from tree_sitter import Node

_WHOLE = re.compile(r"-?\d{1,15}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def argument_findings(
    tool: ToolInfo, given: Node | None, nowhere: Span, before: str, source: bytes
) -> Iterator[Finding]:
    """What the schema says of the arguments of a call.

    nowhere: the place of arguments that are not written. before: what is put before them then.
    """
    if given is None:
        written = Written({}, {(): nowhere})
    else:
        written = read_literal(given)
        if () in written.unclear and not isinstance(written.value, dict):
            return
        before = ""
    reader = _Reader(tool, given, written, before, source)
    if not isinstance(written.value, dict):
        yield reader.no_object()
        return
    missing: list[str] = []
    wrong: list[tuple[Path, str]] = []
    for path, message in tool.input_check.placed(written.value):
        if any(path[: len(each)] == each or each[: len(path)] == path for each in written.unclear):
            continue
        if len(path) == 1 and message == NEEDED:
            missing.append(str(path[0]))
        else:
            wrong.append((path, message))
    misspelt = reader.misspelt(missing)
    yield from (reader.as_meant(*names) for names in misspelt.items())
    yield from (reader.of(path, message) for path, message in wrong if path[:1] not in misspelt)
    if missing := [name for name in missing if name not in misspelt.values()]:
        yield reader.missing(missing)


def _listed(names: list[str]) -> str:
    """``owner, repo and number``"""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


class _Reader:
    """Of one call."""

    def __init__(
        self, tool: ToolInfo, given: Node | None, written: Written, before: str, source: bytes
    ) -> None:
        self._tool = tool
        self._given = given
        self._written = written
        self._before = before
        self._source = source

    def _text(self, span: Span) -> str:
        return self._source[span[0] : span[1]].decode(errors="replace")

    def no_object(self) -> Finding:
        """Where a value stands in the place of the object."""
        span = self._written.spans[()]
        message = f"{self._tool.full_name} takes its arguments as an object"
        needed = self._tool.input_schema.get("required")
        if not isinstance(needed, list) or len(needed) != 1:
            return Finding(*span, message)
        put = f"{{ {property_name(str(needed[0]))}: {self._text(span)} }}"
        return Finding(*span, message, (Fix(f"Write {put}", *span, put),))

    def missing(self, names: list[str]) -> Finding:
        """Where arguments are missing that the tool needs: all of them at once."""
        start, end = self._written.spans[()]
        said = clean_line(f"{self._tool.full_name} needs {_listed(names)}", LONGEST)
        return Finding(start, max(end, start + 1), said, (self._added(names),))

    def misspelt(self, missing: list[str]) -> dict[Path, str]:
        """Which names that are written are no arguments, and which missing one each was meant for."""
        properties = self._tool.input_schema.get("properties")
        known = properties if isinstance(properties, dict) else {}
        found: dict[Path, str] = {}
        for path in self._written.names:
            if len(path) == 1 and path[0] not in known:
                near = near_names(str(path[0]), [n for n in missing if n not in found.values()])
                if near:
                    found[path] = near[0]
        return found

    def as_meant(self, path: Path, name: str) -> Finding:
        """Where a missing argument is there under a near name."""
        span = self._written.names[path]
        said = f"{self._tool.full_name} needs {name}; {path[0]} is none of its arguments"
        fix = Fix(f"Write {name}", *span, self._named(span, name))
        return Finding(*span, clean_line(said, LONGEST), (fix,))

    def of(self, path: Path, message: str) -> Finding:
        """What is said of an argument."""
        written, tool = self._written, self._tool
        where = ".".join(map(str, path))
        said = clean_line(f"{tool.full_name}: {where}: {message}" if where else message, LONGEST)
        if path and path not in written.spans and path not in written.names:  # it is missing
            inside = path[:-1]
            start, end = written.spans.get(inside, written.spans[()])
            if message == NEEDED:
                said = clean_line(f"{tool.full_name} needs {where}", LONGEST)
            return Finding(start, max(end, start + 1), said)
        name = written.names.get(path)
        properties = tool.input_schema.get("properties")
        if len(path) == 1 and name and isinstance(properties, dict) and path[0] not in properties:
            free = [each for each in properties if (each,) not in written.names]
            near = [str(each) for each in near_names(str(path[0]), map(str, free))]
            fixes = tuple(Fix(f"Write {each}", *name, self._named(name, each)) for each in near)
            return Finding(*name, said, fixes)
        span = written.spans.get(path, written.spans[()])
        said = clean_line(f"{tool.full_name}: {message}", LONGEST)
        return Finding(*span, said, tuple(self._as_meant(span, path)))

    def _named(self, span: Span, name: str) -> str:
        """Another name in the place of one: shorthand keeps its value."""
        text = self._text(span)
        after = self._source[span[1] : span[1] + 200].decode(errors="replace").lstrip()
        put = property_name(name)
        return put if text[:1] in QUOTES or after.startswith(":") else f"{put}: {text}"

    def _as_meant(self, span: Span, path: Path) -> Iterator[Fix]:
        """A literal as the schema has it: a near name of its choices, a number without quotes or with them."""
        piece = self._text(span)
        place = Place.of(self._tool.input_schema).inside(path)
        inner = piece[1:-1] if piece[:1] in QUOTES else ""
        near = near_names(inner, [each for each in place.values() if isinstance(each, str)])
        kinds = {str(variant.get("type")) for variant in place.variants}
        texts = [literal(each) for each in near] if inner else []
        if inner and kinds & {"integer", "number"} and _WHOLE.fullmatch(inner):
            texts.append(str(int(inner)))
        if inner in ("true", "false") and "boolean" in kinds:
            texts.append(inner)
        if not inner and "string" in kinds and _NUMBER.fullmatch(piece):
            texts.append(f'"{piece}"')
        if "array" in kinds and not piece.startswith("["):
            texts.append(f"[{piece}]")
        yield from (Fix(f"Write {put}", *span, put) for put in dict.fromkeys(texts))

    def _added(self, names: list[str]) -> Fix:
        """Missing arguments, with values to begin with."""
        place = Place.of(self._tool.input_schema)
        put = ", ".join(
            f"{property_name(name)}: {literal(example_at(place.inside([name])))}" for name in names
        )
        start, end = self._written.spans[()]
        if self._given is None or self._given.type != "object":
            return Fix(f"Add {put}", start, end, f"{self._before}{{ {put} }}")
        parts = [each for each in self._given.named_children if each.type != "comment"]
        if not parts:
            tail = " " if end - start == len("{}") else ""
            return Fix(f"Add {put}", start + 1, start + 1, f" {put}{tail}")
        at = parts[-1].end_byte
        comma = next((each for each in self._given.children if each.start_byte >= at), None)
        if comma is not None and comma.type == ",":
            return Fix(f"Add {put}", comma.end_byte, comma.end_byte, f" {put}")
        return Fix(f"Add {put}", at, at, f", {put}")
