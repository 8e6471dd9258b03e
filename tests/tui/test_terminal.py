"""The whole program in a real terminal: what reaches the screen, and how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminals import Pty, Terminal, environment_of

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
_HOSTILE = r"""
const bad = "\x1b]0;owned\x07\x1b[2J\x1b[31m[/b][red]\u202e\x9b5n";
console.log("console " + bad);
await tools.demo.echo({ value: "call " + bad });
return { value: "result " + bad };
"""


@pytest.fixture(params=[(120, 40), (80, 24)])
def terminal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    script = tmp_path / "hostile.js"
    script.write_text(_HOSTILE)
    command = [sys.executable, "-m", "workbench", str(script)]
    width, height = request.param
    terminal = Terminal(tmp_path, width, height, command)
    yield terminal
    terminal.close()


@pytest.mark.slow
def test_hostile_text_is_shown_and_not_obeyed(terminal: Terminal) -> None:
    terminal.until(lambda text: "1 Script" in text and "F5" in text)
    before = terminal.title()
    terminal.keys("F5")
    text = terminal.until(lambda text: "✔ hostile.js" in text)
    assert "␛]0;owned␇␛[2J␛[31m[/b][red]" in text
    assert terminal.title() == before
    assert "3 Trace" in text  # the screen was not cleared
    terminal.keys("C-q")
    text = terminal.until(lambda text: "ended with" in text)
    assert "ended with 0" in text
    assert "1 Script" not in text


@pytest.mark.slow
def test_early_and_doubled_keys_do_no_harm(terminal: Terminal) -> None:
    terminal.keys("F8", "C-l", "C-w", "C-n", "C-w")  # before anything is painted
    terminal.until(lambda text: "1 Script" in text and "F1 Help" in text)
    for keys in (
        ["C-p", "format", "Enter", "Enter"],
        ["F2", "3", "3"],
        ["C-o", "tri", "Enter", "Enter"],
        ["F1", "F1", "Escape", "Escape"],
    ):
        terminal.keys(*keys)
        terminal.at_rest()
    terminal.keys(
        "C-n", "M-g", "M-g", "a", "b", "c", "BSpace", "d", "Left", "x", "Home", "y", "End", "z"
    )
    text = terminal.until(lambda text: "yabxdz" in text)
    assert "3 Trace" in text


@pytest.mark.slow
def test_enter_that_was_typed_before_it_began_is_enter(tmp_path: Path) -> None:
    """A terminal that hands on lines makes a line feed of it, and that is the key that runs the script."""
    (tmp_path / "late.js").write_text("last")
    command = ["read", "go;", sys.executable, "-m", "workbench", "late.js"]
    terminal = Terminal(tmp_path, 80, 24, command)
    try:
        terminal.keys("go", "Enter", "first", "Enter", "é", "Enter", "third", "Enter")
        text = terminal.until(lambda text: "4  last" in text)
        assert all(line in text for line in ("1  first", "2  é", "3  third"))
        assert "✘ late.js" not in terminal.at_rest()
    finally:
        terminal.close()


@pytest.mark.slow
def test_the_terminal_is_ours_again_after_others_had_it(tmp_path: Path) -> None:
    """A stop, after which tmux lets it go on at once, and an editor that gives up."""
    (tmp_path / "mine.js").write_text("return 1")
    command = ["VISUAL=false", "exec", sys.executable, "-m", "workbench", "mine.js"]
    terminal = Terminal(tmp_path, 80, 24, command)
    try:
        terminal.until(lambda text: "return 1" in text and "F1 Help" in text)
        terminal.at_rest()
        os.kill(terminal.pid(), signal.SIGTSTP)
        terminal.at_rest()  # Textual throws away what is typed as it lets the terminal go
        terminal.keys("a")
        terminal.until(lambda text: "areturn 1" in text and "F1 Help" in text)
        terminal.keys("F4")
        terminal.until(lambda text: "false ended with 1" in text)
        terminal.keys("b")
        terminal.until(lambda text: "abreturn 1" in text and "F1 Help" in text)
    finally:
        terminal.close()


_SCRIPT = "\n".join(f"const value{n} = [{n}, 'text {n}', {{ key: {n} }}];" for n in range(60))


@pytest.fixture(params=[(120, 40), (80, 24), (60, 20)])
def editing(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    script = tmp_path / "long.js"
    script.write_text(_SCRIPT)
    width, height = request.param
    command = [sys.executable, "-m", "workbench", str(script)]
    terminal = Terminal(tmp_path, width, height, command)
    yield terminal
    terminal.close()


@pytest.mark.slow
def test_what_was_left_out_of_the_paintings_is_on_the_screen(editing: Terminal) -> None:
    """Only what changed is written: the screen must be the one that a painting of everything gives."""
    editing.until(lambda text: "1 Script" in text and "value3" in text)
    steps = [
        [
            "x",
            "tools.",
            "Escape",
            "Enter",
            "BSpace",
            "C-z",
            "C-z",
            "PageDown",
            "Up",
            "S-Down",
            "S-Down",
        ],
        ["C-f", "text", "Enter", "Escape", "Home", "a", "b", "C-Right"],
        ["F5", "F7", "F7", "F2", "Escape", "F9", "Down", "Escape"],
        ["C-p", "Escape", "F1", "Escape", "C-n", "y", "C-PageUp", "qqq"],
    ]
    for keys in steps:
        editing.keys(*keys)
        editing.at_rest()
    editing.until(lambda text: "qqq" in text)  # the last key of all
    shown = editing.at_rest()
    width, height = editing.size
    editing.resize(width + 7, height + 3)
    assert editing.at_rest() != shown
    editing.resize(width, height)
    editing.until(lambda _: editing.picture() == shown)


@pytest.mark.slow
def test_a_typed_character_writes_little(tmp_path: Path) -> None:
    """Over a slow line what is written for each key is what one waits for."""
    script = tmp_path / "long.js"
    script.write_text(_SCRIPT)
    environment = environment_of(tmp_path, TERM="xterm-256color", COLORTERM="truecolor")
    with Pty([sys.executable, "-m", "workbench", str(script)], environment, 120, 40) as pty:
        pty.read_until(b"value12")
        pty.read_to_rest()
        typed = "value7.length"
        pty.send(b"\x1b[B" * 3)
        written = []
        for character in typed:
            pty.send(character.encode())
            written.append(pty.read_some())
        assert min(written) > 1
        assert sorted(written)[len(typed) // 2] < 1_000
        pty.read_to_rest()
        pty.send(b"\x1b[D")
        assert pty.read_some() < 250


@pytest.mark.slow
def test_a_terminal_without_utf8_gets_ascii(tmp_path: Path) -> None:
    script = tmp_path / "plain.js"
    script.write_text("return 'ü 漢'\n")
    settings = {
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONIOENCODING": "ascii:backslashreplace",
    }
    environment = environment_of(tmp_path, TERM="xterm-256color", **settings)
    with Pty([sys.executable, "-m", "workbench", str(script)], environment, 100, 30) as pty:
        pty.read_until(b"1 Script")
        pty.read_to_rest()
        pty.send(b"\x1b[15~")
        pty.read_until(b"+ plain.js")  # the sign of success, in ASCII
        assert pty.seen.isascii()
        assert b"\\u" not in pty.seen


@pytest.mark.slow
def test_it_ends_where_the_terminal_is_gone_and_no_signal_came(tmp_path: Path) -> None:
    """A window that is closed signals the first program in it, which may be make: ours hears nothing."""
    script = tmp_path / "long.js"
    script.write_text("return 1\n")
    environment = environment_of(tmp_path, TERM="xterm-256color")
    pty = Pty([sys.executable, "-m", "workbench", str(script)], environment, 100, 30)
    with pty:
        pty.read_until(b"1 Script")
        pty.read_to_rest()
        pty.send(b"unsaved")
        pty.read_to_rest()
        pty.hang_up()
        assert pty.wait() == 129
    (draft,) = (tmp_path / "data").rglob("*draft*")
    assert "unsaved" in draft.read_text()
