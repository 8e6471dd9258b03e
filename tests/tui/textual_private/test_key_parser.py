"""What terminals send becomes the keys that were pressed, however it is split into reads."""

from __future__ import annotations

import importlib
import os
import select
import sys
from collections.abc import Sequence

import pytest
from textual import events, messages
from textual.message import Message

from workbench.tui.commands import COMMANDS
from workbench.tui.commands.shown import split
from workbench.tui.textual_private import terminal_driver
from workbench.tui.textual_private.key_parser import KeyParser, read_keys_with_ours


def sent(*reads: str, waited: bool = True) -> list[Message]:
    """The messages of some reads that follow each other at once; then nothing comes for a while."""
    parser = KeyParser()
    told = [token for read in reads for token in parser.feed(read)]
    if waited and parser._timeout_time is not None:
        parser._timeout_time = 0
        told += parser.tick()
    return told


def keys(*reads: str, waited: bool = True) -> list[str]:
    return [
        token.key if isinstance(token, events.Key) else type(token).__name__
        for token in sent(*reads, waited=waited)
    ]


@pytest.mark.parametrize(
    ("reads", "pressed"),
    [
        (["\x1bj\x1bj"], ["alt+j", "alt+j"]),
        (["\x1bj\x1bj\x1bj"], ["alt+j"] * 3),
        (["\x1bt\x1bJ\x1bé"], ["alt+t", "alt+shift+j", "alt+é"]),
        (["\x1b[\x1b["], ["alt+left_square_bracket"] * 2),
        (["\x1bO\x1bO"], ["alt+shift+o"] * 2),
        (["\x1b1\x1b.\x1b \x1b-"], ["alt+1", "alt+full_stop", "alt+space", "alt+minus"]),
        (["\x1b\x7f\x1b\x7f"], ["alt+backspace"] * 2),
        (["\x1bf\x1bb\x1b\t"], ["ctrl+right", "ctrl+left", "shift+tab"]),
        (["\x1bjk"], ["alt+j", "k"]),
        (["ab\x1bjkl"], ["a", "b", "alt+j", "k", "l"]),
        (["\x1bj\x1b[A"], ["alt+j", "up"]),
        (["\x1b[A\x1bj\x1bOP"], ["up", "alt+j", "f1"]),
        (["\x1b"], ["escape"]),
        (["\x1b\x1b"], ["escape", "escape"]),
        (["\x1b\x1b[A"], ["escape", "up"]),
        (["\x1b\r"], ["escape", "enter"]),
        (["\x1b\x13"], ["escape", "ctrl+s"]),
        (["\x1b[[A", "\x1b[3$", "\x1bOa"], ["f1", "shift+delete", "ctrl+up"]),
        (["\x1b[1;5C"], ["ctrl+right"]),
        (["\x1b[5;"], ["alt+left_square_bracket", "5", "semicolon"]),
        (["\x1bOz"], ["alt+shift+o", "z"]),
        (["\x1b[é"], ["alt+left_square_bracket", "é"]),
        (["\x1b[106;3u\x1b[106;3u", "\x1b[27u"], ["alt+j", "alt+j", "escape"]),
        (["\x1b[97;;97u", "\x1b[13;2u"], ["a", "shift+enter"]),
    ],
    ids=repr,
)
def test_keys_are_those_that_were_pressed_however_the_reads_are_cut(
    reads: Sequence[str], pressed: Sequence[str]
) -> None:
    whole = "".join(reads)
    assert keys(whole) == pressed
    for cut in range(1, len(whole)):
        assert keys(whole[:cut], whole[cut:]) == pressed, cut
    assert keys(*whole) == pressed


def test_a_key_that_is_whole_waits_for_nothing() -> None:
    assert keys("\x1bj", "\x1b[A", "k", "\x1bOP", waited=False) == ["alt+j", "up", "k", "f1"]
    assert keys("\x1b", waited=False) == []


def test_every_alt_key_of_a_command_is_one_that_terminals_send() -> None:
    """A command whose key no terminal sends looks bound, and is not."""
    bound = {
        key
        for command in COMMANDS
        for key in split(command.keys)
        if key.startswith("alt+") and len(key.split("+")[-1]) == 1
    }
    letters = "abcdefghijklmnopqrstuvwxyz"
    sent_by = {keys(f"\x1b{each}")[0] for each in letters + letters.upper() + "0123456789"}
    assert {"alt+d", "alt+shift+j"} <= bound
    assert bound <= sent_by


def test_alt_with_a_key_types_nothing() -> None:
    typed = [each.character for each in sent("\x1bj\x1b.a") if isinstance(each, events.Key)]
    assert typed == [None, None, "a"]


