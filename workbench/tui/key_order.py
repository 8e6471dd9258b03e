"""Keys and pastes take effect one after the other, in the order in which they were typed.

Textual runs the app's own keys at once, hands letters to the widget with the focus, and sends that widget's
bound keys up to the app: keys that arrive together (over ssh, on a busy machine) overtake each other, and
the first of them may have opened or closed the screen that the next one reaches. Here each key waits until
all that the one before it began is done.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from weakref import ReferenceType, ref

from textual import events
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from workbench.tui.textual_private import AppBase, EditorBase, UnmarkedPaste
from workbench.tui.widgets.guarded_screen import GuardedScreen

_MOST_ROUNDS = 20
"""So often the widgets are asked whether they have something to do still, until the next key goes on."""
_LOOK_S = 0.05
_PATIENCE = 40
"""After so many looks without progress a key goes on all the same: no key is lost for good."""
_MOVING = frozenset(
    f"{modifier}{key}"
    for modifier in ("", "shift+", "ctrl+", "ctrl+shift+")
    for key in (
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
        *("backspace", "delete"),
    )
)
"""They change no layout: nobody waits for a painting after them."""


class KeyOrder:
    """Takes every key and paste of an app; ``deliver`` hands one on."""

    def __init__(self, app: AppBase, deliver: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._busy = False
        self._held = 0
        self._key = ""
        """The key that is on its way, or the last one."""
        self._typed_at: float | None = None
        """When that was, by the clock that messages are stamped with; None: it is dealt with."""
        self._screen: Screen[object] | None = None
        self._focused: Widget | None = None
        self._arrived: ReferenceType[Screen[object]] | None = None
        """The screen that was on top, and made, when it was last asked for."""
        self._asked = 0
        self._holder: Screen[object] | None = None
        """The screen that holds the next key back."""
        self._step = 0
        """Counts every step of every key: whether there is progress."""
        self._seen, self._looks = 0, 0
        self._chain: list[MessagePump] = []
        self._watch: Timer | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a key waits, or is still dealt with."""
        return self._busy or bool(self._waiting)

    @staticmethod
    def moment() -> float:
        """Now, for ``was_typed_before``."""
        return Message().time

    def was_typed_before(self, moment: float) -> bool:
        """Whether the key that is dealt with now was typed before: by one who could not have seen what came
        then. False: no key is dealt with."""
        return self._typed_at is not None and self._typed_at < moment

    @contextmanager
    def hold(self) -> Iterator[None]:
        """While something is opened, mounted or closed in the background, keys wait."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            if not self._held and not self._busy:
                self._app.call_after_refresh(self._next)

    async def take(self, event: events.Key | events.Paste) -> None:
        """A key or a paste was typed."""
        if isinstance(event, events.Key) and event.key.startswith("alt+"):
            event.character = None  # a command, and where it is none: nothing, never its letter
        self._waiting.append(event)
        self._app.typed_at = time.monotonic()
        self._app.paints_at_once = (
            False  # of keys that come together the last one is painted at once
        )
        await self._next()

    async def _next(self) -> None:
        """Hand the next one on, if its turn has come."""
        while self._waiting and not self._busy and not self._held:
            if self._settles_still():
                self._app.paints_at_once = True  # what is left to paint keeps the key waiting
                self._app.call_after_refresh(self._next)
                break
            self._as_it_was_meant()
            self._holder = self._who_holds_back(self._waiting[0])
            if self._holder is not None:
                break
            event = self._waiting.popleft()
            key = event.key if isinstance(event, events.Key) else ""
            screen = self._app.screen
            if key and key == self._key and screen is not self._screen and self._screen:
                continue  # the same key again, meant for the screen that the first one closed or left
            self._busy, self._key, self._screen = True, key, screen
            self._typed_at = event.time
            self._focused = self._app.focused
            self._chain = list((self._focused or screen).ancestors_with_self)
            self._step += 1
            self._app.paints_at_once = not self._waiting
            await self._deliver(event)
            taken = self._focused is not None and (
                not key or self._focused.check_consume_key(key, _character(event))
            )
            self._round(self._step, 0, paints=not (taken or key in _MOVING))
        if not self._waiting and not self._busy:
            self._forget()  # the last one that waited was the same key again
        if self._waiting and self._watch is None:
            self._watch = self._app.set_interval(_LOOK_S, self._check_stuck)
        elif self._watch is not None and not self._waiting:
            self._watch.stop()
            self._watch = None

    def _round(self, step: int, number: int, *, paints: bool) -> None:
        """From the widget with the focus up to the app, each says when its messages are dealt with."""

        def reached(place: int, this: int) -> None:
            if this != self._step:
                return  # given up
            for next_place in range(place, len(self._chain)):
                self._step = this + 1
                if self._chain[next_place].call_later(reached, next_place + 1, self._step):
                    return
                self._step = this
            self._after_round(number, paints=paints)

        if step == self._step:
            reached(0, step)

    def _after_round(self, number: int, *, paints: bool) -> None:
        app = self._app
        self._step += 1
        if number < _MOST_ROUNDS and self._something_waits():
            self._round(self._step, number + 1, paints=paints)
        elif paints or app.screen is not self._screen or app.focused is not self._focused:
            step = self._step
            app.call_after_refresh(lambda: self._done(step))
        else:
            self._done(self._step)

    def _settles_still(self) -> bool:
        """Whether the screen is being made, or is about to give something the focus; the latter is asked
        only so often."""
        screen = self._app.screen
        if not screen.is_mounted:
            return True
        if self._arrived is None or self._arrived() is not screen:
            # What it asked for while it was made, such as the focus, may be in the app's queue still.
            self._arrived = ref(screen)
            return True
        settles = isinstance(screen, GuardedScreen) and screen.is_settling
        self._asked = self._asked + 1 if settles else 0
        return settles and self._asked <= _MOST_ROUNDS

    def _as_it_was_meant(self) -> None:
        """What may be a paste is one where it goes into an editor; else it is keys, of which none is lost."""
        event, focused = self._waiting[0], self._app.focused
        if isinstance(event, UnmarkedPaste):
            self._waiting.popleft()
            pasted = isinstance(focused, EditorBase) and not focused.read_only
            self._waiting.extendleft([event.as_pasted()] if pasted else reversed(event.as_keys()))

    def _who_holds_back(self, event: events.Key | events.Paste) -> Screen[object] | None:
        screen = self._app.screen
        held_back = isinstance(screen, GuardedScreen) and screen.holds_back(event)
        return screen if held_back else None

    def go_on(self) -> None:
        """A screen no longer holds keys back."""
        self._holder = None
        self._app.call_later(self._next)

    def _something_waits(self) -> bool:
        screen = self._app.screen
        return any(widget.message_queue_size for widget in screen.walk_children(with_self=True))

    def _done(self, step: int) -> None:
        if step == self._step and self._busy:
            self._busy, self._typed_at = False, None
            self._step += 1
            if self._waiting:
                self._app.call_later(self._next)
            else:
                self._forget()

    def _forget(self) -> None:
        """Nothing waits: the next key was typed by one who has seen what this one did."""
        self._key, self._screen, self._focused, self._chain = "", None, None, []

    def _check_stuck(self) -> None:
        """While a key waits: nothing that was removed meanwhile may hold it up."""
        if self._holder is not None and self._app.screen is not self._holder:
            self.go_on()  # the screen that held it back has left
        self._looks = self._looks + 1 if self._seen == self._step else 0
        self._seen = self._step
        if self._busy and self._looks >= (1 if self._gone() else _PATIENCE):
            self._looks = 0
            self._step += 1
            self._done(self._step)

    def _gone(self) -> bool:
        """Whether a widget that was asked is no longer there to answer."""
        return any(not pump.is_running or not pump.is_attached for pump in self._chain[:-1])


def _character(event: events.Key | events.Paste) -> str | None:
    return event.character if isinstance(event, events.Key) else None
