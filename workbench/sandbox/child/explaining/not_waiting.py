"""List methods that are given an async function, or one that starts calls, and do not wait for it: ``forEach``,
``filter``, ``reduce``."""

from __future__ import annotations

import re

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import (
    callback_of,
    is_async,
    method_of,
    parameters_of,
)
from workbench.sandbox.child.explaining.script_tree import FailureSite

_TESTS = frozenset({"filter", "find", "findIndex", "findLast", "some", "every"})
_MOST_SHOWN = 80


def waits_for_nothing(site: FailureSite, call: Node) -> str | None:
    """Of ``list.filter(async …)`` and ``list.forEach(async …)``."""
    called, callback = method_of(call), callback_of(call)
    if called is None or callback is None or called.name not in _TESTS | {"forEach", "reduce"}:
        return None
    owner, method = called
    is_started = method == "forEach" and _starts(site, callback)
    if not is_async(callback) and not is_started:
        return None
    if method == "forEach" and not is_started and "await" not in site.text(callback):
        return None  # it starts calls, and the list they are put in may be waited for
    line, _ = site.place_of(call.start_byte)
    over = site.text(owner)
    over = over if len(over) <= _MOST_SHOWN and "\n" not in over else "list"
    item = _parameter(site, callback, 1 if method == "reduce" else 0)
    loop = f"loop with for (const {item or 'x'} of {over}) {{ … await … }}"
    if method == "reduce":
        if "await" in site.text(callback).split("=>")[0] or _awaits_first(site, callback):
            return None
        return f"reduce in line {line} hands on a Promise each time: {loop}"
    if method == "forEach":
        return f"forEach in line {line} does not wait: {loop}"
    return f"{method} in line {line} does not wait, and a Promise counts as true: {loop}"


def _awaits_first(site: FailureSite, callback: Node) -> bool:
    given = parameters_of(callback)
    name = re.escape(site.text(given[0])) if given else ""
    return re.search(rf"await\s+{name}\b", site.text(callback)) is not None


def _starts(site: FailureSite, callback: Node) -> bool:
    """Whether a function of an arrow starts calls: ``id => tools.a.b({ id }).then(…)``."""
    body = callback.child_by_field_name("body")
    return body is not None and re.match(r"\{?\s*tools\s*[.\[]", site.text(body)) is not None


def _parameter(site: FailureSite, callback: Node, at: int) -> str | None:
    """A parameter of a function, or the first."""
    names = parameters_of(callback)
    return site.text(names[at if len(names) > at else 0]) if names else None
