"""Rows of a JSON value: folding, paths, search."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.tui.values.json_search import find
from workbench.tui.values.json_tree import JsonTree, path_text, shown_key, shown_value

VALUE = {"ok": True, "items": [{"id": 1, "name": "amy"}, {"id": 2, "name": "bob"}], "none": {}}


def keys(tree: JsonTree) -> list[Any]:
    return [row.key for row in tree.rows]


def test_small_values_open_whole() -> None:
    tree = JsonTree(VALUE)
    assert keys(tree) == [None, "ok", "items", 0, "id", "name", 1, "id", "name", "none"]


def test_large_values_open_at_the_top_only() -> None:
    tree = JsonTree({"rows": list(range(1000)), "n": 1})
    assert keys(tree) == [None, "rows", "n"]


def test_rows_fold_and_unfold() -> None:
    tree = JsonTree(VALUE)
    whole = keys(tree)
    tree.collapse(2)
    assert keys(tree) == [None, "ok", "items", "none"]
    tree.toggle(2)
    assert keys(tree) == [None, "ok", "items", 0, 1, "none"]
    tree.rows = tree.expanded()
    assert keys(tree) == whole
    tree.collapse_all()
    assert keys(tree) == [None, "ok", "items", "none"]
    tree.toggle(1)
    assert len(tree.rows) == 4


def test_paths_lead_there_and_back() -> None:
    tree = JsonTree(VALUE)
    for index in range(len(tree.rows)):
        assert tree.reveal(tree.path(index)) == index
    tree.collapse_all()
    assert tree.rows[tree.reveal(("items", 1, "name"))].value == "bob"
    with pytest.raises(KeyError):
        tree.reveal(("items", 7))
    with pytest.raises(KeyError):
        tree.reveal(("items", "1"))


def test_paths_are_written_as_javascript() -> None:
    assert path_text(("items", 0, "a b", "c", "1x")) == '.items[0]["a b"].c["1x"]'
    assert path_text(()) == ""


def test_search_sees_keys_and_values_as_they_are_shown() -> None:
    assert find(VALUE, "BOB") == [("items", 1, "name")]
    assert find(VALUE, "id") == [("items", 0, "id"), ("items", 1, "id")]
    assert find(VALUE, "true") == [("ok",)]
    assert find(VALUE, 'Name: "bob') == find(VALUE, "name: bob") == [("items", 1, "name")], (
        "as shown"
    )
    assert find(VALUE, "ok: true") == [("ok",)]
    assert find(VALUE, "nowhere") == []


def test_a_long_string_is_cut_with_its_length_and_unfolds_whole() -> None:
    text = "line one\n" + "x" * 500 + "\n\nend"
    assert f"{len(text)} characters" in shown_value(text, 60)
    tree = JsonTree({"text": text}, width=104)
    assert tree.rows[1].open  # so few lines are shown at once
    parts = [row.value for row in tree.rows[2:]]
    assert parts[0] == "line one"
    assert "".join(parts) == text.replace("\n", "")
    assert tree.path(3) == ("text",)
    root = JsonTree("a" * 100)
    assert root.folds(root.rows[0])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ({"a": 1}, "{…} 1"),
        ([1] * 2000, "[…] 2,000"),
        (None, "null"),
        (1.5, "1.5"),
        ("é\n", '"é\\n"'),
    ],
)
def test_values_on_one_line(value: Any, text: str) -> None:
    assert shown_value(value, 40) == text


@pytest.mark.parametrize("evil", ["\x1b]52;c;x\x07", "\x9b2J", "\x7f", "\u202eabc", "a\nb\tc"])
def test_control_characters_are_shown_not_obeyed(evil: str) -> None:
    for text in (shown_value(evil, 40), shown_key(evil), shown_value(evil * 100, 40)):
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in text)


def test_a_large_value_opens_at_once() -> None:
    value = [{"id": n, "tags": ["a", "b"], "text": "x" * 200} for n in range(15_000)]
    tree = JsonTree(value)
    assert not any(row.open for row in tree.rows[1:])  # nothing within was looked into
    rows = tree.expanded()
    assert len(rows) == 1 + 15_000 * 6
    assert len(tree.expanded(lambda: True)) < len(rows)


def test_a_key_that_is_cut_unfolds_whole() -> None:
    name = "key " * 40 + "END"
    tree = JsonTree({name: 1, "list": {name: [1]}, "other": {name: "word " * 30}}, width=60)
    tree.take(tree.expanded())
    for index in reversed([i for i, row in enumerate(tree.rows) if row.key == name]):
        row = tree.rows[index]
        assert tree.label(row).endswith("…: ")
        assert tree.folds(row)
        tree.expand(index)
        parts = [one for one in tree.rows[index + 1 :] if one.of_key][: len(name)]
        assert "".join(one.value for one in parts).startswith(name)
        assert tree.path(index + 1) == tree.path(index)
    tree = JsonTree({"short": 1, "k" * 50: 2}, width=60)  # the value leaves it the room
    assert not any(tree.folds(row) for row in tree.rows[1:])


def test_deep_rows_stay_on_the_line() -> None:
    value: Any = "the bottom"
    for level in range(60):
        value = {f"level_{level}": value}
    tree = JsonTree(value, width=56)
    tree.take(tree.expanded())
    last = tree.rows[-1]
    assert last.depth == 60
    line = tree.indent(last) + 2 + len(tree.label(last)) + len(shown_value(last.value, 40))
    assert line <= 56
