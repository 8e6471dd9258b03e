"""What ``servers sync`` tells apart, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from workbench.config import ServerSettings
from workbench.upstream.importers import clients as importing
from workbench.upstream.importers.clients import Product, Source
from workbench.upstream.importers.differing import Client, compared
from workbench.upstream.importers.variables import SECRET, Variables


def _compared(
    tmp_path: Path, files: Mapping[str, Mapping[str, Any]], ours: list[ServerSettings]
) -> list[Client]:
    """``files``: product -> its servers."""
    variables = Variables()
    found = []
    products: list[Product] = ["Cursor", "Claude Code"]
    for product in products:
        if product in files:
            path = tmp_path / f"{product}.json"
            path.write_text(json.dumps({"mcpServers": files[product]}))
            found += importing.read(Source(product, path), variables)
    named = [product for product in products if product in files]
    return compared(found, {one.name: one for one in ours}, variables.secrets, named)


def _states(client: Client) -> list[tuple[str, str | None, str | None]]:
    return [(row.state, row.there, row.here) for row in client.rows]


def test_each_client_is_told_of(tmp_path: Path) -> None:
    ours = [
        ServerSettings("one", "a"),
        ServerSettings("renamed", "b", ("--x",)),
        ServerSettings("demo", "demo", demo=True),
    ]
    files = {"Cursor": {"one": {"command": "a"}, "two": {"command": "b", "args": ["--x"]}}, "Claude Code": {}}  # fmt: skip
    cursor, claude = _compared(tmp_path, files, ours)
    assert _states(cursor) == [("same", "one", "one"), ("same", "two", "renamed")]
    assert cursor.rows[1].note == "called 'renamed' here"
    assert not cursor.differs
    assert _states(claude) == [("only here", None, "one"), ("only here", None, "renamed")]
    assert claude.differs


def test_who_has_workbench_needs_no_server_of_ours(tmp_path: Path) -> None:
    files = {"Cursor": {"wb": {"command": "workbench", "args": ["--serve"]}}}
    (cursor,) = _compared(tmp_path, files, [ServerSettings("one", "a")])
    assert cursor.through_workbench
    assert _states(cursor) == []
    assert not cursor.differs


def test_what_cannot_be_taken_over_is_no_difference(tmp_path: Path) -> None:
    (cursor,) = _compared(tmp_path, {"Cursor": {"x": {}}}, [])
    assert _states(cursor) == [("not comparable", "x", None)]
    assert not cursor.differs


@pytest.mark.parametrize(
    ("entry", "ours", "expected"),
    [
        ({"command": "a", "env": {"K": "1"}}, {"env": {"K": "2"}}, [("env.K", "1", "2")]),
        ({"command": "a", "env": {"K": "1"}}, {}, [("env.K", "1", None)]),
        ({"command": "a", "args": ["x"]}, {"args": ("y", "z")}, [("command", "a x", "a y z")]),
        ({"command": "a", "disabled": True}, {}, [("enabled", "false", None)]),
        ({"command": "a"}, {"deny_tools": ("d",)}, [("deny_tools", None, "d")]),
        ({"command": "a"}, {"quarantined": True, "description": "x", "trust": "pin"}, []),
        # a secret in clear, and a reference where it was
        ({"command": "a", "env": {"API_KEY": "hunter22"}}, {"env": {"API_KEY": "${keyring:k}"}}, []),
        ({"command": "a", "env": {"API_KEY": "${OTHER}"}}, {"env": {"API_KEY": "hunter22"}}, []),
        ({"command": "a", "args": ["--token", "hunter22"]}, {"args": ("--token", "${file:~/t}")}, []),
        ({"command": "a", "env": {"API_KEY": "hunter22"}}, {"env": {"API_KEY": "hunter22"}}, []),
        ({"command": "a", "env": {"API_KEY": "hunter22"}}, {"env": {"API_KEY": "hunter33"}},
         [("env.API_KEY", SECRET, f"another {SECRET}")]),
        ({"command": "a", "env": {"API_KEY": "${A}"}}, {"env": {"API_KEY": "${B}"}},
         [("env.API_KEY", "${A}", "${B}")]),
        ({"command": "a", "env": {"U": "https://amy:hunter22@h/x"}}, {"env": {"U": "https://amy:${P}@h/y"}},
         [("env.U", f"https://amy:{SECRET}@h/x", "https://amy:${P}@h/y")]),
    ],
)  # fmt: skip
def test_how_they_differ(
    tmp_path: Path,
    entry: dict[str, Any],
    ours: dict[str, Any],
    expected: list[tuple[str, str | None, str | None]],
) -> None:
    (cursor,) = _compared(tmp_path, {"Cursor": {"s": entry}}, [ServerSettings("s", "a", **ours)])
    (row,) = cursor.rows
    assert [(one.key, one.there, one.here) for one in row.differences] == expected
    assert row.state == ("different" if expected else "same")
    assert "hunter" not in json.dumps(row.to_json())


def test_headers_are_compared_whatever_their_case(tmp_path: Path) -> None:
    entry = {"url": "https://h/mcp", "headers": {"Authorization": "Bearer abcd1234efgh"}}
    ours = ServerSettings("s", url="https://h/mcp", headers={"authorization": "Bearer ${T}"})
    (cursor,) = _compared(tmp_path, {"Cursor": {"s": entry}}, [ours])
    assert not cursor.differs
