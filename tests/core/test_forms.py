"""What is kept of scripts that were read, and which word of a worker counts for it."""

from __future__ import annotations

import json

import pytest

from tests.support.tools import DictTools
from workbench.core.execution import Run
from workbench.core.forms import Forms
from workbench.core.model import Limits
from workbench.sandbox.job import Form

FORM = {"t": "form", "text": "1", "columns": "", "is_lone": False}
LOG = {"t": "log", "level": "log", "text": "x"}


def test_the_ones_not_used_for_longest_go() -> None:
    forms = Forms()
    for number in range(256):
        forms.keep(str(number), Form(f"{number}"))
    assert forms.of("0") == Form("0")
    forms.keep("one more", Form("x"))
    assert (forms.of("0"), forms.of("1")) == (Form("0"), None)
    forms.keep("large", Form("x" * (4 << 20)))
    assert (forms.of("0"), forms.of("large")) == (None, None)
    forms.keep("later", Form("1"))
    assert forms.of("later") == Form("1")


def test_a_script_keeps_its_first_form() -> None:
    forms = Forms()
    forms.keep("a", Form("1"))
    forms.keep("a", Form("2"))
    assert forms.of("a") == Form("1")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("frames", "kept"),
    [([FORM], ["1"]), ([FORM, {**FORM, "text": "2"}], ["1"]), ([LOG, FORM], [])],
)
async def test_only_the_first_frame_can_be_a_form(
    frames: list[dict[str, object]], kept: list[str]
) -> None:
    """Later the script runs: a worker that it took over must not choose what runs next time."""
    told: list[Form] = []
    run = Run("id", Limits(), DictTools(), emit=lambda _: None, keep_form=told.append)
    for frame in frames:
        run.on_frame(json.dumps(frame).encode())
    assert [form.text for form in told] == kept
    assert not run.ended.done()
