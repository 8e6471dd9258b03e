"""All commands: those of the app and the main screen here, the others from their modules."""

from __future__ import annotations

from workbench.tui.commands.command import Command
from workbench.tui.commands.screens import DIALOGS, SCREENS
from workbench.tui.commands.widgets import EDITOR, LISTS, TRACE, VALUES

_MAIN: tuple[Command, ...] = (
    Command("help", "Help", "All keys, those of this pane first.", "f1", "Help", "General", "app"),
    Command("help-letter", "Help", "", "question_mark", None, "General", "reading", "help", listed=False),
    Command(
        "jump",
        "Jump",
        "A mark on panes, tabs and scripts; its key goes there.",
        "f2",
        "Jump",
        "Panes",
        "panes",
    ),
    Command("run", "Run script", "Run the script with its input.", "f5,ctrl+r,ctrl+j", "Run"),
    Command("stop", "Stop run", "End the running script; its worker is killed at once.", "f8", "Stop"),
    Command("next-pane", "Next pane", "Go to the next pane.", "f6", "Pane", "Panes", "panes"),
    Command("previous-pane", "Previous pane", "Go to the pane before.", "shift+f6", None, "Panes", "panes"),
    Command("zoom", "Zoom pane", "The pane with the cursor alone, or all.", "f7", "Zoom", "Panes", "panes"),
    Command("sidebar", "Sidebar", "Scripts, tools and the last runs; Esc closes.", "f9", "Sidebar", "Panes"),
    Command(
        "grow",
        "Grow pane",
        "Wider; a mouse drags the frames.",
        "ctrl+shift+right",
        None,
        "Panes",
        "panes",
    ),
    Command("shrink", "Shrink pane", "Make the pane narrower.", "ctrl+shift+left", None, "Panes", "panes"),
    Command("taller", "Taller pane", "Make the pane taller.", "ctrl+shift+down", None, "Panes", "panes"),
    Command("lower", "Lower pane", "Make the pane lower.", "ctrl+shift+up", None, "Panes", "panes"),
    Command("new", "New script", "An empty script in a new tab.", "ctrl+n", None, "Scripts"),
    Command("open", "Open script", "Open a script by name or path.", "ctrl+o", "Open", "Scripts"),
    Command("save", "Save", "Save the script and its input.", "ctrl+s", "Save", "Scripts"),
    Command("save-as", "Save as", "Save under another name.", "", None, "Scripts"),
    Command("close", "Close script", "Close this tab.", "ctrl+w", None, "Scripts"),
    Command("reopen", "Reopen closed script", "What was closed last.", "alt+shift+w", None, "Scripts"),
    Command("next-script", "Next script", "The next tab.", "ctrl+pagedown", None, "Scripts"),
    Command("previous-script", "Previous script", "Tab before.", "ctrl+pageup", None, "Scripts"),
    Command("scripts", "Open scripts", "All tabs by name.", "alt+0", None, "Scripts"),
    *(
        Command(
            f"script-{number}",
            f"Script {number}",
            "The first tab; with 2 to 9 the others." if number == 1 else f"Tab {number}.",
            f"alt+{number}",
            group="Scripts",
            runs=f"to_script({number - 1})",
            listed=number == 1,
        )
        for number in range(1, 10)
    ),
    Command("editor", "Edit in $EDITOR", "This pane's text in $VISUAL or $EDITOR.", "f4"),
    Command("inputs", "Inputs", "Take another of the script's inputs.", "", None, "Scripts"),
    Command("keep-input", "Keep input as", "Keep this input under a name.", "", None, "Scripts"),
    Command("format-input", "Format input", "Indent the input JSON.", "", None, "Scripts"),
    Command("fix", "Fix the call", "Put right what is marked (!) here or next.", "alt+full_stop", None, "Run"),
    Command("rename", "Rename", "Every use of the name at the cursor.", "alt+n", None, "Scripts"),
    Command("format", "Format script", "Its layout, and nothing else.", "alt+shift+f", None, "Scripts"),
    Command("next-problem", "Go to the problem", "The line of the error.", "", None, "Run"),
    Command(
        "schema",
        "Schema of the call",
        "What is known of the tool at the cursor.",
        "f12,alt+i",
        None,
        "Scripts",
    ),
    Command(
        "replay-edited",
        "Replay edited script",
        "Run the script as it is now against the record of its last run, offline.",
        "ctrl+l",
        "Replay",
    ),
    Command("divergence", "Show divergence", "Where the last replay left its record."),
    Command("replay", "Replay a run", "Step through a recorded run.", "", None, "Screens"),
    Command("history", "History", "What ran before.", "ctrl+t", "History", "Screens", "ways"),
    Command("watch", "Watch", "Follow the newest run of another process.", "alt+w", None, "Screens", "panes"),
    Command("agents", "Agents", "What other processes run now, by session.", "alt+j", None, "Screens", "ways"),
    Command("tools", "Tools", "Servers and their tools; insert a call.", "alt+t", "Tools", "Screens", "ways"),
    Command("settings", "Settings", "Limits and other settings.", "alt+s", "Settings", "Screens", "ways"),
    Command("palette", "Commands", "Every command by name.", "ctrl+p,alt+p", "Commands", "General", "app"),
    Command("tour", "Tour", "Six steps, done by doing them; again: it ends.", "alt+g", None, "General", "app"),
    Command("quit", "Quit", "Leave Workbench.", "ctrl+q", "Quit", "General", "app"),
)  # fmt: skip
FOOTER_ORDER = (
    *(
        "help",
        "run",
        "stop",
        "jump",
        "history",
        "tools",
        "settings",
        "replay-edited",
        "save",
        "open",
    ),
    *("sidebar", "next-pane", "zoom", "palette", "quit"),
)
"""What the line of keys has room for last is left out first."""
COMMANDS: tuple[Command, ...] = (
    *_MAIN,
    *SCREENS,
    *EDITOR,
    *TRACE,
    *VALUES,
    *LISTS,
    *DIALOGS,
)
BY_ID = {command.id: command for command in COMMANDS}
