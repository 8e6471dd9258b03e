"""A script in another language: told by what no JavaScript has, once it did not parse."""

from __future__ import annotations

import re

_SHELL_COMMAND = re.compile(
    r"\s*(?:\$ )?(?:ls|cd|cat|grep|curl|wget|npm|npx|git|mkdir|rm|cp|mv|pip3?|python3?|sudo|docker|kubectl)"
    r"(?: [^\n=(){};]*)?\s*\Z"
)
_SIGNS: tuple[tuple[str, str], ...] = (
    ("SQL", r"\A\s*(?:--.*\n\s*)*(?i:select\b[^;{}]*?\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s"
            r"|delete\s+from\s|create\s+(?:table|index|view)\s|with\s+\w+\s+as\s*\(\s*select\s)"),
    ("a shell script", r"#!\S*\b(?:ba|z|da)?sh\b|^\s*(?:done|fi|esac)\s*$|;\s*(?:do|then)\s*$|^\s*export \w+="
                       r"|\A\s*echo [\"'$\w]"),
    ("PHP", r"<\?php|\$\w+\s*->\s*\w+"),
    ("Go", r"^package \w+\s*$|^func (?:\(\w+ \*?\w+\) )?\w+\(.*\).*\{\s*$|\w+, err := "),
    ("Rust", r"^\s*(?:pub )?fn \w+(?:<.*>)?\(.*\)|\blet mut \w+|\bprintln!\("),
    ("Java or C#", r"^\s*public (?:static |final )*(?:class|void|int|[Ss]tring)\b|^using [\w.]+;\s*$"),
    ("C", r"^\s*#include [<\"]"),
    ("Lua", r"^\s*local (?:function \w+|\w+(?:, *\w+)*\s*(?:=|$))|\b(?:ipairs|pairs)\(.*\)\s+do\s*$"
            r"|\belseif\b.*\bthen\s*$"),
    ("Ruby", r"^\s*(?:puts|require) ['\"]|\bdo \|[^|\n]*\|\s*$|\.each do\b|^\s*def \w+[?!]?(?:\(.*\))?\s*$"),
    ("Python", r"^\s*(?:async )?def \w+\(.*\)\s*(?:->.*)?:|^\s*class \w+(?:\([\w., ]*\))?:\s*$"
               r"|^\s*for \w+(?:, *\w+)* in [^{]*:|^\s*import \w+(?:\.\w+)*(?: as \w+)?\s*$"
               r"|^\s*from [\w.]+ import [^'\"]*$|^\s*(?:elif|except)\b.*:|^\s*try:\s*$"
               r"|^\s*(?:if|while) [^{(\n][^{\n]*:\s*(?:#.*)?$|^\s*(?:async )?with .* as \w+:"
               r"|[\[({=,]\s*[^\[\](){}\n]+(?:\[[^\[\]\n]*\][^\[\](){}\n]*)? for \w+(?:, *\w+)* in "
               r"|(?<![\w$])f(?:\"[^\"\n]*\{|'[^'\n]*\{)|(?<![\w$.])lambda(?: \w+(?:, *\w+)*)?:"),
)  # fmt: skip
"""The first that is found tells it; what JavaScript has nearly, stands last."""


_LOOKED_AT, _WIDEST = 20_000, 500
"""Characters of a script, and of a line: the signs take the square of a line's length, and of blank lines."""
_NEAR = frozenset({"a shell script", "Lua", "Ruby", "Python"})
_DECLARES = re.compile(r"^\s*(?:const|let|var) [\w$[{][^\n]*=(?!=)", re.MULTILINE)
"""What those have not, and a script with texts in one of them does."""


def named(code: str) -> str | None:
    """``SQL``, ``Python``; None: it may be JavaScript with a fault in it."""
    lines = (line[:_WIDEST].rstrip() for line in code[:_LOOKED_AT].split("\n"))
    looked_at = "\n".join(filter(None, lines))
    found = next(
        (name for name, signs in _SIGNS if re.search(signs, looked_at, re.MULTILINE)), None
    )
    return None if found in _NEAR and _DECLARES.search(looked_at) is not None else found


def is_shell_command(code: str) -> bool:
    """Of one line: ``ls -la``, which may even parse."""
    return _SHELL_COMMAND.match(code) is not None
