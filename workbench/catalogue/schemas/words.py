"""What is wrong with a value, in words that say what would be right."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.catalogue.schemas.walk import Fault, Path
from workbench.catalogue.suggestions import bare, near_names, suggestion
from workbench.catalogue.tool_types import type_text
from workbench.core.model import JsonValue
from workbench.text.plurals import plural
from workbench.text.sanitize import cut, shortened
from workbench.text.secrets import is_secret_name

if TYPE_CHECKING:
    from workbench.text.redact import Redactor

_MOST_PROBLEMS = 8
_MOST_NAMES = 200
_MOST_SEARCHES = 3
"""Looking for a near name takes some 20 µs a name: so many names, and so often in one explanation."""
_SHOWN_VALUE = 60
_LOOKED_AT = 512
"""Of a value, for secrets: the beginning of it is shown, and the beginning of a secret is a part of it."""
_SHOWN_TYPE = 200
_SHOWN_OPTIONS = 20
_UNKNOWN_FIELDS = ("additionalProperties", "unevaluatedProperties")
_BOUNDS = {
    "minimum": "be at least {}",
    "maximum": "be at most {}",
    "exclusiveMinimum": "be more than {}",
    "exclusiveMaximum": "be less than {}",
    "multipleOf": "be a multiple of {}",
    "minLength": "have at least {} character",
    "maxLength": "have at most {} character",
    "minItems": "have at least {} item",
    "maxItems": "have at most {} item",
    "minProperties": "have at least {} field",
    "maxProperties": "have at most {} field",
}
_ARTICLES = {
    "array": "an array",
    "object": "an object",
    "integer": "a whole number",
    "number": "a number",
    "string": "a string",
    "boolean": "true or false",
    "null": "null",
}


def explain(faults: Sequence[Fault], root: Any) -> tuple[str, ...]:
    """A message for each fault, the most important first; at most eight, and how many more."""
    unknown = [
        (name, fault)
        for fault in faults
        if fault.keyword in _UNKNOWN_FIELDS
        for name in fault.names
    ]
    renamed = {
        near
        for name, fault in unknown[:_MOST_SEARCHES]
        for near in near_names(name, _fields(fault.node))[:1]
    }
    told: dict[str, None] = {}
    for fault in sorted(faults, key=lambda fault: fault.keyword not in _UNKNOWN_FIELDS):
        for message in _messages(fault, root, renamed, _MOST_SEARCHES - len(told)):
            told[message] = None
    messages = list(told)
    if len(messages) > _MOST_PROBLEMS:
        return (
            *messages[:_MOST_PROBLEMS],
            f"and {len(messages) - _MOST_PROBLEMS} more problems",
        )
    return tuple(messages)


NEEDED = "it is needed"
"""What ``placed`` says of a field that is missing."""


def placed(faults: Sequence[Fault], root: Any) -> tuple[tuple[Path, str], ...]:
    """A message for each place where something is wrong, for who sees the place: ``it must be …``. What is
    missing, or too much, has its own place."""
    told: dict[Path, str] = {}
    for fault in faults:
        if fault.keyword == "required":
            told.setdefault((*fault.path, fault.names[0]), NEEDED)
        elif fault.keyword in _UNKNOWN_FIELDS and fault.names:
            known = _fields(fault.node)
            for name in fault.names:
                told.setdefault((*fault.path, name), _not_known(name, known))
        else:
            for message in _messages(fault, root, set(), 0, "it"):
                told.setdefault(fault.path, message)
    return tuple(told.items())


def _not_known(name: str, known: Sequence[str]) -> str:
    return f"there is no such field{suggestion((), known, 'the fields are')}"


def _messages(
    fault: Fault, root: Any, renamed: set[str], searches: int, subject: str = ""
) -> list[str]:
    """searches: how often a name that may have been meant may be looked for. subject: what is wrong; nothing:
    its path says it."""
    node, path = fault.node, fault.path
    # Messages are recorded and leave the machine: none quotes what stands under a secret's name.
    value = _Masked() if _is_secret(path) else fault.value
    where = f" in {path_text(path)}" if path else ""
    subject = subject or _subject(path)
    match fault.keyword:
        case "additionalProperties" | "unevaluatedProperties":
            return _unknown_fields(fault, root, where, searches)
        case "required":
            name = fault.names[0]
            if name in renamed:  # already told: the unknown field is this one misspelt
                return []
            return [f"missing field {_name(name)}{where}{_hint(name, fault, root, searches > 0)}"]
        case "type":
            return [f"{subject} must be {_expected(node['type'])}, not {kind_of(value)}"]
        case "enum":
            return [_not_one_of(subject, value, node["enum"])]
        case "const":
            return [_not_one_of(subject, value, [node["const"]])]
        case "anyOf" | "oneOf":
            forms = node[fault.keyword]
            if (values := _values_of(forms)) is not None and value not in values:
                return [_not_one_of(subject, value, values)]
            wanted = type_text(node, root if isinstance(root, Mapping) else None, _SHOWN_TYPE)
            # The forms differ in what they need, not in what they are; or there is too much to say of them.
            if not {"any", "unknown"}.isdisjoint(wanted.split(" | ")) or wanted == "object":
                return [_not_one_form(forms, value, subject, where)]
            return [f"{subject} must be {wanted}, not {_shown(value)}"]
        case "pattern":
            return [
                f"{subject}: {_shown(value)} does not match the pattern {_shown(node['pattern'])}"
            ]
        case "uniqueItems":
            return [f"{subject} must not have the same item twice"]
        case "contains":
            return [f"{subject} does not have the items that it must contain"]
        case "not":
            return [f"{subject} must not be {_shown(value)}"]
        case "false":
            return [f"{subject} is not allowed"]
        case keyword if keyword in _BOUNDS:
            limit = _limit(node, keyword)
            bound = _BOUNDS[keyword].format(limit)
            words = bound if limit == 1 or not bound[-1].isalpha() else plural(bound)
            return [f"{subject} must {words}, not {_shown(value)}"]
        case keyword:
            return [f"{subject} does not fit {keyword!r} of the schema"]


def _not_one_form(forms: Sequence[JsonValue], value: JsonValue, subject: str, where: str) -> str:
    needed = [_needed(form, value) for form in forms[:_SHOWN_OPTIONS]]
    if all(needed):
        ways = " or ".join(" and ".join(map(_name, names)) for names in needed)
        return f"missing field {ways}{where}"
    fitting = [form for form, names in zip(forms, needed, strict=False) if not names]
    if len(fitting) > 1 and all(map(_names_needed, fitting)):
        ways = " or ".join(" and ".join(map(_name, _names_needed(form))) for form in fitting)
        return f"{subject} must have only one of {ways}"
    if len(forms) == 1:
        return f"{subject} does not fit the form that the schema allows: {_shown(value)}"
    return f"{subject} fits none of the {len(forms)} forms that the schema allows: {_shown(value)}"


def _values_of(forms: Sequence[JsonValue]) -> list[JsonValue] | None:
    """All that may stand there, where each form is a list of values: an enumeration written as alternatives."""
    values: list[JsonValue] = []
    for form in forms:
        if not isinstance(form, dict):
            return None
        if "const" in form:
            values.append(form["const"])
        elif isinstance(options := form.get("enum"), list):
            values += options
        else:
            return None
    return values


def _names_needed(form: JsonValue) -> list[str]:
    names = form.get("required") if isinstance(form, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _needed(form: JsonValue, value: JsonValue) -> list[str]:
    """The fields that a form needs and a value does not have."""
    given = value if isinstance(value, dict) else {}
    return [name for name in _names_needed(form) if name not in given][:_SHOWN_OPTIONS]


def _unknown_fields(fault: Fault, root: Any, where: str, searches: int) -> list[str]:
    known = _fields(fault.node)
    told = []
    for index, name in enumerate(fault.names):
        said = _elsewhere(name, fault, root) if index < searches else ""
        if not said:
            near = near_names(name, known) if index < searches else ()
            said = suggestion(near, known, "the fields are")
        told.append(f"unknown field {_name(name)}{where}{said}")
    return [*told, f"{fault.more} more unknown fields{where}"] if fault.more else told


def _elsewhere(name: str, fault: Fault, root: Any) -> str:
    """Where a field belongs that stands one level too high, or too low."""
    wanted = bare(name)
    properties = fault.node.get("properties")
    if not isinstance(properties, Mapping) or any(bare(own) == wanted for own in properties):
        return ""
    for owner, schema in properties.items():
        for inner in _fields(schema) if isinstance(schema, Mapping) else ():
            if bare(inner) == wanted:
                return f"; it is {path_text((*fault.path, owner, inner))}"
    outer = _fields(root) if fault.path and isinstance(root, Mapping) else ()
    found = next((field for field in outer if bare(field) == wanted), None)
    return f"; it is {_name(found)}, beside {path_text(fault.path[:1])}" if found else ""


def _hint(name: str, fault: Fault, root: Any, near: bool) -> str:
    """What a missing field takes, and the given name that may be a misspelling of it."""
    properties = fault.node.get("properties")
    own = properties.get(name) if isinstance(properties, dict) else None
    hint = ""
    if isinstance(own, dict):
        whole = own.get("type") == "integer" and "enum" not in own
        hint = f" ({'whole number' if whole else type_text(own, root, _SHOWN_TYPE)})"
    if near and isinstance(fault.value, dict):
        known = properties if isinstance(properties, dict) else {}
        given = [one for one in fault.value if one not in known]
        meant = near_names(name, given[:_MOST_NAMES])
        if meant:
            hint += f"; {_name(meant[0])} was given"
    return hint


def _fields(node: Mapping[str, Any]) -> list[str]:
    properties = node.get("properties")
    return list(properties)[:_MOST_NAMES] if isinstance(properties, dict) else []


def _limit(node: Mapping[str, Any], keyword: str) -> JsonValue:
    """In draft 4 the exclusive ones are true, and the limit stands beside them."""
    limit = node[keyword]
    if limit is True:
        return node["minimum" if keyword == "exclusiveMinimum" else "maximum"]
    return limit


def _not_one_of(subject: str, value: JsonValue, options: Sequence[JsonValue]) -> str:
    texts = [option for option in options[:_MOST_NAMES] if isinstance(option, str)]
    shown = ", ".join(_shown(option) for option in options[:_SHOWN_OPTIONS])
    more = f" and {len(options) - _SHOWN_OPTIONS} more" if len(options) > _SHOWN_OPTIONS else ""
    message = f"{subject} must be one of {shown}{more}, not {_shown(value)}"
    near = near_names(value, texts) if isinstance(value, str) else ()
    return f"{message}; did you mean {_shown(near[0])}?" if near else message


def _expected(types: JsonValue) -> str:
    names = sorted(types) if isinstance(types, list) else [types]
    return " or ".join(_ARTICLES[name] for name in names)


def _subject(path: Path) -> str:
    return f"field {path_text(path)}" if path else "the value"


def path_text(path: Path) -> str:
    """A place as it is written: ``'items[2].name'``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return repr(text)


