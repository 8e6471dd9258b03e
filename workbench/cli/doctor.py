"""``workbench doctor``: what of the sandbox is in force here, and whether everything can be opened."""

from __future__ import annotations

import argparse
import asyncio
import platform
from typing import Any

from workbench import __version__
from workbench.cli.common import EXIT_FAILED, EXIT_OK, data_dir, open_config
from workbench.cli.output import note, print_json
from workbench.cli.parsing import command
from workbench.text.sanitize import clean_line

_INSTEAD = {
    "resource limits": "the engine's own memory limit holds; the system refuses some of ours",
    "seccomp allow-list": "the engine offers a script no way to the system; a fault in it would not be caught",
    "no new privileges": "nothing is executed in a worker",
    "not dumpable": "processes of the same user can look into a worker",
    "dies with its parent": "a worker that computes ends by its own alarm, 2 s after its time limit",
}
"""Where a step of hardening is not to be had: what that means."""


def add_parser(groups: Any, name: str) -> None:
    doctor = command(
        groups, name, "Check this installation.", "workbench doctor --json", run=examine
    )
    doctor.add_argument("--json", action="store_true")


def examine(arguments: argparse.Namespace) -> int:
    """Exit 0: scripts run here; 1: something that they need is missing."""
    from workbench.core.engine import Engine
    from workbench.core.engine_version import engine_version
    from workbench.core.model import ExecutionRequest, PoolSettings
    from workbench.core.runtime import open_history
    from workbench.core.worker_ports import PoolClosed, QueueTimeout

    config = open_config(arguments)

    async def probe() -> tuple[dict[str, bool], str | None]:
        engine = Engine(limits=config.limits, pool=PoolSettings(size=1))
        try:
            steps = await engine.hardening()
            # The wrong distribution owns the same module name (docs/decisions/0001-engine.md).
            execution = await engine.run(ExecutionRequest("typeof Iterator === 'function'"))
        except (PoolClosed, QueueTimeout) as error:
            return {}, str(error)
        finally:
            await engine.close()
        if execution.error is not None:
            return steps, execution.error.message
        return steps, None if execution.value else "quickjs-ng is not what runs scripts here"

    steps, sandbox_problem = asyncio.run(probe())
    history = open_history(config, data_dir(arguments))
    problem = history.writing_problem()
    history.close()
    report = {
        "workbench": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "engine": engine_version(),
        "engine_works": sandbox_problem is None,
        "sandbox_problem": sandbox_problem,
        "hardening": steps,
        "config": str(config.path) if config.path is not None else None,
        "servers": sorted(config.servers),
        "history": history.place,
        "history_problem": problem,
    }
    if arguments.json:
        print_json(report)
    else:
        for name, value in report.items():
            if isinstance(value, dict):
                print(f"{name}:")
                for step, held in value.items():
                    print(f"  {'✔ in force' if held else '✘ not here'}  {step}")
                    if not held and step in _INSTEAD:
                        print(f"               {_INSTEAD[step]}")
            else:
                shown = ", ".join(value) if isinstance(value, list) else value
                print(f"{name}: {clean_line(str(shown if shown is not None else 'none'))}")
    if sandbox_problem is not None:
        note(f"scripts cannot run here: {sandbox_problem}")
    return EXIT_OK if sandbox_problem is None and problem is None else EXIT_FAILED
