"""The servers with their tools, and what they have beside them, as the lines of a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rich.cells import cell_len

from workbench.catalogue.annotations import may_destroy, reads_only
from workbench.catalogue.offerings import Offerings
from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.text.sanitize import clean_line
from workbench.tui.tools.beside import Beside, address_of, beside_line, kind_of, matching
from workbench.tui.widgets.line_view import Part, fit
from workbench.util.dataclass import dataclass

_SIGNS = {"ready": ("✔", "ok"), "failed": ("✘", "error"), "connecting": ("…", "accent")}
_LEAST_REASON = 12
"""Cells that the reason of a failure needs on a server's line to be worth reading."""
NOTHING_BESIDE: Mapping[str, Offerings] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ToolRow:
    """A line of the tree: a server, one of its tools, or what it has beside them."""

    server: ServerInfo
    tool: ToolInfo | None = None
    beside: Beside | None = None

    @property
    def name(self) -> tuple[str, str, str]:
        """To find it again in another tree."""
        if self.beside is not None:
            return self.server.name, kind_of(self.beside), address_of(self.beside)
        return self.server.name, "tool", self.tool.name if self.tool is not None else ""


def tree(
    catalogue: Catalogue,
    text: str = "",
    folded: frozenset[str] = frozenset(),
    offerings: Mapping[str, Offerings] = NOTHING_BESIDE,
) -> list[ToolRow]:
    """Servers with what of theirs holds every word in its name or description; a filter unfolds."""
    words = text.lower().split()
    rows = []
    for server in sorted(catalogue.servers.values(), key=_last):
        tools = []
        for tool in catalogue.tools.get(server.name, {}).values():
            said = f"{tool.full_name} {tool.description}".lower()
            if all(word in said for word in words):
                tools.append(ToolRow(server, tool))
        found = matching(offerings.get(server.name), words)
        tools += [ToolRow(server, beside=one) for one in found]
        if words and not tools:
            continue
        rows.append(ToolRow(server))
        if words or server.name not in folded:
            rows += tools
    return rows


def _last(server: ServerInfo) -> tuple[bool, bool]:
    """What needs somebody comes first: what failed, then what waits for approval."""
    return server.state != "failed", not server.waiting


def most_likely(rows: Sequence[ToolRow], text: str) -> int | None:
    """The number of the row that a filter means: what is called so, else what begins so, else what has its
    words in the name, else the first. None: there are servers alone."""
    wanted, words = text.lower().strip(), text.lower().split()

    def unlikely(number: int) -> tuple[bool, bool, bool]:
        server, _, name = (part.lower() for part in rows[number].name)
        whole = f"{server}.{name}"
        begins = name.startswith(wanted) or whole.startswith(wanted)
        return wanted not in (name, whole), not begins, not all(word in whole for word in words)

    inside = [number for number, row in enumerate(rows) if row.tool or row.beside]
    return min(inside, key=unlikely, default=None)


def row_line(row: ToolRow, width: int, *, folded: bool = False) -> list[Part]:
    """One line of the tree."""
    if row.beside is not None:
        return beside_line(row.beside, width)
    if row.tool is not None:
        name = clean_line(row.tool.name)
        if not row.tool.approved:
            return [(fit("    " + name, max(0, width - 9)), ""), (" ! waits ", "warning")]
        said = _said_short(row.tool)
        room = max(0, width - len(said))
        if said and room >= cell_len(name) + 5:
            return [(fit("    " + name, room), ""), (said, "dim")]
        return [(fit("    " + name, width), "")]
    server = row.server
    sign, style = _SIGNS.get(server.state, ("·", "dim"))
    state = f"{server.transport} {sign} {server.state} {server.tools:>3} "
    if server.state == "untrusted":
        state, style = "! not trusted ", "warning"
    elif server.quarantined:
        state, style = f"! quarantined {server.tools:>3} ", "warning"
    elif server.waiting:
        state, style = f"! {server.waiting} of {server.tools} wait ", "warning"
    name = ("▸ " if folded else "▾ ") + clean_line(server.name) + "  "
    room = max(0, width - len(state))
    if not server.error or room < cell_len(name) + _LEAST_REASON:
        return [(fit(name, room), "strong"), (state, style)]
    reason = fit(clean_line(server.error), room - cell_len(name) - 1) + " "
    return [(name, "strong"), (reason, "dim"), (state, style)]


def _said_short(tool: ToolInfo) -> str:
    """What of its annotations is worth a word in a list."""
    if reads_only(tool.annotations):
        return " reads only "
    return " may destroy " if may_destroy(tool.annotations) else ""
