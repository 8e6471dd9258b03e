"""What changed in a tool's definition, part by part, and what of it deserves a second look."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.catalogue import risks
from workbench.core.model import JsonValue
from workbench.text.jsontext import dumps
from workbench.util.dataclass import dataclass

_DEEPEST = 12
_MOST_PARTS = 200
_WHOLE = ("required", "enum", "type", "examples", "default", "const")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a definition, before and after. ``path`` is ``inputSchema.properties.id.type``."""

    path: str
    old: str | None
    """None: it was not there."""
    new: str | None
    """None: it is gone."""
    risks: tuple[str, ...] = ()
    """Why to look twice, in words."""


@dataclass(frozen=True, slots=True)
class Change:
    """A tool whose definition waits for approval."""

    server: str
    tool: str
    hold: str
    """Why it waits, in words."""
    parts: tuple[Part, ...]
    is_new: bool
    """Nothing is known of an earlier definition: all of it is in ``parts``, as new."""
    forms: int = 1
    """How many forms of the definition were seen."""
    form: str = ""
    """Which definition it is (``definitions.form_of``): while somebody looks, its server may send another."""

    @property
    def risks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(risk for part in self.parts for risk in part.risks))

    @property
    def words(self) -> str:
        """What it is: ``new``, or ``changed: description, argument mode``."""
        if self.is_new:
            return "new"
        named = dict.fromkeys(_named(part.path) for part in self.parts)
        return f"changed: {', '.join(named)}" if named else self.hold

    @property
    def may_vary(self) -> bool:
        """It was another one so often that it may differ at each start by itself."""
        return self.forms >= 3

    def to_json(self) -> dict[str, JsonValue]:
        return {
            "server": self.server,
            "tool": self.tool,
            "reason": self.hold,
            "new": self.is_new,
            "forms": self.forms,
            "parts": [
                {"path": part.path, "old": part.old, "new": part.new, "risks": list(part.risks)}
                for part in self.parts
            ],
        }


def parts_of(old: dict[str, JsonValue] | None, new: dict[str, JsonValue]) -> tuple[Part, ...]:
    """The parts that differ; all of the new definition where nothing is known of an old one."""
    found: list[Part] = []
    for part in _compared("", old if old is not None else {}, new, old is None, 0):
        found.append(part)
        if len(found) >= _MOST_PARTS:
            found.append(Part("…", None, "there are more differences than can be shown"))
            break
    return tuple(found)


def _named(path: str) -> str:
    """What a part is of, as people say it: ``inputSchema.properties.mode.type`` is ``argument mode``."""
    top, *inner = path.split(".")
    if top == "inputSchema":
        if inner[:1] == ["properties"] and len(inner) > 1:
            return f"argument {inner[1]}"
        return "required arguments" if inner == ["required"] else "arguments"
    return "results" if top == "outputSchema" else top


def _compared(
    path: str, old: JsonValue, new: JsonValue, is_new: bool, depth: int
) -> Iterator[Part]:
    if old == new:
        return
    name = path.rpartition(".")[2]
    tables = [value for value in (old, new) if isinstance(value, dict)]
    is_table = any(tables) and len(tables) == sum(value is not None for value in (old, new))
    if is_table and name not in _WHOLE and depth < _DEEPEST:
        before, after = old or {}, new or {}
        for key in (*after, *(key for key in before if key not in after)):
            inner = f"{path}.{key}" if path else str(key)
            yield from _compared(inner, before.get(key), after.get(key), is_new, depth + 1)
        return
    yield Part(path, _text(old), _text(new), tuple(risks.of_part(path, old, new, is_new)))


def _text(value: JsonValue) -> str | None:
    if value is None or isinstance(value, str):
        return value
    try:
        return dumps(value)
    except ValueError:
        return "(nested too deeply to be shown)"
