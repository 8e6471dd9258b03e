"""Every error code is explained, the examples give it, and the reference says the same."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RunScript
from tests.docs.conftest import demo_runs  # noqa: F401
from workbench.core.explanations import EXPLANATIONS, Explanation
from workbench.core.model import ErrorCode

_DOCS = Path(__file__).parents[2] / "docs"


def test_every_code_is_explained_once() -> None:
    assert set(EXPLANATIONS) == {str(code) for code in ErrorCode}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "one",
    [one for one in EXPLANATIONS.values() if one.example is not None],
    ids=lambda one: one.code,
)
async def test_the_example_gives_the_code(one: Explanation, demo_runs: RunScript) -> None:  # noqa: F811
    options: dict[str, Any] = dict(one.options)
    execution = await demo_runs(one.example or "", **options)
    got = execution.error.code if execution.error is not None else execution.value
    assert got == one.code


def test_the_reference_is_made_from_the_code() -> None:
    spec = importlib.util.spec_from_file_location("make_reference", _DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = module.PAGE.read_text("utf-8")
    assert module.made(page) == page, "run: python docs/make_reference.py"
