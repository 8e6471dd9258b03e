"""Telling others: a listener's fault is its own, the next one hears all the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


def notify(listeners: Iterable[Callable[[_T], object]], news: _T, about: str) -> None:
    """Call each listener that there is now; one that raises is logged. ``about``: for the log."""
    for listener in list(listeners):
        try:
            listener(news)
        except Exception:
            _log.exception("a listener failed on %s", about)
