"""JSON with comments and trailing commas, as editors write it."""

from __future__ import annotations

import json
import re
from typing import Any

_TOKEN = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*+")"""
    r"""|(?P<comment>//[^\n]*+|/\*.*?\*/)"""
    # Possessive: a comment that holds many // would else be tried in every way to cut it.
    r"""|(?P<comma>,(?=(?:\s++|//[^\n]*+|(?>/\*.*?\*/))*+[}\]]))""",
    re.DOTALL,
)
_NOT_A_BREAK = re.compile(r"[^\n]")


def loads(text: str) -> Any:
    """The value. Raises ``ValueError`` with line and column of the text as it is."""
    return json.loads(_TOKEN.sub(_plain, text.removeprefix("\ufeff")))


def _plain(match: re.Match[str]) -> str:
    """Strings stay; comments and trailing commas become spaces, so that places stay right."""
    token = match.group()
    return token if match["string"] is not None else _NOT_A_BREAK.sub(" ", token)
