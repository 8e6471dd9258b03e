"""The table of keys in docs/tui.md, from the commands as they are declared.

python docs/make_keys.py
"""

from __future__ import annotations

from pathlib import Path

from workbench.tui.commands import COMMANDS, shown

PAGE = Path(__file__).parent / "tui.md"
_BEGIN, _END = "<!-- keys: made by docs/make_keys.py -->\n", "<!-- end of keys -->\n"


def table() -> str:
    """Every command in the order in which it is declared."""
    rows = ["| keys | id | does |", "|---|---|---|"]
    rows += [
        f"| {shown(command.keys).replace('|', chr(92) + '|')} | `{command.id}` | {command.help} |"
        for command in COMMANDS
    ]
    return "\n".join(rows) + "\n"


def with_table(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return before + _BEGIN + table() + _END + after


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
