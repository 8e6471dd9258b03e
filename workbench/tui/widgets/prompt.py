"""A line that is typed into a view itself, in the row below its lines: a filter, a search."""

from __future__ import annotations

from typing import Literal, TypeAlias

from textual import events

from workbench.text.sanitize import clean_line

Took: TypeAlias = Literal["typed", "done", "given up"]


class Prompt:
    """While it is open, the keys of its view belong to it. The view draws it and acts on what is typed."""

    def __init__(self) -> None:
        self.text: str | None = None
        """None: it is not open."""

    @property
    def is_open(self) -> bool:
        return self.text is not None

    @property
    def line(self) -> str:
        """As it is drawn."""
        return f"/{self.text}▏"

    def open(self, text: str = "") -> None:
        """Begin with a text."""
        self.text = text

    def close(self) -> str:
        """End it; what was typed."""
        text, self.text = self.text or "", None
        return text

    def takes(self, character: str | None) -> bool:
        """Whether a character is typed into it (``check_consume_key``)."""
        return self.is_open and character is not None and character.isprintable()

    def key(self, event: events.Key) -> Took | None:
        """What a key did to it; None: it was not for it. The text stays until ``close``."""
        if self.text is None:
            return None
        took: Took = "typed"
        if event.key in ("enter", "down"):
            took = "done"
        elif event.key == "escape":
            took = "given up"
        elif event.key in ("backspace", "ctrl+h"):
            self.text = self.text[:-1]
        elif event.key == "ctrl+u":
            self.text = ""
        elif event.is_printable and event.character:
            self.text += event.character
        else:
            return None
        event.stop()
        event.prevent_default()
        return took

    def paste(self, event: events.Paste) -> bool:
        """Whether a paste went into it."""
        if self.text is None:
            return False
        event.stop()
        self.text += clean_line(event.text.strip())
        return True
