"""Log in to a server: the address to open, the way back, and how far it came where it failed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from workbench.text.sanitize import clean, clean_line
from workbench.tui.commands import bindings
from workbench.tui.tools.pages import gone
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_input import LineInput
from workbench.util.browser import open_browser
from workbench.util.os_differences import has_browser

if TYPE_CHECKING:
    from workbench.upstream import Manager
    from workbench.upstream.auth.redirect_page import RedirectPage


class LoginScreen(GuardedModal[str | None]):
    """Dismissed with what is to be said once the login is kept; None: it was given up."""

    DEFAULT_CSS = """
    LoginScreen { align: center middle; background: $background 60%; }
    LoginScreen #login-body { width: 90%; height: auto; max-height: 90%; }
    LoginScreen #login-address { margin: 1 0; color: $text-accent; }
    LoginScreen #login-problem { color: $text-error; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("login")]

    def __init__(self, upstream: Manager, server: str) -> None:
        super().__init__()
        self._upstream = upstream
        self._server = server
        self._address: str | None = None
        self._loopback: RedirectPage | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="login-body") as body:
            body.border_title = Content(clean_line(f"Log in to {self._server}"))
            yield Static("Asking the server who logs people in …", id="login-said", markup=False)
            yield Static(id="login-address", markup=False)
            yield LineInput(id="login-line", placeholder="the address that the browser ends at")
            yield Static(id="login-problem", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        self._log_in()

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _log_in(self) -> None:
        from workbench.upstream.auth.flow import LoginFailed
        from workbench.upstream.auth.sessions import CannotLogIn

        try:
            place = await self._upstream.log_in(self._server, self._show)
        except KeyError:
            self._fail(gone(self._server))
        except (CannotLogIn, LoginFailed) as error:
            self._fail(str(error))
        except OSError as error:
            self._fail(f"the login cannot be kept: {error.strerror or error}")
        else:
            where = "the system keyring" if place == "keyring" else "a file that only you can read"
            self.dismiss(f"Logged in to {self._server}: its tokens are in {where}")

    async def _show(self, address: str, loopback: RedirectPage) -> None:
        self._address, self._loopback = address, loopback
        opened = has_browser()
        said = "The browser was asked to open this address" if opened else "Open this address"
        more = "if its last page does not load (another machine), paste that page's address below"
        self.query_one("#login-said", Static).update(f"{said}; {more}.")
        self.query_one("#login-address", Static).update(clean_line(address))
        line = self.query_one(Input)
        line.display = True
        line.focus()
        if opened:
            await open_browser(address)

    def _fail(self, problem: str) -> None:
        self.query_one("#login-said", Static).update("The login came to nothing.")
        self.query_one("#login-problem", Static).update(clean(problem))
        self.query_one(Input).display = False

    @on(Input.Submitted)
    def _pasted(self, event: Input.Submitted) -> None:
        address = event.value.strip()
        if self._loopback is None or not address:
            return
        good = self._loopback.take(address)
        problem = "" if good else "That is not the address that this login ends at"
        self.query_one("#login-problem", Static).update(problem)

    def action_copy(self) -> None:
        if self._address is not None:
            self.app.copy_to_clipboard(self._address)
            self.notify("The address was sent to the terminal's clipboard", markup=False)

    async def action_open(self) -> None:
        if self._address is not None:
            await asyncio.shield(open_browser(self._address))
