"""Every kind of sequence that reaches a terminal is in docs/terminals.md, and none leaves the terminal changed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.support.sequences import kinds, left_changed
from tests.support.terminals import ModernPty, environment_of
from workbench.tui.notices import notice

_DOCS = Path(__file__).parents[2] / "docs/terminals.md"
_COLUMNS, _ROWS = 120, 40
_SCRIPT = """// a comment
const page = await tools.demo.list_issues({});
console.log("漢字 👨‍👩‍👧 ⚠️ é");
await tools.demo.get_issue({ id: -1 }).catch(() => null);
return page;
"""
_CRASHES = """
from workbench.__main__ import main
from workbench.tui.app import WorkbenchApp

def crash(app):
    raise RuntimeError("broken")

WorkbenchApp.action_tour = crash
main()
"""


def documented() -> set[str]:
    table = _DOCS.read_text().partition("<!-- sequences -->")[2].partition("<!-- end -->")[0]
    firsts = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    return {kind for first in firsts for kind in re.findall(r"`(.+?)`", first)}


def started(folder: Path, *options: str, **environment: str) -> ModernPty:
    script = folder / "all.js"
    script.write_text(_SCRIPT)
    known = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "VISUAL": "true"} | environment
    command = [sys.executable, *(options or ("-m", "workbench")), str(script)]
    pty = ModernPty(command, environment_of(folder, **known), _COLUMNS, _ROWS)
    pty.read_until(b"1 Script")
    pty.read_to_rest()
    return pty


def press(pty: ModernPty, *keys: bytes) -> None:
    for each in keys:
        pty.send(each)
        pty.read_some()


def use(pty: ModernPty) -> None:
    """Run, scroll, edit; the mouse on panes and text; dialogs and screens; what is copied."""
    press(pty, b"\x1b[15~")
    pty.read_to_rest()
    press(pty, b"\x1b[B", b"x", b"\x7f")
    press(pty, b"\x1b[<35;200;200M", b"\x1b[<35;4;4M", b"\x1b[<0;200;200M\x1b[<0;200;200m")
    press(
        pty,
        b"\x10",
        b"\x1b[27u",
        b"\x1bOP",
        b"\x1b[27u",
        b"\x14",
        b"\x1b[27u",
        b"\x1bs",
        b"\x1b[27u",
    )
    press(pty, b"\x1bOQ", b"4", b"y")
    pty.read_until(b"\x1b]52;c;")
    pty.read_to_rest()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("true") is None, reason="it is the editor")
def test_a_whole_session_writes_what_is_documented(tmp_path: Path) -> None:
    with started(tmp_path) as pty:
        use(pty)
        pty.send(b"\x1bOS")  # an editor that ends at once
        pty.read_until(b"\x1b[?1049l")
        pty.read_to_rest()
        os.kill(pty.pid, signal.SIGTSTP)
        os.waitpid(pty.pid, os.WUNTRACED)
        pty.read_to_rest()
        assert left_changed(pty.seen) == set()
        os.kill(pty.pid, signal.SIGCONT)
        pty.read_to_rest()
        pty.send(b"\x11")
        assert pty.read_to_end() == 0
        assert left_changed(pty.seen) == set()
        written = pty.seen
    for term in ("xterm-256color", "xterm"):
        with started(tmp_path, TERM=term, COLORTERM="") as pty:
            written += pty.seen
    for how in ("bell", "osc9", "osc777"):
        written += b"".join(notice(how, "all.js", in_tmux=tmux).encode() for tmux in (False, True))
    assert kinds(written) == documented()


@pytest.mark.slow
def test_after_a_crash_the_terminal_is_as_it_was(tmp_path: Path) -> None:
    with started(tmp_path, "-c", _CRASHES) as pty:
        pty.send(b"\x1bg")
        assert pty.read_to_end() == 70
        assert left_changed(pty.seen) == set()
