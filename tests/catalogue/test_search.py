from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.catalogues import catalogue, demo_catalogue, tool
from workbench.catalogue.search import words
from workbench.catalogue.tools import ToolInfo

_DEMO = demo_catalogue()


def _names(query: str, limit: int = 5) -> list[str]:
    return [found.name for found in _DEMO.search(query, limit)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("listIssues_v2", ["list", "issues", "v2"]),
        ("get.HTTPResponse-code", ["get", "http", "response", "code"]),
        ("", []),
        ("naïve_Größe", ["naïve", "größe"]),
    ],
)
def test_words(text: str, parts: list[str]) -> None:
    assert words(text) == parts


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("now", "now"),
        ("demo.create_issue", "create_issue"),
        ("createIssue", "create_issue"),
        ("post a message to the chat", "post_message"),
        ("current time", "now"),
        ("who is the user", "lookup_user"),
        ("weekly report progress", "export_report"),
        ("chan", "list_channels"),
        ("commenting", "add_comment"),
    ],
)
def test_the_best_match_comes_first(query: str, best: str) -> None:
    assert _names(query)[0] == best


def test_words_of_the_arguments_count() -> None:
    assert "lookup_user" in _names("handle")


@pytest.mark.parametrize("query", ["***", '"', "()"])
def test_queries_without_a_word_find_nothing(query: str) -> None:
    assert _names(query) == []


@pytest.mark.parametrize(
    "query", ['issue" OR NEAR(', "issue AND NOT (", "name:issue", "issue* -x", "{a} : issue"]
)
def test_search_syntax_is_text(query: str) -> None:
    assert any("issue" in name for name in _names(query))


@pytest.mark.parametrize("query", ["", "   ", "\n"])
def test_a_blank_query_lists(query: str) -> None:
    assert _names(query, 3) == [tool.name for tool in _DEMO][:3]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("isue_stats", "issue_stats"),
        ("serach", "search_issues"),
        ("channnels", "list_channels"),
        ("labals", "list_labels"),
        ("creat", "create_issue"),
        ("quick lookpu", "lookup_user"),
    ],
)
def test_beginnings_and_slips_of_the_finger_are_understood(query: str, best: str) -> None:
    assert _names(query)[0] == best


def test_what_is_two_slips_away_is_not_guessed() -> None:
    assert _names("channnelz") == []
    assert _names("nwo") == []


def test_the_name_comes_first_however_many_others_match() -> None:
    words = {f"open_{n}": ToolInfo("s", f"open_{n}", "open " * 20) for n in range(3_000)}
    cat = catalogue(s={**words, "open": ToolInfo("s", "open", "")}, t={"open": tool("open")})
    assert [found.name for found in cat.search("open", 3)][:2] == ["open", "open"]
    assert cat.search("s.open", 1)[0].full_name == "s.open"


def test_limit() -> None:
    assert len(_names("issue", 2)) == 2
    assert _names("issue", 0) == []


def test_restricted_catalogue_finds_its_own_only() -> None:
    both = catalogue(a={"x": tool("x", server="a")}, b={"x": tool("x", server="b")})
    assert [found.server for found in both.restricted(["b"]).search("x")] == ["b"]


def test_two_thousand_tools() -> None:
    tools = {
        f"tool_{n}": ToolInfo("s", f"tool_{n}", f"does thing number {n}") for n in range(2_000)
    }
    cat = catalogue(s=tools)
    assert cat.search("thing number 1234", 3)[0].name == "tool_1234"
    assert cat.search("tool_77", 1)[0].name == "tool_77"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_query(query: str) -> None:
    assert len(_DEMO.search(query, 4)) <= 4
