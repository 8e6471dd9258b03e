"""A search through a whole JSON value, also through what no row shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workbench.core.model import JsonValue
from workbench.tui.values.json_tree import Path, scalar_text

MOST_MATCHES = 10_000


def find(within: JsonValue, text: str, give_up: Callable[[], bool] = lambda: False) -> list[Path]:
    """Paths whose key or scalar, or both as they are shown (``state: "open"``), hold ``text``, without
    regard to case; at most MOST_MATCHES."""
    wanted, of_both = text.lower(), ": " in text
    found: list[Path] = []
    for count, (path, value) in enumerate(walk(within)):
        key = path[-1] if path else ""
        scalar = "" if isinstance(value, dict | list) else scalar_text(value)
        name = key.lower() if isinstance(key, str) else ""
        both = f'{name}: {scalar}\n{name}: "{scalar}"' if of_both and name else ""
        if wanted in scalar.lower() or wanted in name or wanted in both.lower():
            found.append(path)
            if len(found) >= MOST_MATCHES:
                break
        if count % 5000 == 0 and give_up():
            break
    return found


def walk(value: JsonValue) -> Iterator[tuple[Path, JsonValue]]:
    """Every value in a value, in the order in which the lines show them."""
    waiting: list[tuple[Path, JsonValue]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        yield path, item
        if isinstance(item, dict):
            waiting.extend(((*path, key), part) for key, part in reversed(item.items()))
        elif isinstance(item, list):
            waiting.extend(((*path, n), item[n]) for n in range(len(item) - 1, -1, -1))
