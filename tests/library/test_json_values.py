"""Which Python values are JSON."""

from __future__ import annotations

import pytest

from workbench.library import json_values
from workbench.library.json_values import json_problem


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([None, "null", 2**70, "9" * 400, "\ud800"], None),
        ({"a": None, "b": float("nan")}, "$.b is nan"),
        ({"a": None, "b": [10**400]}, "$.b[0] is out of the range of numbers"),
        (["null", {1}], "$[1] is of type set"),
    ],
)
def test_what_is_not_json_is_found_beside_null(value: object, problem: str | None) -> None:
    assert json_problem(value) == problem


def test_a_large_text_is_not_searched_for_large_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It took 25 ms for each MB, in the event loop."""
    monkeypatch.setattr(json_values, "_LARGE", None)
    assert json_problem({"text": "1" * 400, "n": [1, 1.5, True]}) is None
    assert json_problem([None, "x"]) is None
