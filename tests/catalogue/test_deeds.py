"""Which tools could do what a script cannot."""

from __future__ import annotations

import pytest

from workbench.catalogue.deeds import able
from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo


def tool(name: str, description: str, *fields: str) -> ToolInfo:
    properties = {field: {"type": "string"} for field in fields}
    return ToolInfo(
        "s", name, description, input_schema={"type": "object", "properties": properties}
    )


TOOLS = [
    tool("list_issues", "Lists issues, a page at a time, from the web interface.", "page", "state"),
    tool("create_webhook", "Adds a webhook to a repository.", "url", "secret"),
    tool("fetch_page", "Gets a page.", "url"),
    tool("render", "Visit a website and return its text.", "link"),
    tool("search_web", "Search the web.", "query"),
    tool("read_file", "Reads a file.", "path"),
    tool("list_directory", "What is in a folder.", "path"),
    tool("run_sql", "Execute a statement.", "sql"),
    tool("send_report", "Sends the weekly report.", "week"),
]


@pytest.mark.parametrize(
    ("about", "names"),
    [
        ("fetch url http web page", ["fetch_page", "render"]),
        ("read write file", ["read_file"]),
        ("query database sql", ["run_sql"]),
        ("send mail", []),
        ("run command shell", []),
    ],
)
def test_only_tools_that_could_do_it_are_named(about: str, names: list[str]) -> None:
    catalogue = Catalogue({"s": ServerInfo("s")}, {"s": {one.name: one for one in TOOLS}})
    assert [one.name for one in able(catalogue, about, 3)] == names
