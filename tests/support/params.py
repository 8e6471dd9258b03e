"""Parameters of tests."""

from __future__ import annotations

from typing import Any

import pytest


def first_fast(first: object, *others: object) -> list[Any]:
    """Parameters of a test of which one is enough for every day; the others are slow tests."""
    return [first, *(pytest.param(other, marks=pytest.mark.slow) for other in others)]
