"""What a terminal sends, as keys: each unit of it is known as whole by its form, not by the time that passes.

In Textual's parser an escape ends nothing: of two alt keys in one read (a key held down, a slow line) the
first was typed, as ``^j``; so was a pasted escape, and what nobody knows that the terminal says. Alt with a
sign was the sign.

Terminals that do not mark what is pasted (GNU screen, the console) send it as if it were typed. What nobody
types so fast may be a paste here, too: else an editor indents lines that are indented already, closes their
brackets once more, and takes line feeds for ``^j``. Whether it is one depends on where it goes (``key_order``).
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

from textual import constants, events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._parser import ParseEOF, ParseTimeout, Peek1, Read1, TokenCallback
from textual._xterm_parser import (
    BRACKETED_PASTE_END,
    BRACKETED_PASTE_START,
    FOCUSIN,
    FOCUSOUT,
    IS_ITERM,
    XTermParser,
    _re_cursor_position,
    _re_in_band_window_resize,
    _re_mouse_event,
    _re_terminal_mode_response,
)
from textual.keys import Keys
from textual.message import Message

_ESC = "\x1b"
_CSI = "\x1b["
_OLD_MOUSE = "\x1b[M"
"""Followed by three characters, whatever they are."""
_OLD_MOUSE_LENGTH = 6
_LONGEST = 256
"""No sequence has more characters; kitty's with the text of a composed character are the longest."""

_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
"""What no paste without marks holds; of all keys that are no text only Tab and Enter are left."""
_SHORT = 16
_LINES = re.compile(r"[^\r\n][\r\n]+[^\r\n]")
_INDENTED = re.compile(r"\S[\r\n]+(?:  |\t)[ \t]*\S")
"""Who types has indents made for him, and types no blanks behind Enter."""
_NEVER_TYPED = 200
"""So many characters with an end of line among them wait for nobody, however long a line stands still."""
_GOES_ON_S = 0.1
"""A paste comes in several parts, each so soon after the one before."""

Typed = TypeVar("Typed", events.Key, events.Paste)
Reading = Generator[Read1 | Peek1, str, None]


def read_keys_with_ours() -> None:
    """Make the drivers that are loaded read with `KeyParser`; they have no public way to choose one."""
    for name, module in list(sys.modules.items()):
        if name.startswith("textual.drivers.") and hasattr(module, "XTermParser"):
            module.XTermParser = KeyParser  # type: ignore[attr-defined]


class UnmarkedPaste(events.Paste):
    """What may have been pasted, or typed ahead while the machine stood still."""

    def as_pasted(self) -> events.Paste:
        return _typed_at(self.time, events.Paste(self.text))

    def as_keys(self) -> list[events.Key]:
        read = KeyParser().read_keys(self.text)
        return [_typed_at(self.time, each) for each in read if isinstance(each, events.Key)]


