"""``workbench tools call SERVER TOOL``: one call, as an execution of one line, so policy and history hold."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.cli.code import checked, run_and_print
from workbench.cli.common import Failure, open_servers, parse_json, read_text
from workbench.cli.parsing import Parser, add_server_option
from workbench.core.model import ExecutionRequest, JsonValue

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime

_CODE = "tools[input.server][input.tool](input.args)"


def add_arguments(parser: Parser) -> None:
    parser.scattered = "pairs"
    parser.names_a_tool = True
    parser.add_argument("server_name", metavar="SERVER")
    parser.add_argument("tool", metavar="TOOL")
    parser.add_argument(
        "pairs", nargs="*", metavar="KEY=VALUE",
        help="an argument; its type is that of the tool's schema, a list's key may be repeated",
    )  # fmt: skip
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--args", metavar="JSON", help="the arguments, an object")
    given.add_argument("--args-file", metavar="F", help="a file with them; - is stdin")
    parser.add_argument("--timeout", metavar="MS", type=int, help="wall clock, 1 to 600000 ms")
    add_server_option(parser)


def call(arguments: argparse.Namespace) -> int:
    """The result as of ``code exec``, with its exit codes."""
    return run_and_print(arguments, open_servers(arguments), request_of(arguments))


def request_of(
    arguments: argparse.Namespace,
) -> Callable[[Runtime], Awaitable[ExecutionRequest]]:
    """The execution that makes the one call. Raises Failure for arguments that are none."""
    given = given_arguments(arguments)
    pairs = [_pair(word) for word in arguments.pairs]
    options = checked(timeout_ms=arguments.timeout)

    async def request(runtime: Runtime) -> ExecutionRequest:
        server, tool = named_tool(arguments, runtime.upstream.catalogue().servers)
        typed: dict[str, JsonValue] = {}
        if pairs:
            await runtime.upstream.settled(server)
            typed = read_pairs(pairs, _schema(runtime, server, tool))
        called: dict[str, JsonValue] = {
            "server": server,
            "tool": tool,
            "args": {**given, **typed},
        }
        return ExecutionRequest(code=_CODE, input=called, options=options, source="cli")

    return request


def named_tool(arguments: argparse.Namespace, servers: Iterable[str]) -> tuple[str, str]:
    """The server and the tool that are named; SERVER.TOOL is taken apart by the servers that there are,
    whose names may have dots, too."""
    word: str = arguments.server_name
    if arguments.tool or "." not in word:
        return word, arguments.tool
    known = [server for server in servers if word.startswith(f"{server}.")]
    server = max(known, key=len, default=word.partition(".")[0])
    return server, word.removeprefix(f"{server}.")


def read_pairs(
    pairs: Sequence[tuple[str, str]], schema: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Arguments of the types that the tool's schema names; JSON where it names none, else text.

    ``tag=a tag=b`` is a list where the schema takes one.
    """
    properties = schema.get("properties")
    fields: Mapping[str, Any] = properties if isinstance(properties, dict) else {}
    values: dict[str, JsonValue] = {}
    for key, text in pairs:
        field = fields.get(key)
        types = _types(field)
        if "array" in types and not text.lstrip().startswith("["):
            items = field.get("items") if isinstance(field, dict) else None
            known = values.setdefault(key, [])
            if isinstance(known, list):
                known.append(_value(text, _types(items)))
        elif key in values:
            raise Failure(f"{key} is given twice, and is no list")
        else:
            values[key] = _value(text, types)
    return values


def given_arguments(arguments: argparse.Namespace) -> dict[str, JsonValue]:
    """What ``--args`` or ``--args-file`` give. Raises Failure."""
    if arguments.args is not None:
        what, text = "--args", arguments.args
    elif arguments.args_file is not None:
        what, text = "--args-file", read_text(arguments.args_file, "--args-file")
    else:
        return {}
    value = parse_json(text, what)
    if not isinstance(value, dict):
        raise Failure(f"{what} must be a JSON object, like '{{\"limit\": 5}}'")
    return value


def named(words: Sequence[str]) -> dict[str, JsonValue]:
    """Arguments as ``KEY=VALUE``, each a text. Raises Failure."""
    given: dict[str, JsonValue] = {}
    for key, value in [_pair(word) for word in words]:
        if key in given:
            raise Failure(f"{key} is given twice")
        given[key] = value
    return given


def _pair(word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not equals or not key:
        raise Failure(f"an argument is KEY=VALUE (or --args JSON), not {word!r}")
    return key, value


def _schema(runtime: Runtime, server: str, tool: str) -> Mapping[str, JsonValue]:
    from workbench.catalogue.missing import Missing

    found = runtime.upstream.catalogue().spelled(server, tool)
    return {} if isinstance(found, Missing) else found.input_schema


def _types(field: object) -> set[str]:
    """The types that a schema names, those of its alternatives too; none: any."""
    if not isinstance(field, dict):
        return set()
    named = field.get("type")
    types = {named} if isinstance(named, str) else set(named) if isinstance(named, list) else set()
    for key in ("anyOf", "oneOf"):
        parts = field.get(key)
        for part in parts if isinstance(parts, list) else ():
            types |= _types(part)
    if isinstance(field.get("enum"), list) and not types:
        types |= {"string" for value in field["enum"] if isinstance(value, str)}
    return {name for name in types if isinstance(name, str)}


def _value(text: str, types: set[str]) -> JsonValue:
    """A text of the command line as a value; what is none of the types is left for the tool to refuse."""
    if "string" in types and not (types - {"string", "null"}):
        return text
    try:
        value = parse_json(text, "")
    except Failure:
        return text
    if "string" in types and not isinstance(value, dict | list) and not _is_of(value, types):
        return text
    return value


def _is_of(value: JsonValue, types: set[str]) -> bool:
    if value is None:
        return "null" in types
    if isinstance(value, bool):
        return "boolean" in types
    if isinstance(value, int):
        return bool(types & {"integer", "number"})
    return "number" in types if isinstance(value, float) else False
