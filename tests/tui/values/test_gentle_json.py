"""Reading in pieces gives what reading at once gives."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.tui.values.gentle_json import parse_gently

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
)


@given(_VALUES, st.sampled_from([None, 0, 2]))
def test_it_reads_what_was_written(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert parse_gently(f" {text}\n") == json.loads(text)


@pytest.mark.parametrize(
    "text",
    ["", "[", "[1", "[1,", "[1,]", "[1 2]", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', "{a:1}", "1 2",
     "[] x", "nul", '{"a" 1}', '[[[[[1,]]]]]'],
)  # fmt: skip
def test_it_refuses_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        parse_gently(text)
    with pytest.raises(ValueError, match="line 1"):
        json.loads(text)
