"""Which tools may be called: those whose definition was approved as it is now.

A server can change what a tool says it does after its owner looked at it. With ``trust = "first-use"`` the
first definition that is seen is approved, and the next one that differs waits for its owner; with ``"pin"``
the first one waits too; with ``"always"`` none does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from workbench.catalogue.changes import Change, parts_of
from workbench.catalogue.definitions import (
    definition,
    form_of,
    form_of_definition,
    structure_of,
)
from workbench.catalogue.tools import ToolInfo
from workbench.config.schema import Trust
from workbench.upstream.pin_file import (
    FILE_NAME,
    MOST_TOOLS,
    DamagedPins,
    Pin,
    PinFile,
    PinnedServer,
    UnusablePins,
    read_pins,
    with_form,
    with_waiting,
    write_pins,
)
from workbench.util.dataclass import dataclass
from workbench.util.files import changing, put_aside

_log = logging.getLogger(__name__)
_MOST_KEPT = 50_000

CHANGED = "its definition changed since it was approved"
UNSEEN = 'nothing of its server is approved unseen (trust = "pin")'
LOST = "the file of approved tools was damaged, and nothing is approved unseen since"
MANY = f"its server has named more than {MOST_TOOLS} tools, and no more are approved unseen"
UNREADABLE = "the file of approved tools cannot be read"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose tools they are."""

    identity: str
    """What the server is (config/identity.py)."""
    name: str
    trust: Trust = "first-use"


