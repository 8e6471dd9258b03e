"""Servers and tools at hand: ``--server``, ``tools call``, ``resources``, ``prompts``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import RAW_SERVER
from tests.support.shell import Shell
from workbench.cli.common import Failure
from workbench.cli.parsing import Parser
from workbench.cli.tools_call import add_arguments, named_tool, read_pairs

RAW = f"{sys.executable} {RAW_SERVER}"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.slow
def test_a_server_in_no_file_is_used_by_every_command_that_uses_servers(shell: Shell) -> None:
    code = "[(await tools.raw.add({left: 1, right: 2})).sum, list_tools().length]"
    typed = ["--server", f"raw={RAW}"]
    assert shell.json("code", "exec", "--code", code, *typed)["value"] == [3, 4]
    assert shell.json(*typed, "code", "exec", "--code", code)["value"] == [3, 4]
    assert {row["server"] for row in shell.json("tools", "list", "--json", *typed)} == {"raw"}
    (row,) = shell.json("servers", "list", "--json", *typed)
    assert (row["name"], row["state"]) == ("raw", "ready")
    two = shell.json("servers", "list", "--json", "--server", RAW, f"--server={RAW}")
    assert [row["name"] for row in two] == ["raw", "raw-2"]


def test_where_no_server_is_used_it_is_refused(shell: Shell) -> None:
    done = shell("history", "list", "--server", RAW)
    assert (done.returncode, done.stdout) == (2, "")
    assert "takes no --server" in done.stderr
    assert shell("tools", "list", "--server").returncode == 2


@pytest.mark.slow
def test_one_call_is_a_run_of_its_own(shell: Shell) -> None:
    result = shell.json(
        "tools", "call", "raw", "add", "left=2", "right=40", "--server", f"raw={RAW}"
    )
    assert (result["ok"], result["value"], result["tool_calls"]) == (True, {"sum": 42}, 1)
    (row,) = shell.json("history", "list", "--json")
    assert (row["execution_id"], row["source"]) == (result["execution_id"], "cli")
    assert shell.json("replay", result["execution_id"], "--json")["verdict"] == "identical"


@pytest.mark.slow
def test_resources_and_prompts_are_listed_and_read(shell: Shell) -> None:
    rows = shell.json("resources", "list", "--json")
    assert [(row["uri"], row["uri_template"]) for row in rows] == [
        ("demo://guide", None), ("demo://team", None), (None, "demo://issues/{id}"),
    ]  # fmt: skip
    assert set(rows[0]) == {
        "server", "uri", "uri_template", "name", "title", "description", "mime_type", "size",
    }  # fmt: skip
    assert "demo://issues/{id}" in shell("resources", "list", "demo").stdout
    (prompt,) = shell.json("prompts", "list", "demo", "--json")
    assert (prompt["server"], prompt["name"]) == ("demo", "weekly_report")
    assert prompt["arguments"][0] == {
        "name": "label", "description": "A label, as p1 or bug.", "required": True,
    }  # fmt: skip
    assert "label [tone]" in shell("prompts", "list").stdout

    issue = shell.json("resources", "read", "demo", "demo://issues/101")
    assert (issue["ok"], issue["value"]["id"], issue["tool_calls"]) == (True, 101, 1)
    assert shell.json("replay", issue["execution_id"], "--json")["verdict"] == "identical"
    wrote = shell("resources", "read", "demo", "demo://guide", "--output", "guide.md")
    assert (wrote.returncode, wrote.stdout) == (0, "")
    assert (shell.folder / "guide.md").read_text(encoding="utf-8").startswith("# Triage")
    got = shell.json(
        "prompts", "get", "demo", "weekly_report", "label=bug", "--args", '{"tone": "dry"}'
    )
    assert "our bug issues, in a dry tone" in got["value"]["messages"][0]["content"]["text"]

    missing = shell("resources", "read", "demo", "demo://gide")
    assert (missing.returncode, json.loads(missing.stdout)["error"]["code"]) == (1, "NOT_FOUND")
    assert shell("resources", "list", "dem").returncode == 2
    assert shell("prompts", "get", "demo", "weekly_report", "tone").returncode == 2


@pytest.mark.slow
def test_arguments_come_as_json_from_a_file_and_by_name(shell: Shell) -> None:
    def echoed(*words: str, **more: Any) -> Any:
        return shell.json("tools", "call", "demo", "echo", *words, **more)["value"]

    assert echoed("--args", '{"value": {"a": [1]}}') == {"a": [1]}
    assert echoed("--args-file", "-", stdin='{"value": null}') is None
    assert echoed("--args", '{"value": 1}', "value=two") == "two"
    # As it is written in lists and in scripts; not where a tool's name follows.
    assert shell.json("tools", "call", "demo.echo", "value=7")["value"] == 7
    assert "tools.demo.echo(" in shell("tools", "show", "demo.echo").stdout
    dotted = shell("tools", "call", "demo.x", "echo", "value=7")
    assert "no server 'demo.x'" in dotted.stdout


def test_the_tool_is_named_in_one_word_wherever_it_stands() -> None:
    parser = Parser()
    add_arguments(parser)

    def meant(*words: str) -> tuple[str, str]:
        return named_tool(parser.parse_args(words), ["demo", "my", "my.server"])

    for words in (
        ("demo.echo",),
        ("--timeout", "500", "demo.echo", "value=a.b"),
        ("--args", '{"a.b": 1}', "demo.echo"),
        ("--args={}", "demo.echo"),
        ("demo", "--timeout", "500", "echo", "value=7"),
    ):
        assert meant(*words) == ("demo", "echo"), words
    assert meant("my.server.echo") == meant("my.server", "echo") == ("my.server", "echo")
    assert meant("my.server", "--timeout", "5", "echo") == ("my.server", "echo")
    assert meant("my.other.echo") == ("my", "other.echo")
    assert meant("none.such.echo") == ("none", "such.echo")
    assert meant("demo.x", "--timeout", "5", "echo") == ("demo.x", "echo")
    for too_few in ((), ("demo",), ("demo.",), (".echo",), ("--args", "{}")):
        with pytest.raises(SystemExit):
            meant(*too_few)


@pytest.mark.slow
def test_a_refused_call_exits_by_its_kind(shell: Shell) -> None:
    failed = shell("tools", "call", "demo", "list_issues", "limit=lots")
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["error"]["code"] == "INVALID_ARGS"
    for words in (["x"], ["--args", "[1]"], ["--args", "{"], ["=1"]):
        bad = shell("tools", "call", "demo", "echo", *words)
        assert (bad.returncode, bad.stdout) == (2, ""), words
    (shell.folder / "w.toml").write_text(
        "[servers.demo]\ndemo = true\nquarantined = true\ndeny_tools = []\n"
    )
    held = shell.json("tools", "call", "demo", "now", "--config", "w.toml")
    assert held["error"]["code"] == "SERVER_QUARANTINED"


def test_types_of_arguments_are_those_of_the_schema() -> None:
    schema: dict[str, Any] = {
        "properties": {
            "text": {"type": "string"},
            "number": {"type": "integer"},
            "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "maybe": {"type": ["string", "null"]},
            "tags": {"type": "array", "items": {"type": "string"}},
            "word": {"enum": ["1", "2"]},
        }
    }
    pairs = [
        ("text", "12"),
        ("number", "12"),
        ("either", "12"),
        ("maybe", "null"),
        ("tags", "1"),
        ("tags", "b=c"),
        ("word", "1"),
        ("other", '{"a": 1}'),
        ("more", "a b"),
    ]
    assert read_pairs(pairs, schema) == {
        "text": "12",
        "number": 12,
        "either": 12,
        "maybe": "null",
        "tags": ["1", "b=c"],
        "word": "1",
        "other": {"a": 1},
        "more": "a b",
    }
    assert read_pairs([("tags", "[1, 2]")], schema) == {"tags": [1, 2]}
    with pytest.raises(Failure, match="given twice"):
        read_pairs([("text", "a"), ("text", "b")], schema)


@pytest.mark.slow
def test_tools_are_listed_in_the_form_that_is_wanted(shell: Shell) -> None:
    assert (
        shell("tools", "list", "--format", "json").stdout == shell("tools", "list", "--json").stdout
    )
    assert shell("tools", "list", "--format", "types").stdout == shell("tools", "types").stdout
    assert shell("tools", "list", "--format", "json", "--json").returncode == 2
