"""The input is JSON, or says where it is not."""

from __future__ import annotations

import pytest

from workbench.tui.main.input_text import InputError, parse_input


def test_empty_text_is_an_empty_object() -> None:
    assert parse_input(" \n") == {}
    assert parse_input('[1, "ü"]') == [1, "ü"]
    assert parse_input("9" * 300) == int("9" * 300)


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ('{\n "a": }', (1, 6), "2:7"),
        ("NaN", (0, 0), "NaN is not JSON"),
        ('{"a": [1e400]}', (0, 0), "1e400 is larger than any number can be"),
        ("9" * 400, (0, 0), "larger than any number can be"),
        ("[" * 100_000, (0, 0), "recursion"),
        ("1" * 5000, (0, 0), "digits"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(text: str, at: tuple[int, int], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        parse_input(text)
    assert caught.value.at == at
