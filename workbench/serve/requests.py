"""The arguments of ``code_execution``: their schema, and an execution request from them."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.catalogue.validation import SchemaCheck, argument_problems
from workbench.config import Config
from workbench.core.engine import OPTION_RANGES
from workbench.core.model import (
    ErrorCode,
    ExecutionOptions,
    ExecutionRequest,
    JsonValue,
    ScriptError,
)
from workbench.core.scripts import UnknownScript, find_script
from workbench.serve.tool_provider import Json


def _number(name: str, description: str) -> Json:
    least, most = OPTION_RANGES[name]
    schema: dict[str, Json] = {"type": "integer", "minimum": least, "description": description}
    if most is not None:
        schema["maximum"] = most
    return schema


# No oneOf for "code or script": hosts refuse schemas that have one at their root.
INPUT_SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "JavaScript to run. Either code or script."},
        "script": {
            "type": "string",
            "description": "Name of a saved script to run instead of code.",
        },
        # Any JSON is taken. Clients send what has no type as a string, whatever it is; an object is usual.
        "input": {
            "type": "object",
            "description": "What the script reads as `input`; any JSON value is taken. Default {}.",
        },
        "options": {
            "type": "object",
            "properties": {
                "timeout_ms": _number("timeout_ms", "Wall clock for the whole script."),
                "max_tool_calls": _number("max_tool_calls", "Budget of tool calls; 0: unlimited."),
                "allowed_servers": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Servers it may call. Absent: all. Empty: none.",
                },
                "max_parallel": _number("max_parallel", "Width of a call_tools batch."),
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
_CHECK = SchemaCheck({**INPUT_SCHEMA, "properties": {**INPUT_SCHEMA["properties"], "input": {}}})


class Refused(Exception):
    """Arguments that cannot be run. ``request`` is what could be made out of them, for the record."""

    def __init__(self, message: str, request: ExecutionRequest) -> None:
        super().__init__(message)
        self.request = request
        self.error = ScriptError(ErrorCode.INVALID_REQUEST, message)


def read_request(
    arguments: Mapping[str, JsonValue], config: Config, client: str | None
) -> ExecutionRequest:
    """The request that the arguments mean. Raises Refused, naming the field that is wrong."""
    arguments = without_nulls(arguments)
    request = salvage(arguments, client)
    problems = argument_problems(_CHECK, dict(arguments))
    if problems:
        raise Refused("; ".join(problems), request)
    code, script = arguments.get("code"), arguments.get("script")
    if code is not None and script is not None:
        raise Refused("code and script are both given; give one of them", request)
    if code is None and script is None:
        raise Refused("neither code nor script is given; give one of them", request)
    if script is not None:
        try:
            file = find_script(config, script)
            script, code = file.name, file.read_text(encoding="utf-8")
        except UnknownScript as error:
            raise Refused(f"script: {error}", request) from error
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"script {script!r} cannot be read: {error}", request) from error
    return ExecutionRequest(
        code=str(code),
        input=arguments.get("input", {}),
        options=_options(arguments.get("options", {})),
        source="serve",
        client=client,
        script=script,
    )


def without_nulls(arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Clients fill in null for what they do not give; only the input may be null."""
    given = {
        name: value for name, value in arguments.items() if value is not None or name == "input"
    }
    options = given.get("options")
    if isinstance(options, dict):
        given["options"] = {name: value for name, value in options.items() if value is not None}
    return given


def salvage(arguments: Mapping[str, JsonValue], client: str | None) -> ExecutionRequest:
    """What of the arguments has its type, so that a refused request is on record too."""
    code, script = arguments.get("code"), arguments.get("script")
    return ExecutionRequest(
        code=code if isinstance(code, str) else "",
        input=arguments.get("input", {}),
        source="serve",
        client=client,
        script=script if isinstance(script, str) else None,
    )


def _options(given: Mapping[str, JsonValue]) -> ExecutionOptions:
    """``1000.0`` is a whole number in JSON Schema."""
    numbers = {name: int(given[name]) for name in OPTION_RANGES if name in given}
    servers = given.get("allowed_servers")
    return ExecutionOptions(
        **numbers, allowed_servers=tuple(servers) if servers is not None else None
    )
