"""Work in the background whose failure somebody hears of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.worker import Worker, WorkerState
from textual.worker_manager import WorkerManager


class WatchedWorkers(WorkerManager):
    """As Textual's, but what ends with an error that does not end the app is told: Textual writes it into the
    log of its developers' tools alone."""

    def __init__(self, app: App[Any], failed: Callable[[Exception], None]) -> None:
        super().__init__(app)
        self._failed = failed

    def _remove_worker(self, worker: Worker[Any]) -> None:
        super()._remove_worker(worker)
        error = worker.error
        if worker.state is WorkerState.ERROR and not worker.exit_on_error:
            gone = isinstance(error, NoMatches) and _is_leaving(worker.node)
            if isinstance(error, Exception) and not gone:
                self._failed(error)


def _is_leaving(node: DOMNode) -> bool:
    """Whether it has left, or leaves: what is in it goes first, one by one, and then its work is cancelled."""
    return node._pruning or not node.is_attached
