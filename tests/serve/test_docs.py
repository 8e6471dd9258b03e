"""docs/serve.md: every snippet parses, and starts what it says."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

DOC = Path(__file__).parents[2] / "docs" / "serve.md"
_BLOCK = re.compile(r"^```(json|toml) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SNIPPETS = {name: (kind, text) for kind, name, text in _BLOCK.findall(DOC.read_text("utf-8"))}


def parsed(name: str) -> Any:
    kind, text = SNIPPETS[name]
    return json.loads(text) if kind == "json" else tomllib.loads(text)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("claude-code", "mcpServers"),
        ("claude-desktop", "mcpServers"),
        ("cursor", "mcpServers"),
        ("vscode", "servers"),
        ("codex", "mcp_servers"),
    ],
)
def test_clients_start_the_server(name: str, key: str) -> None:
    entry = parsed(name)[key]["workbench"]
    assert Path(entry["command"]).name == "workbench"
    assert entry["args"][0] == "--serve"


def test_http_client_sends_the_token() -> None:
    entry = parsed("claude-code-http")["mcpServers"]["workbench"]
    assert entry["url"].endswith(":8321/mcp")
    assert entry["headers"]["Authorization"].startswith("Bearer ")


def test_the_result_has_the_shape_of_the_contract() -> None:
    assert list(parsed("result")) == [
        *("ok", "value", "execution_id", "duration_ms", "tool_calls", "logs")
    ]


def test_no_snippet_is_left_out() -> None:
    blocks = re.findall(r"^```(?:json|toml)", DOC.read_text("utf-8"), re.MULTILINE)
    assert len(blocks) == len(SNIPPETS) == 7
