"""What servers may ask of us: the folders they may work in, and, where their owner allows it, a person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workbench.core.elicitation import Elicit, Elicitation
from workbench.core.model import JsonValue
from workbench.mcp.messages import ADDRESS_FIRST, INVALID_PARAMS, METHOD_NOT_FOUND, RpcError
from workbench.util.here import expanded, here

if TYPE_CHECKING:
    from workbench.config import ServerSettings
    from workbench.upstream.notes import NoteTap

_log = logging.getLogger(__name__)
_MOST_MESSAGE = 4_000
_MOST_NAME = 200
_MOST_ADDRESSES = 4
_NOT_OFFERED = {
    "sampling/createMessage": "Workbench has no model that a server could use",
    "elicitation/create": "the owner of this client lets no server ask questions",
}


class ClientSide:
    """Answers the requests of one server, by its settings."""

    def __init__(
        self,
        settings: ServerSettings,
        elicit: Elicit,
        call: Callable[[], NoteTap | None] = lambda: None,
    ) -> None:
        """settings: expanded. call: the one that the server is at, as far as that can be told."""
        self._settings = settings
        self._elicit = elicit
        self._call = call

    @property
    def capabilities(self) -> dict[str, JsonValue]:
        """What a server is told that it may ask."""
        offered: dict[str, JsonValue] = {}
        if roots_of(self._settings):
            offered["roots"] = {}
        if self._settings.elicitation == "ask":
            offered["elicitation"] = {"form": {}, "url": {}}
        return offered

    async def answer(
        self, method: str, params: dict[str, JsonValue], *, between: bool = False
    ) -> dict[str, JsonValue]:
        """The result. Raises RpcError for what is not offered. between: two requests of a call, none of which
        waits meanwhile."""
        if method == "roots/list":
            return {"roots": [_root(root) for root in roots_of(self._settings)]}
        if method == "elicitation/create" and self._settings.elicitation == "ask":
            return await self._ask(params, between=between)
        why = _NOT_OFFERED.get(method)
        words = f"{method[:100]} is not offered"
        raise RpcError(METHOD_NOT_FOUND, f"{words}: {why}" if why else words)

    async def shown_first(self, error: RpcError) -> None:
        """Put the addresses that a request was refused for, if that is why, to the person.

        It is not sent again: only they know when they are done there.
        """
        if error.code != ADDRESS_FIRST or self._settings.elicitation != "ask":
            return
        named = error.data.get("elicitations") if isinstance(error.data, dict) else None
        if not isinstance(named, list):
            return
        for each in named[:_MOST_ADDRESSES]:
            try:
                await self._ask(each if isinstance(each, dict) else {}, between=True)
            except RpcError as wrong:
                _log.info("%s", wrong)

    async def _ask(
        self, params: dict[str, JsonValue], *, between: bool = False
    ) -> dict[str, JsonValue]:
        message, schema = params.get("message"), params.get("requestedSchema")
        mode = params.get("mode", "form")
        if mode not in ("form", "url"):
            raise RpcError(
                INVALID_PARAMS, f"mode {mode!r:.50} is not offered: there are form and url"
            )
        if not isinstance(message, str):
            raise RpcError(INVALID_PARAMS, "elicitation/create needs message, a string")
        call = self._call()
        asked = Elicitation(
            self._settings.name,
            message[:_MOST_MESSAGE],
            execution_id=call.execution_id if call is not None else None,
            until=call.until if call is not None and not between else None,
        )
        if mode == "url":  # nothing is filled in here
            name = params.get("elicitationId")
            asked = replace(
                asked,
                url=_address(params.get("url")),
                elicitation_id=name[:_MOST_NAME] if isinstance(name, str) else None,
            )
        elif isinstance(schema, dict):
            asked = replace(asked, schema=schema)
        else:
            raise RpcError(INVALID_PARAMS, "elicitation/create needs requestedSchema, an object")
        with call.asking(asked.message) if call is not None else nullcontext():
            told = (await self._elicit(asked)).to_json()
        return {"action": told["action"]} if mode == "url" else told


def _address(url: JsonValue) -> str:
    """One that a browser can be sent to. Raises RpcError."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        wrong = (
            parts is None
            or parts.scheme not in ("http", "https")
            or not parts.hostname
            or "\\" in parts.netloc  # there the host ends for browsers, but not here
        )
    except ValueError:
        wrong = True
    if wrong or len(url) > _MOST_MESSAGE or not url.isprintable() or " " in url:
        what = f"an http or https address of at most {_MOST_MESSAGE} characters"
        raise RpcError(INVALID_PARAMS, f"elicitation/create with mode url needs url, {what}")
    return str(url)


def roots_of(settings: ServerSettings) -> list[str]:
    """The folders that a server is told of, as file URIs.

    Without a setting those that its own arguments name, else the working folder; a server elsewhere is told
    of none.
    """
    folder = expanded(settings.cwd) if settings.cwd is not None else here()
    folder = folder.absolute()
    if settings.roots is not None:
        return [_uri(root, folder) for root in settings.roots]
    if settings.command is None:
        return []
    named = [word.partition("=")[2] if word.startswith("-") else word for word in settings.args]
    return [_uri(word, folder) for word in named if _is_folder(word, folder)] or [folder.as_uri()]


def _uri(root: str, folder: Path) -> str:
    if root.startswith("file:"):
        return root
    return (folder / expanded(root)).absolute().as_uri()


def _is_folder(word: str, folder: Path) -> bool:
    if not word or "\0" in word:
        return False
    try:
        return (folder / expanded(word)).is_dir()
    except (OSError, RuntimeError):
        return False


def _root(uri: str) -> JsonValue:
    name = uri.rstrip("/").rpartition("/")[2]
    return {"uri": uri, "name": name} if name else {"uri": uri}
