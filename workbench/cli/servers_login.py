"""``workbench servers login`` and ``logout``: OAuth with a browser, here or on another machine."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from typing import TYPE_CHECKING, Any

from workbench.cli.common import EXIT_FAILED, EXIT_OK, Failure, data_dir, open_servers
from workbench.cli.output import note
from workbench.cli.parsing import command
from workbench.text.sanitize import clean_line
from workbench.util.browser import open_browser
from workbench.util.os_differences import can_watch_terminal, has_browser

if TYPE_CHECKING:
    from workbench.config import ServerSettings
    from workbench.upstream.auth.redirect_page import RedirectPage

_MOST_LINE = 1 << 16


def add_commands(actions: Any) -> None:
    login = command(
        actions, "login", "Log in to a server that asks for it (OAuth).",
        "workbench servers login github\n"
        "  workbench servers login github --scope 'repo user' --no-browser",
        run=log_in,
    )  # fmt: skip
    login.add_argument("name", metavar="NAME")
    login.add_argument("--scope", metavar="SCOPES", help="rights to ask for on top, by spaces")
    login.add_argument(
        "--no-browser", action="store_true", help="only print the address (as it is over ssh)"
    )
    login.add_argument(
        "--port",
        type=int,
        default=0,
        metavar="N",
        help="of the page that the browser comes back to",
    )
    login.add_argument(
        "--client-id",
        metavar="ID",
        help="a client that was registered by hand, or the address of its metadata document",
    )
    login.add_argument(
        "--client-secret-env", metavar="VARIABLE", help="the variable that holds its secret"
    )
    logout = command(
        actions, "logout", "Forget the tokens of a server.", "workbench servers logout github",
        run=log_out,
    )  # fmt: skip
    logout.add_argument("name", metavar="NAME")


def log_in(arguments: argparse.Namespace) -> int:
    """Exit 0: logged in; 1: it came to nothing."""
    settings = _server(arguments)
    if not 0 <= arguments.port <= 65_535:
        raise Failure(f"--port must be from 0 to 65535, not {arguments.port}")
    from workbench.upstream.auth import sessions
    from workbench.upstream.auth.flow import Client, LoginFailed
    from workbench.upstream.auth.logins import Logins

    client = None
    if arguments.client_id is not None:
        client = Client(arguments.client_id, _secret(arguments.client_secret_env))
    elif arguments.client_secret_env is not None:
        raise Failure("--client-secret-env needs --client-id")
    with_browser = not arguments.no_browser and has_browser()

    async def show(address: str, loopback: RedirectPage) -> None:
        await _show(settings.name, address, loopback, with_browser)

    try:
        kept = asyncio.run(
            sessions.log_in(
                settings,
                os.environ,
                Logins(data_dir(arguments)),
                show,
                scope=arguments.scope,
                client=client,
                port=arguments.port,
            )
        )
    except sessions.CannotLogIn as error:
        raise Failure(str(error)) from None
    except LoginFailed as error:
        note(f"login to {settings.name} failed: {error}")
        return EXIT_FAILED
    except OSError as error:
        raise Failure(f"the login cannot be kept: {error.strerror or error}") from error
    login = kept.login
    rights = f" ({clean_line(login.scope)})" if login.scope else ""
    print(f"logged in to {settings.name}{rights}")
    if kept.place == "keyring":
        print("its tokens are in the system keyring")
    else:
        print(
            clean_line(
                f"there is no system keyring (package keyring): its tokens are in {kept.file}, "
                "which only you can read"
            )
        )
    if login.refresh_token is None:
        print("the server gave nothing to renew them with: log in again once they are over")
    return EXIT_OK


def log_out(arguments: argparse.Namespace) -> int:
    from workbench.upstream.auth import sessions
    from workbench.upstream.auth.logins import Logins

    settings = _server(arguments)
    try:
        known = asyncio.run(sessions.log_out(settings, os.environ, Logins(data_dir(arguments))))
    except sessions.CannotLogIn as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"the login cannot be removed: {error.strerror or error}") from error
    print(f"logged out of {settings.name}" if known else f"{settings.name} had no login")
    return EXIT_OK


def _server(arguments: argparse.Namespace) -> ServerSettings:
    """A server of the configuration. Raises Failure."""
    from workbench.catalogue.suggestions import near_names, suggestion

    servers, name = open_servers(arguments).servers, arguments.name
    if name not in servers:
        near = suggestion(near_names(name, servers), servers, "there is")
        raise Failure(f"no server {name!r}{near}")
    return servers[name]


def _secret(variable: str | None) -> str | None:
    if variable is None:
        return None
    if not os.environ.get(variable):
        raise Failure(f"the variable {variable!r} is not set")
    return os.environ[variable]


async def _show(name: str, address: str, loopback: RedirectPage, with_browser: bool) -> None:
    print(f"to log in to {name}, open")
    print(f"  {clean_line(address)}")
    if with_browser:
        await open_browser(address)
    if _can_type():
        print("(on another machine the last page will not load: paste its address here)")
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _typed, loopback)
    sys.stdout.flush()


def _can_type() -> bool:
    return can_watch_terminal() and sys.stdin.isatty()


def _typed(loopback: RedirectPage) -> None:
    line = os.read(sys.stdin.fileno(), _MOST_LINE)
    if not line:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    elif line.strip() and not loopback.take(line.decode("utf-8", "replace").strip()):
        print("that is not the address that this login ends at")
