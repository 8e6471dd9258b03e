"""What pipes and HTTP have in common of a conversation: ids of our requests, who waits for progress, and what
the other side says beside answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeGuard

from workbench.core.model import JsonValue
from workbench.mcp.asked import Asked, OnRequest
from workbench.util.digits import whole

Progress: TypeAlias = Callable[[float, float | None, str | None], None]
OnNotification: TypeAlias = Callable[[str, dict[str, JsonValue]], None]
Id: TypeAlias = int | str

_LARGEST = 1e300


class Conversation:
    """Of one connection with one other side."""

    def __init__(
        self,
        on_notification: OnNotification,
        on_request: OnRequest,
        send: Callable[[dict[str, JsonValue]], None],
    ) -> None:
        """on_request: answers what the other side asks; send: writes such an answer."""
        self.on_notification = on_notification
        self._asked = Asked(on_request, send)
        self.last_id = 0
        self._progress: dict[Id, Progress] = {}

    def begin(
        self,
        params: Mapping[str, JsonValue] | None,
        request_id: Id | None,
        progress: Progress | None,
    ) -> tuple[Id, dict[str, JsonValue]]:
        """The id and the parameters of a request of ours; ``ended`` is due when it is over."""
        if request_id is None:
            self.last_id += 1
            request_id = self.last_id
        made = dict(params) if params is not None else {}
        if progress is not None:
            made["_meta"] = {**made.get("_meta", {}), "progressToken": request_id}
            self._progress[request_id] = progress
        return request_id, made

    def ended(self, request_id: Id) -> None:
        """Nobody waits for its progress any more."""
        self._progress.pop(request_id, None)

    def dispatch(self, method: str, message: Mapping[str, JsonValue]) -> bool:
        """Take a request or a notification. False: a request with an id that cannot be answered."""
        params = message.get("params")
        if not isinstance(params, dict):
            params = {}
        if "id" in message:
            return self._asked.take(message["id"], method, params)
        if method == "notifications/cancelled":
            self._asked.cancelled(params.get("requestId"))
        elif method == "notifications/progress":
            key = as_id(params.get("progressToken"))
            progress = self._progress.get(key) if key is not None else None
            if progress is not None:
                _report_progress(progress, params)
        else:
            self.on_notification(method, params)
        return True

    def close(self) -> None:
        """Nobody hears an answer any more."""
        self._asked.close()


def as_id(request_id: JsonValue) -> Id | None:
    """An id as we made it: some servers answer the request 7 as "7" or 7.0. None: it is none."""
    if isinstance(request_id, str):
        number = whole(request_id)
        return request_id if number is None else number
    if isinstance(request_id, bool):
        return None
    if isinstance(request_id, float) and request_id.is_integer():
        return int(request_id)
    return request_id if isinstance(request_id, int) else None


def _report_progress(progress: Progress, params: Mapping[str, JsonValue]) -> None:
    """Hand a progress notification to who waits for it, if it is well-formed."""
    done, total, text = (params.get(key) for key in ("progress", "total", "message"))
    if _is_number(done):
        progress(
            done, total if _is_number(total) else None, text if isinstance(text, str) else None
        )


def _is_number(value: JsonValue) -> TypeGuard[float]:
    """One that can be reckoned with: JSON has integers past what a float can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
