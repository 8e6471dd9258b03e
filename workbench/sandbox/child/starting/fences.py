"""A script in a Markdown fence, as models answer: with words around it, and perhaps fences of other languages;
or between two tags (``<execute>``), as some are taught to.

What is around the script is blanked, so that every position stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from workbench.sandbox.child.starting.drafting import blanked
from workbench.sandbox.child.starting.entry_points import BYTE_ORDER_MARK

_OPENING = re.compile(
    r"(?m)^[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w+#.-]*)[^\n`]*(?:\n|\Z)"
)
_CLOSING = re.compile(r"\n[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?=\n|\r|\Z)")
_TAGGED = re.compile(
    BYTE_ORDER_MARK
    + r"?\s*<(?!script>[^\r\n])(?P<tag>[A-Za-z][\w-]*)(?: [^<>\n]*)?>(?P<inner>(?s:.*))</(?P=tag)>\s*"
)
"""A page has a <script> in one line: that is HTML, as ever."""
_TAG = re.compile(BYTE_ORDER_MARK + r"?\s*<")
_MOST_TAGS = 3
"""One within the other: <invoke><parameter>."""
_LANGUAGES = frozenset(
    {"js", "javascript", "jsx", "mjs", "cjs", "node", "ts", "typescript", "tsx", "mts", "ecmascript"}
)  # fmt: skip
_CODE = re.compile(
    r"(?m)^[ \t]*(?:(?:const|let|var|await|return|function|async|import|for|if|while)\b.*[;{(=]"
    r"|[\w$.]+\s*(?:\(.*\)\s*;|=[^=].*;)|[{}\])]+[;,)]*[ \t]*$)"
)
"""A line that people do not write as words."""


class NotAScript(Exception):
    """What is around the script cannot be taken away; the message says what is wrong."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class _Fence(NamedTuple):
    language: str
    outer: tuple[int, int]
    inner: tuple[int, int]

    @property
    def is_script(self) -> bool:
        return self.language in _LANGUAGES


def unfenced(code: str) -> str:
    """The code of the one fence that holds a script; as it is where there is no fence.

    Raises NotAScript where it is not clear what the script is.
    """
    for _ in range(_MOST_TAGS):
        tagged = _TAGGED.fullmatch(code) if _TAG.match(code) is not None and "</" in code else None
        if tagged is None:
            break
        code = _within(code, *tagged.span("inner"))
    # One sign is looked for fifty times as fast as three.
    if not (("`" in code and "```" in code) or ("~" in code and "~~~" in code)):
        return code
    fences = list(_fences(code))
    if not fences:
        return code
    fence = _chosen(code, fences)
    _look_beside(code, fences)
    return _within(code, *fence.inner)


def _within(code: str, start: int, end: int) -> str:
    before, after = blanked(code[:start].encode()), blanked(code[end:].encode())
    return before.decode() + code[start:end] + after.decode()


def _fences(code: str) -> Iterator[_Fence]:
    start = len(BYTE_ORDER_MARK) if code.startswith(BYTE_ORDER_MARK) else 0
    while opening := _OPENING.search(code, start):
        first_word = not code[: opening.start()].strip(BYTE_ORDER_MARK + " \t\r\n")
        if not first_word and _in_comment(code, opening.start()):
            return
        mark = opening["mark"]
        # The line break before the closing mark may be that of the opening one: an empty fence.
        closings = _CLOSING.finditer(code, opening.end() - 1)
        end = next((closing for closing in closings if closing["mark"] == mark), None)
        if end is None:
            if first_word or mark.startswith("`"):
                raise NotAScript(
                    f"the fence {mark} of line {_line(code, opening.start('mark'))} is never closed: "
                    "the script may have been cut off",
                    opening.start("mark"),
                )
            return
        yield _Fence(
            opening["language"].lower(),
            (opening.start("mark"), end.end()),
            (opening.end(), max(opening.end(), end.start())),
        )
        start = end.end()


def _in_comment(code: str, position: int) -> bool:
    """An example in a comment of a script is no fence around it."""
    return code.rfind("/*", 0, position) > code.rfind("*/", 0, position)


def _chosen(code: str, fences: list[_Fence]) -> _Fence:
    named = [fence for fence in fences if fence.is_script]
    plain = [fence for fence in fences if not fence.language]
    able = named or plain
    if len(able) == 1:
        return able[0]
    if not able:
        (start, _), said = fences[0].outer, fences[0].language
        raise NotAScript(f"the fence says {said}, and a script is JavaScript", start)
    lines = ", ".join(str(_line(code, fence.outer[0])) for fence in able)
    raise NotAScript(
        f"there are {len(able)} fences with code (lines {lines}): give one script", able[1].outer[0]
    )


def _look_beside(code: str, fences: list[_Fence]) -> None:
    """Code beside a fence would be lost: which of both is the script is not ours to guess."""
    end = 0
    for start, after in (*(fence.outer for fence in fences), (len(code), len(code))):
        found = _CODE.search(code, end, start)
        if found is not None:
            at = found.end() - len(found[0].lstrip())
            raise NotAScript("there is code outside of the fence: give the code alone", at)
        end = after


def _line(code: str, position: int) -> int:
    return code.count("\n", 0, position) + 1