@pytest.mark.parametrize("text", ["", "a\nb", "\x1bj\x1b[31mred\x1b[0m", "~\x1b[201", "\x1b[200~"])
def test_pasted_text_is_text_whatever_is_in_it(text: str) -> None:
    stream = f"\x1bj\x1b[200~{text}\x1b[201~b"
    for cut in range(1, len(stream)):
        alt, paste, letter = sent(stream[:cut], stream[cut:])
        assert isinstance(alt, events.Key)
        assert alt.key == "alt+j"
        assert isinstance(paste, events.Paste)
        assert paste.text == text
        assert isinstance(letter, events.Key)
        assert letter.key == "b"


def test_what_is_no_key_is_told_as_it_is() -> None:
    assert keys("\x1b[<0;3;4M\x1b[<0;3;4m\x1bj\x1b[<64;3;4M\x1b[I\x1b[O") == [
        *("MouseDown", "MouseUp", "alt+j", "MouseScrollUp", "AppFocus", "AppBlur")
    ]
    mouse = sent("\x1b[<0;3;4M")[0]
    assert isinstance(mouse, events.MouseDown)
    assert (mouse.x, mouse.y) == (2, 3)
    place, mode, resize = sent("\x1b[3;7R\x1b[?2026;2$y\x1b[48;24;80;480;800t")
    assert isinstance(place, events.CursorPosition)
    assert (place.x, place.y) == (6, 2)
    assert isinstance(mode, messages.TerminalSupportsSynchronizedOutput)
    assert isinstance(resize, events.Resize)
    assert tuple(resize.size) == (80, 24)


@pytest.mark.parametrize(
    "sequence",
    ["\x1b[M !!", "\x1b[5;9x", "\x1b[?62;22c", "\x1b[99999999999u", "\x1b[97:65;2u", "\x1b[201~"],
    ids=repr,
)
def test_a_sequence_that_nobody_knows_is_not_typed(sequence: str) -> None:
    assert keys(f"{sequence}a") == ["a"]
    assert keys(*f"{sequence}a") == ["a"]


def test_the_drivers_read_with_it() -> None:
    names = ["linux_driver", "linux_inline_driver"] if sys.platform != "win32" else ["win32"]
    drivers = [importlib.import_module(f"textual.drivers.{name}") for name in names]
    read_keys_with_ours()
    assert {driver.XTermParser for driver in drivers} == {KeyParser}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_lines_that_wait_are_read_and_what_comes_as_keys_is_left() -> None:
    import termios
    import tty

    ours, theirs = os.openpty()
    try:
        os.write(ours, "a\ré\rrest".encode())
        assert select.select([theirs], [], [], 10)[0]  # the kernel hands it on a little later
        assert terminal_driver._waiting_lines(theirs) == "a\né\n"
        assert terminal_driver._waiting_lines(theirs) == ""
        tty.setraw(theirs, termios.TCSANOW)
        assert os.read(theirs, 9) == b"rest"
        os.write(ours, b"\n")  # ^j is ^j
        assert terminal_driver._waiting_lines(theirs) == ""
    finally:
        os.close(ours)
        os.close(theirs)


_BLOCK = "if (a) {\r  b(c);\r}\r"


@pytest.mark.parametrize(
    ("reads", "told"),
    [
        ([_BLOCK], [_BLOCK]),
        (["if (a) {\n\tb(c);\n}"], ["if (a) {\n\tb(c);\n}"]),
        ([_BLOCK, "}\r"], [_BLOCK, "}\r"]),
        ([_BLOCK + "\x1b[A"], [_BLOCK, "up"]),
        (["\x1b[A" + _BLOCK[:5]], ["up", *"[A"[2:], "i", "f", "space", "left_parenthesis", "a"]),
        (["word\r" * 50], ["word\r" * 50]),
    ],
)
def test_what_was_pasted_without_marks_is_a_paste(reads: list[str], told: list[str]) -> None:
    """GNU screen and the console have none: each line was indented further, and each brace closed twice."""
    assert [
        each.text if isinstance(each, events.Paste) else each.key
        for each in sent(*reads)
        if isinstance(each, events.Paste | events.Key)
    ] == told


@pytest.mark.parametrize(
    "typed",
    [
        "if (a) {\rb(c);\r",  # while the line stood still
        "word \r" * 20,
        "jjjjjjjjjjjjjjjjj\r  ",
        "\r  a",
        "x" * 500,
        "filter these words\r",
        "\x1b[Aword word word word\x7f\r  x",
    ],
)
def test_what_was_typed_ahead_stays_keys(typed: str) -> None:
    assert not any(isinstance(each, events.Paste) for each in sent(typed))


def test_a_paste_with_marks_is_one_whatever_is_in_it() -> None:
    told = sent(f"\x1b[200~{_BLOCK}", f"{_BLOCK}\x1b[201~")
    assert [each.text for each in told if isinstance(each, events.Paste)] == [_BLOCK * 2]
