"""The table of keys in docs/keys.md, from the commands as they are declared.

python docs/make_keys.py
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbench.tui.commands import COMMANDS, TITLES, Command, shown

PAGE = Path(__file__).parent / "keys.md"
_TOGETHER = ("app", "reading", "main", "panes", "ways")
_BEGIN, _END = "<!-- keys: made by docs/make_keys.py -->\n", "<!-- end of keys -->\n"


def table() -> str:
    """Every command in the order in which it is declared, a table for each kind of place."""
    places = list(dict.fromkeys(command.place for command in COMMANDS))
    first = [place for place in places if place in _TOGETHER]
    tables = [_rows(command for command in COMMANDS if command.place in first)]
    for place in places:
        if place not in first:
            rows = _rows(command for command in COMMANDS if command.place == place)
            tables.append(f"\n{TITLES[place]}:\n\n{rows}")
    return "".join(tables)


def _rows(commands: Iterable[Command]) -> str:
    rows = ["| keys | id | does |", "|---|---|---|"]
    for command in commands:
        keys = shown(command.keys).replace("|", chr(92) + "|")
        does = command.help or command.title
        rows.append(f"| {keys} | `{command.id}` | {does} |")
    return "\n".join(rows) + "\n"


def with_table(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return before + _BEGIN + table() + _END + after


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
