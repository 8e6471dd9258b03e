"""Secrets masked before anything reaches a disk.

What a secret is, secrets.py says: members whose name says what they hold (``authorization``, ``apiKey``), also
where a text assigns to such a name (a literal in a script, JSON within a text, a query string), and
texts that look like a well-known token wherever they stand, even as a member's name. A masked text is
``«masked …»`` and cannot be mistaken for the value; who masks says so in the record, and a replay repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from workbench.core.model import JsonValue
from workbench.text import secrets
from workbench.text.jsontext import dumps, loads
from workbench.text.masks import MARK
from workbench.text.sanitize import encodable
from workbench.text.secrets import Found


class Redactor:
    """Masks values and texts. Cheap where there is nothing to mask: one scan of the JSON text."""

    def __init__(
        self, key_patterns: Iterable[str] = (), value_patterns: Iterable[str] = ()
    ) -> None:
        """The patterns come on top of the built-in ones; key patterns match anywhere in a name.

        Each is an expression of its own: flags and groups of one do not reach another.
        """
        self._own_names = [re.compile(pattern, re.IGNORECASE) for pattern in key_patterns]
        self._own_values = [re.compile(pattern) for pattern in value_patterns]

    def json(self, value: JsonValue, *, clean: Collection[str] = ()) -> tuple[str, bool]:
        """The JSON text of ``value`` with its secrets masked, and whether there were any.

        clean: texts that are known to hold none.
        """
        text = dumps(value)
        if text in clean:
            return text, False
        own = self._own_names or self._own_values
        if not own and not secrets.may_be_in_json(text):
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
        found = secrets.find_secrets(text)
        if self._own_names or self._own_values:
            found = secrets.without_overlaps(found + self._own(text))
        if not found:
            return text, False
        parts: list[str] = []
        position = 0
        for secret in found:
            mark = f"{MARK} {secret.name or 'token'}»"
            parts += (text[position : secret.start], secret.quote, mark, secret.quote)
            position = secret.end
        return "".join((*parts, text[position:])), True

    def _own(self, text: str) -> list[Found]:
        """What the configured patterns find."""
        found: list[Found] = []
        if self._own_names:
            found += secrets.find_assigned(text, self._has_own_name)
        for pattern in self._own_values:
            hits = pattern.finditer(text)
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
            renamed: dict[str, str] = {}
            for name, item in value.items():
                if self._is_secret(name, item):
                    value[name], hit = f"{MARK} {name}»", True
                else:
                    value[name], hit = self._mask(item)
                found |= hit
                shown, hit = self.text(name)
                if hit:
                    renamed[name] = shown
            if renamed:
                return _with_names(value, renamed), True
        return value, found

    def _is_secret(self, name: str, value: JsonValue) -> bool:
        if secrets.is_secret(name, value):
            return True
        return self._has_own_name(name) and secrets.may_be_secret(value)

    def _has_own_name(self, name: str) -> bool:
        return any(pattern.search(name) for pattern in self._own_names)


def _with_names(value: dict[str, JsonValue], renamed: dict[str, str]) -> dict[str, JsonValue]:
    """The members under their new names, in their order; none replaces another."""
    out: dict[str, JsonValue] = {}
    for name, item in value.items():
        new, number = renamed.get(name, name), 1
        while new in out or (new != name and new in value):
            number += 1
            new = f"{renamed[name]} {number}"
        out[new] = item
    return out
