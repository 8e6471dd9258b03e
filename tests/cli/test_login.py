"""``servers login`` without a browser: the address is printed, and where it led to is pasted; in a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.support.shell import Shell
from tests.support.terminals import readable
from tests.upstream.logging_in import guarded


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, controller: int, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.seen = ""
        self._controller = controller

    def until(self, pattern: str) -> re.Match[str]:
        while (found := re.search(pattern, self.seen)) is None:
            assert readable(self._controller, 60), f"never came: {pattern}\n{self.seen}"
            try:
                self.seen += os.read(self._controller, 4096).decode()
            except OSError:  # Linux: the other side is closed
                pytest.fail(f"it ended without {pattern}\n{self.seen}")
        return found

    def type(self, line: str) -> None:
        os.write(self._controller, f"{line}\n".encode())


@contextmanager
def _terminal(shell: Shell, *words: str) -> Iterator[Terminal]:
    controller, terminal = pty.openpty()
    environment = {**os.environ, "HOME": str(shell.folder), "PYTHONPATH": os.getcwd()}
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "--data-dir", str(shell.data), *words],
        stdin=terminal, stdout=terminal, stderr=terminal, cwd=shell.folder,
        env={**environment, "SSH_CONNECTION": "1", "DISPLAY": ":0", "BROWSER": "false", "COLUMNS": "80"},
    )  # fmt: skip
    os.close(terminal)
    try:
        yield Terminal(controller, process)
    finally:
        process.kill()
        process.wait()
        os.close(controller)


@pytest.mark.slow
def test_over_ssh_the_address_is_printed_and_where_it_led_to_is_pasted(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    with guarded() as port:
        (shell.folder / "c.toml").write_text(
            f"[servers.web]\nurl = 'http://127.0.0.1:{port}/mcp'\n"
        )
        code = "const r = call_tool('web', 'echo', {a: 1}); r.ok ? r.result.a : r.error.message"
        refused = shell.json("--config", "c.toml", "code", "exec", "--code", code)["value"]
        assert "workbench servers login web" in refused
        with _terminal(shell, "--config", "c.toml", "servers", "login", "web") as terminal:
            address = terminal.until(r"open\r\n +(http\S+)\r\n")[1]
            terminal.until("paste its address here")
            # The browser of another machine: it comes as far as the address of our page, which it cannot load.
            answer = httpx2.get(address, follow_redirects=False)
            back = answer.headers["location"]
            assert back.startswith("http://127.0.0.1:")
            assert f":{port}/" not in back
            terminal.type(back.replace("state=", "state=x"))
            terminal.until("not the address that this login ends at")
            terminal.type(back)
            terminal.until("logged in to web")
            terminal.until("which only you can read|in the system keyring")
            assert terminal.process.wait(60) == 0
        assert shell.json("--config", "c.toml", "code", "exec", "--code", code)["value"] == 1
        assert shell("--config", "c.toml", "servers", "logout", "web").returncode == 0
        refused = shell.json("--config", "c.toml", "code", "exec", "--code", code)["value"]
        assert "workbench servers login web" in refused
