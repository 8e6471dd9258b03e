"""What differs from system to system, on each of them: as far as it can be simulated here."""

from __future__ import annotations

import ast
import os
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import workbench
from workbench.util import os_differences as differences

_ONE_PLACE = {
    "util/system.py",
    "util/os_differences.py",
    "util/files.py",
    "tui/textual_private/terminal_driver.py",
}
"""``files`` has a lock of its own for Windows, and terminals there hand on no lines: another implementation, not
another value."""
_AS_ARGUMENT = {"upstream/importers/clients.py", "upstream/importers/connecting.py"}
"""Where the system is an argument, that a test gives; this one is its default."""


@pytest.fixture(params=["linux", "darwin", "win32"])
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "platform", request.param)
    return str(request.param)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")


def test_words_of_a_command(platform: str) -> None:
    paths = platform == "win32"
    assert differences.split_command('run "a b" c') == ["run", "a b", "c"]
    assert differences.split_command(r"C:\bin\run x")[0] == (r"C:\bin\run" if paths else "C:binrun")
    with pytest.raises(ValueError, match="quotation"):
        differences.split_command('run "a')


def test_what_a_child_gets(platform: str) -> None:
    names = differences.passed_environment()
    assert "PATH" in names
    assert ("SYSTEMROOT" in names, "HOME" in names) == (platform == "win32", platform != "win32")


def test_what_windows_cannot(platform: str) -> None:
    other = platform != "win32"
    reader, writer = os.pipe()
    assert differences.can_watch(reader) is other
    os.close(reader)
    os.close(writer)
    assert differences.can_watch_terminal() is other
    assert differences.can_test_life() is other
    assert differences.readers_keep_files() is not other


def test_an_address_is_used_again(platform: str) -> None:
    with socket.socket() as listener:
        before = listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
        differences.reuse_address(listener)
        after = listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
    assert (before, bool(after)) == (0, platform != "win32")


@pytest.mark.usefixtures("windows")
def test_streams_of_windows_are_binary(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: list[tuple[int, int]] = []
    there = SimpleNamespace(setmode=lambda *arguments: set_to.append(arguments))
    monkeypatch.setitem(sys.modules, "msvcrt", there)
    monkeypatch.setattr(os, "O_BINARY", 0x8000, raising=False)
    differences.leave_bytes_alone(0, 1)
    assert set_to == [(0, 0x8000), (1, 0x8000)]
    assert differences.most_descriptors() is None


@pytest.mark.parametrize(
    ("system", "display", "ssh", "seen"),
    [
        ("linux", "", "", False),
        ("linux", ":0", "", True),
        ("linux", ":0", "a 1 b 2", False),
        ("darwin", "", "", True),
        ("win32", "", "", True),
        ("darwin", "", "a 1 b 2", False),
    ],
)
def test_who_sees_what_is_opened(
    system: str, display: str, ssh: str, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    for name, value in (("DISPLAY", display), ("SSH_CONNECTION", ssh)):
        monkeypatch.setenv(name, value)
    for name in ("WAYLAND_DISPLAY", "SSH_TTY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    assert differences.has_browser() is seen
    command = differences.opening_command()
    if not seen or system != "linux":
        expected = {"darwin": ["open"], "win32": ["cmd", "/c", "start", ""]}.get(system)
        assert command == (expected if seen else None)


@pytest.mark.parametrize(("ssh", "seen"), [("", True), ("a 1 b 2", False)])
def test_a_browser_that_is_named_needs_no_screen_here(
    ssh: str, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container or WSL, whose editor opens addresses beside it."""
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSH_CONNECTION", ssh)
    monkeypatch.setenv("BROWSER", "/opt/helpers/browser.sh")
    assert differences.has_browser() is seen
    assert differences.opening_command() is None


@pytest.mark.slow
def test_no_other_module_asks_which_system_it_is() -> None:
    root = Path(workbench.__file__).parent
    asking = set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.platform", "os.name"):
                asking.add(file.relative_to(root).as_posix())
    assert asking <= _ONE_PLACE | _AS_ARGUMENT
