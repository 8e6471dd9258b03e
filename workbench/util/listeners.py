"""Telling others: a listener's fault is its own, the next one hears all the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Listeners(Generic[_T]):
    """Who hears of something."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[_T], object], ...] = ()

    def add(self, listener: Callable[[_T], object]) -> Callable[[], None]:
        """Let it hear from now on; returns the way to stop, which may be taken more than once."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return stop

    def tell(self, news: _T, about: str) -> None:
        """Tell those that there are now. ``about``: for the log, of one that fails."""
        notify(self._listeners, news, about)


def notify(listeners: Iterable[Callable[[_T], object]], news: _T, about: str) -> None:
    """Call each listener; one that raises is logged. ``about``: for the log."""
    for listener in listeners:
        try:
            listener(news)
        except Exception:
            _log.exception("a listener failed on %s", about)
