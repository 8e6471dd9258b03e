"""What a command is, where it works, and what it shares its keys with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from workbench.util.dataclass import dataclass

Place: TypeAlias = Literal[
    # everywhere; everywhere but where one types; the main screen; screens of four panes
    "app",
    "reading",
    "main",
    "panes",
    # screens that fill the terminal: what leads from each to the others
    "ways",
    # the other screens; "sides": two executions side by side
    "replay",
    "history",
    "agents",
    "tools",
    "settings",
    "sides",
    "diff",
    "try",
    # what is shown in them
    "editor",
    "trace",
    "detail",
    "json",
    "console",
    "list",
    "sidebar",
    "bar",
    "find",
    "find-option",
    "line",
    "filter",
    "error",
    # small screens over a screen
    "approving",
    "importing",
    "login",
    "looking",
    "choice",
    "names",
    "palette",
    "help",
    "jump",
    "asking",
    "address",
    "form",
    "entry",
    "figures",
    "filters",
    "value",
    "picture",
    "table",
    "text",
    "text-screen",
]

TITLES: Mapping[Place, str] = {
    "app": "Everywhere",
    "reading": "Everywhere but where one types",
    "main": "On the main screen",
    "panes": "Where there are four panes",
    "ways": "From screen to screen",
    "replay": "In a replay",
    "history": "In the history",
    "agents": "Where agents are listed",
    "tools": "On the screen of tools",
    "settings": "In the settings",
    "sides": "Where two runs stand side by side",
    "diff": "Between two runs",
    "try": "Where a tool is tried",
    "editor": "In an editor",
    "trace": "In a trace",
    "detail": "In the detail",
    "json": "In a JSON value",
    "console": "In a console",
    "list": "In a list",
    "sidebar": "In the sidebar",
    "bar": "In the bars below an editor",
    "find": "In the bar that finds",
    "find-option": "On an option of the bar that finds",
    "line": "In a line to type in",
    "filter": "In a line that filters a list",
    "error": "On the card of an error",
    "approving": "Where definitions are approved",
    "importing": "Where servers are taken over",
    "login": "While somebody logs in",
    "looking": "Where servers are looked at before they start",
    "choice": "In a question",
    "names": "Where a name is asked for",
    "palette": "In the palette",
    "help": "In the help",
    "jump": "Where marks are shown",
    "asking": "In a form over a screen",
    "address": "Where a server asks to open an address",
    "form": "In a form",
    "entry": "In the larger editor of a field",
    "figures": "In the figures of tools",
    "filters": "Where filters are kept",
    "value": "In a value that is shown whole",
    "picture": "In an image",
    "table": "In a table",
    "text": "In a long text",
    "text-screen": "Where a text is shown whole",
}
_PANES: frozenset[Place] = frozenset(
    ("editor", "trace", "detail", "json", "console", "error", "bar", "find", "find-option", "line")
)
_WAYS: frozenset[Place] = frozenset(
    ("main", "panes", "replay", "history", "agents", "tools", "settings", "sides", "diff")
)
_HOLDS: Mapping[Place, frozenset[Place]] = {
    "main": _PANES | {"panes", "sidebar", "list"},
    "panes": _PANES,
    "replay": _PANES | {"panes"},
    "ways": _PANES | _WAYS | {"sidebar", "list", "filter"},
    "history": frozenset(("list", "line", "filter")),
    "agents": frozenset(("list",)),
    "tools": frozenset(("list", "line", "filter", "json")),
    "settings": frozenset(("list", "line", "filter")),
    "sides": frozenset(("diff", "list", "json")),
    "diff": frozenset(("list", "json")),
    "try": frozenset(("form", "editor", "json", "error", "bar", "find", "find-option", "line")),
    "form": frozenset(("line",)),
    "entry": frozenset(("editor", "bar", "find", "find-option", "line")),
    "detail": frozenset(("json", "console", "error")),
    "json": frozenset(("line",)),
    "trace": frozenset(("line",)),
    "sidebar": frozenset(("list",)),
    "bar": frozenset(("find", "find-option", "line")),
    "find": frozenset(("find-option", "line")),
    "names": frozenset(("line",)),
    "palette": frozenset(("line",)),
    "asking": frozenset(("form", "line", "address")),
    "figures": frozenset(("list",)),
    "filters": frozenset(("list",)),
    "approving": frozenset(("list", "json")),
    "importing": frozenset(("list",)),
    "value": frozenset(("json",)),
    "table": frozenset(("list", "line", "filter")),
    "filter": frozenset(("line",)),
    "text-screen": frozenset(("text", "line", "filter")),
}
"""What can have the focus inside of what: both get its keys."""
_MOVES = frozenset({"move", "page", "edge", "first", "follow", "screen.go_to_pane"})
_MOVES |= {"to_script", "scroll_down", "scroll_up", "scroll_home", "scroll_end"}
_WITH_PRIORITY: frozenset[Place] = frozenset(("app", "main", "panes", "ways"))


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a key does. It runs the action of the same name (``-`` becomes ``_``) of its place."""

    id: str
    title: str
    """In the palette and in help."""
    help: str = ""
    keys: str = ""
    """Textual's names of keys, comma separated; the first is shown."""
    footer: str | None = None
    """Its short name in the footer; None: not there."""
    group: str = "Run"
    """Its heading in help, for commands of the app and the main screen."""
    place: Place = "main"
    runs: str = ""
    """The action, where it has another name or takes arguments."""
    first: bool = False
    """It has its keys before what has the focus; those of the app and the main screen have."""
    listed: bool = True
    """Whether help lists it: what every editor and every dialog does needs no words."""

    @property
    def action(self) -> str:
        return self.runs or self.id.replace("-", "_")

    @property
    def has_priority(self) -> bool:
        return self.first or self.place in _WITH_PRIORITY

    @property
    def is_move(self) -> bool:
        """Whether it moves a cursor: nobody looks for that by name."""
        return self.action.partition("(")[0] in _MOVES


def meet(one: Place, other: Place) -> bool:
    """Whether a key can mean a command of both places at one moment."""
    return (
        one == other
        or not {"app", "reading"}.isdisjoint((one, other))
        or other in _HOLDS.get(one, ())
        or one in _HOLDS.get(other, ())
    )


def key(
    place: Place,
    name: str,
    keys: str,
    title: str,
    runs: str = "",
    *,
    footer: bool = False,
    first: bool = False,
    listed: bool = True,
    help: str = "",
) -> Command:
    """A command of one screen or widget: its id is ``PLACE-NAME``, its title is its word in the footer."""
    return Command(
        f"{place}-{name}",
        title,
        help,
        keys,
        title if footer else None,
        place=place,
        runs=runs or name.replace("-", "_"),
        first=first,
        listed=listed,
    )
