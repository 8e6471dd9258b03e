"""A server asks the person to do something at an address: shown whole, and opened when they say so."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from workbench.core.elicitation import Elicitation, Reply
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.asking import AskingScreen
from workbench.tui.dialogs.question_box import Words
from workbench.util.browser import open_browser
from workbench.util.os_differences import has_browser


class AddressScreen(AskingScreen):
    """The address; nothing opens it but F5 and its button."""

    DEFAULT_CSS = """
    AddressScreen #asked-host { margin-top: 1; }
    AddressScreen #asked-address { margin: 1 0; color: $text-accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("address")]

    def __init__(self, asked: Elicitation, address: str) -> None:
        super().__init__(asked)
        self._address = address
        self._opens = has_browser()

    @property
    def yes(self) -> str:
        return "Open it (F5)" if self._opens else "I open it (F5)"

    def asked_for(self) -> ComposeResult:
        yield Static(f"It leads to {host_of(self._address)}", id="asked-host", markup=False)
        yield Words(clean_line(self._address), id="asked-address")
        where = (
            "It opens in your browser; Workbench learns nothing of what you do there."
            if self._opens
            else "There is no browser here: open it yourself. F2 copies it."
        )
        yield Static(where, classes="note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#cancel").focus()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._address)
        self.notify("The address was sent to the terminal's clipboard", markup=False)

    def action_send(self) -> None:
        if self._opens:
            self.app.run_worker(open_browser(self._address), exit_on_error=False)
        self.dismiss(Reply("accept"))


def host_of(address: str) -> str:
    """The host that an address really leads to, its letters as browsers' registries have them."""
    host = urlsplit(address).hostname or ""
    spelled = host if host.isascii() else _spelled(host)
    return clean_line(spelled if spelled == host else f"{spelled} ({host})", 200)


def _spelled(host: str) -> str:
    import idna  # few addresses need it

    try:
        return idna.encode(host, uts46=True).decode()  # as browsers do: an sz is no ss
    except UnicodeError:
        pass
    try:
        return host.encode("idna").decode()  # symbols, which newer registries refuse
    except UnicodeError:
        return host