class _Masked:
    """In place of a value that is not told."""


def _is_secret(path: Path) -> bool:
    return any(isinstance(step, str) and is_secret_name(step) for step in path)


def kind_of(value: JsonValue) -> str:
    match value:
        case _Masked():
            return _shown(value)
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {_shown(value)}"
        case str():
            return f"the string {_shown(value)}"
        case list():
            return "an array"
        case dict():
            return "an object"
        case _:
            return type(value).__name__


def _name(name: str) -> str:
    return repr(_begin(name))


def _shown(value: JsonValue) -> str:
    """The beginning of its JSON text, without secrets."""
    return "«masked»" if isinstance(value, _Masked) else _begin(_json(value, _LOOKED_AT))


def _begin(text: str) -> str:
    if len(text) > _LOOKED_AT:
        text = cut(text, _LOOKED_AT)
    return shortened(_redactor().text(text)[0], _SHOWN_VALUE)


@cache
def _redactor() -> Redactor:
    """Its patterns take 8 ms, which no start waits for."""
    from workbench.text.redact import Redactor

    return Redactor()


def _json(value: JsonValue, room: int) -> str:
    """JSON text, no more of it than a little over ``room`` characters: a value may be large."""
    if isinstance(value, str):
        return json.dumps(value[:room], ensure_ascii=False)
    if not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)[: room + 1]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    text = opening
    for index, item in enumerate(value):
        if len(text) > room:
            return text
        text += ", " if index else ""
        text += _json(item, max(1, room - len(text)))
        if isinstance(value, dict):
            text += ": " + _json(value[item], max(1, room - len(text)))
    return text + closing
