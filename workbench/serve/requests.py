"""The arguments of ``code_execution``: their schema, and an execution request from them."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.catalogue.validation import SchemaCheck, argument_problems
from workbench.config import Config
from workbench.core.model import (
    ErrorCode,
    ExecutionOptions,
    ExecutionRequest,
    JsonValue,
    ScriptError,
)
from workbench.core.request_checks import OPTION_RANGES
from workbench.core.scripts import UnknownScript, find_script
from workbench.serve.underway import MOST_WAIT_MS
from workbench.text.sizes import MOST_WHOLE
from workbench.util.dataclass import dataclass

# What a client sees: short, because a model pays for it in every turn. The ranges are told where one is left.
# No oneOf for "code or script": hosts refuse schemas that have one at their root.
INPUT_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "JavaScript. Or give script."},
        "script": {"type": "string", "description": "Name of a saved script."},
        # Any JSON is taken. Clients send what has no type as a string, whatever it is; an object is usual.
        "input": {"type": "object", "description": "Any JSON: the script's `input`."},
        "options": {
            "type": "object",
            "properties": {
                "timeout_ms": {"type": "integer"},
                "max_tool_calls": {"type": "integer"},
                "allowed_servers": {"type": "array", "items": {"type": "string"}},
                "max_parallel": {"type": "integer"},
                "max_answer_tokens": {"type": "integer"},
                "wait_ms": {
                    "type": "integer",
                    "description": "Answer by then; if it still runs, get_execution collects it.",
                },
                "detached": {"type": "boolean", "description": "Runs on if you disconnect."},
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
ANSWER_TOKENS: JsonValue = {"type": "integer", "minimum": 0, "maximum": MOST_WHOLE}
WAIT_MS: JsonValue = {"type": "integer", "minimum": 0, "maximum": MOST_WAIT_MS}


def _check() -> SchemaCheck:
    """The same fields, with their ranges, and any JSON for the input."""
    ranges: dict[str, JsonValue] = {}
    for name, (least, most) in OPTION_RANGES.items():
        ranges[name] = {"type": "integer", "minimum": least}
        if most is not None:
            ranges[name]["maximum"] = most
    fields = INPUT_SCHEMA["properties"]
    options = {**fields["options"]["properties"], **ranges}
    options |= {"max_answer_tokens": ANSWER_TOKENS, "wait_ms": WAIT_MS}
    properties = {**fields, "input": {}, "options": {**fields["options"], "properties": options}}
    return SchemaCheck({**INPUT_SCHEMA, "properties": properties})


_CHECK = _check()


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """What a client asks for: a run, and how it wants to hear of it."""

    run: ExecutionRequest
    max_answer_tokens: int | None = None
    """None: as configured. 0: no limit."""
    wait_ms: int | None = None
    """None: to the end."""
    detached: bool = False


class Refused(Exception):
    """Arguments that cannot be run. ``request`` is what could be made out of them, for the record."""

    def __init__(self, message: str, request: ExecutionRequest) -> None:
        super().__init__(message)
        self.request = request
        self.error = ScriptError(ErrorCode.INVALID_REQUEST, message)


def read_request(
    arguments: Mapping[str, JsonValue], config: Config, client: str | None
) -> ServedRequest:
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
    options = arguments.get("options", {})
    most = _whole(options.get("max_answer_tokens"))
    run = ExecutionRequest(
        code=str(code),
        input=arguments.get("input", {}),
        options=_options(options),
        source="serve",
        client=client,
        script=script,
        answer_limit=(config.max_answer_tokens if most is None else most) or None,
    )
    return ServedRequest(
        run,
        max_answer_tokens=most,
        wait_ms=_whole(options.get("wait_ms")),
        detached=options.get("detached", False),
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


def _whole(value: JsonValue) -> int | None:
    return None if value is None else int(value)
