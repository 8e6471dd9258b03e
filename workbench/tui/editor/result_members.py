"""What a result has where a script reads from it: ``const r = await tools.git.log(); r.commits[0].``

Pure: from a catalogue, the types of results and the text before the cursor. A script that is being written
rarely parses, so this follows names by their nearest declaration and gives up where it is not sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.tui.editor.schema_walk import Place, Step
from workbench.tui.editor.script_reading import end_of_brackets, entries, read

ResultSchemas: TypeAlias = Callable[[ToolInfo], Mapping[str, Any] | None]
"""The schema of a tool's unwrapped result, as its results on record were; asked only for one that declares
none. None: not known (yet)."""
InputSchema: TypeAlias = Callable[[], Mapping[str, Any]]
"""The schema of the script's input as it is now; asked only for its members."""

_DEEPEST = 6
_NAME = r"[A-Za-z_$][\w$]*"
_STEPS = rf"(?:\??\.{_NAME}|(?:\?\.)?\[\d+\])*"
_BEGUN = re.compile(r"\??\.([\w$]*)$")
_VALUE = re.compile(rf"(?:(?<![\w$.\])])({_NAME})|\))({_STEPS})\Z")
_STEP = re.compile(rf"\??\.({_NAME})|(?:\?\.)?\[(\d+)\]")
_CHAIN = re.compile(rf"\s*({_NAME})({_STEPS})")
_LONGEST = 200
_OPENING = re.compile(r"[\s(]*(?:await\b[\s(]*)?")
_PART = r"(?:\.([\w$]+)|\[[\"']([^\"'\n]+)[\"']\])"
_TOOL = re.compile(rf"tools{_PART}{_PART}\s*\(")
_CALL = re.compile(r"call_tool\s*\(\s*([\"'`])([^\"'`\n]*)\1\s*,\s*([\"'`])([^\"'`\n]*)\3")
_ALL = re.compile(r"Promise\s*\.\s*all\s*\(\s*\[")
_SAME = ("filter", "slice", "sort", "reverse", "concat", "toSorted", "toReversed")
_ONE = ("find", "findLast", "at", "pop", "shift")
_EACH = r"(?:map|filter|find|findLast|some|every|forEach|flatMap|findIndex|sort)"
_METHODS = (
    ("length", "number"),
    ("map", "(item => …) => any[]"),
    ("filter", "(item => boolean) => items"),
    ("find", "(item => boolean) => item"),
    ("slice", "(start, end?) => items"),
    ("some", "(item => boolean) => boolean"),
    ("every", "(item => boolean) => boolean"),
    ("forEach", "(item => …)"),
    ("flatMap", "(item => …[]) => any[]"),
    ("reduce", "((sum, item) => …, start)"),
    ("sort", "((a, b) => number) => items"),
    ("includes", "(value) => boolean"),
    ("join", "(separator) => string"),
)
_ENVELOPE = (("ok", {"type": "boolean"}), ("content", {"type": "array"}))
_ERROR = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "details": {}},
    "required": ["code", "message"],
}


@dataclass(frozen=True, slots=True)
class Read:
    """A value that a script reads from."""

    place: Place
    prefix: str
    """What is written of the name."""

    @property
    def is_array(self) -> bool:
        return any(
            variant.get("type") == "array" or "items" in variant for variant in self.place.variants
        )

    def methods(self) -> tuple[tuple[str, str], ...]:
        """Names and signatures of what an array has."""
        return _METHODS if self.is_array else ()


def read_at(
    catalogue: Catalogue, results: ResultSchemas, given: InputSchema, before: str
) -> Read | None:
    """The value whose member is begun at the end of a text; None: it is none of a tool or of the input."""
    found = _BEGUN.search(before)
    if found is None:
        return None
    place = _Finder(catalogue, results, given, before).before(found.start(), 0)
    return None if place is None or not place.variants else Read(place, found[1])


