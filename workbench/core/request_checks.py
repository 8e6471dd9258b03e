"""What is wrong with a request, before anything runs; and what of it goes into the record all the same."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.core.model import ExecutionOptions, ExecutionRequest, JsonValue, Limits
from workbench.text.jsontext import dumps
from workbench.text.sanitize import cut
from workbench.text.sizes import size_of

_SHOWN_CODE = 1000
_SHOWN_NAME = 60
_MOST_UNKNOWN = 5
_OPTIONS = tuple(option.name for option in fields(ExecutionOptions))
OPTION_RANGES: dict[str, tuple[int, int | None]] = {
    "timeout_ms": (1, 600_000),
    "max_tool_calls": (0, None),
    "max_parallel": (1, 32),
}
"""The options of a request that are numbers, with what they may be."""


def check_request(request: ExecutionRequest, limits: Limits) -> str | None:
    """What is wrong with a request, or None. Types are checked too: requests come from outside."""
    problem = code_problem(request.code, limits)
    if problem is not None:
        return problem
    return _input_problem(request.input, limits) or check_options(request.options)


def code_problem(code: str, limits: Limits) -> str | None:
    size = size_of(code)
    if size > limits.max_code_bytes:
        return f"code is {size} bytes; max_code_bytes allows {limits.max_code_bytes}"
    return None


def _input_problem(given: JsonValue, limits: Limits) -> str | None:
    try:
        size = size_of(dumps(given))
    except ValueError as error:
        return f"input is {error}"
    if size > limits.max_input_bytes:
        return f"input is {size} bytes of JSON; max_input_bytes allows {limits.max_input_bytes}"
    return None


def check_options(options: ExecutionOptions) -> str | None:
    """What is wrong with a request's options, or None."""
    for name, (least, most) in OPTION_RANGES.items():
        value = getattr(options, name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            return f"option {name} must be a whole number, not {value!r}"
        if value < least or (most is not None and value > most):
            allowed = f"from {least} to {most}" if most is not None else f"{least} or more"
            return f"option {name} must be {allowed}, not {value}"
    servers = options.allowed_servers
    if servers is not None and not all(isinstance(server, str) for server in servers):
        return "option allowed_servers must be a list of server names"
    return None


def unknown_servers(allowed: Collection[str] | None, known: Collection[str]) -> tuple[str, ...]:
    """A sentence for each allowed server that is none, with near names: a misspelt one allows nothing."""
    unknown = [name for name in dict.fromkeys(allowed or ()) if name not in known]
    sentences = [
        f"allowed_servers: no server {name[:_SHOWN_NAME]!r}"
        + suggestion(near_names(name, known), known, "the servers are")
        for name in unknown[:_MOST_UNKNOWN]
    ]
    if len(unknown) > _MOST_UNKNOWN:
        sentences.append(f"allowed_servers: {len(unknown) - _MOST_UNKNOWN} more are no servers")
    return tuple(sentences)


def limits_of(options: ExecutionOptions, limits: Limits) -> Limits:
    """The limits of one execution: what the request gives wins over the configuration."""
    given = {name: value for name in _OPTIONS if (value := getattr(options, name)) is not None}
    return replace(limits, **given) if given else limits


def recordable(request: ExecutionRequest, limits: Limits) -> ExecutionRequest:
    """The request as it goes into the record: what is refused for its size or depth is not kept whole."""
    if size_of(request.code) > limits.max_code_bytes:
        request = replace(request, code=cut(request.code, _SHOWN_CODE))
    problem = _input_problem(request.input, limits)
    if problem is not None:
        request = replace(request, input=f"«not kept: {problem}»")
    return request
