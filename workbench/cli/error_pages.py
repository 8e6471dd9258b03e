"""Where the errors of a printed result lead: ``docs``, the page of an error's code.

Put in on the way out of the command line, and nowhere else: records, replays and served answers have errors
without it (docs/decisions/0016-error-docs.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from workbench.core.model import JsonValue

_PAGE = "docs/code_execution/api-reference.md"


def page_of(code: str) -> str:
    """The section of a code: the address, where the package knows one, else the file."""
    return f"{_page()}#{code.lower()}"


def with_pages(shown: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A result as it is printed: its error has ``docs``, and so have those of its calls.

    shown: an object with ``error``, ``calls`` or neither; what a script or a tool gave is left as it is.
    """
    linked = dict(shown)
    error = shown.get("error")
    if isinstance(error, Mapping):
        linked["error"] = _with_page(error)
    calls = shown.get("calls")
    if isinstance(calls, list):
        linked["calls"] = [
            with_pages(call) if isinstance(call, Mapping) else call for call in calls
        ]
    for side in ("a", "b"):  # of two runs that are compared
        call = shown.get(side)
        if isinstance(call, Mapping):
            linked[side] = with_pages(call)
    return linked


def _with_page(error: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    from workbench.core.explanations import EXPLANATIONS

    code = error.get("code")
    if not isinstance(code, str) or code not in EXPLANATIONS:  # of a newer Workbench
        return dict(error)
    return {**error, "docs": page_of(code)}


@cache
def _page() -> str:
    from importlib import metadata

    told: list[Any]
    try:
        told = metadata.metadata("workbench-mcp").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        told = []
    home = next(
        (url for name, _, url in (each.partition(", ") for each in told) if name == "Homepage"),
        None,
    )
    return f"{home}/blob/main/{_PAGE}" if home is not None else _PAGE
