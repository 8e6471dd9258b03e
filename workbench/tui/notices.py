"""Failures told outside the screen, where ``ui.notify`` asks for it: a bell, or a notification of the desktop.

``osc9`` is what iTerm2, kitty, WezTerm, Ghostty and foot show, ``osc777`` what all of these but iTerm2 do, and
Konsole and urxvt; in tmux it is passed through (``allow-passthrough``). docs/terminals.md has who knows what.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.history import ExecutionRow

_BETWEEN_S = 5.0
_MOST = 80


class FailureNotices:
    """At most one in some seconds: what failed meanwhile is counted in the next."""

    def __init__(
        self,
        write: Callable[[str], None],
        wanted: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
        *,
        in_tmux: bool | None = None,
    ) -> None:
        """write: to the terminal. wanted: ``ui.notify`` as it is now."""
        self._write = write
        self._wanted = wanted
        self._clock = clock
        self._in_tmux = "TMUX" in os.environ if in_tmux is None else in_tmux
        self._waiting: list[ExecutionRow] = []
        self._quiet_until = 0.0

    def take(self, failed: Sequence[ExecutionRow]) -> None:
        """Runs that failed; also called where there are none, so that what waits is told."""
        how = self._wanted()
        if how == "off":
            self._waiting.clear()
            return
        self._waiting += failed
        now = self._clock()
        if not self._waiting or now < self._quiet_until:
            return
        self._write(notice(how, words(self._waiting), in_tmux=self._in_tmux))
        self._waiting.clear()
        self._quiet_until = now + _BETWEEN_S


def words(failed: Sequence[ExecutionRow]) -> str:
    """``Workbench: triage.js of claude-code: TIMEOUT, and 2 more``. Safe in an escape sequence."""
    run = failed[-1]
    what = run.script or "an inline script"
    said = f"Workbench: {what} of {run.client or run.source}: {run.error_code or run.status}"
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    # A semicolon would begin another field.
    return clean_line(said, _MOST).replace(";", ",") + more


def notice(how: str, text: str, *, in_tmux: bool) -> str:
    """What is written to the terminal."""
    if how == "bell":
        return "\a"
    sequence = f"\x1b]9;{text}\a" if how == "osc9" else f"\x1b]777;notify;Workbench;{text}\a"
    if not in_tmux:
        return sequence
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