class Pins:
    """Approved definitions in one file of the data folder.

    Several processes share it: it is read again when another one wrote it, and changed by one at a time.
    A damaged file is put aside, and then nothing is approved unseen. One that cannot be written costs
    the memory of approvals, never a call.
    """

    def __init__(self, folder: Path | None) -> None:
        """folder: None: approvals last as long as the process."""
        self._path = folder / FILE_NAME if folder is not None else None
        self._pins = PinFile()
        self._stamp: tuple[int, ...] | None = None
        self._unusable = False
        self._forms: dict[str, str] = {}
        """By fingerprint, and of what is pinned by its form then: a form takes a hundred microseconds."""

    def judge(
        self, owner: Owner, tools: Iterable[ToolInfo], *, pin_new: bool
    ) -> dict[str, str | None]:
        """Why each tool of a server may not be called, by its name; None: it may.

        pin_new: what is approved unseen is pinned as it is now, and what waits is noted.
        """
        if owner.trust == "always":
            return {tool.name: None for tool in tools}
        self._refresh()
        if self._unusable:
            return {tool.name: UNREADABLE for tool in tools}
        listed = list(tools)
        if pin_new and self._would_change(owner, listed):
            try:
                self._change(lambda: self._note(owner, listed))
            except OSError as error:
                _log.warning("cannot write %s: %s", self._path, error)
        server = self._pins.servers.get(owner.identity)
        old = self._old(owner, listed)
        return {tool.name: self._reason(owner, tool, server, old) for tool in listed}

    def approve(self, owner: Owner, tools: Iterable[ToolInfo], *, varying: bool = False) -> None:
        """Approve these definitions as they are now; ``varying``: whatever their texts say from now on.

        Raises OSError where the file cannot be written.
        """

        def change() -> None:
            server = self._server(owner)
            for tool in tools:
                known = server.tools.get(tool.name, Pin())
                pin = with_form(known, self._form(tool), definition(tool))
                server.tools[tool.name] = replace(
                    pin, varying=structure_of(tool) if varying else None
                )

        self._change(change)

    def change(self, owner: Owner, tool: ToolInfo) -> Change:
        """What there is to approve of a tool."""
        server = self._pins.servers.get(owner.identity)
        pin = server.tools.get(tool.name, Pin()) if server is not None else Pin()
        form = self._form(tool)
        forms = {*pin.forms, *pin.waiting, form}
        return Change(
            server=tool.server,
            tool=tool.name,
            hold=tool.hold,
            parts=parts_of(pin.definition, definition(tool)),
            is_new=pin.definition is None,
            forms=len(forms) + (pin.old_hash is not None),
            form=form,
        )

    def changed_elsewhere(self) -> bool:
        """Whether another process wrote the file since it was read here."""
        return self._stamp != self._now()

    # -- judging ---------------------------------------------------------------------------

    def _reason(
        self,
        owner: Owner,
        tool: ToolInfo,
        server: PinnedServer | None,
        old: Mapping[str, str],
    ) -> str | None:
        pin = server.tools.get(tool.name) if server is not None else None
        if pin is None and tool.name in old:
            pin = Pin(old_hash=old[tool.name])
        if pin is not None and self._is_approved(pin, tool):
            return None
        if pin is not None and (pin.forms or pin.old_hash is not None):
            return CHANGED
        if owner.trust == "pin":
            return UNSEEN
        if self._pins.damaged is not None:
            return LOST
        return MANY if pin is None and server is not None and _is_full(server) else None

    def _would_change(self, owner: Owner, tools: list[ToolInfo]) -> bool:
        """Whether ``_note`` has something to write."""
        server = self._pins.servers.get(owner.identity)
        if server is None:
            return bool(tools)
        return any(self._noted(owner, tool, server) for tool in tools)

    def _note(self, owner: Owner, tools: list[ToolInfo]) -> None:
        old = self._old(owner, tools)
        server = self._server(owner)
        if old:
            server.tools = {name: Pin(old_hash=known) for name, known in old.items()}
            del self._pins.by_name[owner.name]
        for tool in tools:
            noted = self._noted(owner, tool, server)
            if noted is not None:
                server.tools[tool.name] = noted

    def _noted(self, owner: Owner, tool: ToolInfo, server: PinnedServer) -> Pin | None:
        """The pin with what is seen now; None: it says that already, or there is no room for it."""
        pin = server.tools.get(tool.name)
        if pin is None and _is_full(server):
            return None
        form = self._form(tool)
        if pin is None or not (pin.forms or pin.old_hash is not None):
            if owner.trust == "first-use" and self._pins.damaged is None:
                return with_form(Pin(), form, definition(tool))
            pin = pin or Pin()
        elif form not in pin.forms and self._is_pinned(pin, tool):
            return with_form(pin, form, definition(tool))
        if self._is_approved(pin, tool) or form in pin.waiting:
            return None
        return with_waiting(pin, form)

    def _is_approved(self, pin: Pin, tool: ToolInfo) -> bool:
        if self._form(tool) in pin.forms or self._is_pinned(pin, tool):
            return True
        return pin.varying is not None and pin.varying == structure_of(tool)

    def _is_pinned(self, pin: Pin, tool: ToolInfo) -> bool:
        """Whether it is the definition that an earlier Workbench approved, which formed it otherwise."""
        if pin.old_hash is not None and pin.old_hash == tool.fingerprint():
            return True
        known = pin.definition
        if known is None or not pin.forms:
            return False
        return self._kept(pin.forms[0], lambda: form_of_definition(known)) == self._form(tool)

    def _form(self, tool: ToolInfo) -> str:
        return self._kept(tool.fingerprint(), lambda: form_of(tool))

    def _kept(self, key: str, make: Callable[[], str]) -> str:
        if key not in self._forms:
            if len(self._forms) >= _MOST_KEPT:
                self._forms.clear()
            self._forms[key] = make()
        return self._forms[key]

    def _old(self, owner: Owner, tools: list[ToolInfo]) -> Mapping[str, str]:
        """Pins of version 1 that are this server's: of its name, and with a tool that it has."""
        old = self._pins.by_name.get(owner.name, {})
        if owner.identity in self._pins.servers or not any(tool.name in old for tool in tools):
            return {}
        return old

    def _server(self, owner: Owner) -> PinnedServer:
        return self._pins.servers.setdefault(owner.identity, PinnedServer(owner.name))

    # -- the file --------------------------------------------------------------------------

    def _change(self, change: Callable[[], None]) -> None:
        """Change what is there now, in the file too; nobody else does meanwhile. Raises OSError."""
        with self._alone():
            self._refresh()
            change()
            if self._path is not None and not self._unusable:
                write_pins(self._path, self._pins)
                self._stamp = self._now()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._path is None:
            yield
            return
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with changing(self._path):
            yield

    def _now(self) -> tuple[int, ...] | None:
        if self._path is None:
            return None
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino

    def _refresh(self) -> None:
        now = self._now()
        if now is None or now == self._stamp or self._path is None:
            return
        self._stamp = now
        self._unusable = False
        try:
            self._pins = read_pins(self._path)
        except FileNotFoundError:
            pass
        except UnusablePins as error:
            self._unusable = True
            _log.warning("cannot use %s: %s; no tool is called", self._path, error)
        except DamagedPins as error:
            self._start_anew(self._path, error)

    def _start_anew(self, path: Path, error: DamagedPins) -> None:
        try:
            aside = put_aside(path)
            self._pins = PinFile(damaged=aside.name)
            write_pins(path, self._pins)
        except OSError as trouble:
            self._unusable = True
            _log.warning("%s is damaged (%s) and cannot be put aside: %s", path, error, trouble)
            return
        self._stamp = self._now()
        _log.warning(
            "%s is damaged (%s): it is kept as %s, and tools are called once they are approved again",
            path,
            error,
            aside.name,
        )


def _is_full(server: PinnedServer) -> bool:
    return len(server.tools) >= MOST_TOOLS
