from __future__ import annotations

import pytest

from workbench.catalogue.suggestions import near_names, suggestion

_KNOWN = ["list_issues", "get_issue", "create_issue", "search_issues", "now"]


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("list_issue", "list_issues"),
        ("listIssues", "list_issues"),
        ("LIST-ISSUES", "list_issues"),
        ("creat_isue", "create_issue"),
        ("search", "search_issues"),
    ],
)
def test_nearest_name_comes_first(wrong: str, nearest: str) -> None:
    assert near_names(wrong, _KNOWN)[0] == nearest


@pytest.mark.parametrize("wrong", ["", "zzzz", "☃", "___"])
def test_nothing_near(wrong: str) -> None:
    assert near_names(wrong, _KNOWN) == ()


def test_same_name_in_another_spelling_is_the_only_suggestion() -> None:
    assert near_names("getIssue", _KNOWN) == ("get_issue",)


def test_at_most_three() -> None:
    assert len(near_names("tool", [f"tool{n}" for n in range(50)])) == 3


def test_suggestion_asks_or_lists() -> None:
    assert suggestion(["a", "b"], [], "they are") == "; did you mean 'a' or 'b'?"
    assert suggestion([], ["b", "a"], "they are") == "; they are: a, b"
    assert suggestion([], [], "they are") == ""
    assert suggestion([], map(str, range(100, 200)), "they are").endswith("111 and 88 more")
