"""Servers that people use, from npm and PyPI, over stdio: shapes that real servers give."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.servers import NPM_BIN, call, managing
from workbench.config import ServerSettings
from workbench.core.events import ToolCallNote
from workbench.core.model import ErrorCode
from workbench.upstream import Manager

pytestmark = pytest.mark.anyio


def _npm(name: str, program: str, *args: str, **more: object) -> ServerSettings:
    path = NPM_BIN / program
    if not path.exists():
        pytest.skip("needs: npm install in tests/npm")
    return ServerSettings(name, str(path), args, **more)  # type: ignore[arg-type]


def _python(name: str, program: str, *args: str) -> ServerSettings:
    path = Path(sys.executable).with_name(program)
    if not path.exists():
        pytest.skip(f"needs: {program} from PyPI")
    return ServerSettings(name, str(path), args)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / "file.txt").write_text("one\n", encoding="utf-8")
    return folder


@pytest.fixture
async def everything() -> AsyncIterator[Manager]:
    async with managing(_npm("all", "mcp-server-everything", "stdio")) as manager:
        await manager.settled("all")
        yield manager


@pytest.mark.npm
async def test_everything(everything: Manager) -> None:
    info = everything.catalogue().servers["all"]
    assert info.state == "ready", info.error
    assert info.tools >= 10
    assert (await call(everything, "all", "echo", {"message": "hi"})).result == "Echo: hi"
    weather = await call(everything, "all", "get-structured-content", {"location": "New York"})
    assert set(weather.result) == {"temperature", "conditions", "humidity"}
    assert weather.warnings == ()
    image = await call(everything, "all", "get-tiny-image")
    assert [block["type"] for block in image.result] == ["text", "image", "text"]
    assert image.result == image.content


@pytest.mark.npm
async def test_everything_reports_progress_and_errors(everything: Manager) -> None:
    notes: list[ToolCallNote] = []
    args = {"duration": 1, "steps": 4}
    done = await call(everything, "all", "trigger-long-running-operation", args, notes)
    assert done.ok, done.error
    progress = [note for note in notes if note.kind == "progress"]
    assert [(note.progress, note.total) for note in progress] == [(n, 4) for n in range(1, 5)]
    wrong = await call(everything, "all", "echo", {"massage": "hi"})
    assert wrong.error is not None
    assert wrong.error.code == ErrorCode.UPSTREAM_ERROR
    assert "-32602" in wrong.error.message


@pytest.mark.npm
async def test_everything_over_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that Windows goes: the SDK's own transport, everything else the same."""
    monkeypatch.setattr("workbench.upstream.routes._OWN_PIPES", False)
    notes: list[ToolCallNote] = []
    async with managing(_npm("all", "mcp-server-everything", "stdio")) as manager:
        await manager.settled("all")
        assert manager.catalogue().servers["all"].state == "ready"
        assert (await call(manager, "all", "echo", {"message": "hi"})).result == "Echo: hi"
        args = {"duration": 1, "steps": 3}
        await call(manager, "all", "trigger-long-running-operation", args, notes)
        assert [note.progress for note in notes if note.kind == "progress"] == [1, 2, 3]


@pytest.mark.npm
async def test_filesystem(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ä{}", encoding="utf-8")
    async with managing(_npm("fs", "mcp-server-filesystem", str(tmp_path))) as manager:
        await manager.settled("fs")
        assert manager.catalogue().servers["fs"].state == "ready"
        read = await call(manager, "fs", "read_text_file", {"path": str(tmp_path / "a.txt")})
        assert read.result == {"content": "ä{}"}
        denied = await call(manager, "fs", "read_text_file", {"path": "/etc/hostname"})
        assert denied.error is not None
        assert "Access denied" in denied.error.message


@pytest.mark.npm
async def test_memory(tmp_path: Path) -> None:
    environment = {"MEMORY_FILE_PATH": str(tmp_path / "memory.json")}
    settings = _npm("memory", "mcp-server-memory", env=environment)
    async with managing(settings) as manager:
        await manager.settled("memory")
        entity = {"name": "amy", "entityType": "person", "observations": ["likes tests"]}
        made = await call(manager, "memory", "create_entities", {"entities": [entity]})
        assert made.result == {"entities": [entity]}
        assert (tmp_path / "memory.json").exists()


async def test_git(repository: Path) -> None:
    """Prose only, in the newest protocol; errors with isError."""
    async with managing(
        _python("git", "mcp-server-git", "--repository", str(repository))
    ) as manager:
        await manager.settled("git")
        assert manager.catalogue().servers["git"].state == "ready"
        status = await call(manager, "git", "git_status", {"repo_path": str(repository)})
        assert "file.txt" in status.result
        failed = await call(
            manager, "git", "git_show", {"repo_path": str(repository), "revision": "x"}
        )
        assert failed.error is not None
        assert failed.error.code == ErrorCode.UPSTREAM_ERROR


async def test_time() -> None:
    async with managing(_python("time", "mcp-server-time", "--local-timezone", "UTC")) as manager:
        await manager.settled("time")
        now = await call(manager, "time", "get_current_time", {"timezone": "Europe/Paris"})
        assert now.result["timezone"] == "Europe/Paris"
        wrong = await call(manager, "time", "get_current_time", {"timezone": "Nowhere/No"})
        assert wrong.error is not None
        assert "time.get_current_time: " in wrong.error.message
