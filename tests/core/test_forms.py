"""What is kept of scripts that were read, and which word of a worker counts for it."""

from __future__ import annotations

import json

import pytest

from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.execution import Run
from workbench.core.forms import Forms
from workbench.core.model import ExecutionRequest, Limits, PoolSettings
from workbench.sandbox.job import Form
from workbench.util.shared_timers import SharedTimers

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


def test_which_scripts_ran_is_remembered_for_a_while() -> None:
    forms = Forms()
    assert [forms.ran_before("a"), forms.ran_before("a"), forms.ran_before("b")] == [
        False,
        True,
        False,
    ]
    for number in range(5000):
        forms.ran_before(str(number))
    assert [forms.ran_before("a"), forms.ran_before("4999")] == [False, True]


@pytest.mark.anyio
async def test_what_cost_little_is_kept_from_the_second_run_on() -> None:
    """To send it costs the first run as much as to make it again costs the second."""
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1))
    await engine.start()
    try:
        for code, kept in (
            ("await 1;\n2", [False, True, True]),
            ("class A<T> { x = 2 as T }\nnew A<number>().x", [True, True, True]),
        ):
            found = []
            for _ in kept:
                assert (await engine.run(ExecutionRequest(code))).value == 2
                found.append(engine._forms.of(code) is not None)
            assert found == kept
    finally:
        await engine.close()


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
    run = Run(
        "id",
        Limits(),
        DictTools(),
        emit=lambda _: None,
        timers=SharedTimers(),
        keep_form=told.append,
    )
    for frame in frames:
        run.on_frame(json.dumps(frame).encode())
    assert [form.text for form in told] == kept
    assert not run.ended.done()
