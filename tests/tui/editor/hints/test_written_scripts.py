"""Scripts as models and people write them: nothing is said where nothing is wrong, and a wrong name is found."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.core.model import JsonValue
from workbench.tui.editor.analysis.syntax import script_tree, without_fence
from workbench.tui.editor.hints.call_findings import findings

WRITTEN = Path(__file__).with_name("written_scripts.txt").read_text("utf-8").split("\n=====\n")
TEXT: JsonValue = {"type": "string"}
WHOLE: JsonValue = {"type": "integer"}
TEXTS: JsonValue = {"type": "array", "items": TEXT}


def needing(required: str, **properties: JsonValue) -> dict[str, JsonValue]:
    names: list[JsonValue] = [*required.split()]
    return {"type": "object", "properties": properties, "required": names}


REPO: dict[str, JsonValue] = {"owner": TEXT, "repo": TEXT}
TOOLS: dict[str, dict[str, dict[str, JsonValue]]] = {
    "github": {
        "list_issues": needing(
            "owner repo",
            **REPO,
            state={"enum": ["open", "closed", "all"]},
            labels=TEXTS,
            per_page=WHOLE,
            page=WHOLE,
        ),
        "get_issue": needing("owner repo issue_number", **REPO, issue_number=WHOLE),
        "create_issue": needing(
            "owner repo title", **REPO, title=TEXT, body=TEXT, labels=TEXTS, assignees=TEXTS
        ),
        "search_code": needing("q", q=TEXT, page=WHOLE),
        "get_user": needing("login", login=TEXT),
        "list_repos": needing("", org=TEXT),
        "add_comment": needing(
            "owner repo issue_number body", **REPO, issue_number=WHOLE, body=TEXT
        ),
    },
    "slack": {
        "post_message": needing("channel text", channel=TEXT, text=TEXT),
        "list_channels": needing(""),
        "lookup_user": needing("email", email=TEXT),
    },
    "db": {
        "query": needing("sql", sql=TEXT, params={"type": "array"}),
        "execute": needing("sql", sql=TEXT, params={"type": "array"}),
    },
    "file-system": {
        "read_file": needing("path", path=TEXT),
        "list_directory": needing("path", path=TEXT, recursive={"type": "boolean"}),
    },
}


def catalogue() -> Catalogue:
    servers = {name: ServerInfo(name, state="ready") for name in TOOLS}
    servers["jira"] = ServerInfo("jira", state="failed", error="refused")
    tools = {
        server: {name: ToolInfo(server, name, "", None, schema) for name, schema in named.items()}
        for server, named in TOOLS.items()
    }
    return Catalogue(servers, tools)


def test_nothing_is_said_of_scripts_that_are_right() -> None:
    known = catalogue()
    said = {}
    for script in WRITTEN:
        assert not script_tree(without_fence(script).encode()).has_error, script
        found = findings(known, script)
        if found:
            said[script] = [(script[each.at : each.end], each.message) for each in found]
    assert len(WRITTEN) > 60
    assert said == {}


def test_a_wrong_name_of_a_tool_is_found_in_each_of_them() -> None:
    """As they call them: by aliases, taken apart, in batches, within functions and templates."""
    known, looked_at = catalogue(), 0
    call = re.compile(
        r"""(?:[.,'"]|\{ )(list_issues|get_issue|post_message|query)(?=\(|['"], \{|", args)"""
    )
    for script in WRITTEN:
        for found in call.finditer(script):
            wrong = f"{script[: found.end()]}_zz{script[found.end() :]}"
            said = [wrong[each.at : each.end] for each in findings(known, wrong)]
            assert f"{found[1]}_zz" in said, wrong
            looked_at += 1
    assert looked_at > 40
