"""What each pane and each screen is for, in two sentences: the help begins with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

PURPOSES: Mapping[str, str] = {
    "script": (
        "The script that is run: JavaScript or TypeScript that calls tools as tools.SERVER.TOOL({…}). "
        "Calls that are likely wrong are marked while you write; lines that made calls say how many, and "
        "how long they took."
    ),
    "input": (
        "The JSON that the script finds as its input. It is checked as you type, and several inputs can "
        "be kept beside a script, each under a name."
    ),
    "trace": (
        "Each call of a tool from the moment it starts, with its arguments, its result and its time; "
        "lines of the console stand between them. The last row says how a run failed."
    ),
    "detail": (
        "What the run returned or why it failed, what it wrote, and the call at the cursor of the trace. "
        "Values unfold, are searched, copied and saved; lists of objects can be shown as a table, long "
        "texts as text."
    ),
    "sidebar": (
        "Scripts, tools by server and the last runs, beside the panes. What is chosen is opened; of a "
        "tool, its call is put at the cursor of the script."
    ),
    "replay": (
        "A run as it was recorded: nothing is sent while you step through it. It can be verified offline,"
        " edited and run on from the record, or run again on the live servers."
    ),
    "history": (
        "Every run of a script, whoever ran it: you, a command line, or an agent; beside them what the one at "
        "the cursor ran, or how it failed. A filter finds runs by words, days, times and tools; they can be "
        "opened, compared, kept, named and exported."
    ),
    "agents": (
        "Other processes that run scripts, and their runs, live. A run can be followed call by call."
    ),
    "tools": (
        "The servers, how they are, and what they offer: tools, resources and prompts. A tool is tried in"
        " a form, or its call put into the script."
    ),
    "settings": (
        "Every setting: what it means, what it may be, and where its value comes from. What is changed "
        "goes into the configuration file, and is in force from then on."
    ),
    "diff": (
        "Two runs side by side: scripts, input, calls and how both ended. Nothing is run; what differs is"
        " marked."
    ),
    "sides": (
        "Where a replay went another way than its record: the call that was expected and the one that was"
        " made. Above them stand both scripts, below them what differs."
    ),
    "try": (
        "One tool, called by hand: the fields are those of its schema, the answer stands beside them. The"
        " call is real, and recorded as any run."
    ),
    "figures": (
        "What each tool cost in this run: calls, failures, times and bytes. The rows can be ordered by "
        "each column."
    ),
    "table": (
        "A list of objects as a table, a row each. It can be filtered and ordered, and copied or saved as"
        " CSV or JSON."
    ),
    "text-screen": ("A long text as it is, wrapped. JSON that stands in a text can be unpacked."),
}
"""By the name of a pane, or the place of a screen's keys."""


def purpose_of(places: Iterable[str]) -> str:
    """Of the first of these that has one; empty where none has."""
    return next((PURPOSES[place] for place in places if place in PURPOSES), "")
