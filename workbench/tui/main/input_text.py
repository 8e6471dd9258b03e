"""The text of the input pane as the value that the script gets."""

from __future__ import annotations

import json

from workbench.core.model import JsonValue
from workbench.util.digits import finite, finite_whole


class InputError(Exception):
    """The input is no JSON; the message says where."""

    def __init__(self, message: str, at: tuple[int, int]) -> None:
        super().__init__(message)
        self.at = at
        """Row and column, from 0."""


def parse_input(text: str) -> JsonValue:
    """The script's input; an empty text is ``{}``. Raises InputError."""
    if not text.strip():
        return {}
    try:
        return json.loads(
            text, parse_constant=_no_constant, parse_float=finite, parse_int=finite_whole
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"{error.lineno}:{error.colno}  {error.msg}", (error.lineno - 1, error.colno - 1)
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(str(error), (0, 0)) from None


def _no_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")
