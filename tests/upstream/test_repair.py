from __future__ import annotations

from typing import Any

import pytest

from workbench.upstream.repair import repair_listing


def _repair(*tools: Any, **page: Any) -> tuple[dict[str, Any], dict[str, list[str]]]:
    listing = {"tools": list(tools), **page}
    repaired: dict[str, list[str]] = {}
    repair_listing(listing, repaired)
    return listing, repaired


def test_a_good_tool_is_left_alone() -> None:
    good = {
        "name": "t",
        "description": "d",
        "inputSchema": {"type": "object", "properties": {}},
        "outputSchema": {"type": "object"},
        "annotations": {"title": "T", "readOnlyHint": True},
    }
    listing, repaired = _repair(dict(good))
    assert listing["tools"] == [good]
    assert repaired == {}


@pytest.mark.parametrize(
    ("broken", "key", "mended"),
    [
        ({}, "inputSchema", {"type": "object"}),
        ({"inputSchema": None}, "inputSchema", {"type": "object"}),
        ({"inputSchema": "x"}, "inputSchema", {"type": "object"}),
        ({"inputSchema": {"type": "string"}}, "inputSchema", {"type": "object"}),
        (
            {"inputSchema": {"properties": {"a": {}}}},
            "inputSchema",
            {"type": "object", "properties": {"a": {}}},
        ),
        ({"outputSchema": {"type": "array"}}, "outputSchema", None),
        ({"outputSchema": 5}, "outputSchema", None),
        ({"description": {"en": "x"}}, "description", None),
        ({"title": 3}, "title", None),
        ({"annotations": "read only"}, "annotations", None),
    ],
)
def test_one_bad_tool_is_mended_and_told(broken: dict[str, Any], key: str, mended: Any) -> None:
    tool = {"name": "bad", "inputSchema": {"type": "object"}, **broken}
    if not broken:
        del tool["inputSchema"]
    listing, repaired = _repair({"name": "good", "inputSchema": {"type": "object"}}, tool)
    assert listing["tools"][1].get(key) == mended
    assert len(repaired["bad"]) == 1
    assert "good" not in repaired


def test_what_has_no_name_is_dropped() -> None:
    listing, _ = _repair(
        {"name": 7}, {}, None, "text", {"name": "t", "inputSchema": {"type": "object"}}
    )
    assert [tool["name"] for tool in listing["tools"]] == ["t"]


@pytest.mark.parametrize("tools", [None, {}, "x", 3])
def test_a_listing_that_is_none_is_empty(tools: Any) -> None:
    listing: dict[str, Any] = {"tools": tools}
    repair_listing(listing, {})
    assert listing["tools"] == []


def test_wrong_hints_are_left_out_of_annotations() -> None:
    tool = {
        "name": "t",
        "inputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": "yes", "destructiveHint": False, "title": "T"},
    }
    listing, _ = _repair(tool)
    assert listing["tools"][0]["annotations"] == {"destructiveHint": False, "title": "T"}


def test_a_cursor_of_another_type_becomes_text() -> None:
    listing, _ = _repair(nextCursor=7)
    assert listing["nextCursor"] == "7"


def test_a_schema_without_a_bottom_is_left_out() -> None:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(400):
        schema = {"type": "object", "properties": {"a": schema}}
    listing, repaired = _repair({"name": "t", "inputSchema": schema, "description": "d"})
    assert listing["tools"][0]["inputSchema"] == {"type": "object"}
    assert repaired["t"][0] == "its inputSchema is nested too deeply: left out"
