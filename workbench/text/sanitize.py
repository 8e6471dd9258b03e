"""Text from outside made safe to show: a terminal must never obey a tool's result, nor hide a part of it.

Unsafe is what a terminal obeys (control characters), what turns the order of what is read (bidirectional
marks), what breaks a line elsewhere (U+2028), and what is there without being seen (zero width, tags).
"""

from __future__ import annotations

import re

_CLASSES = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks and overrides
    r"\u2028\u2029"  # separators of lines and paragraphs
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff"
    r"\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # invisible
    r"\ufe00-\ufe0f\U000e0000-\U000e0fff"  # variation selectors and tags: texts are hidden in them
    r"\ud800-\udfff"  # lone surrogates cannot be encoded
)
_UNSAFE = re.compile(f"[{_CLASSES}]")
_STYLES = re.compile(r"\x1b\[[0-9;:]*[mK]")  # SGR, and the erasing of a row's rest (ECMA-48, 8.3)
_PICTURES = {chr(code): chr(0x2400 + code) for code in range(32)} | {"\x7f": "␡"}
_UNKNOWN = "�"

# Where an invisible character belongs to what is seen: emoji, and scripts that join their letters.
_VARIATION = "\ufe0e\ufe0f"
_JOINERS = "\u200c\u200d"
_TAKES_VARIATION = f"(?![{_CLASSES}])[0-9#*\u00a9\u00ae\u2000-\U0001faff]"
_EMOJI = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")
_JOINED_LETTER = re.compile("[\u0600-\u0dff\u1000-\u109f\u1780-\u18af]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_NOT_XML = "[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
# The two are compiled with the first text that needs them: 6 ms, which no start waits for.


def clean(text: str) -> str:
    """What is unsafe becomes a visible sign; tabs and newlines stay."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_picture, text)


def clean_line(text: str, width: int | None = None) -> str:
    """``clean`` on one line: newlines and tabs become pictures too; cut at ``width`` with ``…``."""
    if width is not None:
        text = shortened(text, width)
    return clean(text).replace("\n", "⏎").replace("\t", " ")


def without_styles(text: str) -> str:
    """What a program wrote for a terminal without its colours; what else a terminal obeys stays."""
    return _STYLES.sub("", text)


def clean_json(text: str, encoding: str = "utf-8") -> str:
    """The text of JSON with what is unsafe escaped: the same value, and nothing a terminal obeys.

    encoding: of where it goes; what that cannot say is escaped too.
    """
    if text.isascii():
        return text.replace("\x7f", "\\u007f")
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return _NOT_ASCII.sub(_escape, text).replace("\x7f", "\\u007f")
    return _UNSAFE.sub(_escape_unsafe, text)


def in_xml(text: str) -> str:
    """What XML has no character for becomes a visible sign, and the document stays one."""
    return re.sub(_NOT_XML, _UNKNOWN, text)


def shortened(text: str, width: int) -> str:
    """A text of at most ``width`` characters (1 or more); one that was longer ends with ``…``."""
    return text if len(text) <= width else text[: width - 1] + "…"


def cut(text: str, most: int) -> str:
    """A text of at most ``most`` characters; one that was longer says so (and secrets.py knows it by that)."""
    return text if len(text) <= most else f"{text[:most]}… (cut: {len(text)} characters)"


def encodable(text: str) -> str:
    """Lone surrogates become U+FFFD, so that the text can be encoded."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _picture(found: re.Match[str]) -> str:
    sign = found[0]
    return sign if _belongs(found) else _PICTURES.get(sign, _UNKNOWN)


def _escape_unsafe(found: re.Match[str]) -> str:
    return found[0] if _belongs(found) else _escape(found)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _belongs(found: re.Match[str]) -> bool:
    """Whether the character is a part of the visible one before it."""
    sign, text, place = found[0], found.string, found.start()
    if place == 0:
        return False
    before, after = text[place - 1], text[place + 1 : place + 2]
    if sign in _VARIATION:
        return re.match(_TAKES_VARIATION, before) is not None
    if sign not in _JOINERS:
        return False
    return any(kind.match(before) and kind.match(after) for kind in (_EMOJI, _JOINED_LETTER))
