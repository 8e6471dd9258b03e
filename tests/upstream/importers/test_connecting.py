"""Workbench in other clients' files: put in, taken out, and nothing else touched."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.shell import Shell
from workbench.upstream.importers import clients as importing
from workbench.upstream.importers import jsonc, jsonc_edit
from workbench.upstream.importers.connecting import (
    CannotConnect,
    clients,
    connected,
    disconnected,
    write,
)

WORDS = ["/usr/bin/python3", "-m", "workbench", "--serve"]
NAMES = list(clients())
COMMENTED = """\
// mine, "not": yours
{
    "theme": "dark", // , {
    /* "mcpServers": {} */
    "TABLE": {
        "other": { "command": "x", "args": ["{", "//"] }, // last
    },
    "z": [1, 2,],
}
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_new_file_and_back(tmp_path: Path, name: str) -> None:
    client = clients(home=tmp_path, platform="linux")[name]
    assert write(connected(client, WORDS)) is None
    found = importing.read(importing.Source(client.product, client.file))
    assert [one.name for one in found] == ["workbench"]
    assert "Workbench itself" in str(found[0].refused)
    again = connected(client, WORDS)
    assert again.before == again.after
    write(disconnected(client))
    assert importing.read(importing.Source(client.product, client.file)) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "codex"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_and_order_stay(tmp_path: Path, name: str, end: str) -> None:
    client = clients(home=tmp_path, platform="linux")[name]
    before = COMMENTED.replace("TABLE", client.table).replace("\n", end)
    client.file.parent.mkdir(parents=True, exist_ok=True)
    client.file.write_bytes(before.encode())
    change = connected(client, WORDS)
    backup = write(change)
    assert backup is not None
    assert backup.read_bytes() == before.encode()
    left = change.after.splitlines()
    assert [line for line in before.splitlines() if line not in left] == []
    assert jsonc.loads(change.after)[client.table]["other"]["args"] == ["{", "//"]
    assert jsonc.loads(disconnected(client).after) == jsonc.loads(before)
    assert '// mine, "not": yours' in disconnected(client).after
    write(disconnected(client))
    assert client.file.read_bytes() == before.encode()


def test_codex_keeps_its_comments(tmp_path: Path) -> None:
    client = clients(home=tmp_path)["codex"]
    client.file.parent.mkdir(parents=True)
    before = '# mine\nmodel = "x"\n\n[mcp_servers.other]\ncommand = "y" # why\n'
    client.file.write_text(before)
    change = connected(client, WORDS)
    assert "# mine" in change.after
    assert "# why" in change.after
    assert list(tomllib.loads(change.after)["mcp_servers"]) == ["other", "workbench"]
    write(change)
    write(disconnected(client))
    assert client.file.read_text().rstrip() == before.rstrip()


@pytest.mark.parametrize("text", ["{", "[]", '{"mcpServers": 1}', '{"a": 1} x', '"x"', "nul"])
def test_what_cannot_be_read_is_left_alone(tmp_path: Path, text: str) -> None:
    client = clients(home=tmp_path)["cursor"]
    client.file.parent.mkdir(parents=True)
    client.file.write_text(text)
    with pytest.raises(CannotConnect, match="left as it is"):
        connected(client, WORDS)
    assert client.file.read_text() == text


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    client = clients(home=tmp_path)["cursor"]
    change = connected(client, WORDS)
    client.file.parent.mkdir(parents=True)
    client.file.write_text("{}")
    with pytest.raises(CannotConnect, match="just now"):
        write(change)
    assert client.file.read_text() == "{}"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=4), _JSON, max_size=4), st.sampled_from([None, 2, "\t"]))
def test_any_object_takes_a_member_and_gives_it_back(value: dict[str, Any], indent: Any) -> None:
    value.pop("servers", None)
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    put = jsonc_edit.put(text, ("servers", "workbench"), {"a": [1]})
    assert jsonc.loads(put) == {**value, "servers": {"workbench": {"a": [1]}}}
    assert jsonc.loads(jsonc_edit.remove(put, ("servers", "workbench"))) == {**value, "servers": {}}


@pytest.mark.slow
def test_the_commands(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    file = tmp_path / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_text('{"mcpServers": {"a": {"command": "x", "env": {"KEY": "secret-value"}}}}\n')
    before = file.read_text()
    (tmp_path / "workbench.toml").write_text("[servers]\n")
    shown = shell("servers", "connect", "cursor", "--dry-run")
    assert (shown.returncode, file.read_text()) == (0, before)
    assert shell("servers", "connect", "cursor").returncode == 0
    entry = json.loads(file.read_text())["mcpServers"]["workbench"]
    assert entry["args"][-3:] == ["--serve", "--config", str(tmp_path / "workbench.toml")]
    assert "already" in shell("servers", "connect", "cursor").stdout
    assert shell("servers", "disconnect", "cursor").returncode == 0
    assert json.loads(file.read_text()) == json.loads(before)
    wrong = shell("servers", "connect", "cursr")
    assert (wrong.returncode, "'cursor'" in wrong.stderr) == (2, True)


def test_a_folders_file_that_nobody_trusts_is_given_to_no_client(tmp_path: Path) -> None:
    """Named with ``--config`` it would count as trusted, and the client would start its servers."""
    shell = Shell(tmp_path)
    file = tmp_path / ".cursor" / "mcp.json"
    file.parent.mkdir()
    (tmp_path / "workbench.toml").write_text('[servers.a]\ncommand = "touch"\nargs = ["x"]\n')
    refused = shell("servers", "connect", "cursor")
    assert (refused.returncode, "workbench trust" in refused.stderr) == (2, True)
    assert not file.exists()
    assert shell("trust", "--yes").returncode == 0
    assert shell("servers", "connect", "cursor").returncode == 0
