"""The pytest plugin, as a project that uses it sees it: in a pytest of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from workbench import Workbench, save_recording

pytest_plugins = ["pytester"]

TESTS = """
import asyncio

def test_run(workbench_run):
    execution = workbench_run(
        "(await tools.crm.get_user({id: input})).name",
        input=7,
        tools={"crm": {"get_user": lambda args: {"name": f"user {args['id']}"}}},
    )
    assert execution.value == "user 7"

def test_run_inside_a_loop(workbench_run):
    async def main():
        return workbench_run("1 + 1").value
    assert asyncio.run(main()) == 2

def test_no_tools_are_there_but_those_given(workbench_run):
    assert workbench_run("call_tool('crm', 'x', {}).error.code").value == "NOT_FOUND"

def test_replay(workbench_replay):
    assert workbench_replay("roll.json").execution.value == 4

def test_replay_of_an_edited_script(workbench_replay):
    workbench_replay("roll.json", code="await tools.dice.roll({n: 2})")

def test_unchecked(workbench_replay):
    assert workbench_replay("roll.json", code="1", check=False).verdict == "diverged"
"""


@pytest.mark.slow
def test_the_fixtures(pytester: pytest.Pytester) -> None:
    async def record() -> None:
        async with Workbench(tools={"dice": {"roll": 4}}) as workbench:
            execution = await workbench.run("await tools.dice.roll({})")
            save_recording(
                await workbench.recording(execution.execution_id), Path(pytester.path) / "roll.json"
            )

    asyncio.run(record())
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["*the replay diverged from execution*", "*edited script*"])