@dataclass(frozen=True, slots=True)
class _Finder:
    catalogue: Catalogue
    results: ResultSchemas
    given: InputSchema
    text: str

    def of_name(self, name: str, end: int, depth: int) -> Place | None:
        """What a variable holds that is used at ``end``: by the nearest declaration before it."""
        if depth > _DEEPEST:
            return None
        declared = list(self._declarations(name, end))
        if not declared:
            return Place.of(self.given()) if name == "input" else None
        _, kind, found = max(declared, key=lambda each: each[0])
        if kind == "each":  # rows.map(row =>
            items = self.before(found.start(), depth + 1)
            return None if items is None else items.inside([0])
        place = self.of_expression(found.end(), depth + 1)
        if place is None or kind == "name":
            return place
        if kind == "of":
            return place.inside([0])
        return place.inside(_destructured(found[1], name, kind))

    def _declarations(self, name: str, end: int) -> Iterator[tuple[int, str, re.Match[str]]]:
        word = re.escape(name)
        declares = r"(?<![\w$.])(?:const|let|var)\s+"
        patterns = (
            ("name", rf"{declares}{word}\s*(?::[^=\n]+)?=(?![=>])"),
            ("of", rf"{declares}{word}\s+of\b"),
            ("object", rf"{declares}\{{([^{{}}]*(?<![\w$]){word}(?![\w$])[^{{}}]*)\}}\s*="),
            ("array", rf"{declares}\[([^\[\]]*(?<![\w$]){word}(?![\w$])[^\[\]]*)\]\s*="),
            (
                "each",
                rf"\??\.{_EACH}\s*\(\s*(?:async\s*)?"
                rf"(?:{word}|\((?:\s*{_NAME}\s*,)*\s*{word}\s*[,)][^=]*)\s*=>",
            ),
        )
        for kind, pattern in patterns:
            for found in re.finditer(pattern, self.text[:end]):
                yield found.start(), kind, found

    def before(self, end: int, depth: int) -> Place | None:
        """The value that is written right before ``end``: ``r.items[0]`` or ``(await …).items``."""
        start = max(0, end - _LONGEST)
        found = _VALUE.search(self.text[start:end])
        if found is None:
            return None
        if found[1]:
            place = self.of_name(found[1], start + found.start(), depth)
        else:
            bracket = start + found.start()
            inside = read(self.text[:bracket]).open
            only = replace(self, text=self.text[: bracket + 1])
            place = only.of_expression(inside[-1], depth + 1) if inside else None
        return _inside(place, found[2])

    def of_expression(self, start: int, depth: int) -> Place | None:
        """What an expression that begins at ``start`` gives."""
        opening = _OPENING.match(self.text, start)
        at = opening.end() if opening else start
        closing = self.text[start:at].count("(")
        found = _ALL.match(self.text, at)
        if found:
            return self._of_all(found.end(), depth)
        found = _TOOL.match(self.text, at)
        if found:
            tool = self.catalogue.spelled(found[1] or found[2], found[3] or found[4])
            place = self._result(tool) if isinstance(tool, ToolInfo) else None
            return self._after(place, found.end(), closing)
        found = _CALL.match(self.text, at)
        if found:
            tool = self.catalogue.spelled(found[2], found[4])
            place = self._envelope(tool) if isinstance(tool, ToolInfo) else None
            return self._after(place, self.text.index("(", at) + 1, closing)
        found = _CHAIN.match(self.text, at)
        if found is None or depth > _DEEPEST:
            return None
        place = self.of_name(found[1], at, depth + 1)
        steps, end = found[2], found.end()
        if self.text[end : end + 1] == "(":  # rows.filter(…)
            end = found.start(2) + steps.rfind(".") if "." in steps else end
            steps = steps[: steps.rfind(".")] if "." in steps else steps
        return self._steps(_inside(place, steps), end)

    def _of_all(self, start: int, depth: int) -> Place | None:
        """``Promise.all([a, b])``: a place for each."""
        end = end_of_brackets(self.text, start)
        parts = entries(self.text[start:end])[:10]
        places: list[Mapping[str, Any]] = []
        at = start
        for part in parts:
            place = self.of_expression(at, depth + 1)
            places.append({"anyOf": list(place.variants[:1])} if place else {})
            at += len(part) + 1
        return Place.of({"type": "array", "prefixItems": places})

    def _result(self, tool: ToolInfo) -> Place | None:
        declared = tool.output_schema
        if declared is None:
            seen = self.results(tool)
            return None if seen is None else Place.of(seen)
        place = Place.of(declared)
        return place.inside(["result"]) if tool.wraps_result else place

    def _envelope(self, tool: ToolInfo) -> Place:
        result = self._result(tool)
        inside: Mapping[str, Any] = {}
        if result is not None:
            inside = {"anyOf": list(result.variants)}
        properties = {**dict(_ENVELOPE), "result": inside, "error": _ERROR}
        schema = {"type": "object", "properties": properties, "required": ["ok"]}
        return Place((schema,), result.root if result is not None else {})

    def _after(self, place: Place | None, start: int, closing: int) -> Place | None:
        """What is read from the result of a call whose brackets opened before ``start``."""
        end = end_of_brackets(self.text, start) + 1
        while closing and (found := re.compile(r"\s*\)").match(self.text, end)):
            end, closing = found.end(), closing - 1
        return self._steps(place, end)

    def _steps(self, place: Place | None, at: int) -> Place | None:
        """Follow ``.items``, ``[0]``, ``.filter(…)``, ``.find(…)`` from a place of the text on."""
        while place is not None and (found := _STEP.match(self.text, at)):
            at = found.end()
            if self.text[at : at + 1] != "(":
                place = _inside(place, found[0])
                continue
            if found[1] not in (*_SAME, *_ONE):
                return None
            place = place.inside([0]) if found[1] in _ONE else place
            at = end_of_brackets(self.text, at + 1) + 1
        return place


def _inside(place: Place | None, steps: str) -> Place | None:
    path: list[Step] = [int(index) if index else name for name, index in _STEP.findall(steps)]
    return None if place is None else place.inside(path)


def _destructured(names: str, name: str, kind: str) -> list[Step]:
    """The step to a variable of ``{result: name}`` or ``[first, name]``."""
    for index, part in enumerate(names.split(",")):
        own, _, given = (side.strip() for side in part.partition("=")[0].partition(":"))
        if name == (given or own):
            return [index if kind == "array" else own]
    return []
