"""What the buttons of a mouse are for."""

from __future__ import annotations

from textual import events

_RIGHT = 3


def only_asks(event: events.MouseEvent) -> bool:
    """Whether it is the right button, which opens a menu of what can be done: it may choose what is there, and
    does nothing with it."""
    return event.button == _RIGHT
