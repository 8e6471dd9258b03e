"""A script that came through too many hands: escaped once more, as text in JSON, with marks in front of its
lines, with signs that look like others, or with words around it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.tool_advice import ARGUMENTS, CALLED_BY, Ask

_ALONE = "give the script alone"
_ENTITIES = {
    "&quot;": '"', "&#34;": '"', "&#39;": "'", "&#x27;": "'", "&apos;": "'", "&lt;": "<", "&gt;": ">",
    "&nbsp;": " ",
}  # fmt: skip
_ESCAPED = re.compile("|".join(_ENTITIES) + "|&amp;")
_LOOKALIKES = (
    str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
    | str.maketrans(dict(zip("“”„‟«»‘’‚‛′–—−×", '"' * 6 + "'" * 5 + "---*", strict=True)))
    | dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0x00AD, 0x200E, 0x200F))
)
"""Signs of texts and of other keyboards, with those of JavaScript; some have none."""
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("the number of the line", re.compile(r"\s*\d+\s*(?:[:|.)→\t]|  )\s?")),
    ("the + of a diff", re.compile(r"[+]\s?")),
    ("a mark of a diff", re.compile(r"[-+ ]\s?")),
    ("the > of a quotation", re.compile(r"\s*>\s?")),
    ("a prompt", re.compile(r"\s*(?:>>>|\.\.\.|\$)\s?")),
)
_WORDS = re.compile(r"\s*(?:[A-Z][A-Za-z'’]*|I['’]\w+)[,!]?(?: [\w'’`(),.:/-]+){2,}")
_CODE_SIGNS = re.compile(r"[;{}=]|=>")
_TAG = re.compile(r"\s*<[|!/]?[A-Za-z\[|][^\n]*>")
_HOLDS_CODE = ("tools.", "tools[", "call_tool", "return ", "await ")
_NAMES = frozenset({"code", "script", "javascript", "js", "source", "program"})


def of_syntax(site: FailureSite, message: str) -> str | None:
    """What to say of a text that does not parse; None: it is no such thing."""
    for look in _LOOKS:
        if (told := look(site, message)) is not None:
            return told
    return None


def of_a_text(code: str, ask: Ask | None) -> str | None:
    """Of a script that is nothing but a text, or JSON, with a script or a call inside: that is its value."""
    stripped = code.strip()
    if stripped[:1] not in {'"', "'", "`", "{"}:
        return None
    if stripped[0] == "{" and (told := _a_call(stripped, ask)) is not None:
        return told
    if not any(word in stripped for word in _HOLDS_CODE):
        return None
    if stripped[0] == "{":
        try:
            found = json.loads(stripped)
        except ValueError:
            return None
        inner = found.get("arguments", found)
        if not isinstance(inner, dict) or not any(
            isinstance(inner.get(name), str) for name in _NAMES
        ):
            return None
        return f"nothing has run: the script is JSON with a script inside; {_ALONE}, as the text of code"
    body = stripped.rstrip(";")
    if body[-1:] != stripped[0] or re.search(rf"(?<!\\){re.escape(stripped[0])}", body[1:-1]):
        return None
    return f"nothing has run: the script is one text, with a script inside; {_ALONE}, without quotes around it"


def _a_call(text: str, ask: Ask | None) -> str | None:
    """Of ``{"name": "demo.now", "arguments": {}}``, as a model calls a tool: the script that calls it."""
    if ask is None or not any(f'"{name}"' in text for name in ARGUMENTS):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    name = next((found[key] for key in CALLED_BY if isinstance(found.get(key), str)), None)
    given = next((found[key] for key in ARGUMENTS if isinstance(found.get(key), dict)), None)
    meant = None if name is None or given is None else ask(name, "").get("meant")
    if meant is None:
        return None
    written = f"await {meant}({json.dumps(given, ensure_ascii=False)})"
    return f"nothing has run: the script is a call as JSON; write: {written}"


def _escaped_once_more(site: FailureSite, message: str) -> str | None:
    at = site.offset
    if at is None or site.source[at : at + 2] not in (b"\\n", b"\\t", b"\\r", b'\\"', b"\\'"):
        return None
    return (
        r"the script is escaped once more: give line breaks and quotes as they are, not as \n and "
        + '\\"'
    )


def as_html(site: FailureSite, message: str) -> str | None:
    """Of ``a &lt; b``, where that is what failed."""
    line, start = site.line_text(), site.script.offset_of(site.line, 1)
    if start is None or site.offset is None:
        return None
    at = len(site.source[start : site.offset].decode("utf-8", "replace"))
    if not any(found.start() - 1 <= at <= found.end() + 1 for found in _ESCAPED.finditer(line)):
        return None
    fixed = _ESCAPED.sub(lambda found: _ENTITIES.get(found[0], "&"), line).strip()
    return f"the script is escaped for HTML; write: {fixed}"


def _lookalike(site: FailureSite, message: str) -> str | None:
    if "unexpected character" not in message or site.offset is None:
        return None
    rest = site.source[site.offset :].decode("utf-8", "replace")
    sign = rest[:1]
    if not sign or ord(sign) not in _LOOKALIKES:
        return None
    start = site.source.rfind(b"\n", 0, site.offset) + 1
    before = site.source[start : site.offset].decode("utf-8", "replace")
    line = (before + rest.split("\n", 1)[0].translate(_LOOKALIKES)).strip()
    shown = f"{sign} " if sign.isprintable() else ""
    return f"{shown}(U+{ord(sign):04X}) is no sign of JavaScript, here and on other lines; write: {line}"


def _marked(site: FailureSite, message: str) -> str | None:
    lines = [line for line in site.script.lines if line.strip()]
    for what, mark in _MARKS:
        if len(lines) < 2 or not all(mark.match(line) for line in lines):
            continue
        without = [mark.sub("", line, count=1) for line in lines]
        if what == "a mark of a diff" and not any(line[0] == "+" for line in lines):
            continue
        return f"each line has {what} in front; {_ALONE}: {without[0].strip()} …"
    return None


def _tagged(site: FailureSite, message: str) -> str | None:
    if _TAG.match(site.code) is None:
        return None
    return f"tags stand around the script; {_ALONE}"


def _words_around(site: FailureSite, message: str) -> str | None:
    line = site.line_text()
    if _WORDS.match(line) is None or _CODE_SIGNS.search(line) is not None:
        return None
    return f"line {site.line} is words and no code; {_ALONE}, or in a fence"


_LOOKS: tuple[Callable[[FailureSite, str], str | None], ...] = (
    _marked, as_html, _escaped_once_more, _lookalike, _tagged, _words_around,
)  # fmt: skip
