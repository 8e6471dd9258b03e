"""YAML as the clients that write it read it: plain data, by the rules of YAML 1.2, and of bounded size."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from typing import Any

import yaml

_MOST_CHARACTERS = 512 << 10
_MOST_ALIASES = 200
_MOST_VALUES = 200_000


def loads(text: str) -> Any:
    """The value. Raises ``ValueError`` with line and column."""
    if len(text) > _MOST_CHARACTERS:
        raise ValueError("it is longer than half a million characters")
    try:
        value = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    _check_size(value)
    return value


class _Loader(yaml.SafeLoader):
    """YAML 1.2: ``yes`` is a word, ``010`` and ``12:30`` are no numbers, a date is a text, and so is every key.

    An alias may stand for what holds aliases, and so on: a few lines would become a thousand million values.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (the parent's own form)
    _aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            self._aliases += 1
            if self._aliases > _MOST_ALIASES:
                raise yaml.YAMLError(f"it has more than {_MOST_ALIASES} aliases")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """With texts as keys, as in JSON: ``8080`` and ``true`` are names there."""
        made = super().construct_mapping(node, deep)
        return {
            key if isinstance(key, str) else json.dumps(key, default=str): value
            for key, value in made.items()
        }


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first
    )


def _check_size(value: Any) -> None:
    """What an alias stands for counts each time. Raises ``ValueError``."""
    sizes: dict[int, int] = {}

    def size(part: Any, within: frozenset[int]) -> int:
        if not isinstance(part, dict | list):
            if not isinstance(part, str | int | float | None):
                raise ValueError(f"a value is a {type(part).__name__}, which no setting is")
            return 1
        key = id(part)
        if key in within:
            raise ValueError("a value holds itself")
        if key not in sizes:
            inner = [*part.values()] if isinstance(part, dict) else part
            sizes[key] = 1 + sum(size(one, within | {key}) for one in inner)
            if sizes[key] > _MOST_VALUES:
                raise ValueError(f"it is more than {_MOST_VALUES:,} values")
        return sizes[key]

    size(value, frozenset())
