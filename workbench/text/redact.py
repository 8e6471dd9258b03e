"""Secrets masked before anything reaches a disk.

Two kinds: members whose name says what they hold (``authorization``, ``apiKey``, ``db_password``), also where
a text assigns to such a name (``password = "x"`` in a script, JSON within a text, a query string), and texts
that look like a well-known token wherever they stand. A masked text is ``«masked …»`` and cannot be mistaken
for the value; who masks says so in the record, and a replay repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from workbench.core.model import JsonValue
from workbench.text import secrets as credentials
from workbench.text.jsontext import dumps, loads
from workbench.text.sanitize import encodable
from workbench.text.secrets import Found

MARK = "«masked"
_SCHEMA_WORDS = ("type", "$ref", "anyOf", "oneOf", "allOf", "enum")


class Redactor:
    """Masks values and texts. Cheap where there is nothing to mask: one scan of the JSON text."""

    def __init__(
        self, key_patterns: Iterable[str] = (), value_patterns: Iterable[str] = ()
    ) -> None:
        """The patterns come on top of the built-in ones; key patterns match anywhere in a name."""
        self._own_name = _any_of(key_patterns, re.IGNORECASE)
        self._own_value = _any_of(value_patterns)

    def json(self, value: JsonValue) -> tuple[str, bool]:
        """The JSON text of ``value`` with its secrets masked, and whether there were any."""
        text = dumps(value)
        own = self._own_name is not None or self._own_value is not None
        if not own and not credentials.may_be_in_json(text):
            return text, False
        # Parsed again, so that what the caller holds is never changed.
        masked, found = self._mask(loads(text))
        return (dumps(masked), True) if found else (text, False)

    def value(self, value: JsonValue) -> JsonValue:
        """``value`` with its secrets masked."""
        text, found = self.json(value)
        return loads(text) if found else value

    def text(self, text: str) -> tuple[str, bool]:
        """A text with the secrets in it masked, and whether there were any.

        Lone surrogates become U+FFFD, as in JSON.
        """
        text = encodable(text)
        found = credentials.find(text)
        if self._own_name is not None or self._own_value is not None:
            found = credentials.without_overlaps(found + self._own(text))
        if not found:
            return text, False
        parts: list[str] = []
        position = 0
        for secret in found:
            parts += (text[position : secret.start], f"{MARK} {secret.name or 'token'}»")
            position = secret.end
        return "".join((*parts, text[position:])), True

    def _own(self, text: str) -> list[Found]:
        """What the configured patterns find."""
        found: list[Found] = []
        if self._own_name is not None:
            search = self._own_name.search
            found += credentials.find_assigned(text, lambda name: search(name) is not None)
        if self._own_value is not None:
            hits = self._own_value.finditer(text)
            found += [Found(hit.start(), hit.end()) for hit in hits if hit.end() > hit.start()]
        return found

    def _mask(self, value: JsonValue) -> tuple[JsonValue, bool]:
        if isinstance(value, str):
            return self.text(value)
        found = False
        if isinstance(value, list):
            for index, item in enumerate(value):
                value[index], hit = self._mask(item)
                found |= hit
        elif isinstance(value, dict):
            for name, item in value.items():
                if self._is_secret(name) and _may_be_secret(item):
                    value[name], hit = f"{MARK} {name}»", True
                else:
                    value[name], hit = self._mask(item)
                found |= hit
        return value, found

    def _is_secret(self, name: str) -> bool:
        if credentials.is_secret_name(name):
            return True
        return self._own_name is not None and self._own_name.search(name) is not None


def _any_of(patterns: Iterable[str], flags: int = 0) -> re.Pattern[str] | None:
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(joined, flags) if joined else None


def _may_be_secret(value: JsonValue) -> bool:
    """Not for what holds nothing, nor for the JSON schema of a member that will hold one."""
    if isinstance(value, dict):
        return bool(value) and not any(word in value for word in _SCHEMA_WORDS)
    return value not in (None, "", [], False, True)
