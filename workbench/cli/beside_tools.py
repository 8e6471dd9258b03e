"""``workbench resources list | read`` and ``prompts list | get``: what servers have beside tools."""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.catalogue.offerings import GET_PROMPT, READ_CONTENT, READ_RESOURCE
from workbench.cli import tools_call
from workbench.cli.code import always, checked, exit_code, run_and_print, run_once
from workbench.cli.common import EXIT_OK, Failure, open_servers
from workbench.cli.error_pages import with_pages
from workbench.cli.output import note, print_json, print_table
from workbench.cli.parsing import Parser, add_server_option, command
from workbench.core.model import ExecutionRequest, JsonValue
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.catalogue.offerings import Offerings
    from workbench.core.runtime import Runtime
    from workbench.upstream import Manager


def add_parser(groups: Any, name: str) -> None:
    if name == "resources":
        _add_resources(groups)
    else:
        _add_prompts(groups)


def _add_resources(groups: Any) -> None:
    resources = command(
        groups, "resources", "Resources of the upstream servers.", "workbench resources list"
    )
    actions = resources.add_subparsers(dest="action", required=True)
    listing = command(
        actions, "list", "List every resource, and the templates of more.",
        "workbench resources list demo --json", run=list_resources,
    )  # fmt: skip
    reading = command(
        actions, "read", "Read one resource; the result is JSON on stdout.",
        "workbench resources read demo demo://guide\n"
        "  workbench resources read demo demo://guide --output guide.md",
        run=read,
    )  # fmt: skip
    reading.add_argument("server_name", metavar="SERVER")
    reading.add_argument("uri", metavar="URI")
    reading.add_argument("--output", metavar="F", help="write what it holds into a file")
    _ends(listing, reading)


def _add_prompts(groups: Any) -> None:
    prompts = command(
        groups, "prompts", "Prompts of the upstream servers.", "workbench prompts list"
    )
    actions = prompts.add_subparsers(dest="action", required=True)
    listing = command(
        actions, "list", "List every prompt with its arguments.",
        "workbench prompts list demo --json", run=list_prompts,
    )  # fmt: skip
    getting = command(
        actions, "get", "Get one prompt; the result is JSON on stdout.",
        "workbench prompts get demo weekly_report label=p1", run=get,
    )  # fmt: skip
    getting.scattered = "pairs"
    getting.add_argument("server_name", metavar="SERVER")
    getting.add_argument("name", metavar="NAME")
    getting.add_argument("pairs", nargs="*", metavar="KEY=VALUE", help="an argument, a text")
    given = getting.add_mutually_exclusive_group()
    given.add_argument("--args", metavar="JSON", help="the arguments, an object")
    given.add_argument("--args-file", metavar="F", help="a file with them; - is stdin")
    _ends(listing, getting)


def _ends(listing: Parser, asking: Parser) -> None:
    listing.add_argument("only", nargs="?", metavar="SERVER")
    listing.add_argument("--json", action="store_true")
    asking.add_argument("--timeout", metavar="MS", type=int, help="wall clock, 1 to 600000 ms")
    for parser in (listing, asking):
        add_server_option(parser)


def list_resources(arguments: argparse.Namespace) -> int:
    rows = [row for one in _offerings(arguments) for row in one.resources]
    if arguments.json:
        print_json([row.to_json() for row in rows])
    else:
        print_table(
            ("server", "resource", "type", "description"),
            [(row.server, row.uri, row.mime_type, _first(row.title, row.description)) for row in rows],
        )  # fmt: skip
    return EXIT_OK


def list_prompts(arguments: argparse.Namespace) -> int:
    rows = [row for one in _offerings(arguments) for row in one.prompts]
    if arguments.json:
        print_json([row.to_json() for row in rows])
    else:
        print_table(
            ("server", "prompt", "arguments", "description"),
            [
                (
                    row.server,
                    row.name,
                    " ".join(one.name if one.required else f"[{one.name}]" for one in row.arguments),
                    _first(row.title, row.description),
                )
                for row in rows
            ],
        )  # fmt: skip
    return EXIT_OK


def read(arguments: argparse.Namespace) -> int:
    wanted: dict[str, JsonValue] = {"server": arguments.server_name, "uri": arguments.uri}
    if arguments.output is None:
        return _run(arguments, READ_RESOURCE, wanted)
    return _write(arguments, READ_CONTENT, wanted)


def get(arguments: argparse.Namespace) -> int:
    args = {**tools_call.given_arguments(arguments), **tools_call.named(arguments.pairs)}
    called = {"server": arguments.server_name, "name": arguments.name, "args": args}
    return _run(arguments, GET_PROMPT, called)


def _offerings(arguments: argparse.Namespace) -> list[Offerings]:
    """Of every server, or the one that is named; what is not known is said on stderr."""
    from workbench.cli.servers import say_failures, with_manager

    async def asked(manager: Manager) -> dict[str, Offerings]:
        ready = [
            name
            for name, server in manager.catalogue().servers.items()
            if server.state == "ready" and arguments.only in (None, name)
        ]
        found = await asyncio.gather(*(manager.offerings(name) for name in ready))
        say_failures(manager.catalogue(), arguments.only)
        return dict(zip(ready, found, strict=True))

    found: dict[str, Offerings] = with_manager(arguments, asked, arguments.only)
    for name, one in found.items():
        if one.problem is not None:
            note(f"server {clean_line(name)}: {clean_line(one.problem)}")
    return list(found.values())


def _run(arguments: argparse.Namespace, code: str, value: dict[str, JsonValue]) -> int:
    request = _request(arguments, code, value)
    return run_and_print(arguments, open_servers(arguments), request)


def _write(arguments: argparse.Namespace, code: str, value: dict[str, JsonValue]) -> int:
    """What a resource holds, into a file; a failure is JSON on stdout as ever."""
    request = _request(arguments, code, value)
    execution, ended_by = asyncio.run(run_once(arguments, open_servers(arguments), request))
    if execution.error is not None:
        print_json(with_pages(execution.to_json()))
        return exit_code(execution, ended_by)
    data = _held(execution.value)
    try:
        Path(arguments.output).write_bytes(data)
    except OSError as error:
        raise Failure(f"{arguments.output}: {error.strerror}") from error
    note(f"wrote {len(data)} bytes to {clean_line(arguments.output)}")
    return EXIT_OK


def _held(contents: JsonValue) -> bytes:
    only = contents[0] if isinstance(contents, list) and len(contents) == 1 else None
    if not isinstance(only, Mapping):
        count = len(contents) if isinstance(contents, list) else 0
        raise Failure(f"it has {count} contents, not one: read it without --output", 1)
    text, blob = only.get("text"), only.get("blob")
    if isinstance(text, str):
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(blob if isinstance(blob, str) else "?", validate=True)
    except binascii.Error as error:
        raise Failure(f"it holds neither text nor a blob in base64: {error}", 1) from error


def _request(
    arguments: argparse.Namespace, code: str, value: dict[str, JsonValue]
) -> Callable[[Runtime], Awaitable[ExecutionRequest]]:
    options = checked(timeout_ms=arguments.timeout)
    return always(ExecutionRequest(code=code, input=value, options=options, source="cli"))


def _first(*texts: str) -> str:
    return next((line for text in texts for line in text.splitlines()[:1] if line), "")
