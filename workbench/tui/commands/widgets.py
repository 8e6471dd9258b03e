"""The keys of what is shown in the screens: editors, traces, values, lists, and the lines one types in."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.tui.commands.command import Command, Place, key


def _moves(
    place: Place,
    *,
    pages: tuple[str, str] = ("page(1)", "page(-1)"),
    first: str = "move(-1000000000)",
    last: str = "move(1000000000)",
) -> tuple[Command, ...]:
    """The keys of a cursor that goes by rows; with the actions of what goes there in its own way."""
    return (
        key(place, "next", "down,j", "Next", "move(1)"),
        key(place, "previous", "up,k", "Previous", "move(-1)"),
        key(place, "page-down", "pagedown", "Page down", pages[0]),
        key(place, "page-up", "pageup", "Page up", pages[1]),
        key(place, "first", "home,g", "First", first),
        key(place, "last", "end,G", "Last", last),
    )


EDITOR: tuple[Command, ...] = (
    key("editor", "complete", "ctrl+space,ctrl+@", "Complete"),
    key("editor", "cut", "ctrl+x,super+x", "Cut", listed=False),
    key("editor", "copy", "ctrl+c,super+c", "Copy", listed=False),
    key("editor", "paste", "ctrl+v", "Paste", listed=False),
    key("editor", "find", "ctrl+f", "Find"),
    key("editor", "find-next", "f3", "Find next", "find_next(1)"),
    key("editor", "find-previous", "shift+f3", "Find previous", "find_next(-1)"),
    key("editor", "go-to-line", "ctrl+g", "Go to line"),
    key("editor", "undo", "ctrl+z,super+z", "Undo"),
    key("editor", "redo", "ctrl+y,super+y", "Redo"),
    key("editor", "select-all", "ctrl+a", "Select all", listed=False),
    key("editor", "comment", "ctrl+slash,ctrl+underscore", "Comment", "toggle_comment"),
    key("editor", "start", "ctrl+home", "Start of the text", "go_to_end(False)"),
    key("editor", "end", "ctrl+end", "End of the text", "go_to_end(True)"),
    key("editor", "select-to-start", "ctrl+shift+home", "Select to the start", "go_to_end(False, True)"),
    key("editor", "select-to-end", "ctrl+shift+end", "Select to the end", "go_to_end(True, True)"),
    key(
        *("editor", "delete-word", "ctrl+backspace,alt+backspace", "Delete the word before"),
        "delete_word_left",
        listed=False,
    ),
    key("editor", "outdent", "shift+tab", "Indent less"),
    key("editor", "wrap", "alt+z", "Wrap lines", "soft_wrap", footer=True),
    key("editor", "fold", "alt+minus", "Fold or unfold", footer=True),
    key("editor", "fold-all", "alt+underscore,alt+shift+minus", "Fold all"),
    key("editor", "unfold-all", "alt+plus,alt+equals_sign,alt+shift+equals_sign", "Unfold all"),
    key("editor", "lines-up", "alt+up", "Move lines up", "move_lines(-1)"),
    key("editor", "lines-down", "alt+down", "Move lines down", "move_lines(1)"),
    key("editor", "duplicate", "alt+d", "Duplicate lines"),
    key("editor", "join", "alt+shift+j", "Join lines"),
    key("editor", "next-occurrence", "ctrl+d", "Select the word, then its next occurrence"),
    key("bar", "close", "escape", "Close"),
    key("find-option", "toggle", "enter,space", "Toggle"),
    key("find", "next", "f3,down", "Next", "go(1)"),
    key("find", "previous", "shift+f3,up", "Previous", "go(-1)"),
    key("find", "case", "alt+c", "Case", "toggle('case')"),
    key("find", "regex", "alt+r", "Regex", "toggle('regex')"),
    key("find", "replace-all", "alt+a", "Replace all"),
    key("line", "select-all", "ctrl+a", "Select all"),
    key("line", "delete-word", "ctrl+backspace,alt+backspace", "Delete word", "delete_left_word"),
)  # fmt: skip


def _panes(place: Place) -> Iterator[Command]:
    """The number of a pane, in a pane where one does not type."""
    for number, pane in enumerate(("script", "input", "trace", "detail"), 1):
        go = f"screen.go_to_pane('{pane}')"
        yield key(place, f"go-{pane}", str(number), f"Go to {number} {pane.title()}", go)


TRACE: tuple[Command, ...] = (
    *_moves("trace", first="first", last="follow"),
    key("trace", "follow", "f", "Follow", "toggle_follow", footer=True),
    key("trace", "next-error", "e", "Next error", "error(1)", footer=True),
    key("trace", "previous-error", "E", "Previous error", "error(-1)"),
    key("trace", "next-match", "n", "Next match", "match(1)"),
    key("trace", "previous-match", "N", "Previous match", "match(-1)"),
    key("trace", "filter", "slash", "Filter", footer=True),
    key("trace", "view", "t", "View", "cycle_view"),
    key("trace", "console", "l", "Console lines", "toggle_console"),
    key("trace", "fold", "space", "Fold or unfold the calls of this line"),
    key("trace", "fold-all", "z", "Fold or unfold all lines that repeat"),
    key(
        *("trace", "order", "o", "Order"),
        footer=True,
        help="As they were made, the slowest first, by tool, the failed first",
    ),
    key("trace", "summary", "s", "Summary", footer=True),
    key("trace", "open", "enter", "Open"),
    key("trace", "copy", "y", "Copy", footer=True),
    key("trace", "clear-filter", "escape", "Clear the filter"),
    *_panes("trace"),
)
VALUES: tuple[Command, ...] = (
    key("detail", "previous-tab", "left_square_bracket", "Previous tab", "turn(-1)"),
    key("detail", "next-tab", "right_square_bracket", "Next tab", "turn(1)", footer=True),
    key("detail", "result", "R", "Result", "tab('result')"),
    key("detail", "console", "C", "Console", "tab('console')"),
    key("detail", "call", "A", "Call", "tab('call')"),
    key("detail", "timing", "T", "Timing", "tab('timing')"),
    key("detail", "warnings", "exclamation_mark", "Warnings", footer=True),
    *_panes("detail"),
    *_moves("json"),
    key("json", "turn", "enter,space", "Fold", "fold", footer=True),
    key("json", "unfold", "right", "Unfold", "expand"),
    key("json", "fold", "left,h", "Fold", "collapse"),
    key("json", "unfold-all", "asterisk", "Unfold all", "expand_all"),
    key("json", "fold-all", "minus", "Fold all", "collapse_all"),
    key("json", "find", "slash", "Find", "search", footer=True),
    key("json", "next-match", "n", "Next match", "match(1)"),
    key("json", "previous-match", "N", "Previous match", "match(-1)"),
    key(
        *("json", "view", "v", "Table or text"),
        footer=True,
        help="A list of objects as a table, a long text as text, an image as one",
    ),
    key("json", "copy", "y", "Copy", "copy_value", footer=True),
    key("json", "copy-json", "Y", "Copy as JSON"),
    key("json", "copy-path", "p", "Copy path"),
    key("json", "save", "x", "Save"),
    key("json", "open", "o", "Open the image or audio"),
    key("json", "clear-search", "escape", "Forget the search"),
    key("text", "down", "j", "Down", "scroll_down"),
    key("text", "up", "k", "Up", "scroll_up"),
    key("text", "first", "g", "First", "scroll_home"),
    key("text", "last", "G", "Last", "scroll_end"),
    key("text", "next-match", "n", "Next match", "match(1)"),
    key("text", "previous-match", "N", "Previous match", "match(-1)"),
    *_moves("error", pages=("move(10)", "move(-10)")),
    key("error", "choose", "enter", "Do it", footer=True),
    key("error", "tree", "v", "As a tree", footer=True),
    key("error", "copy", "y", "Copy", footer=True),
    key("console", "level", "l", "Level", footer=True),
    key("console", "copy", "y", "Copy", footer=True),
    key("console", "save", "x", "Save", footer=True),
    key("console", "down", "j", "Down", "scroll_down"),
    key("console", "up", "k", "Up", "scroll_up"),
    key("console", "top", "g", "Top", "scroll_home"),
    key("console", "bottom", "G", "Bottom", "scroll_end"),
)
LISTS: tuple[Command, ...] = (
    key("filter", "to-list", "down", "To the list", "submit"),
    *_moves("list", first="edge(-1)", last="edge(1)"),
    key("list", "open", "enter", "Open", "select"),
    key("list", "whole", "w", "Whole row", footer=True),
    key("sidebar", "leave", "escape", "Close sidebar", footer=True),
)