class KeyParser(XTermParser):
    """Characters in, messages out; an escape ends what was begun before it."""

    _at_rest = True
    """No sequence, and no paste with marks, is under way."""
    _pasted_at = 0.0

    def feed(self, data: str) -> Iterator[Message]:
        """What was read at once."""
        if not data:
            yield from self.read_keys(data)
        for piece in _pieces(data):
            if self._at_rest and self._is_pasted(piece):
                self._pasted_at = time.monotonic()
                yield UnmarkedPaste(piece)
            else:
                yield from self.read_keys(piece)

    def read_keys(self, data: str) -> Iterator[Message]:
        """The same, where nothing is pasted without marks."""
        yield from super().feed(data)

    def _is_pasted(self, piece: str) -> bool:
        if _NO_TEXT.search(piece):
            return False
        if time.monotonic() - self._pasted_at < _GOES_ON_S:
            return True
        if len(piece) < _SHORT or not _LINES.search(piece):
            return False
        return len(piece) >= _NEVER_TYPED or bool(_INDENTED.search(piece))

    def parse(self, token_callback: TokenCallback[Message]) -> Reading:
        sequence = ""
        while not self.is_eof:
            self._at_rest = not sequence
            try:
                character = yield self.read1(constants.ESCAPE_DELAY if sequence else None)
            except (ParseTimeout, ParseEOF) as over:
                self._tell(self._broken_off(sequence), token_callback)
                sequence = ""
                if isinstance(over, ParseEOF):
                    return
                continue
            if character == _ESC:
                self._tell(self._broken_off(sequence), token_callback)
                sequence = _ESC
            elif not sequence:
                self._tell(self._sequence_to_key_events(character), token_callback)
            elif (sequence := sequence + character) == BRACKETED_PASTE_START:
                yield from self._paste(token_callback)
                sequence = ""
            elif not _goes_on(sequence):
                self._tell(self._whole(sequence), token_callback)
                sequence = ""

    def _tell(self, tokens: Iterable[Message], token_callback: TokenCallback[Message]) -> None:
        for token in tokens:
            if isinstance(token, events.Key) and token.key == Keys.Ignore:
                continue
            self.debug_log(str(token))
            token_callback(token)

    def _paste(self, token_callback: TokenCallback[Message]) -> Reading:
        """All up to the sign of its end is text, escapes too."""
        pasted: list[str] = []
        self._at_rest = False
        while True:
            try:
                pasted.append((yield self.read1()))
            except ParseEOF:
                return
            if pasted[-1] == "~" and "".join(pasted[-6:]) == BRACKETED_PASTE_END:
                text = "".join(pasted[:-6]).replace("\x00", "")
                self._tell([events.Paste(text)], token_callback)
                return

    def _whole(self, sequence: str) -> Iterable[Message]:
        """What a sequence means that nothing more belongs to."""
        if sequence in ANSI_SEQUENCES_KEYS and len(sequence) > len("\x1bx"):
            return self._sequence_to_key_events(sequence)
        if not sequence.startswith(_CSI):
            return (*self._with_alt(sequence[1]), *self._plain(sequence[2:]))
        if sequence == BRACKETED_PASTE_END:  # of a paste that nobody saw begin
            return ()
        if not sequence.startswith(_OLD_MOUSE) and not "@" <= sequence[-1] <= "~":
            return self._broken_off(sequence)
        try:
            return list(self._told_by(sequence))
        except (ValueError, OverflowError):  # a number that no key and no place has
            return ()

    def _told_by(self, sequence: str) -> Iterable[Message]:
        """A control sequence's messages; none where nobody knows it: it is not typed, either."""
        if sequence == FOCUSIN:
            yield events.AppFocus()
        elif sequence == FOCUSOUT:
            yield events.AppBlur()
        elif resize := _re_in_band_window_resize.fullmatch(sequence):
            height, width, high, wide = (int(each.partition(":")[0]) for each in resize.groups())
            resized = events.Resize.from_dimensions((width, height), (wide, high))
            self.terminal_size = resized.size
            self.terminal_pixel_size = resized.pixel_size
            self.mouse_pixels = True
            yield resized
        elif place := _re_cursor_position.match(sequence):
            yield events.CursorPosition(int(place["col"]) - 1, int(place["row"]) - 1)
        elif keys := list(self._sequence_to_key_events(sequence)):
            yield from keys
        elif _re_mouse_event.match(sequence):
            if (mouse := self.parse_mouse_code(sequence)) is not None:
                yield mouse
        elif mode := _re_terminal_mode_response.match(sequence):
            setting = int(mode["setting_parameter"])
            if mode["mode_id"] == "2026" and setting > 0:
                yield messages.TerminalSupportsSynchronizedOutput()
            elif mode["mode_id"] == "2048" and constants.SMOOTH_SCROLL and not IS_ITERM:
                yield messages.InBandWindowResize.from_setting_parameter(setting)

    def _broken_off(self, sequence: str) -> Iterable[Message]:
        """What was begun and did not go on, was typed: escape alone, or alt with a key."""
        if sequence == _ESC:
            yield events.Key("escape", _ESC)
        elif sequence:
            yield from self._with_alt(sequence[1])
            yield from self._plain(sequence[2:])

    def _plain(self, characters: str) -> Iterable[Message]:
        for character in characters:
            yield from self._sequence_to_key_events(character)

    def _with_alt(self, character: str) -> Iterable[Message]:
        """A key with alt held down types nothing; escape and then a control key are two keys."""
        if character == "\x7f":
            yield events.Key("alt+backspace", None)
        elif isinstance(ANSI_SEQUENCES_KEYS.get(_ESC + character), tuple):
            yield from self._sequence_to_key_events(_ESC + character)
        elif character < " ":
            yield events.Key("escape", _ESC)
            yield from self._sequence_to_key_events(character)
        else:
            for key in self._sequence_to_key_events(character, alt=True):
                yield events.Key(f"alt+{key.key.removeprefix('alt+')}", None)


def _typed_at(moment: float, event: Typed) -> Typed:
    event.time = moment
    return event


def _pieces(data: str) -> Iterator[str]:
    """Text, and what is none, one after the other."""
    at = 0
    for other in _NO_TEXT.finditer(data):
        if other.start() > at:
            yield data[at : other.start()]
        yield other[0]
        at = other.end()
    if at < len(data):
        yield data[at:]


def _goes_on(sequence: str) -> bool:
    """Whether more belongs to it, by its form."""
    if sequence in ANSI_SEQUENCES_KEYS and len(sequence) > len("\x1bx"):
        return False
    if sequence in (_CSI, "\x1bO", "\x1b[["):  # the last is of the Linux console
        return True
    if sequence.startswith(_OLD_MOUSE):
        return len(sequence) < _OLD_MOUSE_LENGTH
    return sequence.startswith(_CSI) and " " <= sequence[-1] <= "?" and len(sequence) < _LONGEST
