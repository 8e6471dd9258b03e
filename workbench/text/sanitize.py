"""Text from outside made safe to show: a terminal must never obey a tool's result."""

from __future__ import annotations

_PICTURES: dict[int, str | None] = {i: chr(0x2400 + i) for i in range(32) if i not in (9, 10)}
_PICTURES[0x7F] = "␡"
_PICTURES.update(dict.fromkeys(range(0x80, 0xA0), "�"))
# Bidirectional overrides can make text read as something else; lone surrogates cannot be encoded.
_PICTURES.update(dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_PICTURES.update(dict.fromkeys(range(0xD800, 0xE000), "�"))


def clean(text: str) -> str:
    """Control characters become visible pictures; tabs and newlines stay."""
    return text.translate(_PICTURES)


def clean_line(text: str, width: int | None = None) -> str:
    """``clean`` on one line: newlines and tabs become pictures too; cut at ``width`` with ``…``."""
    if width is not None and len(text) > width:
        text = text[: width - 1] + "…"
    return clean(text).replace("\n", "⏎").replace("\t", " ")


def encodable(text: str) -> str:
    """Lone surrogates become U+FFFD, so that the text can be encoded (contract, section 1)."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
