"""What in a changed definition deserves a second look: text that is not meant for people, and wider doors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.core.model import JsonValue
from workbench.text.sanitize import clean

_FOR_MODELS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,60}\b(?:instructions?|rules?|prompts?|guidelines)\b",
        r"<\s*/?\s*(?:important|system|instructions?|secret|hidden|assistant|critical)\b[^>\n]{0,40}>",
        r"\b(?:do not|don't|never|without)\b[^.\n]{0,40}\b(?:tell|mention|inform|reveal|show|notify|ask|telling"
        r"|asking|informing)\b[^.\n]{0,40}\b(?:user|human|anyone|people|person)\b",
        r"\b(?:you must|you should|always|first|before)\b[^.\n]{0,60}\b(?:call|invoke|read|send|pass|include"
        r"|provide|forward)\b[^.\n]{0,80}\b(?:this tool|file|content|contents|key|token|password|conversation"
        r"|history|prompt)\b",
        r"\b(?:system prompt|language model|as an ai|your instructions|chain of thought|the assistant)\b",
        r"(?:~|/home/\w{1,40}|\$HOME)?/\.(?:ssh|aws|env|netrc|npmrc|config)\b|\bid_(?:rsa|ed25519)\b|\bmcp\.json\b"
        r"|/etc/(?:passwd|shadow)\b",
    )
)
_MILDER: dict[str, tuple[bool, str]] = {
    "readOnlyHint": (True, "it says that it reads only"),
    "destructiveHint": (False, "it says that it destroys nothing"),
    "openWorldHint": (False, "it says that it reaches nothing outside"),
    "idempotentHint": (True, "it says that it may be repeated"),
}
"""What each says at its mildest, and in words."""
_LIMITS = (
    "pattern", "format", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
    "maxLength", "minItems", "maxItems", "multipleOf", "minProperties", "maxProperties",
)  # fmt: skip
_LONGEST = 20_000


def of_part(path: str, old: JsonValue, new: JsonValue, is_new: bool) -> Iterator[str]:
    """Why to look twice at a part that was ``old`` and is ``new``; None: it was or is not there.

    is_new: nothing is known of an earlier definition, so that only what is written counts.
    """
    steps = path.split(".")
    yield from _of_text(old, new)
    if steps[0] == "annotations":
        yield from _of_annotation(steps[-1], old, new, is_new)
    elif steps[0] == "inputSchema" and not is_new:
        yield from _of_schema(steps, old, new)


def _of_annotation(name: str, old: JsonValue, new: JsonValue, is_new: bool) -> Iterator[str]:
    mild = _MILDER.get(name)
    if mild is None:
        return
    if is_new and new is mild[0]:
        yield mild[1]
    elif not is_new and (new is mild[0] or (new is None and old is not mild[0])):
        yield "it says that it is milder than before"


def _of_schema(steps: list[str], old: JsonValue, new: JsonValue) -> Iterator[str]:
    name = steps[-1]
    if name == "required":
        added = _added(old, new)
        if added:
            yield f"new required arguments: {', '.join(added)}"
    elif old is None:
        if name == "type" and steps[-3:-2] == ["properties"]:
            yield "a new argument"
    elif (
        (name in ("enum", "type") and (new is None or _added(old, new)))
        or (name in _LIMITS and _is_wider(name, old, new))
        or (name == "additionalProperties" and old is False)
    ):
        yield "it takes more than before"


def _of_text(old: JsonValue, new: JsonValue) -> Iterator[str]:
    text, before = _written(new), _written(old)
    if clean(text) != text and clean(before) == before:
        yield "characters that cannot be seen"
    if any(rule.search(text) and not rule.search(before) for rule in _FOR_MODELS):
        yield "text that speaks to a model"


def _written(value: JsonValue) -> str:
    """The texts in a value."""
    texts: list[str] = []
    pending = [value]
    room = _LONGEST
    while pending and room > 0:
        part = pending.pop()
        if isinstance(part, str):
            texts.append(part[:room])
            room -= len(part)
        elif isinstance(part, dict):
            pending += [*part.values(), *part]
        elif isinstance(part, list):
            pending += part
    return "\n".join(texts)


def _added(old: JsonValue, new: JsonValue) -> list[str]:
    before, after = _items(old), _items(new)
    return [str(item) for item in after if item not in before]


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_wider(name: str, old: JsonValue, new: JsonValue) -> bool:
    if not isinstance(old, int | float) or not isinstance(new, int | float):
        return bool(old != new)
    grew = new > old
    return grew if name.startswith(("max", "exclusiveMax")) else not grew
