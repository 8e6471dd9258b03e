"""What is shown goes to the terminal's clipboard, as far as terminals take it."""

from __future__ import annotations

from textual.widget import Widget

_MOST_COPIED = 1 << 20


def copy(widget: Widget, text: str, said: str, elsewhere: str = "x saves them to a file") -> None:
    """Copy a text and say so; where it is too long, say what else can be done."""
    if len(text) > _MOST_COPIED:
        widget.notify(
            f"{len(text):,} characters are too many for a clipboard; {elsewhere}",
            severity="warning",
            markup=False,
        )
        return
    widget.app.copy_to_clipboard(text)
    widget.notify(said, markup=False)
