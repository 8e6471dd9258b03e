"""Values in few words."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from workbench.tui.values.one_line import BRIEF, arguments, preview, result


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"issues": [{}] * 8}, "8 issues"),
        ({"issues": [{}], "next": None}, "1 issue"),
        ({"entries": [1]}, "1 entry"),
        ({"rows": []}, "0 rows"),
        ({"list": [1, 2]}, "list: 2 items"),
        ({"日本": [1]}, '"日本": 1 item'),
        ({"data": []}, "data: 0 items"),
        ([1, 2], "2 items"),
        ([], "[]"),
        ({}, "{}"),
        (None, "null"),
        (True, "true"),
        ({"id": 103, "title": "Add keyboard shortcuts"}, '"Add keyboard shortcuts"'),
        ({"text": "only"}, '{text: "only"}'),
        ({"rows": 1}, "{rows: 1}"),
        ("x" * 999, '"' + "x" * (BRIEF - 3) + '…"'),
    ],
)
def test_what_came_of_a_call(value: Any, text: str) -> None:
    assert result(value) == text


@pytest.mark.parametrize(
    ("args", "before", "text"),
    [
        ({"id": 109}, {"id": 108}, "id=109"),
        ({"a b": "x", "n": None}, None, '"a b"="x" n=null'),
        ({"list": [1, 2, {"deep": 1}]}, None, "list=[1, 2, {…}]"),
        ({}, None, ""),
        ([1], None, "[1]"),
        ({"same": 1, "was": 1}, {"same": 1, "was": True}, "was=1 same=1"),
        ({"a": "1", "b": "x"}, {"a": "1", "b": "y"}, 'b="x" a="1"'),
    ],
)
def test_arguments(args: Any, before: Any, text: str) -> None:
    assert arguments(args, before) == text


@pytest.mark.parametrize("width", [4, 9, 20, 33, 60])
@pytest.mark.parametrize(
    "value",
    [
        {"id": 103, "title": "Dark theme for the whole of it", "labels": ["a", "b"]},
        [{"name": "日本語の名前です"}] * 9,
        {"\x1b]0;x\x07" * 9: {"\n": "\u202e"}},
        {f"k{n}": "v" * n for n in range(500)},
        "x" * 1_000_000,
        [[[[1]]]],
        [["one…", "two"]] * 9,
    ],
)
def test_a_preview_keeps_its_width_and_is_safe(value: Any, width: int) -> None:
    for text in (preview(value, width), arguments({"x": value}, None, width), result(value, width)):
        assert cell_len(text) <= width
        assert text.isprintable()
        assert "……" not in text, "cut once, not twice"


def test_a_preview_says_what_it_holds() -> None:
    value = {"id": 103, "title": "Dark theme", "labels": ["bug", "p1"], "user": {"name": "amy"}}
    assert (
        preview(value, 80)
        == '{id: 103, title: "Dark theme", labels: ["bug", "p1"], user: {name: "amy"}}'
    )
    assert preview(value, 24) == '{id: 103, title: "Dar…"}' or preview(value, 24).endswith("…}")
